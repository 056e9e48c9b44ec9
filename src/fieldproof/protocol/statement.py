"""The statement of a proof and the witness behind it (protocol.md, "Statement" and "Witness")."""

from collections.abc import Sequence
from dataclasses import dataclass

from fieldproof.core import (
    GRUMPKIN,
    PYTHON,
    Arithmetic,
    Domain,
    EncodingError,
    Point,
    check_field,
    check_unsigned,
    compute_hash,
)
from fieldproof.protocol.seal import SealSignature

BITMAP_BITS = 128
LANES = 7
LANE_BITS = 32
MAXIMUM_POINTS = 2**LANE_BITS - 1
NO_SIGNATURE = SealSignature(0, 0)


@dataclass(frozen=True, slots=True)
class Statement:
    """The public inputs of a proof for one cohort in one window."""

    capacity: int
    """Devices of the cohort at most; fixed by the circuit, no public input itself."""
    network_id: int
    program_id: int
    cohort: int
    window: int
    starts_at: int
    """Start of the window, seconds since 1970."""
    key_commitment: int
    count: int
    """Devices registered at the window's start."""
    active: int
    """Bitmap, bit i for device i of the cohort."""
    settled: int
    """Bitmap of the devices that earlier postings of this window settled."""
    previous_state: int
    """State root before this proof; 0 for a program without state, like the one after it."""
    window_root: int
    sealed: int
    """Bitmap of the devices that this proof settles."""
    next_state: int
    points: tuple[int, ...]
    """Points of each device of the cohort."""
    state: tuple[int, ...] = ()
    """Packed state after this proof (protocol.md, "State"); empty for a program without state."""

    def to_fields(self) -> tuple[int, ...]:
        """Return the public inputs in their order; `IntegerError` if one fits no field, bitmap or lane."""
        inputs = (
            self.network_id,
            self.program_id,
            self.cohort,
            self.window,
            self.starts_at,
            self.key_commitment,
            self.count,
            *split_bitmap(self.active, self.capacity),
            *split_bitmap(self.settled, self.capacity),
            self.previous_state,
            self.window_root,
            *split_bitmap(self.sealed, self.capacity),
            self.next_state,
            *pack_points(self.points, self.capacity),
            *self.state,
        )
        for value in inputs:
            check_field("public input", value)
        return inputs


@dataclass(frozen=True, slots=True)
class DeviceWitness:
    """The private inputs of one slot of a cohort."""

    seal_key: Point = GRUMPKIN.generator
    attributes: tuple[int, ...] = ()
    """Raw attributes."""
    gateway: int = 0
    salt: int = 0
    signature: SealSignature = NO_SIGNATURE
    rows: tuple[tuple[int, ...], ...] = ()
    """Raw rows, time first."""


@dataclass(frozen=True, slots=True)
class CohortWitness:
    """The private inputs of a proof; one `DeviceWitness` for each slot of the cohort."""

    chain_start: int
    devices: tuple[DeviceWitness, ...]
    columns: int
    """Columns of a reading: the time and the schema's fields."""
    readings_per_window: int
    previous_state: tuple[int, ...] = ()
    """Packed state before this proof; empty for a program without state."""

    def to_inputs(self) -> dict[str, object]:
        """Return the inputs by name, nested lists of integers in the shapes of protocol.md."""
        inputs: dict[str, object] = {
            "chain_start": self.chain_start,
            "seal_keys": [list(device.seal_key) for device in self.devices],
            "gateways": [device.gateway for device in self.devices],
            "counts": [len(device.rows) for device in self.devices],
            "salts": [device.salt for device in self.devices],
            "signatures": [_split_signature(device.signature) for device in self.devices],
            "columns": [self._lay_out(device) for device in self.devices],
        }
        if self.devices[0].attributes:
            inputs["attributes"] = [list(device.attributes) for device in self.devices]
        if self.previous_state:
            inputs["previous_state"] = list(self.previous_state)
        return inputs

    def _lay_out(self, device: DeviceWitness) -> list[list[int]]:
        padding = [0] * (self.readings_per_window - len(device.rows))
        return [[row[column] for row in device.rows] + padding for column in range(self.columns)]


def _split_signature(signature: SealSignature) -> list[int]:
    return [signature.s % 2**128, signature.s >> 128, signature.e]


def split_bitmap(bitmap: int, capacity: int) -> tuple[int, ...]:
    """Return the ⌈capacity/128⌉ words of a bitmap."""
    check_unsigned("bitmap", bitmap, capacity)
    mask = (1 << BITMAP_BITS) - 1
    return tuple(bitmap >> start & mask for start in range(0, capacity, BITMAP_BITS))


def pack_points(points: Sequence[int], capacity: int) -> tuple[int, ...]:
    """Pack the points of each device, 32 bits each, seven to a word."""
    if len(points) != capacity:
        raise ValueError(f"{len(points)} points for {capacity} devices: this is a bug")
    words = [0] * -(-capacity // LANES)
    for device, value in enumerate(points):
        words[device // LANES] |= check_unsigned("points", value, LANE_BITS) << LANE_BITS * (device % LANES)
    return tuple(words)


def unpack_points(words: Sequence[int], capacity: int) -> tuple[int, ...]:
    """Return the points of each device from a packed result; `EncodingError` for any other form of them."""
    points = tuple(word >> LANE_BITS * lane & MAXIMUM_POINTS for word in words for lane in range(LANES))
    if len(points) < capacity or pack_points(points[:capacity], capacity) != tuple(words):
        raise EncodingError(f"{len(words)} words are no packed result of {capacity} devices")
    return points[:capacity]


def compute_window_root(messages: Sequence[int | None], *, arithmetic: Arithmetic = PYTHON) -> int:
    """Return the window root: seal message of each device of the cohort, None where it did not seal."""
    return compute_hash(Domain.ROOT, 0, *(message or 0 for message in messages), arithmetic=arithmetic)
