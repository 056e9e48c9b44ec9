"""Starting other programs so that none outlives the process that started it (Linux).

This file is also a script, `launcher.py PARENT COMMAND…`: between fork and exec a process with threads may do
almost nothing, so the request to die with the parent is made after an exec and before a second one. Linux
sends the signal when the thread that forked ends: start programs from one that stays.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

_PR_SET_PDEATHSIG = 1


def guard_command(command: Sequence[str | Path]) -> list[str]:
    """Return a command that becomes `command` and is killed with the process that starts it."""
    return [sys.executable, "-I", "-S", __file__, str(os.getpid()), *map(str, command)]


def main() -> None:
    """Ask to be killed with the parent, then become the command."""
    parent, command = int(sys.argv[1]), sys.argv[2:]
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            sys.exit(1)
    try:
        os.execvp(command[0], command)  # noqa: S606 - the whole purpose; no shell
    except OSError as failure:
        sys.exit(f"cannot start {command[0]}: {failure.strerror}")


if __name__ == "__main__":
    main()
