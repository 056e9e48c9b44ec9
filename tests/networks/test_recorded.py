"""The ready-made networks on recordings that others made and that are not in the repository."""

import gzip
import re
from collections import defaultdict
from datetime import datetime
from pathlib import Path

import pytest

from fieldproof import Window
from fieldproof.networks import get_network_folder
from loading import load_script

DATA = Path(__file__).parents[3] / "shared" / "data"
TRACK = DATA / "gpx-korita-zbevnica.gpx"
OBSERVATIONS = DATA / "gnss-ceda-2018-210.rnx.gz"
EPOCHS_AN_HOUR = 20


@pytest.mark.skipif(not TRACK.is_file(), reason="the recorded track is not at hand")
def test_a_walk_to_the_summit_was_there_in_one_hour_alone() -> None:
    area = load_script(get_network_folder("area") / "network.py")
    hours = defaultdict(list)
    for latitude, longitude, time in re.findall(
        r'<trkpt lat="([^"]+)" lon="([^"]+)">.*?<time>([^<]+)</time>', TRACK.read_text(), re.DOTALL
    ):
        at = datetime.fromisoformat(time)
        place = {"latitude": round(float(latitude) * 1e7), "longitude": round(float(longitude) * 1e7)}
        hours[at.hour].append(area.Fix(time_ms=(at.minute * 60 + at.second) * 1000, **place))
    points = {hour: area.stayed(Window(fixes, starts_at=0)) for hour, fixes in hours.items()}
    assert points == {9: 0, 10: 1, 11: 0, 12: 0, 13: 0}


@pytest.mark.skipif(not OBSERVATIONS.is_file(), reason="the recorded observations are not at hand")
def test_a_recorded_station_earns_what_its_satellites_say() -> None:
    gnss = load_script(get_network_folder("gnss") / "network.py")
    hours = read_observations()
    points = {}
    for hour, epochs in hours.items():
        rows = [
            gnss.Signal(time_ms=epoch * 180_000 + satellite, satellite=satellite, strength=strength)
            for epoch, signals in sorted(epochs.items())
            for satellite, strength in sorted(signals.items())
        ]
        points[hour] = gnss.hear(Window(rows, starts_at=0))
        whole = sum(max(0, min(12, row.strength - 104)) for row in rows)
        expected = whole / 12 / len(epochs) * max(0.0, 2 * len(epochs) / EPOCHS_AN_HOUR - 1)
        assert points[hour] == int(expected * 1000 + 1e-6)
    assert len(points) == 24
    assert max(points.values()) > 4000


def read_observations() -> dict[int, dict[int, dict[int, int]]]:
    """Hour → epoch of three minutes → satellite → L1 strength in quarters of a decibel."""
    offsets = {"R": 32, "E": 64}
    hours: dict[int, dict[int, dict[int, int]]] = defaultdict(lambda: defaultdict(dict))
    with gzip.open(OBSERVATIONS, "rt") as file:
        for line in file:
            if "END OF HEADER" in line:
                break
        hour = minute = second = 0
        for line in file:
            if line.startswith(">"):
                hour, minute, second = int(line[13:15]), int(line[16:18]), int(float(line[18:29]))
            elif minute % 3 == 0 and second == 0 and line[35:49].strip():
                strength = round(float(line[35:49]) * 4)
                hours[hour][minute // 3][offsets[line[0]] + int(line[1:3])] = strength
    return hours
