"""Registering devices on chain: what an owner does once for each device."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fieldproof.device import DeviceKeys
from fieldproof.protocol import Registration
from fieldproof.run.errors import RunError
from fieldproof.run.node import Node
from fieldproof.settle import (
    KeySigner,
    Payment,
    Registry,
    SubmissionSettings,
    Submitter,
)
from fieldproof.store import DeviceEntry

REGISTRATION_VALID_S = 3_600
"""How long a signed registration may wait to be mined."""
OWNER_FUNDS_WEI = 10**20
"""What an owner of simulated devices gets on the embedded chain."""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A device that is to be registered."""

    device_id: str
    """Its name in the data that is replayed."""
    keys: DeviceKeys
    attributes: tuple[int, ...]
    """Raw, in the schema's order."""
    owner: KeySigner
    payment: Payment


async def enrol(node: Node, enrolments: Sequence[Enrolment]) -> Mapping[str, DeviceEntry]:
    """Register all devices that are not registered yet and return all by device id.

    Owners register at the same time, each one's devices one after another.
    """
    owners = {enrolment.owner.address: enrolment.owner for enrolment in enrolments}
    await asyncio.gather(
        *(
            _enrol_for(node, owner, [each for each in enrolments if each.owner.address == address])
            for address, owner in owners.items()
        )
    )
    await node.registry_reader.read_new()
    # By owner too: a stranger may have registered the same EdDSA key in their own name.
    entries = node.store.devices.get_devices(node.deployment.network_id)
    registered = {(entry.did, entry.owner): entry for entry in entries}
    names = {each.device_id: (each.keys.identity.did, each.owner.address) for each in enrolments}
    missing = [device_id for device_id, name in names.items() if name not in registered]
    if missing:
        raise RunError(f"the chain does not show the registration of {', '.join(missing)}")
    return {device_id: registered[name] for device_id, name in names.items()}


async def _enrol_for(node: Node, owner: KeySigner, enrolments: Sequence[Enrolment]) -> None:
    if node.anvil is not None and await node.client.get_balance(owner.address) < OWNER_FUNDS_WEI // 2:
        await node.anvil.set_balance(owner.address, OWNER_FUNDS_WEI)
    registry = Registry(node.client, node.deployment.registry)
    submitter = Submitter(
        node.client,
        owner,
        node.store.outbox,
        clock=node.clock,
        settings=SubmissionSettings(poll_s=0.05),
    )
    for enrolment in enrolments:
        nonce = await registry.get_nonce(enrolment.keys.identity, owner.address)
        if nonce:
            continue
        block = await node.client.get_latest_block()
        registration = Registration(
            node.deployment.chain_id,
            node.deployment.registry,
            owner.address,
            enrolment.keys.identity,
            enrolment.keys.seal_key,
            enrolment.attributes,
            nonce,
            max(block.time_s, node.clock.now_ms() // 1000) + REGISTRATION_VALID_S,
        )
        signature = enrolment.keys.sign(registration.encode_message())
        call = await registry.build_registration(registration, signature, enrolment.payment)
        key = f"register:{node.deployment.network_id.hex()[:16]}:{enrolment.keys.identity.did}"
        await submitter.submit(key, call)
