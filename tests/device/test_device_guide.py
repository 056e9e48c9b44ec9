"""The guide's program runs as it stands there."""

import re
import sys
from pathlib import Path

import pytest
from live_gateway import CALENDAR, KEYS, NETWORK_ID, RECEIPT_KEY, run_gateway

from fieldproof.device import SendReport

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "devices.md"

NETWORK = """
from fieldproof import Network, Reading, field

class Sample(Reading):
    irradiance: int = field(unit="W/m2", scale=10, low=0, high=1600)
    temperature: int = field(unit="Cel", scale=100, low=-60, high=60)

network = Network(name="guide", reading=Sample, program=lambda window: 1, window="1m", grace="30s",
                  readings_per_window=6, pool_per_window="1")
"""


def test_the_guides_program_sends_a_reading_and_gets_its_receipt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "network.py").write_text(NETWORK)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    program = re.search(r"```python device.py\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    assert program is not None
    source = program[1].replace('temperature="21.5"', 'temperature="21.5", irradiance=500')
    assert len(source.splitlines()) < 25
    KEYS[0].save(tmp_path / "device.key")
    with run_gateway(tmp_path / "gateway") as live:
        names = {
            "NETWORK_ID": NETWORK_ID.hex(),
            "GENESIS_S": CALENDAR.genesis_s,
            "DEVICE_NUMBER": 0,
            "GATEWAY_ADDRESS": RECEIPT_KEY.address.hex(),
            "GATEWAY_URL": live.url,
        }
        # The gateway's clock stands in its test's window: the device is given the same one.
        source = source.replace('Path("backlog.db"))', 'Path("backlog.db"), clock=CLOCK)')
        names["CLOCK"] = live.clock
        exec(compile(source, "device.py", "exec"), names)
    assert names["report"] == SendReport(1, (), (), ())
    sys.modules.pop("network", None)
