"""Following a chain: from a trusted header to a later one, in a step for each committee."""

from fieldproof.chain.consensus_rpc import ConsensusRpc
from fieldproof.chain.errors import ConsensusRpcError
from fieldproof.chain.light.contract import LightClientContract
from fieldproof.chain.light.reading import read_header, read_latest_height, read_light_block
from fieldproof.chain.light.values import LightBlock, TrustedHeader, TrustSettings
from fieldproof.chain.light.verifier import verify_light_block
from fieldproof.core.clock import Clock


async def trace(
    rpc: ConsensusRpc, settings: TrustSettings, trusted: TrustedHeader, height: int, clock: Clock
) -> TrustedHeader:
    """Return what is trusted of the header of `height` if `trusted` is, whatever `rpc` is worth.

    Raises `RefusedHeaderError`, `ConsensusRpcError`.
    """
    while trusted.height < height:
        block = await find_block(rpc, trusted, height)
        trusted = verify_light_block(settings, trusted, block, clock.now_ms() // 1000)
    if trusted.height > height:
        raise ValueError(f"height {height} is below the trusted {trusted.height}: nothing leads back")
    return trusted


async def follow(rpc: ConsensusRpc, contract: LightClientContract, clock: Clock) -> int:
    """Bring a light client to the newest header of its chain; return how many updates that took.

    One round: one update for each committee since the last round, and one for the newest header. Every update
    is verified before it is paid for. After any failure the next round begins from what the contract has.
    Raises `RefusedHeaderError`, `ConsensusRpcError` and whatever `Submitter.submit` raises.
    """
    settings, trusted = await contract.get_settings(), await contract.get_trusted()
    height, updates = await read_latest_height(rpc), 0
    while trusted.height < height:
        block = await find_block(rpc, trusted, height)
        trusted = verify_light_block(settings, trusted, block, clock.now_ms() // 1000)
        await contract.submit(block)
        updates += 1
    return updates


async def find_block(rpc: ConsensusRpc, trusted: TrustedHeader, height: int) -> LightBlock:
    """Return a block as far up to `height` as the committee that `trusted` names as next goes.

    It is not verified. Reads one header if the committee goes so far, else about log2 of the distance.
    """

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
