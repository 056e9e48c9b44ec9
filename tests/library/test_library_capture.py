"""The compiler reads every line of the library as it reads an author's own files."""

from types import FunctionType

import pytest

from fieldproof import library
from fieldproof.compiler import PythonProgram, capture
from fieldproof.library import chord_m, earth_position_cm, is_in_polygon

NETWORK = """
from fieldproof import Attributes, Network, Reading, U32, Window, field, program
from fieldproof.library import {names}

class Sample(Reading):
    value: int = field(unit="count", low=0, high=1)

class Site(Attributes):
    latitude: int = field(unit="lat", scale=10_000_000, low=-90, high=90)
    longitude: int = field(unit="lon", scale=10_000_000, low=-180, high=180)

PARK = ((100, 100), (100, 900_000_000), (600_000_000, 900_000_000), (100, 100))

@program
def reward(window: Window[Sample], site: Site) -> U32:
    here = earth_position_cm(site.latitude, site.longitude)
    assert is_in_polygon(site.latitude, site.longitude, PARK), "outside the park"
    return chord_m(here, earth_position_cm(0, 0))

network = Network(
    name="park", reading=Sample, attributes=Site, program=reward,
    window="1h", readings_per_window=1, pool_per_window="1",
)
"""
PARK = ((100, 100), (100, 900_000_000), (600_000_000, 900_000_000), (100, 100))


def test_a_network_can_import_every_function() -> None:
    names = [name for name in library.__all__ if isinstance(getattr(library, name), FunctionType)]
    network = capture({"network.py": NETWORK.format(names=", ".join(names))})
    found = {each.name for module in network.modules for each in module.functions}
    assert set(names) <= found
    assert [path for path, _ in network.sources] == ["network.py"]


@pytest.mark.parametrize("latitude", [-1, 100, 101, 300_000_000])
@pytest.mark.parametrize("longitude", [-1, 100, 899_999_999])
def test_a_network_runs_the_library_as_plain_python(latitude: int, longitude: int) -> None:
    source = NETWORK.format(names="chord_m, earth_position_cm, is_in_polygon")
    outcome = PythonProgram(capture({"network.py": source}))((), (latitude, longitude), 0)
    if is_in_polygon(latitude, longitude, PARK):
        expected = chord_m(earth_position_cm(latitude, longitude), earth_position_cm(0, 0))
        assert (outcome.points, outcome.void) == (expected, None)
    else:
        assert outcome.void is not None
        assert outcome.void.message == "outside the park"
