"""Radio coverage as it was measured: one LoRa gateway and eight nodes in a vineyard (emanueleg/lora-rssi).

Ours are 14 dBm of power and dipoles of 2.2 dBi.
"""

import csv
import math
import re
from pathlib import Path

import pytest

from fieldproof import Cohort, Window
from fieldproof.networks import get_network_folder
from loading import load_script

RECORDED = Path(__file__).parents[3] / "shared" / "data" / "lora-vineyard-hourly.csv"
COVERAGE = load_script(get_network_folder("coverage") / "network.py")
NODES = range(1, 9)
ENTROPY = 4711
FREQUENCY = 868_100
Place = tuple[int, int]

pytestmark = pytest.mark.skipif(not RECORDED.is_file(), reason="the recorded vineyard is not at hand")


def read_places() -> list[Place]:
    """Latitude and longitude, in ten-millionths of a degree, of the gateway and then of the nodes."""
    lines = RECORDED.with_name("lora-vineyard-nodes.txt").read_text().splitlines()[2:]
    degrees = [re.findall(r"\d+\.\d+", line) for line in lines]
    return [(round(float(north) * 1e7), round(float(east) * 1e7)) for north, east in degrees]


def read_hours() -> list[dict[int, float]]:
    """For some hours, all times of the day among them, the level of each node that was heard."""
    with RECORDED.open() as file:
        rows = list(csv.DictReader(file, delimiter=";"))[::97]
    return [{node: float(row[f"RSSI_0{node}"]) for node in NODES if row[f"RSSI_0{node}"]} for row in rows]


def judge(places: list[Place], heard: dict[int, float]) -> list[int]:
    """Points of the gateway and of each node, where each node beacons once and the gateway listens."""
    payloads = [COVERAGE.make_payload(ENTROPY * 2**32, node) for node in range(9)]
    reports = [
        COVERAGE.Sighting(
            time_ms=1000 * node + 50,
            kind=COVERAGE.Kind.WITNESS,
            peer=node,
            entropy=0,
            age=0,
            payload=payloads[node],
            frequency=FREQUENCY,
            level=round(level * 10),
        )
        for node, level in heard.items()
    ]
    beacons = [
        COVERAGE.Sighting(
            time_ms=1000 * node,
            kind=COVERAGE.Kind.BEACON,
            peer=0,
            entropy=ENTROPY,
            age=0,
            payload=payloads[node],
            frequency=FREQUENCY,
            level=140,
        )
        for node in NODES
    ]
    looks = [
        COVERAGE.look(
            Window(readings, starts_at=0),
            COVERAGE.Site(located=1, latitude=north, longitude=east, gain=22, region=1),
        )
        for (north, east), readings in zip(places, [reports, *([each] for each in beacons)], strict=True)
    ]
    points: list[int] = COVERAGE.reward(Cohort([*looks, *[None] * (COVERAGE.HOTSPOTS - len(looks))]))
    return points[: len(looks)]


def test_nodes_of_a_vineyard_stand_too_near_their_gateway_to_count() -> None:
    """They stand 37 to 333 metres away."""
    assert judge(read_places(), read_hours()[0]) == [0] * 9


def test_what_the_gateway_heard_is_what_physics_lets_through_and_much_more_is_not() -> None:
    """Moved twenty times as far, where a signal is 26 dB weaker, all that were heard count."""
    (north, east), *nodes = read_places()
    places = [(north, east), *((20 * up - 19 * north, 20 * right - 19 * east) for up, right in nodes)]
    hours = read_hours()
    assert sum(len(heard) for heard in hours) > 150
    for heard in hours:
        farther = {node: level - 20 * math.log10(20) for node, level in heard.items()}
        paid = [COVERAGE.BEACONER_UNITS[1] if node in heard else 0 for node in NODES]
        assert judge(places, farther) == [len(heard) * COVERAGE.WITNESS_UNITS[1], *paid]
        louder = {node: level + 40 for node, level in farther.items()}
        assert judge(places, louder) == [0] * 9
