"""Becomes another program that dies with its parent.

Runs as a script of its own, `launcher.py PARENT COMMAND…`: between fork and exec a process with threads
may do almost nothing, so the request to die with the parent is made after an exec and before a second one.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


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


main()
