"""Events of a network's contracts as values. Plain Python: the audit reads the same events without web3."""

from fieldproof.core.abi import AbiItem, name_members
from fieldproof.protocol import Identity, Registration
from fieldproof.settle.interfaces import load_interface
from fieldproof.settle.values import (
    Credited,
    Log,
    Posted,
    Posting,
    RegisteredDevice,
    RevokedDevice,
    Withdrawn,
)

RegistryEvent = RegisteredDevice | RevokedDevice
SettlementEvent = Posted | Credited | Withdrawn

REGISTRY_EVENTS = ("DeviceRegistered", "DeviceRevoked")
SETTLEMENT_EVENTS = ("Posted", "Credited", "Withdrawn")


def get_event(contract: str, name: str) -> AbiItem:
    """Return the description of an event of one of our contracts."""
    return load_interface(contract).events[name]


def decode_registry_log(log: Log, chain_id: int) -> RegistryEvent | None:
    """Return what an event of a DeviceRegistry says; None for one that says nothing of devices."""
    topic = log.topics[0] if log.topics else b""
    registered, revoked = (get_event("DeviceRegistry", name) for name in REGISTRY_EVENTS)
    if topic == registered.topic:
        values = registered.decode_event(log.topics, log.data)
        said = name_members(registered.inputs[registered.names.index("registration")], values["registration"])
        x, y = int.from_bytes(said["identityX"]), int.from_bytes(said["identityY"])
        return RegisteredDevice(
            device=values["device"],
            registration=Registration(
                chain_id=chain_id,
                registry=log.address,
                owner=said["owner"],
                identity=Identity.from_words(said["algorithm"], x, y),
                seal_key=(said["sealKeyX"], said["sealKeyY"]),
                attributes=said["attributes"],
                nonce=said["nonce"],
                deadline=said["deadline"],
            ),
            signature=said["signatureR"] + said["signatureS"],
            first_active_window=values["firstActiveWindow"],
            stake_wei=values["stakeWei"],
            block_number=log.block_number,
            block_hash=log.block_hash,
        )
    if topic == revoked.topic:
        values = revoked.decode_event(log.topics, log.data)
        return RevokedDevice(
            values["device"], values["firstInactiveWindow"], log.block_number, log.block_hash
        )
    return None


def decode_settlement_log(log: Log) -> SettlementEvent | None:
    """Return what an event of a Settlement says; None for one that says nothing of rewards."""
    topic = log.topics[0] if log.topics else b""
    posted, credited, withdrawn = (get_event("Settlement", name) for name in SETTLEMENT_EVENTS)
    if topic == posted.topic:
        values = posted.decode_event(log.topics, log.data)
        posting = Posting(
            values["cohort"],
            values["window"],
            values["windowRoot"],
            values["sealedBitmap"],
            values["nextStateRoot"],
            values["result"],
            values["state"],
        )
        return Posted(
            posting,
            values["index"],
            values["operator"],
            values["points"],
            log.block_number,
            log.transaction_hash,
        )
    if topic == credited.topic:
        values = credited.decode_event(log.topics, log.data)
        return Credited(
            values["cohort"],
            values["window"],
            values["index"],
            values["poolUnits"],
            values["totalPoints"],
            values["creditedUnits"],
            log.block_number,
            log.transaction_hash,
        )
    if topic == withdrawn.topic:
        values = withdrawn.decode_event(log.topics, log.data)
        return Withdrawn(
            values["device"], values["holder"], values["units"], log.block_number, log.transaction_hash
        )
    return None
