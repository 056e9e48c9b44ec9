"""Make `files/version-1.db` anew; only before version 1 is released, for it must never change after."""

from pathlib import Path
from tempfile import TemporaryDirectory

from store_entries import CLOSES_AT_MS, NETWORK, NOW_MS, device, packet, seal

from fieldproof.store import RegistryPosition, open_store


def main() -> None:
    with TemporaryDirectory() as folder:
        with open_store(Path(folder)) as store:
            store.devices.update_registry(NETWORK, RegistryPosition(7, bytes(32)), [device(0)])
            entries = [packet(first=0), packet(first=3), *(packet(number) for number in range(1, 40))]
            for entry in entries:
                store.log.append_packet(entry, closes_at_ms=CLOSES_AT_MS).result(60)
            store.log.append_seal(seal(count=6), closes_at_ms=CLOSES_AT_MS).result(60)
            store.windows.close_windows(NETWORK, 6, closed_ms=NOW_MS, cohort=4)
        made = Path(folder, "fieldproof.db").read_bytes()
    Path(__file__).parent.joinpath("files", "version-1.db").write_bytes(made)


if __name__ == "__main__":
    main()
