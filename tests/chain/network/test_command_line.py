"""`fieldproof chain` as people use it: a network of named parties from nothing on, a devnet, the demo."""

import asyncio
import json
import os
import shutil
import signal
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from chain.genesis_samples import make_secret
from chain.guide import read_guide_spec
from fieldproof.chain import NodeSettings, Sender, Spec, StakingContract
from fieldproof.chain.genesis import Account
from fieldproof.chain.node.keys import save_secret
from fieldproof.chain.node.settings import Ports
from fieldproof.chain.toolchain import Programs
from fieldproof.core.ports import find_free_ports
from fieldproof.settle import CHAIN_ID, Call, ChainClient, KeySigner, get_development_account

PROGRAM = Path(sys.executable).with_name("fieldproof")
PASSWORD = "worthless"
EPOCH_BLOCKS = 12
UNBONDING_S = 26
"""The shortest that a chain with such epochs may have."""
COIN = 10**18

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@dataclass(frozen=True, slots=True)
class Finished:
    """A command that ended."""

    code: int
    stdout: str
    stderr: str

    @property
    def document(self) -> Any:
        """What it wrote; that it was asked to in JSON is for the caller to see to."""
        assert self.code == 0, self.stderr
        return json.loads(self.stdout)


async def start(*arguments: object) -> Process:
    environment = {**os.environ, "FIELDPROOF_PASSWORD": PASSWORD}
    command = [PROGRAM, "chain", *map(str, arguments)]
    return await asyncio.create_subprocess_exec(*command, env=environment, stdout=PIPE, stderr=PIPE)


async def call(*arguments: object, as_json: bool = True) -> Finished:
    process = await start(*arguments, *(["--json"] if as_json else []))
    stdout, stderr = await process.communicate()
    return Finished(process.returncode or 0, stdout.decode(), stderr.decode())


@asynccontextmanager
async def run_node(folder: Path) -> AsyncIterator[dict[str, str]]:
    """Run a node as its command does, and give what it says of itself."""
    process = await start("node", folder, "--json")
    assert process.stdout is not None
    try:
        yield json.loads(await process.stdout.readuntil(b"}"))
    finally:
        await stop(process)


async def stop(process: Process) -> None:
    """End a command in order; what went wrong before is what matters then."""
    if process.returncode is None:
        process.send_signal(signal.SIGTERM)
    _, stderr = await process.communicate()
    assert process.returncode == 0, stderr.decode()


async def wait_until(read: Callable[[], Awaitable[Finished]], holds: Callable[[Any], bool]) -> Any:
    """Return what a command says once it says what is waited for."""
    async with asyncio.timeout(240):
        while True:
            finished = await read()
            if finished.code == 0 and holds(document := finished.document):
                return document
            await asyncio.sleep(1)


class Person:
    """An account outside of all nodes, with a keystore and, where genesis says so, coins."""

    def __init__(self, folder: Path, name: str) -> None:
        secret = make_secret(f"command line {name}")
        self.signer = KeySigner(secret)
        self.address = "0x" + self.signer.address.hex()
        self.keystore = folder / f"{name}.json"
        save_secret(self.keystore, secret, PASSWORD)


class Network:
    """A network that is made by its parties' commands alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.spec_file = folder / "spec.toml"
        self.people = {name: Person(folder, name) for name in ("alice", "bob", "victor")}
        self.rpc = self.consensus = ""
        self.facts: dict[str, dict[str, str]] = {}

    def write_spec(self) -> None:
        """Write the guide's specification, made quick."""
        spec = replace(
            Spec.parse(read_guide_spec()),
            time_s=int(time.time()) - 2,
            epoch_blocks=EPOCH_BLOCKS,
            committee_size=2,
            unbonding_s=UNBONDING_S,
            evidence_s=1,
            accounts=tuple(Account(person.address, 100_000) for person in self.people.values()),
        )
        self.chain_id = spec.chain_id
        self.spec_file.write_text(spec.format())

    async def init(self, name: str, *options: object) -> Path:
        """Make a party's node, and give it ports of its own."""
        folder = self.folder / name
        finished = await call(
            *("init", folder, "--name", name, "--chain-id", self.chain_id, "--stake", 5_000),
            *("--owner", self.people[name].address, *options),
        )
        self.facts[name] = finished.document
        ports = Ports(*find_free_ports(len(Ports.__slots__)))
        replace(NodeSettings.load(folder), ports=ports).save(folder)
        return folder

    def introduce(self, name: str, other: str) -> None:
        """Write one party's node into another's settings."""
        settings, facts = NodeSettings.load(self.folder / other), self.facts[other]
        consensus = f"{facts['consensus_id']}@127.0.0.1:{settings.ports.consensus_peers}"
        execution = f"enode://{facts['execution_id']}@127.0.0.1:{settings.ports.execution_peers}?discport=0"
        own = NodeSettings.load(self.folder / name)
        replace(own, consensus_peers=(consensus,), execution_peers=(execution,)).save(self.folder / name)

    async def act(self, name: str, command: str, *arguments: object, as_json: bool = True) -> Finished:
        """Do something with somebody's coins."""
        options = ("--keystore", self.people[name].keystore, "--rpc", self.rpc, "--chain-id", self.chain_id)
        return await call(command, *arguments, *options, as_json=as_json)

    async def status(self) -> Finished:
        return await call("status", "--consensus", self.consensus)


async def test_named_parties_make_a_network_join_it_stake_vote_earn_and_leave(
    programs: Programs, anvil_program: Path, tmp_path: Path
) -> None:
    network = Network(tmp_path)
    network.write_spec()
    alice_folder = await network.init("alice")
    added = await call("genesis", "add-validator", alice_folder / "party.toml", "--to", network.spec_file)
    assert added.document == {"parties": [network.facts["alice"]["operator"]]}
    genesis = tmp_path / "genesis"
    built = (await call("genesis", "build", network.spec_file, "--out", genesis)).document
    assert len(built["sha256"]) == 64
    shutil.copy(genesis / "genesis.json", alice_folder / "cometbft" / "config" / "genesis.json")
    shutil.copy(genesis / "execution-genesis.json", alice_folder / "execution-genesis.json")
    bob_folder = await network.init("bob", "--genesis", genesis)
    network.introduce("bob", "alice")
    async with run_node(alice_folder) as alice_node:
        network.rpc, network.consensus = alice_node["rpc"], alice_node["consensus"]
        state = await wait_until(network.status, lambda state: state["height"] >= 2)
        assert [member["operator"] for member in state["committee"]] == [network.facts["alice"]["operator"]]
        async with (
            run_node(bob_folder),
            await ChainClient.connect(network.rpc, chain_id=network.chain_id) as client,
        ):
            await join(network, client, bob_folder)
            await stake_and_vote(network)
            await leave(network, client)
            await earn(network, client)
            await check_epochs(network)
            await resign(network, client)


async def join(network: Network, client: ChainClient, folder: Path) -> None:
    """Bob becomes a candidate, and nobody can in his place."""
    refused = await network.act("victor", "join", folder, "--days", 0)
    assert refused.code == 1
    assert f"the owner of this party is {network.people['bob'].address}, not the account" in refused.stderr
    joined = await network.act("bob", "join", folder, "--days", 0)
    operator = network.facts["bob"]["operator"]
    assert joined.document["block"] > 0
    assert f"Send the operator {operator} a few coins" in joined.stderr
    await Sender(client, network.people["bob"].signer).send(Call(bytes.fromhex(operator[2:]), b"", 10 * COIN))


async def stake_and_vote(network: Network) -> None:
    """Bob adds to his stake, which Victor cannot; Victor votes for Alice, twice."""
    alice, bob = (network.facts[name]["operator"] for name in ("alice", "bob"))
    refused = await network.act("victor", "stake", bob, 5)
    assert (refused.code, "that candidate is another's" in refused.stderr) == (2, True)
    assert (await network.act("bob", "stake", bob, 500, "--days", 0)).document["gas_used"] > 0
    await network.act("victor", "vote", alice, 700)
    await network.act("victor", "vote", alice, 300, "--days", 0, "--auto-renew")
    rows = (await network.act("victor", "unstake")).document
    assert [(row["operator"], row["coins"]) for row in rows] == [(alice, 700.0), (alice, 300.0)]
    assert [(row["lock_days"], row["renews"]) for row in rows] == [(91, False), (0, True)]
    shown = (await network.act("victor", "unstake", as_json=False)).stdout.splitlines()
    assert " ".join(shown[0].split()) == "bucket operator coins lock days renews unlocks at at risk until"
    unlocks_at = datetime.fromtimestamp(rows[0]["unlocks_at_s"], UTC)
    assert " ".join(shown[1].split()).endswith(f" 700.00 91 False {unlocks_at:%Y-%m-%d %H:%M:%S} UTC -")


async def leave(network: Network, client: ChainClient) -> None:
    """Victor gets back what is locked no longer, and is told why he does not where it is."""
    locked, renewing = [row["bucket"] for row in (await network.act("victor", "unstake")).document]
    refused = await network.act("victor", "unstake", locked)
    assert (refused.code, f"bucket {locked} is locked until 20" in refused.stderr) == (1, True)
    refused = await network.act("victor", "unstake", locked, "--end-renewal")
    assert (refused.code, "does not renew" in refused.stderr) == (1, True)
    refused = await network.act("victor", "unstake", renewing)
    assert (refused.code, f"unstake {renewing} --end-renewal` begins them" in refused.stderr) == (1, True)
    refused = await network.act("victor", "unstake", renewing, "--withdraw")
    assert (refused.code, f"bucket {renewing} was not unstaked" in refused.stderr) == (1, True)
    ended = (await network.act("victor", "unstake", renewing, "--end-renewal")).document[0]
    unstaked = (await network.act("victor", "unstake", renewing)).document[0]
    assert unstaked["at_risk_until_s"] >= ended["unlocks_at_s"] + UNBONDING_S
    refused = await network.act("victor", "unstake", renewing, "--withdraw")
    assert (refused.code, "answers for its candidate until 20" in refused.stderr) == (1, True)
    while (await client.get_latest_block()).time_s < unstaked["at_risk_until_s"]:
        await asyncio.sleep(1)
    before = await client.get_balance(network.people["victor"].signer.address)
    assert (await network.act("victor", "unstake", renewing, "--withdraw")).code == 0
    paid = await client.get_balance(network.people["victor"].signer.address) - before
    assert 299 * COIN < paid < 300 * COIN
    assert [row["bucket"] for row in (await network.act("victor", "unstake")).document] == [locked]


async def earn(network: Network, client: ChainClient) -> None:
    """Whoever owns a candidate and whoever voted for it are paid, once Bob is in the committee."""
    await wait_until(network.status, lambda state: len(state["committee"]) == 2)
    alice = network.facts["alice"]["operator"]
    for name, operators in (("alice", ()), ("victor", (alice,))):
        account = network.people[name].signer.address
        before = await client.get_balance(account)
        claimed = await network.act(name, "claim", *operators, "--consensus", network.consensus)
        assert claimed.document["epochs_credited"] >= 0
        assert await client.get_balance(account) > before


async def check_epochs(network: Network) -> None:
    """All seeds and committees follow from chain data, up to one of a beacon in which Bob dealt too."""
    urls = ("--rpc", network.rpc, "--consensus", network.consensus)

    async def check_last() -> Finished:
        state = (await network.status()).document
        return await call("verify-epoch", state["epoch"] - 1, *urls)

    # Before his operator had coins, a seed may have been missed for want of his dealing.
    last = await wait_until(check_last, lambda rows: rows[0]["dealings"] == 2)
    count = last[0]["epoch"] + 1
    genesis = network.folder / "genesis" / "genesis.json"
    rows = (await call("verify-epoch", 0, "--count", count, "--genesis", genesis, *urls)).document
    assert [row["epoch"] for row in rows] == list(range(count))
    assert rows[-1:] == last
    assert not last[0]["missed"]
    assert set(last[0]["committee"]) == {network.facts[name]["operator"] for name in ("alice", "bob")}


async def resign(network: Network, client: ChainClient) -> None:
    """Bob ends his candidacy, which nobody else can."""
    bob = network.facts["bob"]["operator"]
    assert (await network.act("victor", "resign", bob)).code == 1
    assert (await network.act("bob", "resign", bob)).document["block"] > 0
    assert (await StakingContract(client).get_standing(bytes.fromhex(bob[2:]))).has_resigned


async def test_a_devnet_says_first_where_it_is(
    programs: Programs, anvil_program: Path, tmp_path: Path
) -> None:
    small = ("--validators", 1, "--committee", 1, "--epoch-blocks", 12, "--port", 0)
    process = await start("devnet", tmp_path / "d", *small, "--json")
    assert process.stdout is not None
    try:
        facts = json.loads(await process.stdout.readline())
        assert facts["chain_id"] == CHAIN_ID
        blocks = [json.loads(await process.stdout.readline()) for _ in range(2)]
        assert 0 < blocks[0]["height"] < blocks[1]["height"]
        assert facts["faucets"][0] == "0x" + get_development_account(0).address.hex()
        async with await ChainClient.connect(facts["rpc"], chain_id=CHAIN_ID) as client:
            assert await client.get_balance(bytes.fromhex(facts["faucets"][9][2:])) == 1_000_000 * COIN
        assert (await call("status", "--consensus", facts["consensus"])).document["epoch_blocks"] == 12
    finally:
        await stop(process)


async def test_the_demo_holds(programs: Programs, anvil_program: Path) -> None:
    finished = await call("demo")
    facts = finished.document
    assert facts["holds"]
    assert len(facts["claims"]) == 7
    assert all(claim["holds"] for claim in facts["claims"])
    assert len(facts["epochs"]) > 2
    shutil.rmtree(facts["folder"])
