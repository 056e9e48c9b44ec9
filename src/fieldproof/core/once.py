"""Filling a cache folder once, whoever comes first: others wait, and nobody sees half of it.

Advisory locks (flock) hold between processes of one machine; a folder shared over a network is not protected.
"""

import fcntl
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


def fill_once(target: Path, is_complete: Callable[[Path], bool], fill: Callable[[Path], None]) -> None:
    """Make `target` complete: `fill` writes a folder beside it, which then takes its name.

    The parent of `target` must exist. What `fill` raises passes through, and leaves nothing behind.
    """
    if is_complete(target):
        return
    with _lock(target.parent / f"{target.name.split('-')[0]}.lock"):
        if is_complete(target):
            return
        partial = Path(tempfile.mkdtemp(prefix=f"{target.name}.partial-", dir=target.parent))
        try:
            fill(partial)
            if target.exists():
                shutil.rmtree(target)
            partial.rename(target)
        finally:
            shutil.rmtree(partial, ignore_errors=True)


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)
