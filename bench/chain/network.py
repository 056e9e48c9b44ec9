"""Four validators on this machine, and one beside `geth --dev`: what they carry and what they take."""

import asyncio
import itertools
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx

from bench.chain.load import Accounts, Driver, Load, Signed, make_signers
from bench.chain.processes import read_cpu_s, read_usage, subtract
from bench.figures import Figure, Section
from fieldproof.chain import Devnet, DevnetPlan, Programs, create_devnet
from fieldproof.chain.genesis.spec import DEFAULT_GAS_LIMIT
from fieldproof.core.launcher import guard_command
from fieldproof.core.ports import find_free_ports
from fieldproof.settle import CHAIN_ID, Call, KeySigner, load_interface

VALIDATORS = 4
ACCOUNTS = 512
EPOCH_BLOCKS = 30
WIDE_GAS_LIMIT = 200_000_000
"""So wide that it does not bound what is compared with `geth --dev`."""

QUIET_BLOCKS = 40
QUIET_PER_S, QUIET_COUNT = 10.0, 300
TRANSFERS_PER_S, TOKENS_PER_S = 960.0, 550.0
"""A little more than the aims: what is not carried waits and shows in the delays."""
SECONDS = 25
MOST_COUNT = 40_000
"""Transfers that are sent as fast as they are included."""

TRANSFER_GAS, TOKEN_GAS, CREATION_GAS = 21_000, 100_000, 3_000_000
_MIB = 2**20

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Network:
    """A running devnet with accounts that have coins."""

    devnet: Devnet
    driver: Driver
    accounts: Accounts


@asynccontextmanager
async def open_network(
    plan: DevnetPlan, signers: Sequence[KeySigner], programs: Programs, anvil: Path
) -> AsyncIterator[Network]:
    """Make and run a devnet whose signers have coins, in a folder that is thrown away."""
    plan = replace(plan, faucets=tuple(signer.address for signer in signers))
    with tempfile.TemporaryDirectory(prefix="fp") as folder:
        devnet = Devnet(await create_devnet(Path(folder), plan, programs, anvil), programs)
        driver = Driver([f"http://127.0.0.1:{node.settings.ports.rpc}" for node in devnet.nodes])
        try:
            await devnet.start()
            await wait_for_blocks(driver, 2)
            yield Network(devnet, driver, Accounts(signers))
        finally:
            await driver.close()
            await devnet.stop()


async def wait_for_blocks(driver: Driver, count: int) -> None:
    """Wait until the first node shows that many blocks more."""
    first = int(await driver.call("eth_blockNumber"), 16)
    while int(await driver.call("eth_blockNumber"), 16) < first + count:
        await asyncio.sleep(0.05)


async def measure_network(programs: Programs, anvil: Path, progress: Progress) -> list[Section]:
    """Measure four validators: quiet, with transfers, with an ERC-20."""
    signers = make_signers(ACCOUNTS)
    plan = DevnetPlan(VALIDATORS, VALIDATORS, EPOCH_BLOCKS)
    async with open_network(plan, signers, programs, anvil) as network:
        progress("four validators, quiet")
        sections = [await _measure_quiet(network)]
        progress("four validators, transfers")
        transfers = await sign_transfers(network.accounts, round(TRANSFERS_PER_S * SECONDS))
        sections.append(await _measure_load(network, "transfers", transfers, TRANSFERS_PER_S, at_least=900))
        progress("four validators, an ERC-20")
        tokens = await _sign_tokens(network, round(TOKENS_PER_S * SECONDS))
        sections.append(await _measure_load(network, "ERC-20 transfers", tokens, TOKENS_PER_S, at_least=500))
        progress("four validators, as many transfers as they take")
        most = await network.driver.send(await sign_transfers(network.accounts, MOST_COUNT))
        memory = read_usage(network.devnet)
    figures = [Figure("transfers a second, sent as fast as they are included", most.per_s, "")]
    figures += [
        Figure(f"memory of {kind}, the largest of four", usage.memory_bytes / _MIB, "MiB")
        for kind, usage in memory.items()
    ]
    sections.append(
        Section(
            "Four validators at their limit",
            f"{MOST_COUNT:,} transfers, {_describe(DEFAULT_GAS_LIMIT)}. Memory when they were done.",
            tuple(figures),
            "Not shown: a network between machines.",
        )
    )
    return sections


async def _measure_quiet(network: Network) -> Section:
    driver = network.driver
    before, first_s = read_usage(network.devnet), time.perf_counter()
    times_s = [time.perf_counter()]
    for _ in range(QUIET_BLOCKS):
        await wait_for_blocks(driver, 1)
        times_s.append(time.perf_counter())
    spent, elapsed_s = subtract(read_usage(network.devnet), before), time.perf_counter() - first_s
    intervals = [later - earlier for earlier, later in itertools.pairwise(times_s[1:])]
    load = await driver.send(await sign_transfers(network.accounts, QUIET_COUNT), QUIET_PER_S)
    figures = [
        Figure("block interval, median", statistics.median(intervals), "s", at_most=1.1),
        Figure("block interval, longest", max(intervals), "s"),
        Figure("sending to final receipt, p50", load.get_percentile(0.5), "s"),
        Figure("sending to final receipt, p99", load.get_percentile(0.99), "s"),
        *_show_spent(spent, elapsed_s),
    ]
    return Section(
        "Four validators, little to do",
        f"{QUIET_BLOCKS} empty blocks, then {QUIET_COUNT} transfers, {QUIET_PER_S:.0f} a second.",
        tuple(figures),
        "The aim is a block a second. Every block is final when it is shown.",
    )


async def _measure_load(
    network: Network, name: str, transactions: list[Signed], per_s: float, *, at_least: float
) -> Section:
    before, own_s, first_s = read_usage(network.devnet), time.process_time(), time.perf_counter()
    load = await network.driver.send(transactions, per_s)
    elapsed_s = time.perf_counter() - first_s
    spent = subtract(read_usage(network.devnet), before)
    gas = [int(block["gasUsed"], 16) for block in load.blocks]
    figures = [
        Figure(f"{name} a second", load.per_s, "", at_least=at_least),
        Figure("sending to final receipt, p50", load.get_percentile(0.5), "s", at_most=2),
        Figure("sending to final receipt, p99", load.get_percentile(0.99), "s"),
        Figure("gas of the fullest block", max(gas), "gas"),
        *_show_spent({**spent, "the load generator": time.process_time() - own_s}, elapsed_s),
    ]
    return Section(
        f"Four validators, {name}",
        f"{len(transactions):,}, {per_s:,.0f} a second, of {ACCOUNTS} accounts, "
        f"{_describe(DEFAULT_GAS_LIMIT)}. The load generator runs on the same cores.",
        tuple(figures),
        "Not shown: signing, which is done before.",
    )


def _show_spent(spent_s: dict[str, float], elapsed_s: float) -> list[Figure]:
    return [
        Figure(f"processor time of {kind}, of one core", value / elapsed_s, "%")
        for kind, value in spent_s.items()
    ]


def _describe(gas_limit: int) -> str:
    return f"blocks of {gas_limit / 1e6:,.0f} million gas"


async def sign_transfers(accounts: Accounts, count: int) -> list[Signed]:
    """Sign transfers of one wei, each to the next account."""
    return await accounts.sign_many(
        count, lambda number: Call(accounts.get_address(number + 1), b"", 1), TRANSFER_GAS
    )


async def _sign_tokens(network: Network, count: int) -> list[Signed]:
    """Deploy the reward token as networks have it, give each account some, and sign transfers of it."""
    accounts, token = network.accounts, load_interface("RewardToken")
    creation = await accounts.sign(0, Call(None, token.encode_creation(), 0), CREATION_GAS)
    implementation = await _deploy(network, creation)
    # The minimal proxy of ERC-1167.
    code = (
        "3d602d80600a3d3981f3363d3d373d3d3d363d73" + implementation.hex() + "5af43d82803e903d91602b57fd5bf3"
    )
    creation = await accounts.sign(0, Call(None, bytes.fromhex(code), 0), CREATION_GAS)
    address = await _deploy(network, creation)
    functions = token.functions
    data = functions["initialize"].encode_call("Bench", "BENCH", accounts.get_address(0))
    first = await accounts.sign(0, Call(address, data, 0), CREATION_GAS)
    await network.driver.send([first])
    minted = [
        functions["mint"].encode_call(accounts.get_address(item), 10**18) for item in range(len(accounts))
    ]
    await network.driver.send([await accounts.sign(0, Call(address, data, 0), TOKEN_GAS) for data in minted])

    def make_call(number: int) -> Call:
        return Call(address, functions["transfer"].encode_call(accounts.get_address(number + 1), 1), 0)

    return await accounts.sign_many(count, make_call, TOKEN_GAS)


async def _deploy(network: Network, creation: Signed) -> bytes:
    await network.driver.send([creation])
    receipt = await network.driver.call("eth_getTransactionReceipt", creation.hash)
    if receipt["status"] != "0x1":
        raise RuntimeError("a contract was not deployed")
    return bytes.fromhex(receipt["contractAddress"][2:])


async def measure_beside_geth(programs: Programs, anvil: Path, progress: Progress) -> Section:
    """Measure one validator and `geth --dev` with its genesis, one after the other."""
    signers = make_signers(ACCOUNTS)
    plan = DevnetPlan(1, 1, EPOCH_BLOCKS, gas_limit=WIDE_GAS_LIMIT)
    async with open_network(plan, signers, programs, anvil) as network:
        progress("one validator, as many transfers as it takes")
        transfers = await sign_transfers(network.accounts, MOST_COUNT)
        before, first_s = read_usage(network.devnet), time.perf_counter()
        ours = await network.driver.send(transfers)
        spent = subtract(read_usage(network.devnet), before)
        elapsed_s = time.perf_counter() - first_s
        genesis = network.devnet.nodes[0].folder.execution_genesis.read_text()
    progress("geth --dev, as many transfers as it takes")
    theirs, cpu_s = await _measure_geth(programs, genesis, Accounts(signers))
    figures = [
        Figure("transfers a second, one validator", ours.per_s, ""),
        Figure("transfers a second, geth --dev", theirs.per_s, ""),
        Figure("one validator over geth --dev", ours.per_s / theirs.per_s, "", at_least=0.5),
        Figure("p50, one validator", ours.get_percentile(0.5), "s"),
        Figure("p50, geth --dev", theirs.get_percentile(0.5), "s"),
        *_show_spent(spent, elapsed_s),
        Figure("processor time of geth --dev for a transfer", 1e6 * cpu_s / MOST_COUNT, "µs"),
    ]
    return Section(
        "One validator and `geth --dev`",
        f"{MOST_COUNT:,} transfers, sent as fast as they are included, {_describe(WIDE_GAS_LIMIT)}, "
        "a block a second, the same genesis and the same geth.",
        tuple(figures),
        "Not shown: `geth --dev` has no consensus to agree on; with one validator ours writes its log.",
    )


async def _measure_geth(programs: Programs, genesis: str, accounts: Accounts) -> tuple[Load, float]:
    with tempfile.TemporaryDirectory(prefix="fp") as name:
        folder = Path(name)
        (folder / "genesis.json").write_text(genesis)
        geth = [str(programs.geth), "--datadir", name]
        init = await asyncio.create_subprocess_exec(
            *geth, "init", str(folder / "genesis.json"), stderr=asyncio.subprocess.DEVNULL
        )
        if await init.wait():
            raise RuntimeError("geth does not take the genesis")
        (port,) = find_free_ports(1)
        command = [
            *geth,
            "--dev",
            "--dev.period",
            "1",
            "--networkid",
            str(CHAIN_ID),
            "--nodiscover",
            "--port",
            "0",
        ]
        command += ["--http", "--http.port", str(port), "--http.api", "eth,net,web3", "--ipcdisable"]
        command += ["--miner.gaslimit", str(WIDE_GAS_LIMIT), "--txpool.pricelimit", "1"]
        process = await asyncio.create_subprocess_exec(
            *guard_command(command), stderr=asyncio.subprocess.DEVNULL
        )
        driver = Driver([f"http://127.0.0.1:{port}"], tag="latest")
        try:
            await _wait_until_up(driver)
            transfers = await sign_transfers(accounts, MOST_COUNT)
            before_s = read_cpu_s(process.pid)
            load = await driver.send(transfers)
            return load, read_cpu_s(process.pid) - before_s
        finally:
            await driver.close()
            process.terminate()
            await process.wait()


async def _wait_until_up(driver: Driver) -> None:
    for _ in range(100):
        try:
            await driver.call("eth_chainId")
            return
        except httpx.TransportError:
            await asyncio.sleep(0.1)
    raise RuntimeError("geth --dev does not answer")
