"""The contract on anvil: it takes what the rules in Python take, and refuses what they refuse."""

import pytest

from fieldproof.chain.commitment import Leaf, prove_leaf
from fieldproof.chain.consensus_rpc import ConsensusRpc
from fieldproof.chain.contracts import load_contract
from fieldproof.chain.light import (
    LightBlock,
    LightClientContract,
    RefusedHeaderError,
    TrustedHeader,
    TrustSettings,
    encode_update,
    follow,
)
from fieldproof.core import ManualClock
from fieldproof.settle import Anvil, CallRevertedError, Submitter, TransactionRevertedError
from fieldproof.settle.client import format_hex

from . import keyed_chain, recorded
from .forgeries import FORGERIES, GOOD, NOW_S, TRUSTED
from .recorded import serve

UNBONDING_S = 200_000
CLOCK = ManualClock(recorded.get_time_s() * 1000)


@pytest.fixture
def starts_s(request: pytest.FixtureRequest) -> int:
    return getattr(request, "param", recorded.get_time_s())


async def deploy(
    anvil: Anvil, submitter: Submitter, settings: TrustSettings, trusted: TrustedHeader
) -> LightClientContract:
    return await LightClientContract.deploy(
        anvil.client, submitter, settings, unbonding_period_s=UNBONDING_S, trusted=trusted
    )


async def find_error(contract: LightClientContract, block: LightBlock, now_s: int) -> str | None:
    """Return the name of the error that an update would meet at a moment; None if it would be taken."""
    call = {"to": format_hex(contract.address), "data": format_hex(encode_update(block))}
    try:
        await contract.client.request("eth_call", call, "latest", {}, {"time": hex(now_s)})
    except Exception as failure:
        data = getattr(failure, "data", b"")
        return load_contract("LightClient").errors[data[:4]].name
    return None


async def test_a_real_network_is_followed_with_one_update_for_each_committee_and_goal(
    anvil: Anvil, submitter: Submitter
) -> None:
    contract = await deploy(anvil, submitter, recorded.SETTINGS, recorded.get_trusted())
    assert await contract.get_settings() == recorded.SETTINGS
    with serve() as server:
        async with ConsensusRpc(server.url) as rpc:
            assert await follow(rpc, contract, CLOCK, 12) == 3
            assert await contract.get_trusted() == recorded.get_trusted(12)
            assert await follow(rpc, contract, CLOCK) == 3
            assert await contract.get_trusted() == recorded.get_trusted(recorded.HEIGHT)
            assert await follow(rpc, contract, CLOCK) == 0


async def test_a_client_that_somebody_else_brought_forward_is_followed_from_there(
    anvil: Anvil, submitter: Submitter
) -> None:
    contract = await deploy(anvil, submitter, recorded.SETTINGS, recorded.get_trusted())
    for height in (3, 5, 10, 12):
        await contract.submit(recorded.get_block(height))
    with serve() as server:
        async with ConsensusRpc(server.url) as rpc:
            assert await follow(rpc, contract, CLOCK) == 3
    assert (await contract.get_trusted()).height == recorded.HEIGHT


async def test_nothing_is_paid_for_what_is_refused(anvil: Anvil, submitter: Submitter) -> None:
    contract = await deploy(anvil, submitter, recorded.SETTINGS, recorded.get_trusted())
    late = ManualClock((recorded.get_time_s() + recorded.SETTINGS.trusting_period_s) * 1000)
    before = await anvil.client.get_transaction_count(submitter.address)
    with serve() as server:
        async with ConsensusRpc(server.url) as rpc:
            with pytest.raises(RefusedHeaderError, match="older than the trusting period"):
                await follow(rpc, contract, late)
    assert await anvil.client.get_transaction_count(submitter.address) == before


async def test_what_the_application_committed_to_is_proven_to_contracts(
    anvil: Anvil, submitter: Submitter
) -> None:
    contract = await deploy(anvil, submitter, recorded.SETTINGS, recorded.get_trusted())
    await contract.submit(recorded.get_block(5))
    values = [bytes.fromhex(value) for value in recorded.NETWORK["blocks"][4]["leaves"]]
    verify = load_contract("LightClient").functions["verifyLeaf"]
    for leaf in Leaf:
        proof = prove_leaf(values, leaf)
        await anvil.client.read(contract.address, verify, 5, leaf, values[leaf], proof)
        with pytest.raises(CallRevertedError):
            await anvil.client.read(contract.address, verify, 5, leaf, bytes(32), proof)
    assert int.from_bytes(values[Leaf.HEIGHT]) == 4


@pytest.mark.parametrize("starts_s", [keyed_chain.START_S + 5], indirect=True)
async def test_the_contract_refuses_every_forgery(anvil: Anvil, submitter: Submitter) -> None:
    contract = await deploy(anvil, submitter, keyed_chain.SETTINGS, TRUSTED)
    assert await find_error(contract, GOOD, NOW_S) is None
    refused = {
        name: await find_error(contract, forgery.block, forgery.now_s) for name, forgery in FORGERIES.items()
    }
    assert refused == {name: forgery.error for name, forgery in FORGERIES.items()}


@pytest.mark.parametrize("starts_s", [keyed_chain.START_S + 5], indirect=True)
async def test_no_more_signatures_are_brought_than_are_needed(anvil: Anvil, submitter: Submitter) -> None:
    committee = keyed_chain.make_committee("many", 24)
    contract = await deploy(anvil, submitter, keyed_chain.SETTINGS, keyed_chain.trust(committee, 5))
    block = keyed_chain.sign(keyed_chain.make_header(9, committee), committee)
    assert await find_error(contract, block, NOW_S) is None
    # What is beyond them is never looked at.
    worthless = keyed_chain.change_signature(block, 17, lambda _: bytes(65))
    assert encode_update(worthless) == encode_update(block)
    needed = keyed_chain.change_signature(block, 16, lambda _: bytes(65))
    assert await find_error(contract, needed, NOW_S) == "ECDSAInvalidSignature"


async def test_an_update_that_came_too_late_is_an_error_once(anvil: Anvil, submitter: Submitter) -> None:
    contract = await deploy(anvil, submitter, recorded.SETTINGS, recorded.get_trusted())
    await contract.submit(recorded.get_block(5))
    with pytest.raises((CallRevertedError, TransactionRevertedError)):
        await contract.submit(recorded.get_block(4))
    assert await contract.get_trusted() == recorded.get_trusted(5)
