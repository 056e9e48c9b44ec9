"""Every command: help with an example, JSON, exit codes, errors without a stack trace."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import click
import httpx
import pytest

from fieldproof.cli import cli

PROGRAM = Path(sys.executable).with_name("fieldproof")


def call(*arguments: str | Path, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PROGRAM, *map(str, arguments)], cwd=folder, capture_output=True, text=True, timeout=280, check=False
    )


@pytest.fixture
def network(tmp_path: Path) -> Path:
    assert call("new", tmp_path / "rooftops").returncode == 0
    return tmp_path / "rooftops"


def list_commands(group: click.Group, context: click.Context) -> Iterator[click.Context]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        inner = click.Context(command, info_name=name, parent=context)
        if isinstance(command, click.Group):
            yield from list_commands(command, inner)
        else:
            yield inner


@pytest.mark.parametrize(
    "context",
    list(list_commands(cli, click.Context(cli, info_name="fieldproof"))),
    ids=lambda context: context.command_path,
)
def test_help_has_an_example_and_json(context: click.Context) -> None:
    said = context.get_help()
    assert f"Example: {context.command_path} " in said + " "
    assert "--json" in said


def test_the_help_of_every_group_loads_and_ends_well() -> None:
    for group in ((), ("chain",), ("chain", "genesis")):
        assert call(*group, "--help").returncode == 0


def test_help_loads_no_heavy_library() -> None:
    script = (
        "import sys\n"
        "from fieldproof.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'web3', 'cryptography', 'coincurve', 'fastapi', 'httpx', 'rich'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)


def test_an_unknown_command_is_a_usage_error() -> None:
    assert call("fly").returncode == 2


def test_a_new_folder_is_never_written_over(network: Path) -> None:
    finished = call("new", network)
    assert finished.returncode == 1
    assert finished.stderr == (
        f"error: {network} is not empty\nhint: Name a folder that does not exist yet.\n"
    )


def test_check_reports_all_mistakes_with_line_and_remedy(network: Path) -> None:
    source = (network / "network.py").read_text()
    broken = source.replace("total += sample.irradiance", "total += sample.iradiance / 2")
    (network / "network.py").write_text(broken)
    finished = call("check", network)
    assert finished.returncode == 1
    assert "network.py:" in finished.stdout
    assert "^" in finished.stdout
    mistakes = json.loads(call("check", network, "--json").stdout)["mistakes"]
    assert len(mistakes) >= 2
    assert all(mistake["remedy"] and mistake["line"] > 1 for mistake in mistakes)


def test_cost_shows_functions_lines_and_operations_and_draws_them(network: Path) -> None:
    picture = network / "cost.svg"
    finished = call("cost", network, "--quick", "--svg", picture)
    assert finished.returncode == 0
    (line,) = (each for each in finished.stdout.split("\n") if "if step > LARGEST_JUMP:" in each)
    assert "█" in line
    assert "reward (network.py)" in finished.stdout
    drawing = ElementTree.parse(picture).getroot()
    assert drawing.tag == "{http://www.w3.org/2000/svg}svg"
    titles = [each.text or "" for each in drawing.iter("{http://www.w3.org/2000/svg}title")]
    assert any(each.startswith("network.py:50: if step > LARGEST_JUMP:: ") for each in titles)
    assert any(each.startswith("comparisons ×960: ") for each in titles)
    assert "hint" not in finished.stderr


def test_cost_gives_prices_for_gas_coin_and_token(network: Path) -> None:
    prices = ("--gas-price", "2", "--coin-price", "3000", "--token-price", "0.5")
    facts = json.loads(call("cost", network, "--quick", "--json", *prices).stdout)
    (row,) = (each for each in facts["by_cohort"] if each["cohort"] == 16)
    coins = row["gas"] / 16 * 2 / 10**9
    assert float(row["coins_per_device_window"]) == pytest.approx(coins, rel=1e-4)
    assert float(row["price"]) == pytest.approx(coins * 3000, rel=1e-3)
    assert float(row["tokens_to_pay_it"]) == pytest.approx(coins * 6000, rel=1e-3)
    lines = facts["lines"]
    assert {each["function"] for each in lines} == {"reward"}
    assert sum(each["gates"] for each in lines) == pytest.approx(facts["parts"]["program"], abs=len(lines))


def test_cost_suggests_what_would_be_cheaper(network: Path) -> None:
    source = (network / "network.py").read_text()
    assert json.loads(call("cost", network, "--quick", "--json").stdout)["suggestions"] == []
    dear = source.replace("previous = window[0]", "previous = window[len(window) - 1]")
    (network / "network.py").write_text(dear)
    assert "cheaper: a reading is taken at a place" in call("cost", network, "--quick").stdout


def test_check_explains_a_mistake_by_its_number() -> None:
    finished = call("check", "--explain", "fp104")
    assert finished.returncode == 0
    assert finished.stdout.startswith("## FP104: a division that gives a fraction\n")
    assert "Instead:" in finished.stdout
    assert json.loads(call("check", "--explain", "FP104", "--json").stdout)["code"] == "FP104"
    assert call("check", "--explain", "FP999").returncode == 2


def test_explain_gives_bounds_and_where_they_come_from(network: Path) -> None:
    finished = call("explain", f"{network}/network.py:55")
    assert finished.returncode == 0
    assert finished.stdout.startswith("network.py:55: total += sample.irradiance\n")
    assert (
        "total is 0 … 960,000: 60 rounds each add sample.irradiance, 0 … 16,000 (line 55)" in finished.stdout
    )
    facts = json.loads(call("explain", "network.py:55", "--json", folder=network).stdout)
    assert (facts["values"][0]["low"], facts["values"][0]["high"]) == (0, 960_000)
    assert facts["values"][0]["from"][0]["expression"] == "sample.irradiance"


def test_explain_refuses_what_it_cannot_explain(network: Path) -> None:
    assert call("explain", "network.py", folder=network).returncode == 2
    assert call("explain", "other.py:3", folder=network).returncode == 2
    finished = call("explain", "network.py:1", folder=network)
    assert finished.returncode == 1
    assert "error: line 1 of network.py stands in no function" in finished.stderr
    assert "hint:" in finished.stderr


@pytest.mark.parametrize("command", ["status", "withdraw", "export"])
def test_what_needs_a_deployment_says_so(network: Path, command: str) -> None:
    arguments = [network, network / "out"] if command == "export" else [network]
    finished = call(command, *arguments)
    assert finished.returncode == 1
    assert "was never deployed" in finished.stderr
    assert "hint: `fieldproof run` or `fieldproof up` deploys it." in finished.stderr
    assert "Traceback" not in finished.stderr


def test_data_that_cannot_be_replayed_names_its_line(network: Path) -> None:
    data = network / "data.csv"
    data.write_text("device_id,time,irradiance,temperature\nroof-1,2016-01-01 17:00,1,2\n")
    finished = call("run", network, "--data", data)
    assert finished.returncode == 1
    assert "data.csv" in finished.stderr
    assert "2" in finished.stderr
    assert "hint:" in finished.stderr
    assert "Traceback" not in finished.stderr


def test_a_device_without_attributes_is_named(network: Path) -> None:
    data = network / "data.csv"
    data.write_text("device_id,time,irradiance,temperature\nstranger,2016-01-01T17:00:00Z,1,2\n")
    finished = call("run", network, "--data", data)
    assert finished.returncode == 1
    assert "says nothing of stranger" in finished.stderr


def test_an_audit_wants_exactly_one_chain(network: Path) -> None:
    assert call("audit", network).returncode == 2


def test_an_audit_of_no_export_says_so(network: Path) -> None:
    finished = call("audit", network, "--rpc", "http://127.0.0.1:1")
    assert finished.returncode == 1
    assert "error:" in finished.stderr
    assert "Traceback" not in finished.stderr


def test_up_serves_until_it_is_told_to_stop(network: Path) -> None:
    process = subprocess.Popen(
        [PROGRAM, "up", str(network), "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        text = ""
        for line in process.stdout:
            text += line
            if line.startswith("}"):
                break
        facts = json.loads(text)
        assert httpx.get(f"{facts['gateway_url']}/ready").status_code == 200
        second = call("up", network)
        assert second.returncode == 1
        assert "hint:" in second.stderr
        assert "Traceback" not in second.stderr
        status = json.loads(call("status", network, "--json").stdout)
        assert status == {"windows": [], "voids": [], "devices": [], "refusals": {}}
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0
    finally:
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
        process.communicate()


@pytest.mark.slow
def test_the_demo_holds_and_says_the_same_as_json() -> None:
    finished = call("demo", "--json")
    assert finished.returncode == 0, finished.stderr
    facts = json.loads(finished.stdout)
    assert facts["holds"]
    assert len(facts["rows"]) == 24
    assert len(facts["claims"]) == 8
    assert all(claim["holds"] for claim in facts["claims"])
    assert sum(row["tokens"] for row in facts["rows"]) <= 3_000
