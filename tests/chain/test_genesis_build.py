"""The two genesis files, held against the geth and the contracts that they are for."""

import asyncio
import base64
import json
import subprocess
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from coincurve import PublicKey
from eth_utils.crypto import keccak

from chain.genesis_samples import CHAIN_ID, TIME_S, make_party, make_spec, with_party
from chain.guide import GUIDE, read_guide_spec
from fieldproof.chain.application.genesis import Genesis, parse_genesis
from fieldproof.chain.application.state import compute_leaves
from fieldproof.chain.beacon import draw_committee
from fieldproof.chain.commitment import compute_application_hash
from fieldproof.chain.contracts import CONTRACTS, REWARDS, STAKING, load_contract, load_runtime
from fieldproof.chain.errors import GenesisError
from fieldproof.chain.genesis import GenesisFiles, Spec, build_genesis, merge_parties
from fieldproof.chain.genesis.initial import WEI
from fieldproof.chain.genesis.spec import decode_hex
from fieldproof.chain.toolchain import Programs
from fieldproof.prove import ensure


@pytest.fixture(scope="module")
def files(programs: Programs) -> GenesisFiles:
    return build(make_spec(), programs)


@pytest.fixture(scope="module")
def consensus(files: GenesisFiles) -> dict[str, Any]:
    return json.loads(files.consensus)


@pytest.fixture(scope="module")
def genesis(consensus: dict[str, Any]) -> Genesis:
    return parse_genesis(json.dumps(consensus["app_state"]).encode())


@pytest.fixture(scope="module")
def geth(files: GenesisFiles, programs: Programs, tmp_path_factory: pytest.TempPathFactory) -> "Geth":
    folder = tmp_path_factory.mktemp("geth")
    (folder / "genesis.json").write_text(files.execution)
    geth = Geth(programs.geth, folder)
    geth.run("init", str(folder / "genesis.json"))
    return geth


class Geth:
    """A geth in a folder, asked through its console."""

    def __init__(self, program: Path, folder: Path) -> None:
        self._command = [str(program), "--datadir", str(folder / "data"), "--verbosity", "1"]

    def run(self, *arguments: str) -> str:
        done = subprocess.run(
            [*self._command, *arguments], capture_output=True, text=True, timeout=120, check=True
        )
        return done.stdout

    def ask(self, script: str) -> Any:
        quiet = ("--nodiscover", "--port", "0", "--maxpeers", "0", "--authrpc.port", "0", "--ipcdisable")
        return json.loads(json.loads(self.run(*quiet, "--exec", f"JSON.stringify({script})", "console")))

    def call(self, *calls: tuple[Any, ...]) -> list[Any]:
        """Call functions, each a contract, a name, arguments; return what they give, or how they fail."""
        items = [load_contract(name).functions[function] for name, function, *_ in calls]
        requests = [
            {"to": "0x" + CONTRACTS[call[0]].hex(), "data": "0x" + item.encode_call(*call[2:]).hex()}
            for call, item in zip(calls, items, strict=True)
        ]
        attempt = "function (c) { try { return eth.call(c, 0) } catch (e) { return e + '' } }"
        answers = self.ask(f"{json.dumps(requests)}.map({attempt})")
        return [
            item.decode_result(bytes.fromhex(answer[2:])) if answer.startswith("0x") else answer
            for item, answer in zip(items, answers, strict=True)
        ]


def build(spec: Spec, programs: Programs) -> GenesisFiles:
    return asyncio.run(build_genesis(spec, programs, ensure().anvil))


def test_the_same_specification_gives_the_same_bytes_in_whatever_order_it_is_written(
    files: GenesisFiles, programs: Programs
) -> None:
    spec = make_spec()
    shuffled = replace(spec, parties=spec.parties[::-1], accounts=spec.accounts[::-1])
    again = build(shuffled, programs)
    assert (again.consensus, again.execution) == (files.consensus, files.execution)
    assert again.digest == files.digest


def test_another_specification_has_another_digest(files: GenesisFiles, programs: Programs) -> None:
    other = build(with_party(make_spec(), commission=1), programs)
    assert other.digest != files.digest
    assert other.execution != files.execution


def test_geth_s_block_0_is_the_one_that_the_application_begins_with(geth: Geth, genesis: Genesis) -> None:
    block = geth.ask("eth.getBlock(0)")
    assert block["hash"] == "0x" + genesis.execution_hash.hex()
    assert (block["timestamp"], block["gasLimit"]) == (TIME_S, make_spec().gas_limit)
    assert genesis.time_s == TIME_S


def test_geth_has_the_coins_and_the_contracts(geth: Geth, files: GenesisFiles) -> None:
    alloc = json.loads(files.execution)["alloc"]
    spec = make_spec()
    stakes = sum(party.stake for party in spec.parties) * WEI
    assert int(alloc["0x" + STAKING.hex()]["balance"], 16) == stakes
    assert int(alloc["0x" + REWARDS.hex()]["balance"], 16) == 0
    for account in spec.accounts:
        assert int(alloc[account.address]["balance"], 16) == account.coins * WEI
    for name, address in CONTRACTS.items():
        assert alloc["0x" + address.hex()]["code"] == "0x" + load_runtime(name).hex()
    codes = geth.ask(json.dumps(list(alloc)) + ".map(function (a) { return eth.getCode(a, 0) })")
    assert codes == [account.get("code", "0x") for account in alloc.values()]


def test_nothing_but_the_system_s_contracts_ours_and_the_accounts_stands_in_genesis(
    files: GenesisFiles,
) -> None:
    alloc = json.loads(files.execution)["alloc"]
    assert len(alloc) == 4 + len(CONTRACTS) + len(make_spec().accounts)
    assert all(int(word, 16) for account in alloc.values() for word in account.get("storage", {}).values())


def test_the_contracts_know_the_parameters_and_cannot_be_told_again(geth: Geth) -> None:
    spec = make_spec()
    staking = (
        spec.epoch_blocks,
        spec.unbonding_s,
        spec.jail_s,
        spec.double_sign_slash,
        spec.no_dealing_slash,
        spec.least_self_stake * WEI,
    )
    rewards = (spec.epoch_blocks, spec.block_reward_gwei * 10**9, spec.epoch_reward_gwei * 10**9)
    known = geth.call(
        ("Staking", "getParameters"),
        ("Rewards", "getParameters"),
        ("Staking", "initialize", staking),
        ("Rewards", "initialize", *rewards),
    )
    assert known[:2] == [(staking,), rewards]
    assert all("revert" in said for said in known[2:])


def test_the_contracts_know_every_party_as_it_registered(geth: Geth) -> None:
    parties = sorted(make_spec().parties, key=lambda party: decode_hex(party.operator))
    views = [("Staking", "getCandidate", decode_hex(party.operator)) for party in parties]
    (members,), *candidates = geth.call(("Staking", "getCandidates", 0, 100), *views)
    assert len(members) == len(parties)
    for member, (candidate,), party in zip(members, candidates, parties, strict=True):
        keys = [key.parse().compressed for key in (party.consensus, party.beacon)]
        found = (member[0], bytes([member[2]]) + member[3], bytes([member[4]]) + member[5])
        assert found == (decode_hex(party.operator), *keys)
        assert member[1] == keccak(PublicKey(keys[0]).format(compressed=False)[1:])[12:]
        assert member[6] == party.stake * WEI
        assert candidate[:2] == (decode_hex(party.owner), party.commission)


def test_the_pool_is_the_candidates_by_their_votes_and_the_committee_is_drawn_from_it(
    genesis: Genesis, consensus: dict[str, Any]
) -> None:
    spec = make_spec()
    by_votes = sorted(spec.parties, key=lambda party: -party.stake)[: spec.pool_size]
    assert [member.operator for member in genesis.pool] == [decode_hex(party.operator) for party in by_votes]
    drawn = draw_committee(genesis.seed, len(genesis.pool), spec.committee_size)
    keys = [genesis.pool[place] for place in drawn]
    expected = [base64.b64encode(bytes([key.consensus_prefix]) + key.consensus_x).decode() for key in keys]
    assert [item["pub_key"]["value"] for item in consensus["validators"]] == expected
    assert {item["power"] for item in consensus["validators"]} == {"1"}


def test_cometbft_s_genesis_says_what_consensus_needs(consensus: dict[str, Any], genesis: Genesis) -> None:
    parameters = consensus["consensus_params"]
    assert consensus["chain_id"] == f"sample-{CHAIN_ID}"
    assert consensus["genesis_time"] == "2027-01-15T08:00:00Z"
    assert parameters["block"] == {"max_bytes": str(8 * 2**20), "max_gas": "-1"}
    assert parameters["validator"] == {"pub_key_types": ["secp256k1eth"]}
    assert int(parameters["evidence"]["max_age_duration"]) < make_spec().unbonding_s * 10**9
    leaves = compute_leaves(genesis.parameters, genesis.state)
    assert consensus["app_hash"] == compute_application_hash(leaves.values).hex().upper()


def test_the_guide_s_specification_makes_a_chain_of_its_parties(programs: Programs) -> None:
    spec = Spec.parse(read_guide_spec())
    parties = [make_party(number, spec.chain_id) for number in range(4)]
    merged = merge_parties(spec, parties, 100)
    assert {item.name for item in fields(Spec) if item.name not in GUIDE.read_text()} == set()
    files = build(Spec.parse(merged.format()), programs)
    alloc = json.loads(files.execution)["alloc"]
    assert all(int(alloc[party.operator]["balance"], 16) == 100 * WEI for party in parties)
    genesis = parse_genesis(json.dumps(json.loads(files.consensus)["app_state"]).encode())
    assert {member.operator for member in genesis.pool} == {decode_hex(party.operator) for party in parties}
    assert json.loads(files.consensus)["chain_id"] == "mine-4242"


def test_a_specification_that_no_chain_can_begin_with_is_refused_before_anything_is_started(
    tmp_path: Path,
) -> None:
    nowhere = tmp_path / "nowhere"
    with pytest.raises(GenesisError, match="stake"):
        asyncio.run(build_genesis(with_party(make_spec(), stake=1), Programs(nowhere), nowhere))
