"""When window 0 begins: parsed, bounded, put on the chain once and never moved."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from fieldproof.networks import copy_network
from fieldproof.run import Blueprint, NetworkFolder, Node, NodeSettings, RunError, Tools, parse_genesis
from fieldproof.run.genesis import MAXIMUM_AHEAD_S, choose_genesis
from fieldproof.settle import Anvil, SettlementContract

from .conftest import fund, make_keystores
from .networks import POSTED
from .world import ENVIRONMENT, GENESIS_S, SharedClock

PROGRAM = Path(sys.executable).with_name("fieldproof")
WEEK_S, MONDAY_AT_FIVE_S = 604_800, 363_600


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2026-06-01T05:00:00Z", 1_780_290_000),
        ("2026-06-01T05:00:00+00:00", 1_780_290_000),
        ("1780290000", 1_780_290_000),
        ("1970-01-01T00:00:00Z", 0),
        ("0", 0),
    ],
)
def test_a_genesis_is_a_time_in_utc_or_a_number_of_seconds(text: str, seconds: int) -> None:
    assert parse_genesis(text) == seconds


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("tomorrow", "no time"),
        ("", "no time"),
        ("-1", "no time"),
        ("1780290000.5", "no time"),
        ("2026-06-01", "no time in UTC"),
        ("2026-06-01T05:00:00", "no time in UTC"),
        ("2026-06-01T05:00:00+02:00", "no time in UTC"),
        ("2026-06-01T05:00:00.5Z", "no whole second"),
        ("1969-12-31T23:59:59Z", "before 1970"),
    ],
)
def test_what_is_no_whole_second_in_utc_is_refused(text: str, reason: str) -> None:
    with pytest.raises(RunError, match=reason) as refused:
        parse_genesis(text)
    assert "2026-06-01T05:00:00Z" in str(refused.value.hint)


def test_driving_begins_its_weeks_on_mondays_at_five() -> None:
    assert parse_genesis("2026-06-01T05:00:00Z") % WEEK_S == MONDAY_AT_FIVE_S


def test_window_0_begins_in_the_past_or_at_most_a_month_ahead() -> None:
    now_s = GENESIS_S + 17
    assert choose_genesis(None, window_s=300, now_s=now_s) == GENESIS_S
    for given_s in (0, now_s, now_s + MAXIMUM_AHEAD_S):
        assert choose_genesis(given_s, window_s=300, now_s=now_s) == given_s
    with pytest.raises(RunError, match="31 days from now, 31 at most"):
        choose_genesis(now_s + MAXIMUM_AHEAD_S + 1, window_s=300, now_s=now_s)


async def test_the_chain_counts_windows_from_a_given_genesis_and_no_other_is_taken_later(
    tools: Tools, anvil: Anvil, folder: Path, clock: SharedClock
) -> None:
    make_keystores(folder)
    await fund(anvil, folder)
    blueprint, place = Blueprint.build({"network.py": POSTED}), NetworkFolder(folder)
    given_s = GENESIS_S + 77
    settings = NodeSettings(rpc_url=anvil.url, genesis_s=given_s, environment=ENVIRONMENT)
    async with Node.start(place, blueprint, tools, settings, clock=clock) as node:
        contract = SettlementContract(anvil.client, node.deployment.settlement)
        assert (await contract.get_settings())["genesis"] == given_s
        assert (await contract.get_times(2)).starts_s == given_s + 2 * 300
        assert node.calendar.compute_start_ms(0) == given_s * 1000
    async with Node.start(place, blueprint, tools, replace(settings, genesis_s=None), clock=clock) as node:
        assert node.calendar.genesis_s == given_s
    with pytest.raises(RunError, match=f"began {given_s} s after 1970"):
        async with Node.start(place, blueprint, tools, replace(settings, genesis_s=GENESIS_S), clock=clock):
            pass


def call(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=280, check=False)


@pytest.mark.parametrize("command", ["up", "run"])
def test_a_genesis_that_is_none_is_refused_before_anything_is_started(folder: Path, command: str) -> None:
    data = ("--data", folder / "network.py") if command == "run" else ()
    finished = call(command, folder, *data, "--genesis", "next monday")
    assert finished.returncode == 1
    assert "error: 'next monday' is no time" in finished.stderr
    assert "hint: Write a whole second in UTC" in finished.stderr
    assert not (folder / ".fieldproof").exists()


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_driving_is_replayed_by_weeks_that_begin_on_mondays_at_five(tmp_path: Path) -> None:
    folder = tmp_path / "driving"
    copy_network("driving", folder)
    finished = call("run", folder, "--data", folder / "data.csv", "--genesis", "2025-12-29T05:00:00Z")
    assert finished.returncode == 0, finished.stderr
    record = NetworkFolder(folder).load_deployment()
    assert record is not None
    assert record.genesis_s % WEEK_S == MONDAY_AT_FIVE_S
