"""The ready-made networks on recordings that others made and that are not in the repository."""

import gzip
import math
import re
from collections import defaultdict
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from fieldproof import Window
from fieldproof.networks import get_network_folder
from loading import load_script

DATA = Path(__file__).parents[3] / "shared" / "data"
WALK = DATA / "gpx-korita-zbevnica.gpx"
DRIVE = DATA / "gpx-visnjan-by-car.gpx"
OBSERVATIONS = DATA / "gnss-ceda-2018-210.rnx.gz"
EPOCHS_AN_HOUR = 20


@pytest.mark.skipif(not WALK.is_file(), reason="the recorded walk is not at hand")
def test_a_walk_to_the_summit_was_there_in_one_hour_alone() -> None:
    area = load_script(get_network_folder("area") / "network.py")
    hours = defaultdict(list)
    for hour, time_ms, latitude, longitude in read_track(WALK):
        hours[hour].append(area.Fix(time_ms=time_ms, latitude=latitude, longitude=longitude))
    points = {hour: area.stayed(Window(fixes, starts_at=0)) for hour, fixes in hours.items()}
    assert points == {9: 0, 10: 1, 11: 0, 12: 0, 13: 0}


def read_track(path: Path) -> list[tuple[int, int, int, int]]:
    """Hour of the day, milliseconds from it, latitude and longitude in ten-millionths of a degree."""
    track = []
    for *place, time in re.findall(
        r'<trkpt lat="([^"]+)" lon="([^"]+)">.*?<time>([^<]+)</time>', path.read_text(), re.DOTALL
    ):
        at = datetime.fromisoformat(time)
        latitude, longitude = (round(float(each) * 1e7) for each in place)
        track.append((at.hour, (at.minute * 60 + at.second) * 1000, latitude, longitude))
    return track


@pytest.mark.skipif(not DRIVE.is_file(), reason="the recorded drive is not at hand")
def test_a_recorded_drive_makes_a_week_count_and_standing_before_it_does_not() -> None:
    """The odometer is what `tracker` makes of the fixes; charge and coolant are ours and stand still."""
    tracker, driving = (
        load_script(get_network_folder(name) / "network.py") for name in ("tracker", "driving")
    )
    track = read_track(DRIVE)
    fixes = [
        tracker.Fix(time_ms=time_ms, latitude=north, longitude=east) for _, time_ms, north, east in track
    ]
    metres = [tracker.travelled(Window(fixes[:count], starts_at=0)) for count in range(2, len(fixes) + 1)]
    far = sum(measure_metres(before[2:], after[2:]) for before, after in pairwise(track))
    assert metres[-1] == pytest.approx(far, rel=0.003)

    def drive(driven: list[int]) -> Window[Any]:
        signals = [
            driving.Signals(time_ms=1000 * number, odometer=each // 100, charge=500, coolant=20)
            for number, each in enumerate(driven)
        ]
        return Window(signals, starts_at=0)

    van = driving.Vehicle(connection=driving.Connection.HARDWARE)
    assert driving.reward(drive(metres[::2]), van, driving.Streak(3)) == (7_000, driving.Streak(4))
    with pytest.raises(AssertionError, match="no signal changed"):
        driving.reward(drive([each for each in metres if each < 100]), van, driving.Streak(3))


def measure_metres(one: tuple[int, int], other: tuple[int, int]) -> float:
    """Along the great circle, on a sphere of the equator's length."""
    (north, east), (there, beyond) = ([math.radians(each / 1e7) for each in place] for place in (one, other))
    half = math.sin((there - north) / 2) ** 2
    half += math.cos(north) * math.cos(there) * math.sin((beyond - east) / 2) ** 2
    return 40_075_017 / math.pi * math.asin(math.sqrt(half))


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
