"""Radio coverage: hotspots send beacons, others hear them, and the proof judges who was heard by whom.

A window is the six hours in which a hotspot may beacon once. Its readings are its own beacons and its reports
of others' beacons; `peer` is the place of the other in the cohort. Each beacon and each report passes the
checks of the Helium network in their order; a beacon earns by the number of its valid witnesses, and each of
these earns its share. Points are reward units times 10,000.
"""

from dataclasses import dataclass
from enum import IntEnum

from fieldproof import (
    U32,
    Array,
    Attributes,
    Cohort,
    Int,
    Network,
    Reading,
    Window,
    each_device,
    field,
    program,
)
from fieldproof.library import decibels, earth_position_cm, square_chord_cm2

HOTSPOTS = 16
PAIRS = HOTSPOTS * HOTSPOTS
WINDOW_MS = 21_600_000
PAST = WINDOW_MS * HOTSPOTS + 1
ROWS = 17
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
ALL = 10_000_000
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
    """What a hotspot sent and heard in a window, and where it stands.

    Times are what was left of the window then, so that 0 says never, of an absent hotspot too.
    """

    sent_left_ms: Int[0, WINDOW_MS]
    seed: Int[0, 2**64 - 1]
    payload: Int[0, 2**48 - 1]
    frequency: Int[LOWEST_KHZ, HIGHEST_KHZ]
    power: Int[-1_500, 500]
    gain: Int[-100, 300]
    region: Int[0, 15]
    x: Int[-640_000_000, 640_000_000]
    y: Int[-640_000_000, 640_000_000]
    z: Int[-640_000_000, 640_000_000]
    heard_left_ms: Array[Int[0, WINDOW_MS], HOTSPOTS]
    heard_payload: Array[Int[0, 2**48 - 1], HOTSPOTS]
    heard_frequency: Array[Int[LOWEST_KHZ, HIGHEST_KHZ], HOTSPOTS]
    heard_level: Array[Int[-1_500, 500], HOTSPOTS]


@each_device
def look(window: Window[Sighting], site: Site) -> Report:
    """The hotspot's one beacon, and its first report of each other hotspot."""
    assert site.located == 1, "no location asserted"
    # The window by columns, its first reading in row 1: row 0 is what never happened.
    left_ms = [0] * ROWS
    entropies = [0] * ROWS
    payloads = [0] * ROWS
    frequencies = [LOWEST_KHZ] * ROWS
    levels = [0] * ROWS
    beacon = 0
    first = [0] * HOTSPOTS
    for number, sample in enumerate(window):
        row = number + 1
        left_ms[row] = WINDOW_MS - sample.time_ms
        entropies[row] = sample.entropy
        payloads[row] = sample.payload
        frequencies[row] = sample.frequency
        levels[row] = sample.level
        if sample.kind == Kind.WITNESS:
            if first[sample.peer] == 0:
                first[sample.peer] = row
        elif beacon == 0 and sample.age <= ENTROPY_LIFE_MS:
            beacon = row
    heard_left_ms = [0] * HOTSPOTS
    heard_payload = [0] * HOTSPOTS
    heard_frequency = [LOWEST_KHZ] * HOTSPOTS
    heard_level = [0] * HOTSPOTS
    for peer, row in enumerate(first):
        heard_left_ms[peer] = left_ms[row]
        heard_payload[peer] = payloads[row]
        heard_frequency[peer] = frequencies[row]
        heard_level[peer] = levels[row]
    x, y, z = earth_position_cm(site.latitude, site.longitude)
    return Report(
        sent_left_ms=left_ms[beacon],
        seed=entropies[beacon] * 2**32 + window.number,
        payload=payloads[beacon],
        frequency=frequencies[beacon],
        power=levels[beacon],
        gain=site.gain,
        region=site.region,
        x=x,
        y=y,
        z=z,
        heard_left_ms=heard_left_ms,
        heard_payload=heard_payload,
        heard_frequency=heard_frequency,
        heard_level=heard_level,
    )


def make_payload(seed: int, place: int) -> int:
    """The payload that a hotspot of the cohort makes of entropy and window."""
    return (seed * HOTSPOTS + place) ** 3 % PRIME


def find_limit_ms(cohort: Cohort[Report], place: int) -> int:
    """What must be left of the window when a beacon is heard; more than all of it where there is none."""
    beaconer = cohort[place].report
    if beaconer.sent_left_ms == 0 or beaconer.payload != make_payload(beaconer.seed, place):
        return WINDOW_MS + 1
    first_left_ms = 0
    for number, other in enumerate(cohort):
        if number != place and other.report.heard_payload[place] == beaconer.payload:
            first_left_ms = max(first_left_ms, other.report.heard_left_ms[place])
    # What came first decides, the beacon or a report of it.
    limit_ms = first_left_ms - LAG_AFTER_WITNESS_MS
    if beaconer.sent_left_ms >= first_left_ms:
        limit_ms = beaconer.sent_left_ms - LAG_AFTER_BEACON_MS
    return max(limit_ms, 1)


def find_loss(beaconer: Report, witness: Report) -> int:
    """What a signal loses between two hotspots, in thousandths of a decibel, but for the frequency's part.

    All of it where they may not witness one another: in two regions, too near or too far.
    """
    square_cm2 = square_chord_cm2((beaconer.x, beaconer.y, beaconer.z), (witness.x, witness.y, witness.z))
    loss = FREE_SPACE + decibels(max(square_cm2, NEAREST_CM**2))
    if witness.region == beaconer.region and NEAREST_CM**2 <= square_cm2 <= FARTHEST_CM**2:
        return loss
    return ALL


def find_losses(cohort: Cohort[Report]) -> Array[int, PAIRS]:
    """The loss between each two hotspots, at number * HOTSPOTS + number; all between one and itself."""
    losses = [ALL] * PAIRS
    for one in range(HOTSPOTS):
        for step in range(1, HOTSPOTS // 2 + 1):
            other = (one + step) % HOTSPOTS
            loss = find_loss(cohort[one].report, cohort[other].report)
            losses[one * HOTSPOTS + other] = loss
            losses[other * HOTSPOTS + one] = loss
    return losses


def is_valid_witness(beaconer: Report, place: int, witness: Report, limit_ms: int, loss: int) -> bool:
    """The checks of another hotspot's report of a beacon, those of the pair in its loss."""
    most: int = (beaconer.power + beaconer.gain + witness.gain) * 100 - loss
    is_valid: bool = (
        witness.heard_left_ms[place] >= limit_ms
        and witness.heard_payload[place] == beaconer.payload
        and abs(witness.heard_frequency[place] - beaconer.frequency) <= MOST_DRIFT_KHZ
        and witness.heard_level[place] * 100 <= most
    )
    return is_valid


def find_witnesses(cohort: Cohort[Report], losses: Array[int, PAIRS], place: int) -> Array[bool, HOTSPOTS]:
    """Which hotspots count as witnesses of a beacon: the valid ones, by time, up to the most."""
    beaconer = cohort[place].report
    limit_ms = find_limit_ms(cohort, place)
    fading = 2 * decibels(beaconer.frequency)
    valid = [
        is_valid_witness(beaconer, place, other.report, limit_ms, losses[place * HOTSPOTS + number] + fading)
        for number, other in enumerate(cohort)
    ]
    # Of the fifteen others at most one is too many: the last, and of one moment the one of the higher place.
    keys = [
        PAST if number == place else other.report.heard_left_ms[place] * HOTSPOTS - number
        for number, other in enumerate(cohort)
    ]
    last = min(keys)
    if sum(valid) > MOST_WITNESSES:
        valid = [valid[number] and key != last for number, key in enumerate(keys)]
    return valid


@program
def reward(cohort: Cohort[Report]) -> Array[U32, HOTSPOTS]:
    """Units of each hotspot, for its own beacon and for what it heard, times 10,000."""
    losses = find_losses(cohort)
    points = [0] * HOTSPOTS
    for place in range(HOTSPOTS):
        witnesses = find_witnesses(cohort, losses, place)
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
