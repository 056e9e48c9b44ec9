"""Whether a block costs more when many accounts stake."""

from collections.abc import Iterator
from pathlib import Path

from bench.chain.load import make_signers
from bench.chain.network import Network, Progress, open_network, wait_for_blocks
from bench.chain.processes import read_usage, subtract
from bench.figures import Figure, Section
from fieldproof.chain import DevnetPlan, NodeFolder, Programs
from fieldproof.chain.contracts import STAKING, load_contract
from fieldproof.chain.node.keys import load_secret
from fieldproof.settle import Call, KeySigner

STAKERS = (1_000, 10_000, 100_000)
EPOCH_BLOCKS = 12
MEASURED_BLOCKS = 10 * EPOCH_BLOCKS
"""Empty ones, over two minutes: geth collects its garbage at least as often, whatever happens."""
GAS_LIMIT = 200_000_000
STAKE_GAS, STAKE_WEI = 400_000, 10**18
MOST_GROWTH = 1.25
"""Of a cost between the fewest stakers and the most: what measuring it again differs by."""


async def measure_growth(programs: Programs, anvil: Path, progress: Progress) -> Section:
    """Let more and more accounts stake on one validator and measure empty blocks after each step."""
    progress(f"signing for {STAKERS[-1]:,} accounts that stake")
    signers = make_signers(STAKERS[-1])
    plan = DevnetPlan(1, 1, EPOCH_BLOCKS, gas_limit=GAS_LIMIT)
    costs: dict[int, dict[str, float]] = {}
    async with open_network(plan, signers, programs, anvil) as network:
        operator = _read_operator(network.devnet.nodes[0].folder)
        staked = 0
        for count in STAKERS:
            progress(f"{count:,} accounts stake")
            gas = await _stake(network, range(staked, count), operator)
            staked = count
            costs[count] = {"gas of one more stake": gas, **await _measure_blocks(network)}
    return Section(
        "Growth",
        f"One validator; epochs of {EPOCH_BLOCKS} blocks; each account stakes once; then the node is started "
        f"anew and makes {MEASURED_BLOCKS} empty blocks, whose processor time is given for each.",
        tuple(_list_figures(costs)),
        "Not shown: the disk that the accounts take; and that geth looks up, once a minute, the nonce of "
        "each account that ever sent something through it: its list of them is removed.",
    )


def _read_operator(folder: NodeFolder) -> bytes:
    secret = load_secret(folder.operator_key, folder.password.read_text().strip())
    return KeySigner(secret).address


async def _stake(network: Network, accounts: range, operator: bytes) -> float:
    """Let accounts stake; return the gas of the last one."""
    data = load_contract("Staking").functions["stake"].encode_call(operator, 0, False)
    call = Call(STAKING, data, STAKE_WEI)
    signed = [await network.accounts.sign(number, call, STAKE_GAS) for number in accounts]
    await network.driver.send(signed)
    receipt = await network.driver.call("eth_getTransactionReceipt", signed[-1].hash)
    if receipt["status"] != "0x1":
        raise RuntimeError("an account could not stake")
    return float(int(receipt["gasUsed"], 16))


async def _measure_blocks(network: Network) -> dict[str, float]:
    # Behind many transactions geth tidies up for minutes: garbage, files, indices. Blocks do not cost that,
    # nor what it does for those who sent them.
    (supervisor,), (node,) = network.devnet.supervisors, network.devnet.nodes
    await supervisor.stop()
    (node.folder.geth / "geth" / "transactions.rlp").unlink()
    await supervisor.start()
    await wait_for_blocks(network.driver, 3)
    before = read_usage(network.devnet)
    await wait_for_blocks(network.driver, MEASURED_BLOCKS)
    spent = subtract(read_usage(network.devnet), before)
    return {f"{kind} for a block": 1_000 * value / MEASURED_BLOCKS for kind, value in spent.items()}


def _list_figures(costs: dict[int, dict[str, float]]) -> Iterator[Figure]:
    fewest, most = costs[STAKERS[0]], costs[STAKERS[-1]]
    for name in fewest:
        unit = "gas" if name.startswith("gas") else "ms"
        for count, found in costs.items():
            yield Figure(f"{count:,} stakers: {name}", found[name], unit)
        yield Figure(f"{name}: most over fewest", most[name] / fewest[name], "", at_most=MOST_GROWTH)
