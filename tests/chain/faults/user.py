"""Transactions of users that other chains listen to."""

import hashlib

from fieldproof.settle import Call

from .network import FaultNetwork
from .scenario import scenario

WITHDRAWALS = bytes.fromhex("00000961ef480eb55e80d19ad83579a64c007002")
"""EIP-7002: takes a validator's key (48 bytes) and an amount (8 bytes)."""
CONSOLIDATIONS = bytes.fromhex("0000bbddc7ce488642fb579f8b00f3a590007251")
"""EIP-7251: takes two validators' keys."""
NO_REQUESTS = hashlib.sha256().hexdigest()


@scenario(
    "a user raises execution requests",
    "calls of the EIP-7002 and EIP-7251 contracts with their fee",
    "the blocks carry the requests, everyone accepts them, nothing follows from them",
    is_tested=True,
)
async def request(network: FaultNetwork) -> str:
    before = (await network.query("state"))["validators"]
    numbers = []
    for contract, data in ((WITHDRAWALS, b"\x11" * 56), (CONSOLIDATIONS, b"\x11" * 96)):
        fee_wei = int.from_bytes(await network.client.call(Call(contract, b"")))
        included = await network.faucet.send(Call(contract, data, fee_wei))
        numbers.append(included.block_number)
    blocks = await network.request_many(0, [("eth_getBlockByNumber", hex(each), False) for each in numbers])
    for block in blocks:
        assert block["requestsHash"] != "0x" + NO_REQUESTS, f"block {block['number']} carries no request"
    await network.wait_for_height(max(numbers) + 2)
    assert (await network.query("state"))["validators"] == before
    return f"{len(blocks)} blocks carried requests; the chain went on with the same validators"
