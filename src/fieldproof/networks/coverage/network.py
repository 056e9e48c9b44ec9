"""Radio coverage: hotspots send beacons, others hear them, and the proof judges who was heard by whom.

A window is the six hours in which a hotspot may beacon once. Its readings are its own beacons and its reports
of others' beacons; `peer` is the place of the other in the cohort. Each beacon and each report passes the
checks of the Helium network in their order; a beacon earns by the number of its valid witnesses, and each of
these earns its share. Points are reward units times 10,000.
"""

from dataclasses import dataclass
from enum import IntEnum

from fieldproof import U32, Array, Attributes, Cohort, Int, Network, Reading, Window, device, field, program
from fieldproof.library import decibels, earth_position_cm, square_chord_cm2

HOTSPOTS = 16
WINDOW_MS = 21_600_000
LOWEST_KHZ = 400_000
HIGHEST_KHZ = 960_000


class Kind(IntEnum):
    """What a reading speaks of."""

    BEACON = 0
    WITNESS = 1


class Sighting(Reading):
    """A beacon that the hotspot sent, or one of another that it heard."""

    kind: int = field(unit="count", low=0, high=1)
    peer: int = field(unit="count", low=0, high=15)  # Whose beacon was heard; of no meaning in a beacon.
    entropy: int = field(unit="count", low=0, high=4_294_967_295)  # What the beacon was made from.
    age: int = field(unit="ms", low=0, high=1_000_000)  # Since that entropy was given out.
    payload: int = field(unit="count", low=0, high=281_474_976_710_655)
    frequency: int = field(unit="MHz", scale=1000, low=400, high=960)
    level: int = field(unit="dBm", scale=10, low=-150, high=50)  # Sent with, or heard with.


class Site(Attributes):
    """Where a hotspot stands and what it hears with."""

    located: int = field(unit="count", low=0, high=1)  # Whether the owner asserts a place at all.
    latitude: int = field(unit="lat", scale=10_000_000, low=-90, high=90)
    longitude: int = field(unit="lon", scale=10_000_000, low=-180, high=180)
    gain: int = field(unit="dB", scale=10, low=-10, high=30)
    region: int = field(unit="count", low=0, high=15)


ENTROPY_LIFE_MS = 180_000
LAG_AFTER_BEACON_MS = 4_000
LAG_AFTER_WITNESS_MS = 1_500
MOST_DRIFT_KHZ = 100
# Eight cells of H3 at resolution 11, whose centres lie 49.65 m apart, and a hundred kilometres.
NEAREST_CM = 39_717
FARTHEST_CM = 10_000_000
# 20 log10 of 4 pi / 2.998e8 s/m, of a metre in centimetres and of a kilohertz, in thousandths of a decibel.
FREE_SPACE = -147_552 - 40_000 + 60_000
# The greatest prime below 2**48.
PRIME = 281_474_976_710_597
MOST_WITNESSES = 14
# Reward units times 10,000 of a beaconer and of each witness, by the number of witnesses.
BEACONER_UNITS = (
    0, 2_500, 5_000, 7_500, 10_000, 12_000, 13_600, 14_880,
    15_904, 16_723, 17_379, 17_903, 18_322, 18_658, 18_926,
)  # fmt: skip
WITNESS_UNITS = (
    0, 10_000, 10_000, 10_000, 10_000, 7_600, 6_067, 5_017,
    4_262, 3_697, 3_262, 2_918, 2_640, 2_411, 2_220,
)  # fmt: skip


@dataclass(frozen=True)
class Report:
    """What a hotspot sent and heard in a window, and where it stands."""

    beaconed: bool
    sent_ms: Int[0, WINDOW_MS]
    seed: Int[0, 2**64 - 1]
    payload: Int[0, 2**48 - 1]
    frequency: Int[LOWEST_KHZ, HIGHEST_KHZ]
    power: Int[-1_500, 500]
    gain: Int[-100, 300]
    region: Int[0, 15]
    x: Int[-640_000_000, 640_000_000]
    y: Int[-640_000_000, 640_000_000]
    z: Int[-640_000_000, 640_000_000]
    heard: Array[bool, HOTSPOTS]
    heard_ms: Array[Int[0, WINDOW_MS], HOTSPOTS]
    heard_payload: Array[Int[0, 2**48 - 1], HOTSPOTS]
    heard_frequency: Array[Int[LOWEST_KHZ, HIGHEST_KHZ], HOTSPOTS]
    heard_level: Array[Int[-1_500, 500], HOTSPOTS]


@device
def look(window: Window[Sighting], site: Site) -> Report:
    """The hotspot's one beacon, and its first report of each other hotspot."""
    assert site.located == 1, "no location asserted"
    assert len(window) > 0, "nothing sent and nothing heard"
    beacon, beaconed = window[0], False
    first = [0] * HOTSPOTS  # Of each peer the number of the first report, counted from 1.
    for number, sample in enumerate(window):
        if sample.kind == Kind.WITNESS:
            if first[sample.peer] == 0:
                first[sample.peer] = number + 1
        elif sample.age <= ENTROPY_LIFE_MS and not beaconed:
            beacon, beaconed = sample, True
    heard = [number > 0 for number in first]
    heard_ms = [0] * HOTSPOTS
    heard_payload = [0] * HOTSPOTS
    heard_frequency = [LOWEST_KHZ] * HOTSPOTS
    heard_level = [0] * HOTSPOTS
    for peer in range(HOTSPOTS):
        sample = window[max(first[peer] - 1, 0)]
        heard_ms[peer] = sample.time_ms
        heard_payload[peer] = sample.payload
        heard_frequency[peer] = sample.frequency
        heard_level[peer] = sample.level
    x, y, z = earth_position_cm(site.latitude, site.longitude)
    return Report(
        beaconed=beaconed,
        sent_ms=beacon.time_ms,
        seed=beacon.entropy * 2**32 + window.number,
        payload=beacon.payload,
        frequency=beacon.frequency,
        power=beacon.level,
        gain=site.gain,
        region=site.region,
        x=x,
        y=y,
        z=z,
        heard=heard,
        heard_ms=heard_ms,
        heard_payload=heard_payload,
        heard_frequency=heard_frequency,
        heard_level=heard_level,
    )


def make_payload(seed: int, place: int) -> int:
    """The payload that a hotspot of the cohort makes of entropy and window."""
    return (seed * HOTSPOTS + place) ** 3 % PRIME


def find_limit_ms(cohort: Cohort[Report], place: int) -> int:
    """The latest time at which a beacon counts as heard: by what came first, it or a report of it."""
    beaconer = cohort[place].report
    sent_ms: int = beaconer.sent_ms
    first_ms: int = WINDOW_MS
    for number, other in enumerate(cohort):
        witness = other.report
        if number != place and witness.heard[place] and witness.heard_payload[place] == beaconer.payload:
            first_ms = min(first_ms, witness.heard_ms[place])
    if sent_ms <= first_ms:
        return sent_ms + LAG_AFTER_BEACON_MS
    return first_ms + LAG_AFTER_WITNESS_MS


def is_audible(beaconer: Report, witness: Report, level: int, square_cm2: int) -> bool:
    """Whether a level is no more than free space lets through over a distance."""
    loss = FREE_SPACE + decibels(square_cm2) + 2 * decibels(beaconer.frequency)
    most: int = beaconer.power + beaconer.gain + witness.gain
    return level * 100 <= most * 100 - loss


def is_valid_witness(beaconer: Report, place: int, witness: Report, limit_ms: int) -> bool:
    """The checks of another hotspot's report of a beacon, in order."""
    square_cm2 = square_chord_cm2((beaconer.x, beaconer.y, beaconer.z), (witness.x, witness.y, witness.z))
    is_valid: bool = (
        witness.heard[place]
        and witness.heard_ms[place] <= limit_ms
        and witness.heard_payload[place] == beaconer.payload
        and abs(witness.heard_frequency[place] - beaconer.frequency) <= MOST_DRIFT_KHZ
        and witness.region == beaconer.region
        and square_cm2 >= NEAREST_CM**2
        and square_cm2 <= FARTHEST_CM**2
        and is_audible(beaconer, witness, witness.heard_level[place], max(square_cm2, NEAREST_CM**2))
    )
    return is_valid


def find_witnesses(cohort: Cohort[Report], place: int) -> Array[bool, HOTSPOTS]:
    """Which hotspots count as witnesses of a beacon: the valid ones, by time, up to the most."""
    beaconer = cohort[place].report
    limit_ms = find_limit_ms(cohort, place)
    is_valid_beacon = beaconer.beaconed and beaconer.payload == make_payload(beaconer.seed, place)
    valid = [
        is_valid_beacon and number != place and is_valid_witness(beaconer, place, other.report, limit_ms)
        for number, other in enumerate(cohort)
    ]
    # Of the fifteen others at most one is too many: the last, and of one moment the one of the higher place.
    keys = [
        other.report.heard_ms[place] * HOTSPOTS + number if valid[number] else 0
        for number, other in enumerate(cohort)
    ]
    last = max(keys)
    if sum(valid) > MOST_WITNESSES:
        valid = [valid[number] and key != last for number, key in enumerate(keys)]
    return valid


@program
def reward(cohort: Cohort[Report]) -> Array[U32, HOTSPOTS]:
    """Units of each hotspot, for its own beacon and for what it heard, times 10,000."""
    points = [0] * HOTSPOTS
    for place in range(HOTSPOTS):
        witnesses = find_witnesses(cohort, place)
        count = min(sum(witnesses), MOST_WITNESSES)
        points[place] += BEACONER_UNITS[count]
        for number, counts in enumerate(witnesses):
            if counts:
                points[number] += WITNESS_UNITS[count]
    return points


network = Network(
    name="coverage",
    reading=Sighting,
    attributes=Site,
    program=reward,
    window="6h",
    readings_per_window=16,
    grace="10m",
    cohort=16,
    pool_per_window="1000",
)
