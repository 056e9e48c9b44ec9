"""With whose genesis an epoch is recomputed."""

import json

import pytest

from chain.application.application_samples import make_genesis
from fieldproof.chain import ConsensusRpc, VerificationError, check_genesis
from fieldproof.chain.application.genesis import format_genesis


class Node(ConsensusRpc):
    """A node whose chain began as the samples'."""

    def __init__(self) -> None:
        pass

    async def get_application_genesis(self) -> bytes:
        return json.dumps(format_genesis(make_genesis())).encode()


async def test_the_genesis_that_one_means_is_the_nodes() -> None:
    await check_genesis(Node(), json.dumps({"chain_id": "x", "app_state": format_genesis(make_genesis())}))


async def test_another_genesis_is_found_out() -> None:
    invented = format_genesis(make_genesis()) | {"time_s": 7}
    with pytest.raises(VerificationError, match="did not begin as the genesis file says"):
        await check_genesis(Node(), json.dumps({"app_state": invented}))


@pytest.mark.parametrize("text", ["", "[]", "{}", "7"])
async def test_what_is_no_genesis_file_is_named(text: str) -> None:
    with pytest.raises(VerificationError, match="no genesis file"):
        await check_genesis(Node(), text)
