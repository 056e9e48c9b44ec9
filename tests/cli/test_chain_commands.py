"""Commands of the chain that need no running chain: what they refuse leaves nothing behind."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from chain.guide import read_guide_spec
from fieldproof.chain import load_party, load_spec

PROGRAM = Path(sys.executable).with_name("fieldproof")
OWNER = "0x" + "ab" * 20


def call(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PROGRAM, "chain", *map(str, arguments)], capture_output=True, text=True, timeout=280, check=False
    )


def init(folder: Path, *options: str | Path) -> subprocess.CompletedProcess[str]:
    return call("init", folder, "--name", "alice", "--chain-id", "4242", "--json", *options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--owner", "0xzz"), "0xzz is no address of 20 bytes in hex"),
        (("--owner", "0x" + "ab" * 19), "is no address of 20 bytes in hex"),
        (("--owner", "0x" + "00" * 20), "the zero address owns nothing"),
        (("--genesis", "."), "has no genesis.json"),
    ],
)
def test_a_node_that_cannot_be_leaves_no_keys_and_can_be_made_again(
    options: tuple[str, ...], message: str, tmp_path: Path
) -> None:
    folder = tmp_path / "node"
    refused = init(folder, *options)
    assert refused.returncode == 2
    assert message in refused.stderr
    assert not folder.exists()
    made = init(folder, "--owner", OWNER)
    assert made.returncode == 0, made.stderr
    party = load_party(folder / "party.toml")
    assert (party.operator, party.owner) == (json.loads(made.stdout)["operator"], OWNER)
    again = init(folder)
    assert (again.returncode, "exists already" in again.stderr) == (1, True)


def test_parties_are_merged_into_the_guide_s_specification_with_coins_for_their_operators(
    tmp_path: Path,
) -> None:
    spec_file, operators = tmp_path / "spec.toml", set()
    spec_file.write_text(read_guide_spec())
    for name in ("a", "b"):
        operators.add(json.loads(init(tmp_path / name).stdout)["operator"])
    parties = [tmp_path / name / "party.toml" for name in ("a", "b")]
    merged = call("genesis", "add-validator", *parties, "--to", spec_file, "--json")
    assert merged.returncode == 0, merged.stderr
    assert set(json.loads(merged.stdout)["parties"]) == operators
    accounts = {account.address: account.coins for account in load_spec(spec_file).accounts}
    assert {accounts[operator] for operator in operators} == {100}
    assert call("keys", tmp_path / "a", "--json").returncode == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--withdraw",), "are for one BUCKET"),
        (("--end-renewal",), "are for one BUCKET"),
        (("7", "--end-renewal", "--withdraw"), "not both"),
    ],
)
def test_unstake_refuses_what_makes_no_sense(options: tuple[str, ...], message: str, tmp_path: Path) -> None:
    keystore = tmp_path / "key.json"
    keystore.write_text("{}")
    refused = call("unstake", *options, "--keystore", keystore)
    assert refused.returncode == 2
    assert message in refused.stderr
