"""Runs a program that must not outlive its parent: `guard.py PROGRAM [ARGUMENT...]`.

The parent holds the other end of this process's standard input. When it ends, by whatever signal, that pipe
closes and the program gets SIGTERM, which for anvil means: write the state to disk and stop. Nothing here
depends on the operating system.
"""

import signal
import subprocess
import sys
import threading

_PATIENCE_S = 30.0


def main() -> int:
    """Run the program and return its exit status."""
    # An interrupt at the terminal reaches the parent too, which stops us in order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    process = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, start_new_session=True)

    def stop_with_parent() -> None:
        sys.stdin.buffer.read()
        process.terminate()
        try:
            process.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()

    threading.Thread(target=stop_with_parent, daemon=True).start()
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    return process.wait()


if __name__ == "__main__":
    sys.exit(main())
