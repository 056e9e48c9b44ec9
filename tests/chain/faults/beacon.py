"""Members of the pool that do not do their part of the beacon."""

from fieldproof.chain import StakingContract
from fieldproof.chain.commitment import FaultKind

from . import liar
from .epochs import check_epoch, read_events
from .lies import lying, tell
from .network import NODES, FaultNetwork, wait
from .scenario import scenario

QUIET = NODES - 1


@scenario(
    "a dealer does not open",
    "one node deals and then records neither its opening nor a share, for an epoch",
    "the others' shares open its dealing: the seed is made of all four dealings",
    is_tested=True,
)
async def withhold(network: FaultNetwork) -> str:
    async with lying(network, (QUIET,)) as (file,):
        epoch = await network.get_epoch() + 1
        tell(file, liar.SILENT)
        await network.wait_for_epoch(epoch + 1)
        checked = await check_epoch(network, epoch + 1)
        operator = await network.get_operator(QUIET)
    opened = {event["dealer"] for event in await read_events(network, "Opened", epoch + 1)}
    shared = [
        event for event in await read_events(network, "Shared", epoch + 1) if event["dealer"] == operator
    ]
    assert operator not in opened
    assert checked.dealings == NODES, f"{checked.dealings} dealings counted"
    assert not checked.is_missed
    return (
        f"seed of {checked.dealings} dealings, {len(opened)} opened, one recovered from {len(shared)} shares"
    )


@scenario(
    "a member does not deal",
    "one node records no dealing for an epoch",
    "the seed is made of the other three; nobody is at fault",
)
async def omit(network: FaultNetwork) -> str:
    async with lying(network, (QUIET,)) as (file,):
        epoch = await network.get_epoch() + 1
        tell(file, liar.ABSENT)
        await network.wait_for_epoch(epoch + 1)
        checked = await check_epoch(network, epoch + 1)
    assert (checked.dealings, checked.is_missed) == (NODES - 1, False)
    faults = [fault for fault in (await network.query("state"))["faults"] if fault["epoch"] == epoch]
    assert not faults, f"faults where there are none: {faults}"
    return f"seed of {checked.dealings} dealings"


@scenario(
    "too few deal",
    "three of four nodes record nothing for the beacon for an epoch",
    "the seed is the missed one; the three are at fault (kind 3) and the fourth is not; nodes bring it to "
    "Staking, which burns a share of each stake; later seeds are made again",
    is_tested=True,
)
async def fall_silent(network: FaultNetwork) -> str:
    silent = range(1, NODES)
    staking = StakingContract(network.client)
    operators = [await network.get_operator(node) for node in silent]
    before = {operator: await staking.get_standing(operator) for operator in operators}
    async with lying(network, silent) as files:
        epoch = await network.get_epoch() + 1
        for file in files:
            tell(file, liar.MUTE)
        await network.wait_for_epoch(epoch + 1)
        for file in files:
            tell(file)
        checked = await check_epoch(network, epoch + 1)
        assert checked.is_missed, "the seed was made of one dealing"
        await network.wait_for_epoch(epoch + 3)
        assert not (await check_epoch(network, epoch + 3)).is_missed
    faults = [fault for fault in (await network.query("state"))["faults"] if fault["epoch"] == epoch]
    assert {fault["kind"] for fault in faults} == {int(FaultKind.NO_DEALING)}
    assert {fault["operator"] for fault in faults} == {"0x" + operator.hex() for operator in operators}

    async def are_slashed() -> bool:
        after = [await staking.get_standing(operator) for operator in operators]
        return all(each.stake_wei < before[each.operator].stake_wei for each in after)

    await wait("nodes bring the faults", are_slashed)
    for operator, was in before.items():
        standing = await staking.get_standing(operator)
        share = (was.stake_wei - standing.stake_wei) / was.stake_wei
        assert 0 < share < 0.01, f"{share:.2%} burnt"
        assert standing.jailed_until_s == was.jailed_until_s
    return f"{len(faults)} faults; {share:.2%} of each stake burnt, no jail"
