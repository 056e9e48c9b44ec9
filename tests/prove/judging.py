"""Cohorts of the ready-made networks with state and of judging devices, and what Python makes of them."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from compiler.cohorts import WINDOW, make_statement
from compiler.comparing import Comparison
from fieldproof.compiler import Inputs, get_state_layout
from fieldproof.protocol import CohortWitness, DeviceState, Row, Statement

STARTS_AT = 1_700_000_000


@dataclass(frozen=True)
class CohortCase:
    """A cohort in one window."""

    windows: tuple[Inputs | None, ...]
    """One for each device; None did not seal."""
    states: tuple[DeviceState, ...] = ()
    """What each device carries; empty for a program without state."""

    @property
    def seals(self) -> tuple[Inputs | None, ...]:
        """The windows, with what each device carries."""
        if not self.states:
            return self.windows
        return tuple(
            each and replace(each, missed=state.count_missed(WINDOW), state=state.values)
            for each, state in zip(self.windows, self.states, strict=True)
        )


def make_case_statement(comparison: Comparison, case: CohortCase) -> tuple[Statement, CohortWitness]:
    """Statement and witness of a case, points and state as the author's functions and the evaluator say."""
    network = comparison.network
    capacity = network.settings.cohort
    if network.device_name is not None:
        return make_statement(network, case.windows, capacity, comparison.compute_points(case.windows))
    layout = get_state_layout(network)
    if layout is None:
        raise TypeError("a program over one device's window without state has tests of its own")
    points, after = [], []
    for inputs, state in zip(case.seals, case.states, strict=True):
        if inputs is None:
            points.append(0)
            after.append(state)
            continue
        outcome = comparison.run_python(inputs)
        points.append(outcome.points)
        after.append(state if outcome.void else DeviceState(WINDOW + 1, outcome.state))
    return make_statement(
        network,
        case.windows,
        capacity,
        points,
        previous_words=layout.pack(case.states),
        next_words=layout.pack(after),
    )


def make_driving_cases() -> list[CohortCase]:
    """Four vehicles each: streaks at the edges of levels, missed weeks, weeks in which nothing changes."""
    source = random.Random(31)
    edges = [
        (weeks, missed)
        for weeks in (0, 3, 4, 20, 21, 35, 36, 40, 8191)
        for missed in (0, 2, 3, 5, 6, 8, 9, 70)
    ]
    source.shuffle(edges)
    vehicles: list[tuple[Inputs | None, DeviceState]] = []
    for weeks, missed in edges:
        vehicles.append((drive(source), DeviceState(WINDOW - missed, (weeks,))))
    still = [(hour, 5, 6, 7) for hour in range(3)]
    for rows in (
        (),
        still[:1],
        still,
        [*still, (9, 6, 6, 7)],
        [*still, (9, 5, 5, 7)],
        [*still, (9, 5, 6, 8)],
    ):
        vehicles.append((Inputs(tuple(rows), (1,), STARTS_AT, WINDOW), DeviceState(WINDOW - 1, (7,))))
    vehicles.append((None, DeviceState(WINDOW - 1, (7,))))
    vehicles.append((drive(source), DeviceState(0, (0,))))
    cases = [vehicles[at : at + 4] for at in range(0, len(vehicles), 4)]
    return [CohortCase(tuple(each[0] for each in case), tuple(each[1] for each in case)) for case in cases]


def drive(source: random.Random) -> Inputs:
    """A week of a vehicle that moves."""
    times = sorted(source.sample(range(604_800_000), source.randint(2, 56)))
    rows = tuple(
        (time, source.randrange(20_000_001), source.randrange(1001), source.randrange(-60, 201))
        for time in times
    )
    return Inputs(rows, (source.randrange(2),), STARTS_AT, WINDOW)


def make_energy_cases() -> list[CohortCase]:
    """Markets of sixteen homes: few limits and moments, so that many are equal, and the widest range."""
    source = random.Random(32)
    cases = [CohortCase((None,) * 16), CohortCase((Inputs((), (), STARTS_AT, WINDOW),) * 16)]
    for limits, moments, energies in (
        (range(8), range(3), (0, 1, 5, 900)),
        (range(10_001), range(3_600_000), range(100_001)),
        ((0, 10_000), (0, 3_599_990), (100_000,)),
        ((100, 101), (7,), (3, 4)),
    ):
        for share in (0.5, 0.5, 0.4, 0.8):
            windows = [order(source, limits, moments, energies, share) for _ in range(16)]
            cases.append(CohortCase(tuple(windows)))
    return cases


def order(
    source: random.Random,
    limits: Sequence[int],
    moments: Sequence[int],
    energies: Sequence[int],
    share: float,
) -> Inputs | None:
    """The orders of a home, `share` of them to sell."""
    if source.random() < 0.1:
        return None
    start = source.choice(moments)
    rows = tuple(
        (start + at, int(source.random() < share), source.choice(energies), source.choice(limits))
        for at in range(source.choice((0, 1, 1, 1, 4)))
    )
    return Inputs(rows, (), STARTS_AT, WINDOW)


PRIME = 281_474_976_710_597
SENT_MS = 1_000_000


def make_coverage_cases() -> list[CohortCase]:
    """Hotspots on a line: all hear all, then with every rule broken here and there."""
    source = random.Random(33)
    cases = [CohortCase(()), CohortCase(tuple(make_hotspots(source, mistakes=0.0, apart=45_000)))]
    for mistakes, apart in ((0.0, 450_000), (0.03, 45_000), (0.15, 3_600), (0.15, 100_000), (0.4, 45_000)):
        cases.append(CohortCase(tuple(make_hotspots(source, mistakes, apart))))
    return cases


def make_hotspots(source: random.Random, mistakes: float, apart: int) -> list[Inputs | None]:
    """Sixteen hotspots, `apart` ten-millionths of a degree; of all that can be wrong a share is."""

    def spoil(right: int, *wrong: int) -> int:
        return source.choice(wrong) if source.random() < mistakes else right

    entropies = [source.randrange(2**32) for _ in range(16)]
    payloads = [
        ((entropy * 2**32 + WINDOW) * 16 + place) ** 3 % PRIME for place, entropy in enumerate(entropies)
    ]
    hotspots: list[Inputs | None] = []
    for place in range(16):
        if source.random() < mistakes / 2:
            hotspots.append(None)
            continue
        mine = SENT_MS + 100_000 * place
        rows: dict[int, Row] = {}
        for _ in range(spoil(1, 0, 2)):
            age = spoil(5_000, 180_000, 180_001)
            payload = spoil(payloads[place], payloads[place] + 1, 0)
            rows[mine + len(rows)] = (0, 0, entropies[place], age, payload, 868_100, spoil(140, 500, -1_500))
        for peer in range(16):
            if peer == place and source.random() >= mistakes:
                continue
            lag = spoil(source.randrange(900), 4_000, 4_001, -1, -3_000, 1_500)
            time_ms = SENT_MS + 100_000 * peer + lag
            while time_ms in rows:
                time_ms += 1
            payload, frequency = spoil(payloads[peer], 7), spoil(868_100, 868_200, 868_201, 867_999)
            level = spoil(-1_200, -300, -1_500, -900)
            rows[time_ms] = (1, spoil(peer, (peer + 1) % 16), 0, 0, payload, frequency, level)
        seen = tuple((time_ms, *row) for time_ms, row in sorted(rows.items()))[:16]
        latitude = 450_000_000 + apart * place
        site = (
            spoil(1, 0),
            spoil(latitude, -latitude),
            spoil(-1_799_990_000, 1_799_999_000),
            12,
            spoil(3, 4),
        )
        hotspots.append(Inputs(seen, site, STARTS_AT, WINDOW))
    return hotspots


CASES: dict[str, Callable[[], list[CohortCase]]] = {
    "driving": make_driving_cases,
    "energy": make_energy_cases,
    "coverage": make_coverage_cases,
}
