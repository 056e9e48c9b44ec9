"""Fill a store whose files may not grow past a limit, then lift it: `store_full_disk.py FOLDER`."""

import resource
import sys
from dataclasses import replace
from pathlib import Path

from store_entries import CLOSES_AT_MS, packet

from fieldproof.store import Accepted, StoreUnavailableError, open_store


def main(folder: Path) -> None:
    counts = [0, 0, 0]
    with open_store(folder) as store:

        def append(device: int) -> bool:
            entry = replace(packet(device), raw=bytes(30_000))
            try:
                outcome = store.log.append_packet(entry, closes_at_ms=CLOSES_AT_MS).result(60)
            except StoreUnavailableError:
                return False
            assert isinstance(outcome, Accepted)
            return True

        resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, resource.RLIM_INFINITY))
        for device in range(200):
            counts[0 if append(device) else 1] += 1
        try:
            store.check_writable()
            raise AssertionError("a full disk must show")
        except StoreUnavailableError:
            pass
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        store.check_writable()
        for device in range(200, 220):
            counts[2] += append(device)
    sys.stdout.write(" ".join(map(str, counts)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
