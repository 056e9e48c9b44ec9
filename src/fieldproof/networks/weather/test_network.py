"""The program is plain Python: call it."""

import csv
import random
from collections.abc import Collection
from datetime import datetime
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
from network import SLOT_MS, SLOTS, Packet, quality

from fieldproof import Window

Day = list[dict[str, int]]
FULL = 1_000_000
PARTS = 7 * 24 * 20  # Of a day: twentieths of an hour of a field.


def make_day(values: int = 2, slots: int = 1) -> Day:
    """A mild day of rain: each field takes so many values in turn, each for so many slots."""
    return [
        {
            "humidity": 500 + slot // slots % values,
            "temperature": 150 + slot // slots % values,
            "wind_direction": 180 + slot // slots % values,
            "wind_speed": 30 + slot // slots % values,
            "pressure": 10_130 + slot // slots % values,
            "illuminance": 20_000 + slot // slots % values,
            "rain": 100 + slot,
        }
        for slot in range(SLOTS)
    ]


def measure(day: Day, silent: Collection[int] = ()) -> int:
    """Quality of a day with a packet in each slot but the silent ones."""
    packets = [Packet(time_ms=slot * SLOT_MS, **values) for slot, values in enumerate(day)]
    return quality(Window([each for slot, each in enumerate(packets) if slot not in silent], starts_at=0))


def lose(parts: int) -> int:
    """What is left of a day without so many twentieths of an hour of a field."""
    return (PARTS - parts) * FULL // PARTS


def set_all(day: Day, field: str, value: int, slots: range) -> Day:
    for slot in slots:
        day[slot][field] = value
    return day


def test_a_day_without_faults_is_whole() -> None:
    assert measure(make_day()) == FULL


def test_a_silent_day_is_nothing() -> None:
    assert quality(Window([], starts_at=0)) == 0


@pytest.mark.parametrize(
    ("field", "low", "high"),
    [
        ("humidity", 10, 990),
        ("temperature", -400, 800),
        ("wind_direction", 0, 359),
        ("wind_speed", 0, 500),
        ("pressure", 5400, 11_000),
        ("illuminance", 0, 200_000),
    ],
)
def test_a_value_outside_its_bounds_does_not_count(field: str, low: int, high: int) -> None:
    spec = next(each for each in Packet.specs if each.name == field)
    for inside, outside in ((low, low - 1), (high, high + 1)):
        if not spec.low <= outside <= spec.high:
            continue
        # An hour of such values, without a jump among them: the day's others are near.
        for value, lost in ((inside, 0), (outside, 7)):
            day = make_day()
            for slot in range(SLOTS):
                step = 1 if inside == low else -1
                day[slot][field] = inside + step * (slot % 2)
            for slot in range(200, 214, 2):  # Seven of 20: thirteen are too few.
                day[slot][field] = value
            assert measure(day) == lose(lost)


@pytest.mark.parametrize(
    ("field", "most"),
    [
        ("humidity", 300),
        ("temperature", 90),
        ("wind_speed", 150),
        ("pressure", 24),
        ("illuminance", 146_400),
    ],
)
def test_of_a_jump_the_value_further_from_the_hours_median_is_faulty(field: str, most: int) -> None:
    day = make_day()
    base = day[0][field]
    for slot in range(SLOTS):
        day[slot][field] = base + (slot % 20) // 19  # Moves once an hour, so that it does not stand still.
    for at in range(200, 214, 2):
        day[at][field] = base + most
    assert measure(day) == FULL
    for at in range(200, 214, 2):
        day[at][field] = base + most + 1
    assert measure(day) == lose(7)


@pytest.mark.parametrize(
    ("field", "silent", "most"),
    [
        ("humidity", 1, 600),  # 10 % a minute, in six minutes.
        ("humidity", 2, 800),
        ("humidity", 30, 800),
        ("temperature", 1, 150),
        ("temperature", 30, 150),
        ("wind_speed", 1, 150),
        ("wind_speed", 30, 150),
        ("pressure", 1, 48),
        ("pressure", 2, 72),
        ("pressure", 3, 96),
        ("pressure", 4, 120),
        ("pressure", 5, 144),
        ("pressure", 6, 150),
        ("pressure", 7, 150),
        ("pressure", 30, 150),
        ("illuminance", 1, 146_400),
        ("illuminance", 30, 146_400),
    ],
)
def test_a_step_over_silence_may_be_as_large_as_its_minutes_allow(field: str, silent: int, most: int) -> None:
    def step(size: int) -> int:
        day = make_day()
        base = 100 if field == "humidity" else day[0][field]
        for slot in range(SLOTS):
            # Moves each hour, so that it does not stand still.
            day[slot][field] = base + size * (slot >= 202) + (slot % 20 == 10)
        # No hour near the step is whole, so that each value that is lost shows.
        return measure(day, gone)

    gone = {181, 182, 183, 215, 216, 217, *range(202 - silent, 202)}
    assert step(most) == step(-most if field == "temperature" else most) == lose(7 * len(gone))
    assert step(most + 1) == lose(7 * len(gone) + 1)


def test_of_a_jump_over_silence_the_value_further_from_the_median_is_faulty() -> None:
    # Too hot to be believed until slot 199; the hour of slot 202 is not whole, so that a fault there shows.
    silent = (200, 201, 215, 216, 217)
    for after in (661, 660):
        day = make_day()
        for slot in range(SLOTS):
            day[slot]["temperature"] = 810 + slot % 2 if slot < 200 else after + slot % 2
        assert measure(day, silent) == lose(7 * 5 + 200)


def test_a_jump_at_each_packet_is_noticed_though_every_other_slot_is_silent() -> None:
    day = make_day(slots=2)
    silent = range(1, SLOTS, 2)
    assert measure(day, silent) == lose(7 * 240)
    for slot in range(SLOTS):
        day[slot]["temperature"] = 150 + 500 * (slot // 2 % 2)
    assert measure(day, silent) == lose(7 * 240 + 240)  # Without a median both are faulty.


def test_no_step_leads_to_the_first_packet() -> None:
    day = make_day()
    assert measure(day, range(110)) == lose(7 * 110)  # Of an hour without a median.
    assert measure(day, range(104)) == lose(7 * 104)


def test_minutes_are_those_of_slots_and_not_of_times() -> None:
    """The same values near and far from one another within their slots."""
    day = make_day()
    silent = {180, 181, 182, 201}
    for slot in range(SLOTS):
        day[slot]["pressure"] = 10_130 + 48 * (slot > 200) + (slot % 20 == 10)
    for early, late in ((0, 179_999), (179_999, 0)):
        packets = [
            Packet(time_ms=slot * SLOT_MS + (early if slot == 200 else late if slot == 202 else 0), **values)
            for slot, values in enumerate(day)
            if slot not in silent
        ]
        assert quality(Window(packets, starts_at=0)) == lose(7 * 3)


# Limit of a minute, minutes that it is divided by, cap; unit of a value.
LIMITS = {
    "humidity": (Fraction(10), 1, Fraction(80), 10),
    "temperature": (Fraction(3), 1, Fraction(15), 10),
    "wind_speed": (Fraction(10), 2, Fraction(15), 10),
    "pressure": (Fraction(8, 10), 1, Fraction(15), 10),
    "illuminance": (Fraction(97_600), 1, Fraction(146_400), 1),
}

# Where a day begins, and the bounds that it keeps.
BELIEVED = {
    "humidity": (100, 10, 990),
    "temperature": (200, -400, 800),
    "wind_speed": (100, 0, 500),
    "pressure": (8000, 5400, 11_000),
    "illuminance": (30_000, 0, 200_000),
}


def count_parts(field: str, sent: dict[int, int]) -> int:
    """Twentieths of an hour that a field keeps whose only faults are jumps, by the words of the rule."""
    limit, divisor, cap, scale = LIMITS[field]
    wind = field == "wind_speed"
    faulty = set()
    for earlier, later in pairwise(sorted(sent)):
        if Fraction(abs(sent[later] - sent[earlier]), scale) > min(
            limit * 3 * (later - earlier) / divisor, cap
        ):
            hour = sorted(value for slot, value in sent.items() if slot // 20 == later // 20)
            if len(hour) < (15 if wind else 14):
                faulty |= {earlier, later}
            else:
                middle = hour[(len(hour) - 1) // 2]
                is_earlier = abs(sent[earlier] - middle) > abs(sent[later] - middle)
                faulty.add(earlier if is_earlier else later)
    parts = 0
    for first in range(0, SLOTS, 20):
        packets = [slot for slot in sent if first <= slot < first + 20]
        good = len(set(packets) - faulty)
        parts += 20 if len(packets) >= 18 and good >= (16 if wind else 14) else good
    return parts


@pytest.mark.parametrize("field", LIMITS)
def test_jumps_are_those_of_a_model_that_follows_the_words_of_the_rule(field: str) -> None:
    source = random.Random(field)
    limit, divisor, cap, scale = LIMITS[field]
    lost = 0
    for silence in (0.05, 0.2, 0.5, 0.8):
        day = make_day(values=11)
        base, low, high = BELIEVED[field]
        sent: dict[int, int] = {}
        value, last = base, 0
        for slot in range(SLOTS):
            if source.random() < silence:
                continue
            value += source.choice((-1, 1))
            if source.random() < 0.4:
                most = int(min(limit * 3 * (slot - last) / divisor, cap) * scale)
                value += source.choice((-1, 1)) * (most + source.randint(-2, 2))
            if not low <= value <= high:
                value = base + source.choice((-1, 1))
            day[slot][field] = sent[slot] = value
            last = slot
        whole = sum(
            20 if packets >= 18 else packets
            for packets in (sum(slot // 20 == hour for slot in sent) for hour in range(24))
        )
        parts = count_parts(field, sent)
        lost += whole - parts
        assert measure(day, set(range(SLOTS)) - set(sent)) == (6 * whole + parts) * FULL // PARTS
    assert lost > 20


def test_the_wind_may_turn_at_once() -> None:
    day = make_day()
    for slot in range(SLOTS):
        day[slot]["wind_direction"] = 359 * (slot % 2)
    assert measure(day) == FULL


def test_without_a_median_both_of_a_jump_are_faulty() -> None:
    day = make_day()
    day[205]["temperature"] += 500
    silent = tuple(range(207, 220))  # Seven packets in the hour: 200 to 206.
    # Thirteen slots of every field, and of the temperature 204, 205 and 206.
    assert measure(day, silent) == lose(7 * 13 + 3)


@pytest.mark.parametrize(
    ("field", "slots"), [("humidity", 121), ("temperature", 81), ("wind_direction", 121), ("pressure", 41)]
)
def test_a_value_that_stands_still_too_long_is_faulty(field: str, slots: int) -> None:
    value = make_day()[0][field]
    # From an hour's start, without the value after it: the day's odd ones differ.
    still = set_all(make_day(), field, value + 2, range(100, 100 + slots - 1))
    assert measure(still) == FULL
    still = set_all(make_day(), field, value + 2, range(100, 100 + slots))
    hours = (slots - 1) // 20
    assert measure(still) == lose(20 * hours)  # And one value of the hour after: it stays whole.


def test_silence_does_not_end_a_standstill() -> None:
    day = set_all(make_day(), "pressure", 10_132, range(100, 141))
    assert measure(day, (110, 111)) == lose(40)  # Eighteen packets are enough for the other fields.


def test_a_saturated_hygrometer_may_stand_still() -> None:
    day = set_all(make_day(), "humidity", 950, range(SLOTS))
    assert measure(day) == FULL
    assert measure(set_all(make_day(), "humidity", 949, range(SLOTS))) == lose(480)


def test_darkness_may_last() -> None:
    assert measure(set_all(make_day(), "illuminance", 0, range(SLOTS))) == FULL
    assert measure(set_all(make_day(), "illuminance", 1, range(SLOTS))) == lose(480)


def test_a_calm_is_no_fault_while_the_vane_turns() -> None:
    assert measure(set_all(make_day(), "wind_speed", 0, range(SLOTS))) == FULL


def test_ice_excuses_a_wind_that_stands_still() -> None:
    def freeze(temperature: int, humidity: int) -> int:
        day = set_all(make_day(), "wind_speed", 0, range(SLOTS))
        day = set_all(day, "wind_direction", 10, range(SLOTS))
        for slot in range(SLOTS):
            day[slot]["temperature"] = temperature - slot % 2
            day[slot]["humidity"] = humidity + slot % 2
        return measure(day)

    assert freeze(0, 850) == FULL
    assert freeze(0, 848) == lose(2 * 480)
    assert freeze(2, 850) == lose(2 * 480)


@pytest.mark.parametrize(("silent", "lost"), [(2, 0), (3, 3 * 7), (20, 20 * 7)])
def test_an_hour_needs_eighteen_packets_to_be_whole(silent: int, lost: int) -> None:
    assert measure(make_day(), range(300, 300 + silent)) == lose(lost)


def test_the_share_of_values_that_a_whole_hour_needs() -> None:
    for field, bad, needed in (("pressure", 11_001, 14), ("wind_direction", 360, 16)):
        for good in (needed, needed - 1):
            day = make_day()
            for slot in range(SLOTS):
                day[slot][field] = bad - 1 - slot % 2
            for slot in range(220, 240 - good):
                day[slot][field] = bad
            assert measure(day) == lose(0 if good == needed else 20 - good)


def test_rain_rises_and_not_too_fast() -> None:
    def rain(first: int, second: int, silent: tuple[int, ...] = ()) -> int:
        day = make_day()
        for slot in range(SLOTS):
            day[slot]["rain"] = first if slot < 300 else second
        # Two more faults in the hour, so that this one decides whether it is whole.
        day[303]["rain"], day[306]["rain"] = second + 5000, second + 5000
        return measure(day, silent)

    assert rain(100, 100 + 4572) == lose(4)  # 303 and 306 are too much, and 304 and 307 fall.
    assert rain(100, 100 + 4573) == lose(5)
    assert rain(100, 99) == lose(5)
    # After one silent slot twice as much may have fallen.
    assert rain(100, 100 + 2 * 4572, (299,)) == lose(4)
    assert rain(100, 100 + 2 * 4572 + 1, (299,)) == lose(5)


def test_the_latest_packet_of_a_slot_counts() -> None:
    day = make_day()
    packets = [Packet(time_ms=slot * SLOT_MS, **values) for slot, values in enumerate(day[:400])]
    for slot in range(160, 168):
        bad = day[slot] | {"humidity": 1000}
        packets.append(Packet(time_ms=slot * SLOT_MS + 90_000, **bad))
    packets.sort(key=lambda each: each.time_ms)
    assert quality(Window(packets, starts_at=0)) == lose(4 * 20 * 7 + 8)


def test_the_recorded_day_is_whole_and_its_faulty_copy_is_not() -> None:
    days: dict[str, list[Packet]] = {}
    with Path(__file__).with_name("data.csv").open() as file:
        for row in csv.DictReader(file):
            at = datetime.fromisoformat(row["time"])
            values = {spec.name: round(float(row[spec.name]) * spec.scale) for spec in Packet.specs}
            packet = Packet(time_ms=(at.hour * 60 + at.minute) * 60_000, **values)
            days.setdefault(row["device_id"], []).append(packet)
    assert {name: quality(Window(day, starts_at=0)) for name, day in days.items()} == {
        "alamosa": FULL,
        "alamosa-faulty": 861_607,
    }
