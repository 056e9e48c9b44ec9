"""Bringing a light client forward: an update for each committee."""

from fieldproof.chain.consensus_rpc import ConsensusRpc
from fieldproof.chain.errors import ConsensusRpcError
from fieldproof.chain.light.contract import LightClientContract
from fieldproof.chain.light.reading import read_header, read_latest_height, read_light_block
from fieldproof.chain.light.values import LightBlock, TrustedHeader
from fieldproof.chain.light.verifier import verify_light_block
from fieldproof.core.clock import Clock


async def follow(
    rpc: ConsensusRpc, contract: LightClientContract, clock: Clock, height: int | None = None
) -> int:
    """Bring a light client to the header of `height`, the newest by default; return how many updates it took.

    One round: one update for each committee since the last round, and one for that header. Every update is
    verified before it is paid for. After any failure the next round begins from what the contract has.
    Raises `RefusedHeaderError`, `ConsensusRpcError` and whatever `Submitter.submit` raises.
    """
    settings, trusted = await contract.get_settings(), await contract.get_trusted()
    goal = await read_latest_height(rpc) if height is None else height
    updates = 0
    while trusted.height < goal:
        block = await find_block(rpc, trusted, goal)
        trusted = verify_light_block(settings, trusted, block, clock.now_ms() // 1000)
        await contract.submit(block)
        updates += 1
    return updates


async def find_block(rpc: ConsensusRpc, trusted: TrustedHeader, height: int) -> LightBlock:
    """Return a block as far up to `height` as the committee that `trusted` names as next goes.

    It is not verified. Reads one header if the committee goes so far, else about log2 of the distance.
    """
    if height <= trusted.height:
        raise ValueError(f"height {height} is not above the trusted {trusted.height}: nothing leads back")

    async def is_theirs(candidate: int) -> bool:
        return (await read_header(rpc, candidate)).validators_hash == trusted.next_validators_hash

    low, high = trusted.height + 1, height
    if not await is_theirs(high):
        if not await is_theirs(low):
            raise ConsensusRpcError(
                f"CometBFT's block {low} does not follow from the trusted {trusted.height}"
            )
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if await is_theirs(middle) else (low, middle)
        high = low
    return await read_light_block(rpc, high)
