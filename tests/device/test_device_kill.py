"""A device killed at any moment goes on: all is in the log once, and it never contradicts itself."""

import subprocess
import sys
from pathlib import Path

import pytest
from live_gateway import CALENDAR, NETWORK_ID, READINGS_PER_WINDOW, WINDOW, LiveGateway

from fieldproof.store import DeviceWindow

PROGRAM = Path(__file__).with_name("device_process.py")


def run(live: LiveGateway, backlog: Path, moment: str, times: int) -> tuple[int, str]:
    command = [sys.executable, str(PROGRAM), live.url, str(backlog), moment, str(times)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=240, check=False)
    return done.returncode, done.stdout


@pytest.mark.parametrize("moment", ["before send", "after answer"])
def test_a_device_killed_at_every_send_in_turn_ends_with_every_reading_sealed_once(
    live: LiveGateway, tmp_path: Path, moment: str
) -> None:
    live.clock.set_ms(CALENDAR.compute_start_ms(WINDOW + 1))
    backlog = tmp_path / "backlog.db"
    for times in (1, 2, 3, 1):  # at the first packet, the second, the seal, and the seal again
        assert run(live, backlog, moment, times)[0] == -9
    assert run(live, backlog, "never", 1) == (0, "done\n")
    place = DeviceWindow(NETWORK_ID, 0, WINDOW)
    packets = live.store.log.get_packets(place)
    assert [packet.first_index for packet in packets] == [0, 2, 4]
    seal = live.store.log.get_seal(place)
    assert seal is not None
    assert seal.count == READINGS_PER_WINDOW
    assert live.store.verdicts.count_verdicts(NETWORK_ID) == {}
