"""A world with geth itself: one process for each node, on loopback, with the flags that a node gives it."""

import asyncio
import contextlib
import json
import shutil
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from chain.application.application_samples import find_index, get_operator_secret, make_bytes, make_member
from chain.genesis_samples import make_key
from chain.harness.memory_engine import Loss
from chain.harness.memory_world import CANDIDATES
from chain.harness.sequence import World
from fieldproof.chain.application.application import Timing
from fieldproof.chain.application.engine import EngineClient, Verdict
from fieldproof.chain.application.genesis import Genesis, parse_genesis
from fieldproof.chain.application.payload import Attributes
from fieldproof.chain.errors import EngineError
from fieldproof.chain.genesis import Account, GenesisFiles, Party, Spec, build_genesis
from fieldproof.chain.node.keys import BEACON_PURPOSE, CONSENSUS_PURPOSE
from fieldproof.chain.node.layout import (
    build_geth_command,
    create_folder,
    get_state_options,
    read_execution_rules,
    write_geth,
)
from fieldproof.chain.node.settings import NodeFolder, NodeSettings, Ports
from fieldproof.chain.toolchain import Programs
from fieldproof.core.launcher import guard_command
from fieldproof.core.ports import find_free_ports
from fieldproof.settle import Call, Fees, KeySigner, UnsignedTransaction

CHAIN_ID = 31337
TIMING = replace(Timing(), allowance_s=0.1, sync_patience_s=60.0)
"""A machine with much to do is no reason to refuse a block."""

POOL_WITHIN_S = 20.0
FEES = Fees(100 * 10**9, 10**9)
GAS = 1_000_000


@dataclass(frozen=True, slots=True)
class GethChain:
    """What all these worlds begin with."""

    programs: Programs
    files: GenesisFiles
    genesis: Genesis
    templates: Path
    """Data folders of geth at block 0, one for each way to keep states."""


def make_spec() -> Spec:
    """Return the chain of the candidates that the worlds in memory have too."""
    operators = [make_member(index).operator for index in range(CANDIDATES)]
    return Spec(
        name="harness",
        chain_id=CHAIN_ID,
        time_s=1_700_000_000,
        seed=make_bytes("seed").hex(),
        epoch_blocks=12,
        committee_size=3,
        pool_size=4,
        gas_limit=30_000_000,
        fault_expiry_blocks=14,
        evidence_s=14,
        accounts=tuple(Account("0x" + operator.hex(), 1_000) for operator in operators),
        parties=tuple(_make_party(index) for index in range(CANDIDATES)),
    )


def _make_party(index: int) -> Party:
    operator = make_member(index).operator
    roles = CHAIN_ID, operator, operator
    return Party(
        operator="0x" + operator.hex(),
        owner="0x" + operator.hex(),
        consensus=make_key(make_bytes(f"consensus {index}"), CONSENSUS_PURPOSE, *roles),
        beacon=make_key(make_bytes(f"beacon {index}"), BEACON_PURPOSE, *roles),
        stake=10_000 - 100 * index,
    )


async def make_chain(programs: Programs, anvil: Path, folder: Path) -> GethChain:
    """Build genesis, and geth's data at block 0."""
    files = await build_genesis(make_spec(), programs, anvil)
    genesis = parse_genesis(json.dumps(json.loads(files.consensus)["app_state"]).encode())
    (folder / "genesis.json").write_text(files.execution)
    for is_archive in (False, True):
        options = get_state_options(NodeSettings("template", is_archive=is_archive))
        command = [str(programs.geth), *options, "--datadir", str(folder / str(is_archive)), "init"]
        await _run([*command, str(folder / "genesis.json")])
    return GethChain(programs, files, genesis, folder)


async def _run(command: list[str]) -> None:
    nothing = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(*guard_command(command), stdout=nothing, stderr=nothing)
    assert await process.wait() == 0


class Wallets:
    """Signs what the candidates publish; each transaction is meant for the next block."""

    def __init__(self) -> None:
        self.signed: list[bytes] = []
        self.counts: Counter[bytes] = Counter()
        """How many each account has signed."""
        self._waiting: list[tuple[bytes, Call]] = []

    def publish(self, sender: bytes, contract: bytes, data: bytes) -> None:
        self._waiting.append((sender, Call(contract, data)))

    async def sign(self) -> None:
        for sender, call in self._waiting:
            signer = KeySigner(get_operator_secret(find_index(sender)))
            unsigned = UnsignedTransaction(CHAIN_ID, self.counts[sender], call, GAS, FEES)
            self.signed.append((await signer.sign_transaction(unsigned)).raw)
            self.counts[sender] += 1
        self._waiting.clear()


class GethEngine(EngineClient):
    """The real client. Before it has a block built, geth's pool has all that was published."""

    def __init__(self, url: str, secret: bytes, wallets: Wallets) -> None:
        super().__init__(url, secret)
        self._wallets = wallets
        self._sent = 0

    def forget(self) -> None:
        """Geth's pool is empty again."""
        self._sent = 0

    async def set_head(self, block_hash: bytes, attributes: Attributes | None = None) -> Verdict:
        if attributes is not None and await self.get_block_hash(attributes.withdrawal.index) == block_hash:
            await super().set_head(block_hash)
            await self._fill_pool()
        return await super().set_head(block_hash, attributes)

    async def _fill_pool(self) -> None:
        for raw in self._wallets.signed[self._sent :]:
            try:
                await self._request("eth_sendRawTransaction", "0x" + raw.hex())
            except EngineError as failure:
                if not any(known in str(failure) for known in ("already known", "nonce too low")):
                    raise
        self._sent = len(self._wallets.signed)
        async with asyncio.timeout(POOL_WITHIN_S):
            for sender, count in self._wallets.counts.items():
                account = "0x" + sender.hex()
                while int(await self._request("eth_getTransactionCount", account, "pending"), 16) < count:
                    await asyncio.sleep(0.01)


class GethClient:
    """One geth."""

    def __init__(self, chain: GethChain, path: Path, *, is_archive: bool, wallets: Wallets) -> None:
        self._chain = chain
        self._folder = NodeFolder(path)
        self._is_archive = is_archive
        self._wallets = wallets
        self._settings = NodeSettings(
            path.name, Ports(*find_free_ports(len(Ports.__slots__))), is_archive=is_archive
        )
        self._process: asyncio.subprocess.Process | None = None
        _, identity = create_folder(path, self._settings)
        self.enode = f"enode://{identity}@127.0.0.1:{self._settings.ports.execution_peers}?discport=0"
        self._folder.execution_genesis.write_text(chain.files.execution)
        self.engine: Any = None

    async def start(self, peers: list[str]) -> None:
        """Begin at block 0."""
        self._settings = replace(self._settings, execution_peers=tuple(peers))
        write_geth(self._folder, self._settings)
        self._fill_folder()
        await self._launch()
        secret = bytes.fromhex(self._folder.engine_secret.read_text())
        url = f"http://127.0.0.1:{self._settings.ports.engine}"
        self.engine = GethEngine(url, secret, self._wallets)

    def _fill_folder(self) -> None:
        shutil.copytree(self._chain.templates / str(self._is_archive) / "geth", self._folder.geth / "geth")

    async def _launch(self) -> None:
        rules = read_execution_rules(self._folder)
        command = build_geth_command(self._chain.programs, self._folder, self._settings, rules)
        with (self._folder.logs / "geth.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *guard_command(command), stdout=log, stderr=asyncio.subprocess.STDOUT
            )

    async def _end(self, *, is_killed: bool) -> None:
        assert self._process is not None
        if is_killed:
            self._process.kill()
        else:
            self._process.terminate()
        await self._process.wait()
        self.engine.forget()

    async def restart(self, loss: Loss, kept: int) -> None:
        await self._end(is_killed=loss is not Loss.NOTHING)
        await self._launch()

    async def renew(self) -> None:
        await self._end(is_killed=False)
        shutil.rmtree(self._folder.geth / "geth")
        self._fill_folder()
        await self._launch()

    async def close(self) -> None:
        """Leave nothing behind."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
        if self.engine is not None:
            await self.engine.__aexit__()


@contextlib.asynccontextmanager
async def open_world(chain: GethChain, folder: Path, nodes: int, *, is_archive: bool) -> AsyncIterator[World]:
    """Run a world of so many geths, each of which knows the others."""
    wallets = Wallets()
    clients = [
        GethClient(chain, folder / f"geth{number}", is_archive=is_archive, wallets=wallets)
        for number in range(nodes)
    ]
    try:
        for client in clients:
            await client.start([other.enode for other in clients if other is not client])
        candidates = tuple(make_member(index) for index in range(CANDIDATES))
        yield World(
            chain.genesis, candidates, folder, TIMING, wallets.publish, wallets.sign, _look_on, clients
        )
    finally:
        for client in clients:
            await client.close()


async def _look_on(block: bytes, beacon_root: bytes) -> None:
    """Geths have each other for peers."""
