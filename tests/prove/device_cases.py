"""Windows of the ready-made networks whose programs speak of one device: ordinary ones, and every edge."""

import csv
import random
from collections.abc import Callable
from datetime import datetime

from .networks import NETWORKS_FOLDER, Case, Row, make_solar_cases, make_tracker_cases

SLOT_MS = 180_000
SLOTS = 480
Values = list[int]


def read_recorded_day(device_id: str) -> Case:
    """A day of the weather network's data: the time, then seven scaled values."""
    scales = (10, 10, 1, 10, 10, 1, 100)
    rows = []
    with (NETWORKS_FOLDER / "weather" / "data.csv").open() as file:
        for name, time, *texts in list(csv.reader(file))[1:]:
            at = datetime.fromisoformat(time)
            if name == device_id:
                values = (round(float(text) * scale) for text, scale in zip(texts, scales, strict=True))
                rows.append(((at.hour * 60 + at.minute) * 60_000, *values))
    return Case(tuple(rows))


def make_day(make: Callable[[int], Values | None]) -> Case:
    """A packet in each slot for which there are values."""
    days = [(slot * SLOT_MS, make(slot)) for slot in range(SLOTS)]
    return Case(tuple((time, *values) for time, values in days if values is not None))


def make_weather_cases() -> list[Case]:
    source = random.Random(21)
    lows, highs = (0, -600, 0, 0, 3000, 0, 0), (1000, 1000, 360, 1000, 12_000, 400_000, 10_000_000)

    def vary(slot: int) -> Values:
        odd = slot % 2
        return [500 + odd, 150 + odd, 180 + odd, 30 + odd, 10_130 + odd, 20_000 + odd, 100 + slot]

    def rest(most: int) -> Case:
        """Runs of about `most` slots in every field, some of them broken by silence, at telling values."""
        values = [[949, 950, 951], [-1, 0, 1], [359, 360, 0], [0, 500, 501], [5400, 11_000], [0, 1, 200_000]]
        current = [0] * 6
        left = [0] * 6

        def make(slot: int) -> Values | None:
            for field in range(6):
                if left[field] == 0:
                    current[field] = source.choice(values[field])
                    left[field] = most + source.randint(-1, 3)
                left[field] -= 1
            return None if source.random() < 0.02 else [*current, 4572 * slot]

        return make_day(make)

    def jump(share: float, silent: float) -> Case:
        """Steps of about the largest that is allowed over gaps, many values outside their bounds."""
        limits = (
            (300, 600, 800),
            (90, 150),
            (180,),
            (150,),
            (24, 48, 72, 96, 120, 144, 150),
            (146_400,),
        )
        bases = (500, 100, 90, 250, 10_000, 100_000)
        last = list(bases)
        rain = 0

        def make(slot: int) -> Values | None:
            nonlocal rain
            rain = max(0, rain + source.choice((0, 1, 4572, 4573, 9144, -1)))
            if source.random() < silent:
                return None
            values = []
            for field, (base, steps) in enumerate(zip(bases, limits, strict=True)):
                moved = base + source.randint(-1, 1)
                if source.random() < share:
                    moved = last[field] + source.choice((-1, 1)) * (
                        source.choice(steps) + source.randint(-1, 1)
                    )
                values.append(max(lows[field], min(highs[field], moved)))
            last[:] = values
            return [*values, rain]

        return make_day(make)

    frozen = [850, 0, 10, 0, 10_000, 0, 0]
    crowded = sorted(source.sample(range(86_400_000), SLOTS))
    return [
        Case(()),
        Case(((0, *lows),)),
        Case(((86_399_999, *highs),)),
        make_day(vary),
        read_recorded_day("alamosa"),
        read_recorded_day("alamosa-faulty"),
        make_day(lambda slot: frozen),
        make_day(lambda slot: [849, *frozen[1:]]),
        make_day(lambda slot: [850, 1, *frozen[2:]]),
        make_day(lambda slot: None if slot % 20 in range(2 + slot // 160) else vary(slot)),
        make_day(lambda slot: None if slot % 20 >= 13 + slot // 160 else vary(slot)),
        make_day(lambda slot: list(lows if slot % 2 else highs)),
        rest(40),
        rest(80),
        rest(120),
        jump(0.1, 0.05),
        jump(0.4, 0.15),
        jump(0.9, 0.3),
        jump(0.7, 0.6),
        Case(tuple((time, *vary(at)) for at, time in enumerate(crowded))),
        Case(tuple((at, *vary(at)) for at in range(SLOTS))),
        Case(tuple((time, *(source.randint(*ends) for ends in zip(lows, highs, strict=True)))
                   for time in crowded[:400])),
    ]  # fmt: skip


def make_gnss_cases() -> list[Case]:
    source = random.Random(22)

    def hear(epochs: int, strengths: Values, first: int = 0) -> Case:
        return Case(
            tuple(
                (SLOT_MS * epoch + number, number + 1, strength)
                for epoch in range(first, first + epochs)
                for number, strength in enumerate(strengths)
            )
        )

    def hear_some(online: float) -> Case:
        rows: list[Row] = []
        for epoch in range(20):
            if source.random() < online:
                satellites = sorted(source.sample(range(1, 256), source.randint(1, 32)))
                times = sorted(source.sample(range(SLOT_MS), len(satellites)))
                rows.extend(
                    (SLOT_MS * epoch + time, satellite, source.randint(0, 252))
                    for time, satellite in zip(times, satellites, strict=True)
                )
        return Case(tuple(rows))

    whole = hear(20, [180] * 32)
    return [
        Case(()),
        Case(((3_599_999, 255, 252),)),
        whole,
        *(hear(epochs, [180, 107, 116, 104], 20 - epochs) for epochs in (9, 10, 11, 19, 20)),
        hear(20, [103, 104, 105, 110, 115, 116, 117]),
        hear(20, [0, 252]),
        # A satellite that stands twice, one out of order, and one that begins the next epoch again.
        Case((*whole.rows[:100], (whole.rows[99][0] + 1, whole.rows[99][1], 200))),
        Case((*whole.rows[:633], (3_590_000, 1, 200))),
        Case(((0, 1, 200), *((SLOT_MS * epoch, 1, 200) for epoch in range(1, 20)))),
        Case(tuple((5_000 * at, 255 - at % 36, 200) for at in range(640))),
        *(hear_some(online) for online in (0.4, 0.55, 0.7, 0.9, 1.0)),
    ]


def make_area_cases() -> list[Case]:
    source = random.Random(23)
    summit, valley = (454_615_000, 140_055_000), (453_700_000, 141_650_000)

    def stay(times_ms: list[int], place: tuple[int, int] = summit) -> Case:
        return Case(tuple((time, *place) for time in times_ms))

    fixes = list(range(0, 3_600_000, 20_000))
    corners = (
        (454_596_000, 140_040_000), (454_597_000, 140_074_000), (454_621_000, 140_082_000),
        (454_634_000, 140_064_000), (454_629_000, 140_055_000), (454_637_000, 140_044_000),
        (454_620_000, 140_031_000),
    )  # fmt: skip
    # Every corner and the places around it, as the whole way: the border belongs to one side.
    cases = [
        stay(fixes, (north + up, east + right))
        for north, east in corners
        for up in (-1, 0, 1)
        for right in (-1, 0, 1)
    ]
    rare = [1_200_000 + 300_000 * at for at in range(1, 4)]
    cases += [
        Case(()),
        stay(fixes),
        stay(fixes, valley),
        *(stay(fixes, (north, east)) for north in (-900_000_000, summit[0], 900_000_000)
          for east in (-1_800_000_000, -400_000_000, 1_800_000_000)),
        stay(rare),
        *(stay(sorted({*rare, time} - {left_out})) for time, left_out in
          ((1_200_000, 0), (2_400_000, 0), (1_500_001, 1_500_000), (1_799_999, 1_800_000),
           (2_099_999, 2_100_000))),
        stay([1_199_999, 2_400_001]),
        stay([time for time in fixes if not 1_300_000 < time < 1_620_000]),
    ]  # fmt: skip
    for outside in (1_180_000, 1_200_000, 1_800_000, 2_400_000, 2_420_000):
        rows = [(time, *(valley if time == outside else summit)) for time in fixes]
        cases.append(Case(tuple(rows)))
    for _ in range(20):
        place = (source.randint(454_590_000, 454_640_000), source.randint(140_025_000, 140_085_000))
        cases.append(stay(sorted(source.sample(range(3_600_000), 180)), place))
    return cases


CASES: dict[str, Callable[[], list[Case]]] = {
    "solar": make_solar_cases,
    "tracker": make_tracker_cases,
    "weather": make_weather_cases,
    "gnss": make_gnss_cases,
    "area": make_area_cases,
}
