"""What epochs left on the chain."""

from typing import Any

from fieldproof.chain import CheckedEpoch, verify_epoch
from fieldproof.chain.contracts import BEACON, load_contract
from fieldproof.core import SystemClock

from .network import EPOCH_BLOCKS, FaultNetwork


async def check_epoch(network: FaultNetwork, epoch: int) -> CheckedEpoch:
    """Recompute an epoch from chain data, as a stranger would, once a header signs how it began."""
    await network.wait_for_height(epoch * EPOCH_BLOCKS + 2, [0])
    async with network.consensus() as rpc:
        return await verify_epoch(network.client, rpc, epoch, SystemClock())


async def read_events(network: FaultNetwork, name: str, epoch: int) -> list[dict[str, Any]]:
    """Return the beacon's events of a kind for the seed of an epoch, and the numbers of their blocks."""
    event = load_contract("Beacon").events[name]
    wanted = {
        "address": "0x" + BEACON.hex(),
        "fromBlock": "0x1",
        "toBlock": "latest",
        "topics": ["0x" + event.topic.hex(), f"0x{epoch:064x}"],
    }
    (found,) = await network.request_many(0, [("eth_getLogs", wanted)])
    events = []
    for log in found:
        topics = [bytes.fromhex(topic[2:]) for topic in log["topics"]]
        values = event.decode_event(topics, bytes.fromhex(log["data"][2:]))
        events.append({**values, "block": int(log["blockNumber"], 16)})
    return events
