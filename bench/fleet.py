"""A fleet of devices for a running node: registered on chain, its packets and seals sent over HTTP."""

import asyncio
import random
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import httpx

from fieldproof.core import Algorithm, Arithmetic
from fieldproof.device import DeviceNetwork, SoftwareKeys, build_packet, build_seal
from fieldproof.protocol import Packet, Row
from fieldproof.run import Node
from fieldproof.run.enrolment import Enrolment, enrol
from fieldproof.settle import KeySigner, Payment

OWNERS = 16
"""They register at the same time, each its devices one after another."""
ALGORITHMS = (Algorithm.ES256, Algorithm.ES256K)
_CONNECTIONS = 8


@dataclass(frozen=True, slots=True)
class Fleet:
    """Registered devices."""

    keys: Mapping[int, SoftwareKeys]
    """By device number."""
    registration_gas: Mapping[Algorithm, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Message:
    """Bytes that are ready to be sent."""

    path: str
    body: bytes


async def enrol_fleet(node: Node, count: int, arithmetic: Arithmetic) -> Fleet:
    """Register `count` devices, half of each algorithm, and return them with the gas it took."""
    owners = [KeySigner(secrets.token_bytes(32)) for _ in range(min(OWNERS, count))]
    keys = [SoftwareKeys.generate(ALGORITHMS[i % 2], arithmetic=arithmetic) for i in range(count)]
    registered = await enrol(
        node,
        [
            # Neighbours share an owner, so that every owner has both algorithms.
            Enrolment(str(i), each, (), owners[i // 2 % len(owners)], Payment.FEE)
            for i, each in enumerate(keys)
        ],
    )
    gas: dict[Algorithm, list[int]] = {algorithm: [] for algorithm in ALGORITHMS}
    for i, each in enumerate(keys):
        name = f"register:{node.deployment.network_id.hex()[:16]}:{each.identity.did}"
        entry = node.store.outbox.get_entry(name)
        if entry is None or entry.inclusion is None:
            raise RuntimeError(f"the registration of device {i} is not in the outbox")
        gas[ALGORITHMS[i % 2]].append(entry.inclusion.gas_used)
    return Fleet(
        {registered[str(i)].device_number: each for i, each in enumerate(keys)},
        {algorithm: tuple(values) for algorithm, values in gas.items()},
    )


def prepare_messages(
    node: Node, fleet: Fleet, window: int, arithmetic: Arithmetic
) -> tuple[list[Message], list[Message]]:
    """Return one full packet of each device for a window, and one seal of each."""
    packets, seals = [], []
    for number, keys in fleet.keys.items():
        network = DeviceNetwork(
            network_id=node.deployment.network_id,
            schema=node.blueprint.schema,
            calendar=node.calendar,
            readings_per_window=node.blueprint.settings.readings_per_window,
            device_number=number,
            gateway=0,
            gateway_address=node.gateway_key.address,
        )
        source = random.Random(f"{window}:{number}")
        rows = make_rows(source, network.readings_per_window, network.calendar.window_s)
        packet = build_packet(Packet(network.network_id, window, 0, rows), keys)
        packets.append(Message("/v1/packets", packet))
        seal = build_seal(network, keys, window, rows, secrets.token_bytes(16), arithmetic=arithmetic)
        seals.append(Message("/v1/seals", seal.encode()))
    return packets, seals


def make_rows(source: random.Random, count: int, window_s: int) -> tuple[Row, ...]:
    """Return readings that the yardstick network pays: no jumps, a sum within 32 bits."""
    step_ms = window_s * 1000 // count
    return tuple((step_ms * i, 20_000_000 + source.randrange(1_000_000)) for i in range(count))


async def send(url: str, messages: Sequence[Message]) -> None:
    """Send messages over a few connections; anything but a receipt is an error."""
    queue = iter(messages)
    async with httpx.AsyncClient(base_url=url, timeout=60) as client:
        await asyncio.gather(*(_send_from(client, queue) for _ in range(_CONNECTIONS)))


async def _send_from(client: httpx.AsyncClient, queue: Iterable[Message]) -> None:
    for message in queue:
        answer = await client.post(message.path, content=message.body)
        if answer.status_code != 200:
            raise RuntimeError(f"{message.path} answered {answer.status_code}: {answer.text[:200]}")
