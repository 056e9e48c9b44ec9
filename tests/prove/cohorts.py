"""Cohorts for the benchmark circuit, made in plain Python straight from protocol.md."""

import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from bench.twins import BENCHMARK, get_twin_sources

from fieldproof.core.curves import GRUMPKIN
from fieldproof.core.hashing import Domain, compute_hash
from fieldproof.core.poseidon2 import FIELD_ORDER, sponge
from fieldproof.protocol import CohortWitness, DeviceWitness, SealSignature, Statement

SLOTS = 60
WINDOW_MS = 3_600_000
WIDTHS = (22, 32)
JUMP = 1_000_000
PACKED_BITS = 253


def get_benchmark_sources(capacity: int) -> dict[str, str]:
    """The benchmark twin for a capacity."""
    return get_twin_sources(BENCHMARK, capacity)


@dataclass(frozen=True)
class Device:
    """One device and what it sealed; rows are (time in ms, value)."""

    secret: int
    rows: tuple[tuple[int, int], ...] = ()
    sealed: bool = True
    active: bool = True
    settled: bool = False
    gateway: int = 0
    salt: int = 0
    signature_override: tuple[int, int] | None = None
    key_override: tuple[int, int] | None = None
    registered: bool = True
    claimed_count: int | None = None
    """The count it seals, where that is not the number of its rows."""
    padding: tuple[int, int] = (0, 0)
    """What stands in slots without a reading."""
    nonce: int = 0x123456789ABCDEF

    @property
    def key(self) -> tuple[int, int]:
        return self.key_override or GRUMPKIN.multiply(self.secret, GRUMPKIN.generator)

    @property
    def points(self) -> int:
        """What the benchmark program gives: the sum, 0 on a jump or beyond 32 bits."""
        values = [value for _, value in self.rows]
        jumps = any(abs(b - a) > JUMP for a, b in itertools.pairwise(values))
        return 0 if jumps or sum(values) >= 2**32 else sum(values)


@dataclass(frozen=True)
class Cohort:
    """A cohort in one window."""

    capacity: int
    devices: tuple[Device, ...]
    network_id: int = 0x1234567890ABCDEF
    program_id: int = 0xFEDCBA
    cohort: int = 3
    window: int = 481_000
    starts_at: int = 1_700_000_000
    chain_start: int = 987654321

    def compute(self) -> tuple[list[int], dict[str, Any]]:
        """Return the statement's fields in order and the witness by name."""
        commitment = self.chain_start
        messages: list[int] = []
        results: list[int] = []
        names = ("seal_keys", "gateways", "counts", "salts", "signatures", "columns")
        witness: dict[str, Any] = {"chain_start": self.chain_start, **{name: [] for name in names}}
        for slot in range(self.capacity):
            number = self.cohort * self.capacity + slot
            device = self.devices[slot] if slot < len(self.devices) else None
            key = device.key if device else GRUMPKIN.generator
            if device and device.registered:
                leaf = compute_hash(Domain.LEAF, number, *key, 0)
                commitment = compute_hash(Domain.CHAIN, 0, commitment, leaf)
            if device is None or not device.sealed:
                entry: tuple[Any, ...] = (list(key), 0, 0, 0, [0, 0, 0], [[0] * SLOTS, [0] * SLOTS])
                messages.append(0)
                results.append(0)
            else:
                columns = [
                    pad([row[column] for row in device.rows], device.padding[column]) for column in (0, 1)
                ]
                count = len(device.rows) if device.claimed_count is None else device.claimed_count
                # Not by `compute_hash`, which refuses what a hostile device may well seal.
                first = (Domain.DIGEST.value << 128) + device.salt
                digest = sponge([first, *pack(columns, WIDTHS)])
                context = (number << 88) + (self.window << 24) + (device.gateway << 16) + count
                message = compute_hash(Domain.SEAL, context, self.network_id, digest)
                s, e = device.signature_override or sign(device.secret, message, device.nonce)
                columns = [[value % FIELD_ORDER for value in column] for column in columns]
                signature = [s % 2**128, s >> 128, e]
                entry = (list(key), device.gateway, count % FIELD_ORDER, device.salt, signature, columns)
                messages.append(message)
                results.append(device.points % 2**32)
            for name, value in zip(names, entry, strict=True):
                witness[name].append(value)
        statement = [
            self.network_id, self.program_id, self.cohort, self.window, self.starts_at,
            commitment, sum(device.registered for device in self.devices),
            *self._bitmap("active"), *self._bitmap("settled"), 0,
            compute_hash(Domain.ROOT, 0, *messages),
            *self._bitmap("sealed"), 0,
            *pack_result(results),
        ]  # fmt: skip
        return statement, witness

    def to_protocol(self) -> tuple[Statement, CohortWitness]:
        """The same as the values that rooms exchange."""
        fields, named = self.compute()
        bits = {
            name: sum(1 << slot for slot, device in enumerate(self.devices) if getattr(device, name))
            for name in ("active", "settled", "sealed")
        }
        sealed = [device if device.sealed else None for device in self.devices]
        sealed += [None] * (self.capacity - len(self.devices))
        words = -(-self.capacity // 128)
        statement = Statement(
            capacity=self.capacity,
            network_id=self.network_id,
            program_id=self.program_id,
            cohort=self.cohort,
            window=self.window,
            starts_at=self.starts_at,
            key_commitment=fields[5],
            count=len(self.devices),
            previous_state=0,
            window_root=fields[8 + 2 * words],
            next_state=0,
            points=tuple(device.points if device else 0 for device in sealed),
            **bits,
        )
        devices = tuple(
            DeviceWitness(
                seal_key=tuple(named["seal_keys"][slot]),
                gateway=named["gateways"][slot],
                salt=named["salts"][slot],
                signature=_join_signature(named["signatures"][slot]),
                rows=device.rows if device else (),
            )
            for slot, device in enumerate(sealed)
        )
        return statement, CohortWitness(self.chain_start, devices, 2, SLOTS)

    def _bitmap(self, name: str) -> list[int]:
        bits = sum(1 << slot for slot, device in enumerate(self.devices) if getattr(device, name))
        return [bits >> 128 * word & 2**128 - 1 for word in range(-(-self.capacity // 128))]


def make_cohort(capacity: int, *, devices: int | None = None, seed: int = 1) -> Cohort:
    """A cohort of honest devices with smooth readings."""
    source = random.Random(seed)
    made = tuple(
        Device(
            secret=source.randrange(1, GRUMPKIN.order),
            rows=make_rows(source),
            gateway=source.randrange(15),
            salt=source.randrange(2**128),
        )
        for _ in range(capacity if devices is None else devices)
    )
    return Cohort(capacity, made)


def make_rows(source: random.Random, count: int = SLOTS) -> tuple[tuple[int, int], ...]:
    times = sorted(source.sample(range(WINDOW_MS), count))
    return tuple((time, 20_000_000 + source.randrange(JUMP)) for time in times)


def change(cohort: Cohort, slot: int, **values: object) -> Cohort:
    """The cohort with one device changed."""
    devices = list(cohort.devices)
    devices[slot] = replace(devices[slot], **values)  # type: ignore[arg-type]
    return replace(cohort, devices=tuple(devices))


def pad(values: Sequence[int], padding: int = 0) -> list[int]:
    return [*values, *[padding] * (SLOTS - len(values))]


def pack(columns: Sequence[Sequence[int]], widths: Sequence[int]) -> list[int]:
    words, position = [0], 0
    for row in zip(*columns, strict=True):
        for value, width in zip(row, widths, strict=True):
            if position + width > PACKED_BITS:
                words.append(0)
                position = 0
            words[-1] = (words[-1] + (value << position)) % FIELD_ORDER
            position += width
    return words


def pack_result(points: Sequence[int]) -> list[int]:
    return [
        sum(value << 32 * lane for lane, value in enumerate(points[at : at + 7]))
        for at in range(0, len(points), 7)
    ]


def _join_signature(limbs: list[int]) -> SealSignature:
    return SealSignature(limbs[0] + (limbs[1] << 128), limbs[2])


def sign(secret: int, message: int, nonce: int = 0x123456789ABCDEF) -> tuple[int, int]:
    """Return (s, e). The nonce is fixed: these keys protect nothing. A nonce of 0 makes R infinity."""
    key = GRUMPKIN.multiply(secret, GRUMPKIN.generator)
    point = GRUMPKIN.multiply(nonce, GRUMPKIN.generator)
    e = compute_hash(Domain.CHALLENGE, 0, *point, *key, message)
    return (nonce - e * secret) % GRUMPKIN.order, e
