"""Reading from CometBFT what a light client needs. Nothing is believed here: who asks checks signatures.

Every failure is a `ConsensusRpcError` at once: who follows a chain comes back with the next round.
"""

from fieldproof.chain.consensus_rpc import ConsensusRpc
from fieldproof.chain.errors import ConsensusRpcError
from fieldproof.chain.light.answers import (
    parse_header,
    parse_latest_height,
    parse_signed_header,
    parse_validators,
)
from fieldproof.chain.light.values import Header, LightBlock, Validator

PAGE = 100
"""Most validators that CometBFT gives at once."""

MAXIMUM_PAGES = 10
"""A committee is drawn from a pool of at most 1,000."""


async def read_latest_height(rpc: ConsensusRpc) -> int:
    """Return the height of the newest block."""
    return parse_latest_height(await rpc.request("status"))


async def read_header(rpc: ConsensusRpc, height: int) -> Header:
    """Return the header of a height."""
    header = parse_header((await rpc.request("header", height=str(height))).get("header"))
    return _check_height(header, height)


async def read_light_block(rpc: ConsensusRpc, height: int) -> LightBlock:
    """Return the header of a height, the commit for it and its validators."""
    signed = (await rpc.request("commit", height=str(height))).get("signed_header")
    header, commit = parse_signed_header(signed)
    validators = await _read_validators(rpc, height)
    return LightBlock(_check_height(header, height), commit, tuple(validators))


def _check_height(header: Header, height: int) -> Header:
    if header.height != height:
        raise ConsensusRpcError(f"CometBFT was asked for block {height} and gives block {header.height}")
    return header


async def _read_validators(rpc: ConsensusRpc, height: int) -> list[Validator]:
    validators: list[Validator] = []
    for page in range(1, MAXIMUM_PAGES + 1):
        answer = await rpc.request("validators", height=str(height), page=str(page), per_page=str(PAGE))
        found, total = parse_validators(answer)
        validators += found
        if len(validators) >= total:
            return validators
    raise ConsensusRpcError(f"CometBFT has more than {PAGE * MAXIMUM_PAGES} validators, or counts wrongly")
