"""What `fieldproof status` says of a running network: why devices are void, and what they carry."""

import json
import subprocess
import sys
from pathlib import Path

from fieldproof.run import Tools

from .networks import STREAKS
from .sites import RISING, open_site
from .world import SharedClock, make_fleet

PROGRAM = Path(sys.executable).with_name("fieldproof")
SOURCE = STREAKS.replace(
    "        total += sample.level\n",
    '        assert sample.level <= 95, "the tank runs over"\n        total += sample.level\n',
)
LINE = SOURCE.split("\n").index('        assert sample.level <= 95, "the tank runs over"') + 1
SHORT = ((0, 40), (1_000, 51))
OVERFLOWING = ((0, 50), (61_000, 90), (90_000, 96), (120_000, 20))
REASON = f"network.py:{LINE}: AssertionError: the tank runs over, at reading 2"


def call(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [PROGRAM, "status", folder, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)


async def test_status_names_line_message_and_reading_of_a_void_device_and_what_all_carry(
    tools: Tools, tmp_path: Path, clock: SharedClock
) -> None:
    folder = tmp_path / "network"
    folder.mkdir()
    tanks = make_fleet(3, has_attributes=False)
    async with open_site(folder, SOURCE, tools, clock, tanks) as site:
        for window, rows in enumerate(({0: RISING, 1: OVERFLOWING}, {0: SHORT, 1: RISING})):
            for device, each in rows.items():
                site.fleet.record_rows(device, window, each)
            await site.play(window, rows)
            await site.close(window, cohorts=1)
        status = json.loads(call(folder, "--json").stdout)
        text = call(folder).stdout
    assert status["voids"] == [{"window": 0, "device": 1, "void": REASON}]
    assert [each["void"] for each in status["windows"]] == [1, 0]
    carried = [(each["last_window"], each["state"]) for each in status["devices"]]
    assert carried == [
        (1, {"windows": 2, "level": 91}),
        (1, {"windows": 1, "level": 153}),
        (None, {"windows": 0, "level": 0}),
    ]
    assert REASON in text
    assert "windows 2, level 91" in text

    # The chain is started for the look alone; a source that is another one says nothing of what was packed.
    (folder / "network.py").write_text(SOURCE + "# changed\n")
    finished = call(folder, "--json")
    assert "what devices carry is not shown: the source is no longer the one" in finished.stderr
    assert all("state" not in each for each in json.loads(finished.stdout)["devices"])
    assert json.loads(finished.stdout)["voids"] == status["voids"]
