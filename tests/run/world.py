"""A chain, a clock that all share, and devices that send until they hold their receipts."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from fieldproof.core import Algorithm, SystemClock
from fieldproof.device import Device, DeviceNetwork, HttpGateway, Patience, SendReport, SoftwareKeys
from fieldproof.protocol import Calendar, ReceiptKind, verify_receipt
from fieldproof.run import Blueprint, DeploymentRecord, NetworkFolder, Node, ProgramCheck
from fieldproof.run.enrolment import Enrolment, enrol
from fieldproof.settle import (
    Anvil,
    ChainClient,
    Credited,
    KeySigner,
    Payment,
    Posted,
    SettlementContract,
    SettlementEvent,
)
from fieldproof.store import DeviceWindow, open_store

from .networks import GRACE_S, WINDOW_S, Row

GENESIS_S = 1_700_000_100
assert GENESIS_S % WINDOW_S == 0
NOWHERE = "http://127.0.0.1:1"
PASSWORD = "password of the tests"
ENVIRONMENT = {"FIELDPROOF_PASSWORD": PASSWORD}
ALGORITHMS = (Algorithm.ES256, Algorithm.ES256K, Algorithm.EDDSA)


@asynccontextmanager
async def keep_mining(anvil: Anvil) -> AsyncIterator[asyncio.Event]:
    """Make a block every second while the event is set, as a public chain does in any case."""

    async def beat() -> None:
        while True:
            await beats.wait()
            await anvil.mine()
            await asyncio.sleep(1)

    beats = asyncio.Event()
    beats.set()
    task = asyncio.create_task(beat())
    try:
        yield beats
    finally:
        task.cancel()


class SharedClock:
    """The machine's clock, set forward; processes share it by its offset."""

    def __init__(self, now_s: int) -> None:
        self._system = SystemClock()
        self.offset_ms = now_s * 1000 - self._system.now_ms()

    def now_ms(self) -> int:
        return self._system.now_ms() + self.offset_ms

    def advance(self, time_s: int) -> bool:
        """Set the clock forward to a time; False if it has passed it already."""
        ahead_ms = time_s * 1000 - self.now_ms()
        self.offset_ms += max(0, ahead_ms)
        return ahead_ms > 0


def make_keys(number: int) -> SoftwareKeys:
    secret = hashlib.sha256(b"tank %d" % number).digest()
    return SoftwareKeys(ALGORITHMS[number % 3], secret, int.from_bytes(secret[:31]) + 1)


@dataclass(frozen=True)
class Tank:
    """A device of the fleet."""

    number: int
    keys: SoftwareKeys
    attributes: tuple[int, ...] = ()


def make_fleet(count: int, *, has_attributes: bool) -> tuple[Tank, ...]:
    return tuple(
        Tank(number, make_keys(number), (number + 1,) if has_attributes else ()) for number in range(count)
    )


async def enrol_fleet(node: Node, fleet: Sequence[Tank], owners: Sequence[KeySigner]) -> None:
    """Register the fleet in its order, so that each device gets its own number."""
    for tank in fleet:
        owner = owners[tank.number % len(owners)]
        name = f"tank {tank.number}"
        entries = await enrol(node, [Enrolment(name, tank.keys, tank.attributes, owner, Payment.FEE)])
        assert entries[name].device_number == tank.number


@dataclass
class Fleet:
    """The devices of one folder; what they keep on disk outlives any node."""

    folder: Path
    blueprint: Blueprint
    record: DeploymentRecord
    gateway_address: bytes
    clock: SharedClock
    tanks: tuple[Tank, ...]

    @property
    def calendar(self) -> Calendar:
        return Calendar(self.record.genesis_s, WINDOW_S, GRACE_S)

    @contextmanager
    def open_device(self, number: int, gateway_url: str) -> Iterator[Device]:
        network = DeviceNetwork(
            self.record.deployment.network_id,
            self.blueprint.schema,
            self.calendar,
            self.blueprint.settings.readings_per_window,
            number,
            0,
            self.gateway_address,
        )
        gateway = HttpGateway(gateway_url, patience=Patience(attempts=1))
        backlog = self.folder / f"tank-{number}.db"
        keys = self.tanks[number].keys
        try:
            with Device(network, keys, gateway, backlog, clock=self.clock, readings_per_packet=2) as device:
                yield device
        finally:
            gateway.close()

    def record_rows(self, number: int, window: int, rows: Sequence[Row]) -> None:
        """Keep the readings of a window on the device's disk."""
        starts_ms = self.calendar.compute_start_ms(window)
        with self.open_device(number, NOWHERE) as device:
            device.record_scaled([(starts_ms + time_ms, (level,)) for time_ms, level in rows])

    def send(self, number: int, gateway_url: str) -> SendReport:
        """Send what has no receipt; raises `UnreachableError` when the gateway dies meanwhile."""
        with self.open_device(number, gateway_url) as device:
            return device.send()

    def get_receipts(self, windows: int) -> list[bytes]:
        """Every receipt that any device holds, as it came."""
        held: list[bytes] = []
        for tank in self.tanks:
            with self.open_device(tank.number, NOWHERE) as device:
                for window in range(windows):
                    held += device.get_receipts(window)
        return held

    def check_log(self, windows: int) -> int:
        """Every receipted packet and seal is in the log exactly once; return how many there are."""
        network_id = self.record.deployment.network_id
        kept = []
        with open_store(NetworkFolder(self.folder).store) as store:
            store.verify()
            for tank in self.tanks:
                for window in range(windows):
                    place = DeviceWindow(network_id, tank.number, window)
                    where = (tank.number, window)
                    kept += [
                        (ReceiptKind.PACKET, *where, p.payload_hash) for p in store.log.get_packets(place)
                    ]
                    if seal := store.log.get_seal(place):
                        kept.append((ReceiptKind.SEAL, *where, seal.payload_hash))
        receipts = [verify_receipt(raw, self.gateway_address) for raw in self.get_receipts(windows)]
        held = [(each.kind, each.device, each.window, each.payload_hash) for each in receipts]
        assert sorted(held) == sorted(kept)
        assert len(set(kept)) == len(kept)
        return len(kept)


@dataclass(frozen=True)
class Books:
    """What the chain alone says of a network."""

    posted: tuple[Posted, ...]
    credited: tuple[Credited, ...]
    balances: Mapping[int, int]
    """Units by device number."""


async def read_events(client: ChainClient, record: DeploymentRecord) -> tuple[SettlementEvent, ...]:
    """Everything that the Settlement has said since its birth."""
    head = await client.get_latest_block()
    contract = SettlementContract(client, record.deployment.settlement)
    return await contract.get_events(record.deployment.first_block, head.number)


async def read_books(client: ChainClient, record: DeploymentRecord, devices: int) -> Books:
    contract = SettlementContract(client, record.deployment.settlement)
    events = await read_events(client, record)
    balances = {device: await contract.get_balance_units(device) for device in range(devices)}
    return Books(
        tuple(event for event in events if isinstance(event, Posted)),
        tuple(event for event in events if isinstance(event, Credited)),
        balances,
    )


def check_books(books: Books, emission_units: int) -> None:
    """Nothing is posted or credited twice, and no window credits more than its pool."""
    for events in (books.posted, books.credited):
        places = [
            (event.posting.window, event.posting.cohort)
            if isinstance(event, Posted)
            else (event.window, event.cohort)
            for event in events
        ]
        assert len(set(places)) == len(places)
    for window in {event.window for event in books.credited}:
        paid = [event for event in books.credited if event.window == window]
        assert len({event.pool_units for event in paid}) == 1
        assert sum(event.credited_units for event in paid) <= paid[0].pool_units <= emission_units
    assert sum(event.credited_units for event in books.credited) == sum(books.balances.values())


def find_differences(check: ProgramCheck) -> set[str]:
    """What of a network is not what its source says."""
    return {each.item for each in check.items if not each.agrees}
