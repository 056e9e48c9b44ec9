"""Two nodes with one consensus key: the crime that must cost."""

from fieldproof.chain import CandidateStanding, NodeSupervisor, StakingContract, create_twin
from fieldproof.chain.commitment import FaultKind
from fieldproof.chain.proofs import read_commitments
from fieldproof.settle import CallRevertedError

from .network import EPOCH_BLOCKS, NODES, PATIENCE_S, FaultNetwork, wait
from .scenario import scenario

CHEAT = NODES - 1
BLOCKS_A_SECOND = 3
"""That a twin follows at least. A validator with a third of the power, rounded down (each of four), goes
through the past by consensus, which is slower than CometBFT's block sync."""


@scenario(
    "two nodes sign with one key",
    "a second node runs with one node's consensus key until there is evidence; once a node has brought the "
    "fault to Staking it is brought again, and the twin signs on for an epoch",
    "the fault is recorded once; the seat is lost two blocks later and not drawn again; the stake is slashed "
    "once, with nobody's doing, and its candidate jailed; a second proof of the fault is refused",
    is_tested=True,
)
async def sign_twice(network: FaultNetwork) -> str:
    operator = await network.get_operator(CHEAT)
    node = create_twin(network.nodes[CHEAT].folder.path.parent / "twin", network.nodes, CHEAT)
    twin = NodeSupervisor(node.folder, node.settings, network.programs)
    staking = StakingContract(network.client)
    before = await staking.get_standing(operator)
    await twin.start()
    try:
        within_s = PATIENCE_S + await network.get_height() / BLOCKS_A_SECOND
        await wait("the chain has evidence", lambda: _is_charged(network, operator), within_s)
        (fault,) = await _list_offences(network, operator)
        await network.wait_for_height(fault["height"] + 2, range(NODES - 1))
        seated = await network.get_validators(fault["height"] + 2)
        assert network.get_consensus_address(CHEAT) not in seated, "it still has its seat"
        after, refusal = await _punish_again(network, staking, before)
        await network.wait_for_height(fault["height"] + EPOCH_BLOCKS, range(NODES - 1))
    finally:
        await twin.kill()
    assert len(await _list_offences(network, operator)) == 1, "one crime, more than one fault"
    seated = await network.get_validators(await network.get_height())
    assert network.get_consensus_address(CHEAT) not in seated, "it has a seat again"
    share = 1 - after.stake_wei / before.stake_wei
    assert 0.09 < share < 0.11, f"{share:.2%} burnt"
    assert after.jailed_until_s > 0
    return f"one fault, seat lost two blocks later, {share:.0%} burnt; the second proof: {refusal}"


async def _punish_again(
    network: FaultNetwork, staking: StakingContract, before: CandidateStanding
) -> tuple[CandidateStanding, str]:
    """Bring a fault that a node has brought; return how the candidate stands and what this was told."""
    operator = before.operator

    async def is_slashed() -> bool:
        return (await staking.get_standing(operator)).stake_wei < before.stake_wei

    await wait("a node brings the fault", is_slashed)
    after = await staking.get_standing(operator)
    async with network.consensus() as rpc:
        found = await read_commitments(rpc, network.client)
    (fault,) = (each for each in found.list_faults(operator) if each.kind is not FaultKind.NO_DEALING)
    try:
        await staking.prove_fault(network.faucet, found.prove_fault(fault))
    except CallRevertedError as refusal:
        said = str(refusal).splitlines()[0]
    else:
        raise AssertionError("the same fault was punished twice")
    assert await staking.get_standing(operator) == after
    return after, said


async def _list_offences(network: FaultNetwork, operator: bytes) -> list[dict[str, int]]:
    state = await network.query("state")
    return [
        fault
        for fault in state["faults"]
        if fault["operator"] == "0x" + operator.hex() and fault["kind"] != FaultKind.NO_DEALING
    ]


async def _is_charged(network: FaultNetwork, operator: bytes) -> bool:
    return bool(await _list_offences(network, operator))
