"""Polygons against exact fractions, and what the grid promises of its cells."""

import math
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldproof.library import (
    FULL_TURN,
    HALF_TURN,
    ONE,
    QUARTER_TURN,
    cosine,
    grid_cell,
    is_in_polygon,
    same_cell,
    wrap_angle,
)

from .references import latitudes, longitudes

Corner = tuple[int, int]

small = st.integers(-6, 6)
corners = st.lists(st.tuples(small, small), min_size=1, max_size=8)


def close(ring: list[Corner]) -> tuple[Corner, ...]:
    return (*ring, ring[0])


def is_surrounded(latitude: int, longitude: int, ring: tuple[Corner, ...]) -> bool:
    """Whether the border goes round a place, by the edges that a ray to the east crosses, in fractions."""
    turns = 0
    for (south, west), (north, east) in pairwise(ring):
        if min(south, north) <= latitude < max(south, north):
            place = west + Fraction((latitude - south) * (east - west), north - south)
            turns += (longitude < place) * (1 if north > south else -1)
    return turns != 0


@given(corners, small, small)
def test_a_place_is_in_a_polygon_as_exact_fractions_say(
    ring: list[Corner], latitude: int, longitude: int
) -> None:
    polygon = close(ring)
    assert is_in_polygon(latitude, longitude, polygon) == is_surrounded(latitude, longitude, polygon)


@given(corners, small, small, st.integers(-HALF_TURN, HALF_TURN - 1))
def test_a_polygon_can_lie_anywhere_over_the_date_line_too(
    ring: list[Corner], latitude: int, longitude: int, shift: int
) -> None:
    moved = tuple((north, east + shift) for north, east in close(ring))
    place = wrap_angle(longitude + shift)
    assert is_in_polygon(latitude, place, moved) == is_in_polygon(latitude, longitude, close(ring))


@given(small, small, st.integers(-5, 5), st.integers(-5, 5))
def test_of_polygons_side_by_side_just_one_has_each_place(
    latitude: int, longitude: int, north: int, east: int
) -> None:
    square = [(-6, -6), (-6, 6), (6, 6), (6, -6)]
    pieces = [close([one, other, (north, east)]) for one, other in pairwise(close(square))]
    owners = sum(is_in_polygon(latitude, longitude, piece) for piece in pieces)
    assert owners == (-6 <= latitude < 6 and -6 <= longitude < 6)


def test_a_border_belongs_to_what_lies_north_and_east_of_it() -> None:
    square = close([(0, 0), (0, 10), (10, 10), (10, 0)])
    assert is_in_polygon(0, 5, square)
    assert is_in_polygon(5, 0, square)
    assert is_in_polygon(0, 0, square)
    assert not is_in_polygon(10, 5, square)
    assert not is_in_polygon(5, 10, square)


def test_a_polygon_that_is_open_or_too_wide_is_refused() -> None:
    with pytest.raises(AssertionError, match="the last corner"):
        is_in_polygon(0, 0, ((0, 0), (0, 5), (5, 5)))
    with pytest.raises(AssertionError, match="more than 180 degrees"):
        is_in_polygon(0, 0, close([(0, -HALF_TURN), (0, 1), (5, 5)]))


def count_columns(level: int, band: int) -> int:
    bands = 1 << level
    middle = (2 * band + 1) * QUARTER_TURN // bands - QUARTER_TURN
    return (2 * bands * cosine(middle) + ONE // 2) // ONE


@given(latitudes, longitudes, st.integers(1, 20))
def test_a_cell_is_where_its_number_says(latitude: int, longitude: int, level: int) -> None:
    bands = 1 << level
    cell = grid_cell(latitude, longitude, level)
    assert 0 <= cell < 2 ** (2 * level + 1)
    band, column = divmod(cell, 2 * bands)
    columns = count_columns(level, band)
    assert 0 <= band < bands
    assert 0 <= column < columns
    tolerance = 2  # Borders lie at fractions of the unit, and both ends of the range are inside.
    south = 2 * QUARTER_TURN * band / bands - QUARTER_TURN
    west = FULL_TURN * column / columns - HALF_TURN
    assert south - tolerance <= latitude <= south + 2 * QUARTER_TURN / bands + tolerance
    assert west - tolerance <= longitude <= west + FULL_TURN / columns + tolerance


@given(latitudes, longitudes, latitudes, longitudes, st.integers(1, 20))
def test_places_are_in_the_same_cell_where_its_number_is_the_same(
    latitude: int, longitude: int, other_latitude: int, other_longitude: int, level: int
) -> None:
    one = grid_cell(latitude, longitude, level)
    other = grid_cell(other_latitude, other_longitude, level)
    assert same_cell(latitude, longitude, other_latitude, other_longitude, level) == (one == other)
    assert same_cell(latitude, longitude, latitude, longitude, level)


@pytest.mark.parametrize("level", [3, 4, 5, 6, 7, 8, 10, 12])
def test_cells_are_as_large_and_as_far_apart_as_the_page_says(level: int) -> None:
    bands = 1 << level
    height = math.pi / bands
    counts = [count_columns(level, band) for band in range(bands)]
    for band, columns in enumerate(counts):
        south = band * height - math.pi / 2
        area = 2 * math.pi * (math.sin(south + height) - math.sin(south)) / columns
        assert 0.97 <= area / height**2 <= 1.05
        middle = south + height / 2
        apart = 2 * math.asin(math.cos(middle) * math.sin(math.pi / columns)) / height
        if columns > 3:
            assert 0.96 <= apart <= 1.06
        else:
            assert 0.86 <= apart <= 0.87
    # Centres of cells that touch across a border of bands differ by at most half of both widths.
    for band in range(1, bands - 1):
        here = band * height - math.pi / 2 + height / 2
        offset = math.pi / counts[band] + math.pi / counts[band + 1]
        furthest = math.acos(
            math.sin(here) * math.sin(here + height)
            + math.cos(here) * math.cos(here + height) * math.cos(offset)
        )
        assert furthest / height <= 1.5


def test_a_place_or_level_that_is_none_has_no_cell() -> None:
    for place in ((QUARTER_TURN + 1, 0, 5), (0, HALF_TURN + 1, 5), (0, 0, 0), (0, 0, 21)):
        with pytest.raises(AssertionError, match="outside"):
            grid_cell(*place)
