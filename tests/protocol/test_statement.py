"""The statement says all that it stands for: whatever in the world is changed, the public inputs change.

The world here is what nobody chooses at proving time: chain, contracts, schema, sources, devices, readings.
Each attack changes one thing of it and names exactly the inputs that must differ, so that an input which
binds nothing, or a thing that no input binds, fails a test.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldproof.core import FIELD_ORDER, GRUMPKIN, Domain, FieldproofError, Point, compute_hash
from fieldproof.protocol import (
    Calendar,
    CohortWitness,
    DeviceWitness,
    FieldSpec,
    Row,
    Schema,
    SealContent,
    Statement,
    compute_attributes_hash,
    compute_chain_start,
    compute_digest,
    compute_leaf,
    compute_network_id,
    compute_program_id,
    compute_window_root,
    extend_chain,
    pack_points,
    split_bitmap,
    unpack_points,
)

CAPACITY = 4
SLOTS = 3
FIELD = FieldSpec("irradiance", "W/m2", 10, 0, 16_000)
WORLD_SCHEMA = Schema(1, (FIELD,), (FieldSpec("panel_area", "m2", 100, 0, 5_000),))


@dataclass(frozen=True)
class SealedDevice:
    """What a device is and what it reported."""

    key: Point
    attributes: tuple[int, ...] = (700,)
    rows: tuple[Row, ...] = ((0, 1), (60_000, 2))
    salt: bytes = bytes(16)
    gateway: int = 2
    points: int = 3


def make_key(secret: int) -> Point:
    return GRUMPKIN.multiply(secret, GRUMPKIN.generator)


@dataclass(frozen=True)
class World:
    """Everything that a statement stands for."""

    chain_id: int = 31_337
    settlement: bytes = bytes(range(20))
    registry: bytes = bytes(range(20, 40))
    schema: Schema = WORLD_SCHEMA
    sources: tuple[tuple[str, str], ...] = (("network.py", "def reward(): ..."),)
    settings: tuple[tuple[str, str | int], ...] = (("cohort", CAPACITY), ("window_s", 3_600))
    versions: tuple[str, ...] = ("compiler 1", "prover 1")
    genesis_s: int = 1_800_000_000
    window_s: int = 3_600
    cohort: int = 5
    window: int = 7
    devices: tuple[SealedDevice, ...] = (
        SealedDevice(make_key(11)),
        SealedDevice(make_key(12)),
        SealedDevice(make_key(13), salt=bytes(15) + b"\1"),
    )
    active: int = 0b111
    settled: int = 0b010
    sealed: int = 0b101
    state: tuple[int, ...] = (21, 22)
    previous_state: tuple[int, ...] = (1, 2)

    def compute_statement(self) -> Statement:
        schema_hash = self.schema.hash
        network_id = compute_network_id(
            chain_id=self.chain_id, settlement=self.settlement, schema_hash=schema_hash
        )
        commitment = compute_chain_start(self.chain_id, self.registry, self.cohort)
        messages: list[int | None] = [None] * CAPACITY
        points = [0] * CAPACITY
        for place, device in enumerate(self.devices):
            number = self.cohort * CAPACITY + place
            attributes_hash = compute_attributes_hash(self.schema, device.attributes)
            commitment = extend_chain(commitment, compute_leaf(number, device.key, attributes_hash))
            if self.sealed >> place & 1:
                digest = compute_digest(
                    device.rows,
                    device.salt,
                    self.schema,
                    window_s=self.window_s,
                    readings_per_window=SLOTS,
                )
                content = SealContent(
                    network_id, number, self.window, device.gateway, len(device.rows), device.salt, digest
                )
                messages[place] = content.compute_message()
                points[place] = device.points
        program_id = compute_program_id(
            sources=dict(self.sources),
            settings=[list(pair) for pair in self.settings],
            versions=self.versions,
        )
        calendar = Calendar(self.genesis_s, self.window_s, 0)
        return Statement(
            capacity=CAPACITY,
            network_id=int.from_bytes(network_id),
            program_id=int.from_bytes(program_id),
            cohort=self.cohort,
            window=self.window,
            starts_at=calendar.compute_start_ms(self.window) // 1000,
            key_commitment=commitment,
            count=len(self.devices),
            active=self.active,
            settled=self.settled,
            previous_state=compute_hash(Domain.STATE, 0, *self.previous_state),
            window_root=compute_window_root(messages),
            sealed=self.sealed,
            next_state=compute_hash(Domain.STATE, 0, *self.state),
            points=tuple(points),
            state=self.state,
        )


INPUTS = [
    "network_id", "program_id", "cohort", "window", "starts_at", "key_commitment", "count", "active",
    "settled", "previous_state", "window_root", "sealed", "next_state", "points", "state 0", "state 1",
]  # fmt: skip
"""Names of the public inputs in their order, for a capacity whose bitmaps and points take one field each."""

WORLD = World()


def change_device(**values: object) -> World:
    first, *others = WORLD.devices
    return replace(WORLD, devices=(replace(first, **values), *others))  # type: ignore[arg-type]


def change_schema(**values: object) -> World:
    return replace(WORLD, schema=replace(WORLD.schema, **values))  # type: ignore[arg-type]


def change_field(**values: object) -> World:
    return change_schema(reading=(replace(FIELD, **values),))  # type: ignore[arg-type]


SEALED = {"window_root"}
SCHEMA = {"network_id", "window_root"}
ATTACKS: dict[str, tuple[World, set[str]]] = {
    "another chain": (replace(WORLD, chain_id=1), {"network_id", "key_commitment", "window_root"}),
    "another network's contract": (replace(WORLD, settlement=bytes(20)), {"network_id", "window_root"}),
    "another registry": (replace(WORLD, registry=bytes(20)), {"key_commitment"}),
    "a new version of the schema": (change_schema(version=2), SCHEMA),
    "another name of a field": (change_field(name="sun"), SCHEMA),
    "another unit": (change_field(unit="lx"), SCHEMA),
    "another scale": (change_field(scale=100), SCHEMA),
    "another least value": (change_field(low=-1), SCHEMA),
    "another greatest value": (change_field(high=16_001), SCHEMA),
    "a field for an attribute": (
        change_schema(attributes=(replace(WORLD.schema.attributes[0], name="sun"),)),
        SCHEMA,
    ),
    "another program": (replace(WORLD, sources=(("network.py", "def reward(): .."),)), {"program_id"}),
    "another file's name": (replace(WORLD, sources=(("other.py", "def reward(): ..."),)), {"program_id"}),
    "another setting": (replace(WORLD, settings=(("cohort", 4), ("window_s", 60))), {"program_id"}),
    "another compiler": (replace(WORLD, versions=("compiler 2", "prover 1")), {"program_id"}),
    "another cohort": (replace(WORLD, cohort=6), {"cohort", "key_commitment", "window_root"}),
    "another window": (replace(WORLD, window=8), {"window", "starts_at", "window_root"}),
    "another genesis": (replace(WORLD, genesis_s=WORLD.genesis_s + 1), {"starts_at"}),
    "another key": (change_device(key=make_key(14)), {"key_commitment"}),
    "the same key, negated": (change_device(key=GRUMPKIN.negate(make_key(11))), {"key_commitment"}),
    "two keys in each other's place": (
        replace(WORLD, devices=(WORLD.devices[1], WORLD.devices[0], WORLD.devices[2])),
        {"key_commitment"},
    ),
    "another attribute": (change_device(attributes=(701,)), {"key_commitment"}),
    "a device more": (
        replace(WORLD, devices=(*WORLD.devices, SealedDevice(make_key(15)))),
        {"key_commitment", "count"},
    ),
    "a revoked device": (replace(WORLD, active=0b101), {"active"}),
    "a device settled before": (replace(WORLD, settled=0b000), {"settled"}),
    "another state before": (replace(WORLD, previous_state=(1, 3)), {"previous_state"}),
    "another value": (change_device(rows=((0, 1), (60_000, 3))), SEALED),
    "another time": (change_device(rows=((0, 1), (60_001, 2))), SEALED),
    "a reading more": (change_device(rows=((0, 1), (60_000, 2), (60_001, 0))), SEALED),
    "a reading less": (change_device(rows=((0, 1),)), SEALED),
    "no reading for one of zeros": (change_device(rows=()), SEALED),
    "another salt": (change_device(salt=b"\1" * 16), SEALED),
    "another gateway": (change_device(gateway=3), SEALED),
    "a device that did not seal": (replace(WORLD, sealed=0b001), {"window_root", "sealed", "points"}),
    "a seal of another device": (replace(WORLD, sealed=0b110), {"window_root", "sealed", "points"}),
    "other points": (change_device(points=4), {"points"}),
    "points of another device": (
        replace(
            WORLD,
            devices=(
                replace(WORLD.devices[0], points=0),
                WORLD.devices[1],
                replace(WORLD.devices[2], points=6),
            ),
        ),
        {"points"},
    ),
    "another first word of state": (replace(WORLD, state=(20, 22)), {"next_state", "state 0"}),
    "another second word of state": (replace(WORLD, state=(21, 23)), {"next_state", "state 1"}),
}


def name_inputs(world: World) -> dict[str, int]:
    return dict(zip(INPUTS, world.compute_statement().to_fields(), strict=True))


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_is_changed_in_the_world_changes_its_inputs_and_no_others(attack: str) -> None:
    world, expected = ATTACKS[attack]
    before, after = name_inputs(WORLD), name_inputs(world)
    assert {name for name in INPUTS if before[name] != after[name]} == expected


def test_every_input_stands_for_something_that_is_attacked() -> None:
    assert set().union(*(expected for _, expected in ATTACKS.values())) == set(INPUTS)


def test_everything_in_the_world_is_attacked() -> None:
    attacked = {
        spec.name
        for world, _ in ATTACKS.values()
        for spec in fields(World)
        if getattr(world, spec.name) != getattr(WORLD, spec.name)
    }
    # The window's length stands in the settings, hence in the program id, and in the start of the window.
    assert attacked | {"window_s"} == {spec.name for spec in fields(World)}


def test_a_device_number_means_one_place_in_one_cohort() -> None:
    """The first device of cohort 6 is not the fifth of cohort 5, whatever its seal says."""
    world = replace(WORLD, cohort=6)
    assert world.compute_statement().window_root != WORLD.compute_statement().window_root


def test_a_program_id_is_that_of_the_source_and_not_of_its_line_ends() -> None:
    sources = {"a.py": "x = 1\ny = 2\n", "b.py": ""}
    ids = {
        compute_program_id(sources=changed, settings=[], versions=[])
        for changed in (
            sources,
            {"b.py": "", "a.py": "x = 1\r\ny = 2\r\n"},
            {"a.py": "x = 1\ry = 2\r", "b.py": ""},
        )
    }
    assert len(ids) == 1
    others = (
        {"a.py": "x = 1\ny = 2", "b.py": ""},
        {"a.py": "x = 1\n\ny = 2\n", "b.py": ""},
        {"a.py": "x = 1\ny = 2\n"},
        {"a.py": "", "b.py": "x = 1\ny = 2\n"},
        {"a.pyx": " = 1\ny = 2\n", "b.py": ""},
    )
    ids |= {compute_program_id(sources=changed, settings=[], versions=[]) for changed in others}
    ids.add(compute_program_id(sources=sources, settings=[1], versions=[]))
    ids.add(compute_program_id(sources=sources, settings=["1"], versions=[]))
    ids.add(compute_program_id(sources=sources, settings=[], versions=["1"]))
    assert len(ids) == 1 + len(others) + 3
    assert all(program_id[0] == 0 and len(program_id) == 32 for program_id in ids)


@pytest.mark.parametrize(
    ("chain_id", "settlement", "schema_hash"),
    [
        (2**256, bytes(20), bytes(32)),
        (-1, bytes(20), bytes(32)),
        (1, bytes(19), bytes(32)),
        (1, bytes(21), bytes(31)),
        (1, bytes(20), bytes(33)),
    ],
)
def test_a_network_id_is_made_of_whole_parts(chain_id: int, settlement: bytes, schema_hash: bytes) -> None:
    with pytest.raises(FieldproofError):
        compute_network_id(chain_id=chain_id, settlement=settlement, schema_hash=schema_hash)


@pytest.mark.parametrize("name", ["network_id", "program_id", "key_commitment", "window_root", "next_state"])
@pytest.mark.parametrize("value", [FIELD_ORDER, -1, 2**256])
def test_no_input_has_a_second_name_beyond_the_field(name: str, value: int) -> None:
    statement = replace(WORLD.compute_statement(), **{name: value})  # type: ignore[arg-type]
    with pytest.raises(FieldproofError):
        statement.to_fields()


@pytest.mark.parametrize(
    "values",
    [
        {"active": 1 << CAPACITY},
        {"settled": 1 << CAPACITY},
        {"sealed": -1},
        {"points": (2**32, 0, 0, 0)},
        {"points": (-1, 0, 0, 0)},
        {"state": (FIELD_ORDER, 0)},
    ],
)
def test_bits_points_and_state_beyond_their_width_are_refused(values: dict[str, object]) -> None:
    with pytest.raises(FieldproofError):
        replace(WORLD.compute_statement(), **values).to_fields()  # type: ignore[arg-type]


@pytest.mark.parametrize(("capacity", "words"), [(1, 1), (4, 1), (16, 1), (64, 1), (128, 1), (256, 2)])
def test_bitmaps_are_cut_at_128_bits(capacity: int, words: int) -> None:
    ones = (1 << capacity) - 1
    parts = split_bitmap(ones, capacity)
    assert len(parts) == words
    assert sum(part << 128 * place for place, part in enumerate(parts)) == ones
    assert split_bitmap(1 << capacity - 1, capacity)[-1] == 1 << (capacity - 1) % 128


CAPACITIES = st.sampled_from([1, 4, 16, 64, 256])


@given(CAPACITIES.flatmap(lambda size: st.lists(st.integers(0, 2**32 - 1), min_size=size, max_size=size)))
def test_points_come_back_from_their_packed_form(points: list[int]) -> None:
    words = pack_points(points, len(points))
    assert len(words) == -(-len(points) // 7)
    assert all(word < 2**224 for word in words)
    assert unpack_points(words, len(points)) == tuple(points)


@pytest.mark.parametrize(
    "damage",
    [
        lambda words: [words[0] | 1 << 224, *words[1:]],
        lambda words: [*words[:-1], words[-1] | 1 << 32 * 2],
        lambda words: words[:-1],
        lambda words: [*words, 0],
        lambda words: [*words, 1],
        lambda words: [],
    ],
)
def test_a_packed_result_with_anything_beside_its_points_is_refused(
    damage: Callable[[list[int]], list[int]],
) -> None:
    words = list(pack_points(range(16), 16))
    with pytest.raises(FieldproofError):
        unpack_points(damage(words), 16)


def test_the_root_tells_who_sealed_from_who_did_not() -> None:
    roots = {
        compute_window_root(messages)
        for messages in (
            [1, None, 2, None],
            [1, 2, None, None],
            [None, 1, 2, None],
            [1, None, 2],
            [None] * 4,
            [None] * 3,
        )
    }
    assert len(roots) == 6


def test_a_witness_lays_out_columns_with_zeros_behind_the_readings() -> None:
    device = DeviceWitness(make_key(11), (700,), 2, 99, rows=((0, 1), (60_000, 2)))
    inputs = CohortWitness(
        5, (device, DeviceWitness(attributes=(0,))), columns=2, readings_per_window=3
    ).to_inputs()
    assert inputs["columns"] == [[[0, 60_000, 0], [1, 2, 0]], [[0, 0, 0], [0, 0, 0]]]
    assert inputs["counts"] == [2, 0]
    assert inputs["seal_keys"] == [list(make_key(11)), list(GRUMPKIN.generator)]
    assert inputs["attributes"] == [[700], [0]]
    assert inputs["salts"] == [99, 0]
    assert inputs["signatures"] == [[0, 0, 0], [0, 0, 0]]
    plain = replace(device, attributes=())
    assert "attributes" not in CohortWitness(5, (plain,), columns=2, readings_per_window=3).to_inputs()
