"""A file that one process holds until it lets go or ends.

Advisory locks (flock) hold between processes of one machine; a folder shared over a network is not protected.
"""

import fcntl
import os
from pathlib import Path

from fieldproof.core.errors import FieldproofError


class FileHeldError(FieldproofError):
    """Another process holds the file."""

    def __init__(self, path: Path, process: str) -> None:
        super().__init__(f"{path} is held by process {process}", hint="Stop that process first.")
        self.process = process


class FileLock:
    """Holds a file, made if there is none, and names this process in it. `FileHeldError` if it is held."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(self._descriptor, 32, 0).decode("ascii", "replace").strip()
            os.close(self._descriptor)
            raise FileHeldError(path, holder or "of unknown number") from None
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, str(os.getpid()).encode(), 0)

    def release(self) -> None:
        """Let another process have the file."""
        os.close(self._descriptor)
