"""The ready-made networks: windows for their devices, and what Python makes of them."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench.twins import get_twin_sources

from fieldproof import Window
from fieldproof.compiler import CapturedNetwork, Inputs, capture, compile_network, emit_cohort
from fieldproof.core import GRUMPKIN
from fieldproof.protocol import (
    CohortWitness,
    DeviceWitness,
    SealContent,
    Statement,
    compute_attributes_hash,
    compute_digest,
    compute_leaf,
    compute_window_root,
    extend_chain,
    sign_seal,
    to_raw_rows,
)
from fieldproof.prove import get_gadgets
from fieldproof.run import read_sources
from loading import load_script

_ROOT = Path(__file__).parents[2]
NETWORKS_FOLDER = _ROOT / "src" / "fieldproof" / "networks"
SECRET = 0x5EC0DE
NETWORK_ID = (0xABCDEF << 200).to_bytes(32)
Row = tuple[int, ...]


def load_network(name: str) -> CapturedNetwork:
    return capture(read_sources(NETWORKS_FOLDER / name))


def at_capacity(network: CapturedNetwork, capacity: int) -> CapturedNetwork:
    return replace(network, settings=replace(network.settings, cohort=capacity, devices=capacity))


def get_sources(name: str, kind: str, capacity: int) -> dict[str, str]:
    """A network's circuit: the hand-written twin, or what the compiler emits."""
    if kind == "twin":
        return get_twin_sources(name, capacity)
    emitted = emit_cohort(compile_network(at_capacity(load_network(name), capacity)))
    return {"main.nr": emitted.source, **get_gadgets()}


@dataclass(frozen=True)
class Case:
    """One device's window: scaled rows, scaled attributes, start of the window."""

    rows: tuple[Row, ...]
    attributes: tuple[int, ...] = ()
    starts_at: int = 1_700_002_800

    @property
    def inputs(self) -> Inputs:
        """The same, as the compiler's programs take it."""
        return Inputs(self.rows, self.attributes, self.starts_at)


def call_author(name: str, case: Case) -> int:
    """Points of the author's file, run as it stands; 0 where it raises."""
    author = load_script(NETWORKS_FOLDER / name / "network.py").network
    names = [spec.name for spec in author.schema.reading]
    window = Window(
        [author.reading(time_ms=row[0], **dict(zip(names, row[1:], strict=True))) for row in case.rows],
        starts_at=case.starts_at,
    )
    arguments: list[object] = [window]
    if author.attributes is not None:
        claimed = [spec.name for spec in author.schema.attributes]
        arguments.append(author.attributes(**dict(zip(claimed, case.attributes, strict=True))))
    try:
        points = author.program(*arguments)
    except (AssertionError, ArithmeticError, LookupError, TypeError, ValueError):
        return 0
    assert isinstance(points, int)
    return points


def make_statement(network: CapturedNetwork, case: Case, points: int) -> tuple[Statement, CohortWitness]:
    """A cohort of one device with the points that it is said to have."""
    schema, settings = network.schema, network.settings
    salt = bytes(15) + b"\x07"
    slots = settings.readings_per_window
    digest = compute_digest(case.rows, salt, schema, window_s=settings.window_s, readings_per_window=slots)
    content = SealContent(NETWORK_ID, 5, 9, 3, len(case.rows), salt, digest)
    seal = sign_seal(content, SECRET, bytes(32))
    key = GRUMPKIN.multiply(SECRET, GRUMPKIN.generator)
    leaf = compute_leaf(5, key, compute_attributes_hash(schema, case.attributes))
    statement = Statement(
        capacity=1,
        network_id=int.from_bytes(NETWORK_ID),
        program_id=77,
        cohort=5,
        window=9,
        starts_at=case.starts_at,
        key_commitment=extend_chain(4711, leaf),
        count=1,
        active=1,
        settled=0,
        previous_state=0,
        window_root=compute_window_root([content.compute_message()]),
        sealed=1,
        next_state=0,
        points=(points,),
    )
    raw = tuple(spec.to_raw(value) for spec, value in zip(schema.attributes, case.attributes, strict=True))
    device = DeviceWitness(
        key, raw, 3, int.from_bytes(salt), seal.signature, tuple(to_raw_rows(case.rows, schema))
    )
    return statement, CohortWitness(4711, (device,), 1 + len(schema.reading), slots)


def make_solar_cases() -> list[Case]:
    source = random.Random(11)
    sunny = [(60_000 * minute, 6000 + 5 * minute, 2000 + minute % 7) for minute in range(60)]

    def change(rows: Sequence[Row], changes: dict[int, int]) -> tuple[Row, ...]:
        return tuple((time, changes.get(at, light), heat) for at, (time, light, heat) in enumerate(rows))

    noon = 1_700_002_800 // 86_400 * 86_400 + 18 * 3600
    cases = [
        Case(tuple(sunny), (4200,), noon),
        Case(tuple(sunny[:45]), (5000,), noon),
        Case(tuple(sunny[:44]), (5000,), noon),
        Case((), (0,), noon),
        Case(tuple(sunny), (0,), noon),
        Case(tuple(sunny), (4200,), noon - 12 * 3600),
        Case(tuple((time, 16_000, 0) for time, _, _ in sunny), (5000,), noon),
        Case(tuple((time, 12_480, 100) for time, _, _ in sunny), (5000,), noon),
        Case(tuple((time, 0, -6000) for time, _, _ in sunny), (5000,), noon),
        Case(tuple((time, 200, -6000) for time, _, _ in sunny), (5000,), noon),
        Case(tuple((time, 201, -6000) for time, _, _ in sunny), (5000,), noon),
    ]
    for jumps in (2, 3, 4):
        cases.append(Case(change(sunny, {5 + 9 * at: 14_100 for at in range(jumps)}), (100,), noon))
    for bright in (5, 6, 7):
        cases.append(Case(change(sunny, {7 * at: 13_000 for at in range(bright)}), (100,), noon))
    for hour in (0, 1, 2, 11, 23):
        cases.append(Case(change(sunny, dict.fromkeys(range(60), 0)), (1,), noon - 18 * 3600 + 3600 * hour))
    for _ in range(12):
        count = source.randint(40, 60)
        rows = tuple(
            (60_000 * at, source.randrange(13_500), source.randrange(-6000, 6001)) for at in range(count)
        )
        cases.append(Case(rows, (source.randrange(5001),), source.randrange(2**31)))
    return cases


def make_tracker_cases() -> list[Case]:
    source = random.Random(12)

    def drive(count: int, latitude: int, longitude: int, pace: int) -> tuple[Row, ...]:
        rows, place = [], [latitude, longitude]
        for at in range(count):
            rows.append((20_000 * at + source.randrange(19_000), *place))
            place[0] = max(-900_000_000, min(900_000_000, place[0] + source.randint(-pace, pace)))
            place[1] = (
                place[1] + source.randint(-pace, pace) + 1_800_000_000
            ) % 3_600_000_000 - 1_800_000_000
        return tuple(rows)

    corners = [
        (north, east) for north in (-900_000_000, 0, 900_000_000) for east in (-1_800_000_000, 1_800_000_000)
    ]
    cases = [
        Case(()),
        Case(((0, 0, 0),)),
        Case(((0, 0, 0), (3_599_999, 0, 0))),
        Case(((0, 0, 1_799_999_999), (1, 0, -1_799_999_999))),
        Case(((0, 0, -1_800_000_000), (1, 0, 0), (2, 0, 1_800_000_000))),
        Case(((0, 515_000_000, 100), (999, 515_000_000, 8_000), (1999, 515_010_000, 0))),
        Case(tuple((at, *corner) for at, corner in enumerate(corners))),
    ]
    for pace in (100, 20_000, 100_000, 150_000):
        for latitude in (0, 523_456_789, -899_990_000):
            cases.append(Case(drive(180, latitude, 1_799_990_000, pace)))
    # One leap among eleven fixes is a tenth at most, among ten it is not; a tenth exactly still counts.
    for count in (9, 10, 11):
        slow = [(20_000 * at, 10_000 * at, 0) for at in range(count)]
        slow[-1] = (slow[-1][0], 500_000_000, 0)
        cases.append(Case(tuple(slow)))
    return cases
