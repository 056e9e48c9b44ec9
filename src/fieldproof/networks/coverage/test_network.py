"""The program is plain Python: call it."""

import math
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import pytest
from network import (
    BEACONER_UNITS,
    FARTHEST_CM,
    HOTSPOTS,
    MOST_WITNESSES,
    NEAREST_CM,
    PRIME,
    WINDOW_MS,
    WITNESS_UNITS,
    Kind,
    Report,
    Sighting,
    Site,
    find_losses,
    find_witnesses,
    look,
    make_payload,
    reward,
)

from fieldproof import Cohort, Window

DEGREE = 10_000_000
SENT_MS = 1_000_000
ENTROPY = 123_456_789
WINDOW_NUMBER = 77
FREQUENCY = 868_100
FARTHER = 450_000  # Five kilometres to the north, in ten-millionths of a degree.


def make_site(place: int = 0, **changes: int) -> Site:
    """Hotspots stand one behind the other, five kilometres apart."""
    values = {"located": 1, "latitude": 45 * DEGREE + place * FARTHER, "longitude": 13 * DEGREE}
    return Site(**{**values, "gain": 12, "region": 1, **changes})


def send(place: int, time_ms: int = SENT_MS, **changes: int) -> Sighting:
    """The beacon of the hotspot of a place."""
    payload = make_payload(changes.get("entropy", ENTROPY) * 2**32 + WINDOW_NUMBER, place)
    values = {"kind": Kind.BEACON, "peer": 0, "entropy": ENTROPY, "age": 2_000, "payload": payload}
    return Sighting(time_ms=time_ms, **{**values, "frequency": FREQUENCY, "level": 140, **changes})


def hear(peer: int, time_ms: int = SENT_MS + 50, **changes: int) -> Sighting:
    """A report of the beacon of the hotspot of a place."""
    payload = make_payload(ENTROPY * 2**32 + WINDOW_NUMBER, peer)
    values = {"kind": Kind.WITNESS, "peer": peer, "entropy": 0, "age": 0, "payload": payload}
    return Sighting(time_ms=time_ms, **{**values, "frequency": FREQUENCY, "level": -1_150, **changes})


def report(readings: Sequence[Sighting], site: Site) -> Report:
    return look(Window(readings, starts_at=0, number=WINDOW_NUMBER), site)


def gather(*reports: Report | None) -> Cohort[Report]:
    """A full cohort: hotspots beyond those named are absent."""
    return Cohort[Report]([*reports, *[None] * (HOTSPOTS - len(reports))])


def take_beacon(witnesses: int, **changes: int) -> list[Report | None]:
    """Hotspot 0 beacons, and the next ones hear it."""
    beaconer = report([send(0, **changes)], make_site())
    return [
        beaconer,
        *(report([hear(0, SENT_MS + 50 + place)], make_site(place)) for place in range(1, witnesses + 1)),
    ]


def find_counting(*reports: Report | None) -> list[bool]:
    """Which hotspots count as witnesses of the first one's beacon."""
    cohort = gather(*reports)
    witnesses: list[bool] = find_witnesses(cohort, find_losses(cohort), 0)
    return witnesses


def judge(sighting: Sighting, site: Site | None = None, beacon: Sighting | None = None) -> bool:
    """Whether hotspot 1 counts as a witness of hotspot 0 with this report."""
    beaconer = report([beacon or send(0)], make_site())
    return find_counting(beaconer, report([sighting], site or make_site(1)))[1]


@pytest.mark.parametrize(
    ("witnesses", "each", "beaconer"), [(5, "0.76", "1.20"), (10, "0.33", "1.74"), (14, "0.22", "1.89")]
)
def test_reward_units_are_those_that_helium_prints(witnesses: int, each: str, beaconer: str) -> None:
    points = reward(gather(*take_beacon(witnesses)))
    assert f"{points[0] / 10_000:.2f}" == beaconer
    assert [f"{units / 10_000:.2f}" for units in points[1 : witnesses + 1]] == [each] * witnesses
    assert points[witnesses + 1 :] == [0] * (HOTSPOTS - witnesses - 1)


def test_reward_units_are_the_formula_to_four_decimals() -> None:
    for witnesses in range(1, MOST_WITNESSES + 1):
        left = Fraction(8, 10) ** max(witnesses - 4, 0)
        beaconer = Fraction(witnesses, 4) if witnesses <= 4 else min(Fraction(2), 2 - left)
        each = Fraction(1) if witnesses <= 4 else (4 - (1 - left)) / witnesses
        assert BEACONER_UNITS[witnesses] == round(beaconer * 10_000)
        assert WITNESS_UNITS[witnesses] == round(each * 10_000)
    assert BEACONER_UNITS[0] == WITNESS_UNITS[0] == 0


def test_a_hotspot_earns_for_its_beacon_and_for_what_it_hears() -> None:
    one = report([send(0), hear(1, SENT_MS + 60_050)], make_site(0))
    other = report([hear(0), send(1, SENT_MS + 60_000)], make_site(1))
    assert reward(gather(one, other))[:3] == [12_500, 12_500, 0]


def test_nobody_present_earns_nothing() -> None:
    assert reward(gather()) == [0] * HOTSPOTS


def test_of_fifteen_witnesses_the_last_does_not_count() -> None:
    reports = take_beacon(15)
    assert reward(gather(*reports)) == [BEACONER_UNITS[14], *[WITNESS_UNITS[14]] * 14, 0]
    reports[3] = report([hear(0, SENT_MS + 3_000)], make_site(3))
    assert [place for place, units in enumerate(reward(gather(*reports))) if units == 0] == [3]


def test_of_witnesses_of_one_moment_the_higher_place_is_the_later() -> None:
    reports = [take_beacon(0)[0], *(report([hear(0)], make_site(place)) for place in range(1, 16))]
    assert [place for place, units in enumerate(reward(gather(*reports))) if units == 0] == [15]


def test_a_beacon_without_witnesses_pays_nothing() -> None:
    assert reward(gather(*take_beacon(0))) == [0] * HOTSPOTS


def test_a_hotspot_without_a_location_is_void() -> None:
    with pytest.raises(AssertionError, match="no location"):
        report([send(0)], make_site(located=0))


def test_entropy_is_good_for_three_minutes() -> None:
    assert reward(gather(*take_beacon(1, age=180_000)))[0] == 2_500
    assert reward(gather(*take_beacon(1, age=180_001)))[0] == 0


def test_only_the_first_beacon_of_a_window_counts() -> None:
    beacons = [send(0), send(0, SENT_MS + 60_000, entropy=5)]
    late = hear(0, SENT_MS + 60_050, payload=beacons[1].payload)
    witnesses = [report([hear(0)], make_site(1)), report([late], make_site(2))]
    assert reward(gather(report(beacons, make_site()), *witnesses))[:3] == [2_500, 10_000, 0]
    stale = [replace_age(beacons[0], 180_001), beacons[1]]
    assert reward(gather(report(stale, make_site()), *witnesses))[:3] == [2_500, 0, 10_000]


def replace_age(sighting: Sighting, age: int) -> Sighting:
    return Sighting(**{**vars(sighting), "age": age})


def test_a_payload_that_was_not_made_from_the_entropy_is_refused() -> None:
    beaconer = report([send(0, payload=4711)], make_site())
    assert reward(gather(beaconer, report([hear(0, payload=4711)], make_site(1)))) == [0] * HOTSPOTS


def test_payloads_differ_by_hotspot_window_and_entropy() -> None:
    seeds = [entropy * 2**32 + window for entropy in range(20) for window in range(20)]
    payloads = {make_payload(seed, place) for seed in seeds for place in range(HOTSPOTS)}
    assert len(payloads) == 20 * 20 * HOTSPOTS
    assert max(payloads) < PRIME < 2**48


def test_a_hotspot_is_no_witness_of_itself() -> None:
    own = report([send(0), hear(0)], make_site())
    assert reward(gather(own)) == [0] * HOTSPOTS


def test_who_heard_nothing_is_no_witness() -> None:
    assert not judge(hear(2))


def test_a_witness_comes_within_four_seconds_of_a_beacon_that_came_first() -> None:
    assert judge(hear(0, SENT_MS))
    assert judge(hear(0, SENT_MS + 4_000))
    assert not judge(hear(0, SENT_MS + 4_001))


def test_a_witness_that_came_before_the_beacon_gives_the_others_a_second_and_a_half() -> None:
    beaconer = report([send(0)], make_site())
    first = report([hear(0, SENT_MS - 5_000)], make_site(1))
    for lag, counts in ((1_500, True), (1_501, False)):
        second = report([hear(0, SENT_MS - 5_000 + lag)], make_site(2))
        assert find_counting(beaconer, first, second)[1:3] == [True, counts]


def test_a_report_with_another_payload_does_not_count_as_the_first() -> None:
    beaconer = report([send(0)], make_site())
    false = report([hear(0, 5, payload=1)], make_site(1))
    right = report([hear(0, SENT_MS + 3_999)], make_site(2))
    assert find_counting(beaconer, false, right)[1:3] == [False, True]


def test_only_the_first_report_of_a_beacon_is_looked_at() -> None:
    reports = [hear(0, payload=1), hear(0, SENT_MS + 60)]
    assert not find_counting(report([send(0)], make_site()), report(reports, make_site(1)))[1]


def test_a_witness_hears_the_payload_within_a_hundred_kilohertz() -> None:
    assert not judge(hear(0, payload=1))
    assert judge(hear(0, frequency=FREQUENCY - 100))
    assert judge(hear(0, frequency=FREQUENCY + 100))
    assert not judge(hear(0, frequency=FREQUENCY - 101))
    assert not judge(hear(0, frequency=FREQUENCY + 101))


def test_a_witness_is_of_the_same_region() -> None:
    assert not judge(hear(0), make_site(1, region=2))


def test_a_witness_is_neither_too_near_nor_too_far() -> None:
    quiet = hear(0, level=-1_500)
    for metres, counts in ((0, False), (395, False), (400, True), (99_990, True), (100_200, False)):
        north = round(metres / 111_132 * DEGREE)  # Metres of a degree of latitude at 45 degrees.
        assert judge(quiet, make_site(latitude=45 * DEGREE + north)) == counts
    assert not judge(quiet, make_site(latitude=-45 * DEGREE, longitude=-167 * DEGREE))
    assert pytest.approx(8 * 28.663897 * math.sqrt(3) * 100, abs=100) == NEAREST_CM
    assert FARTHEST_CM == 100_000 * 100


@pytest.mark.parametrize("metres", [397.2, 1_000, 12_345.67, 99_999])
def test_a_witness_hears_no_more_than_free_space_lets_through(metres: float) -> None:
    # Along the equator's plane, where positions are good to the centimetre.
    beaconer = replace(report([send(0)], make_site()), x=637_000_000, y=0, z=0)
    loss = 20 * math.log10(4 * math.pi * metres * FREQUENCY * 1_000 / 2.998e8)
    most = math.floor((14.0 + 1.2 + 1.2 - loss) * 10)
    for level, counts in ((most, True), (most + 1, False)):
        witness = report([hear(0, level=level)], make_site(1))
        witness = replace(witness, x=637_000_000, y=round(metres * 100), z=0)
        assert find_counting(beaconer, witness)[1] == counts


def test_gain_and_power_let_a_witness_hear_more() -> None:
    level = -885  # 105.3 dB are lost on five kilometres.
    assert not judge(hear(0, level=level))
    assert judge(hear(0, level=level), make_site(1, gain=30))
    assert judge(hear(0, level=level), beacon=send(0, level=270))


def test_reports_hold_what_stands_in_the_window() -> None:
    readings = [hear(3, 5, level=-1_001), send(0, 6), hear(3, 7), hear(15, 9, frequency=868_300)]
    seen = report(readings, make_site())
    assert [place for place, left_ms in enumerate(seen.heard_left_ms) if left_ms] == [3, 15]
    assert (seen.heard_left_ms[3], seen.heard_level[3]) == (WINDOW_MS - 5, -1_001)
    assert (seen.heard_frequency[15], seen.sent_left_ms, seen.power) == (868_300, WINDOW_MS - 6, 140)


def test_an_empty_window_sent_and_heard_nothing() -> None:
    seen = report([], make_site())
    assert (seen.sent_left_ms, seen.heard_left_ms) == (0, [0] * HOTSPOTS)
