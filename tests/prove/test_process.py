"""Processes are held to their limits and leave nothing behind."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fieldproof.prove import GuardedProcess, LimitError, Limits, ProcessError, run_limited
from fieldproof.prove.process import get_resident_bytes

PLENTY = Limits(seconds=30, resident_bytes=2**30)


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def wait_until_gone(pid: int) -> bool:
    for _ in range(100):
        if not is_running(pid):
            return True
        time.sleep(0.05)
    return False


def test_output_and_status_come_back_whole() -> None:
    code = (
        "import sys; data = sys.stdin.read(); print(data * 3, end=''); "
        "print('oh', file=sys.stderr); sys.exit(7)"
    )
    finished = run_limited([sys.executable, "-c", code], PLENTY, stdin=b"x" * 200_000)
    assert finished.exit_status == 7
    assert finished.stdout == b"x" * 600_000
    assert finished.stderr == b"oh\n"


def test_a_program_that_is_not_there_is_a_clear_failure() -> None:
    finished = run_limited(["/does/not/exist"], PLENTY)
    assert finished.exit_status == 1
    assert b"cannot start /does/not/exist" in finished.stderr


def test_a_process_that_takes_too_long_is_ended() -> None:
    with pytest.raises(LimitError, match=r"longer than its limit of 0\.3 s"):
        run_limited([sys.executable, "-c", "import time; time.sleep(60)"], Limits(0.3, 2**30))


def test_a_process_that_takes_too_much_memory_is_ended() -> None:
    code = "import time; data = bytearray(300 * 2**20); time.sleep(60)"
    with pytest.raises(LimitError, match="its limit is 100 MiB"):
        run_limited([sys.executable, "-c", code], Limits(30, 100 * 2**20))


def test_the_memory_of_children_counts() -> None:
    code = (
        "import subprocess, sys; "
        "subprocess.run([sys.executable, '-c', 'import time; d = bytearray(300 * 2**20); time.sleep(60)'])"
    )
    with pytest.raises(LimitError, match="its limit is 100 MiB"):
        run_limited([sys.executable, "-c", code], Limits(30, 100 * 2**20))


def test_address_space_is_not_memory() -> None:
    code = "import mmap, time; m = mmap.mmap(-1, 8 * 2**30); time.sleep(0.5)"
    assert run_limited([sys.executable, "-c", code], Limits(30, 100 * 2**20)).exit_status == 0


def test_killing_ends_the_whole_group() -> None:
    code = (
        "import subprocess, sys, time; "
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); "
        "print(child.pid, flush=True); time.sleep(60)"
    )
    guarded = GuardedProcess([sys.executable, "-c", code], PLENTY)
    assert guarded.process.stdout is not None
    child = int(guarded.process.stdout.readline())
    assert is_running(child)
    guarded.kill()
    assert not guarded.is_alive
    assert wait_until_gone(child)
    assert isinstance(guarded.describe_end(), ProcessError)


def test_a_child_left_behind_holds_nobody_up() -> None:
    code = (
        "import subprocess, sys; "
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); print(child.pid)"
    )
    started = time.monotonic()
    finished = run_limited([sys.executable, "-c", code], PLENTY)
    assert time.monotonic() - started < 30
    assert wait_until_gone(int(finished.stdout))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a request to the Linux kernel")
def test_a_guarded_process_dies_with_its_parent() -> None:
    code = (
        "import os, sys, time; from fieldproof.prove import GuardedProcess, Limits; "
        "g = GuardedProcess([sys.executable, '-c', 'import time; time.sleep(60)'], Limits(None, 2**30)); "
        "print(g.process.pid, flush=True); time.sleep(60)"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "src")}
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env=environment)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert is_running(child)
    parent.kill()
    parent.communicate()
    assert wait_until_gone(child)


def test_a_group_that_is_gone_has_no_memory() -> None:
    finished = subprocess.Popen([sys.executable, "-c", ""])
    finished.wait()
    assert get_resident_bytes(finished.pid) == 0
    assert get_resident_bytes(os.getpid()) > 2**20
