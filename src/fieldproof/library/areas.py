"""Areas on a map: polygons, and a grid of cells that are nearly equal.

Latitudes and longitudes in ten-millionths of a degree.

The grid cuts the Earth into `2**level` bands of latitude of one height, and each band into as many columns as
make its cells nearest to squares. On a sphere of 6,371 km the height is 20,015 km / 2**level, and every cell's
area is that height squared to 7 %:

| level | height | area | | level | height | area |
| --- | --- | --- | --- | --- | --- | --- |
| 8 | 78.2 km | 6,113 km² | | 14 | 1.22 km | 1.49 km² |
| 10 | 19.5 km | 382 km² | | 16 | 305 m | 93,300 m² |
| 12 | 4.89 km | 23.9 km² | | 18 | 76.4 m | 5,830 m² |
| 13 | 2.44 km | 5.97 km² | | 20 | 19.1 m | 364 m² |
"""

from itertools import pairwise

from fieldproof.library.trigonometry import FULL_TURN, HALF_TURN, ONE, QUARTER_TURN, cosine, wrap_angle


def is_in_polygon(latitude: int, longitude: int, polygon: tuple[tuple[int, int], ...]) -> bool:
    """Whether a place lies in a polygon, a constant table of (latitude, longitude).

    The last corner is the first again, as in GeoJSON; edges are straight on the map of latitude and longitude and
    may cross (then what is surrounded an odd number of times is inside). A polygon over the date line goes on
    beyond 180 degrees (170, 190, …); all its longitudes lie within 180 degrees of its first corner's
    (AssertionError), so it can hold no pole. Exact. Of a border's points those belong to the polygon that
    have it to the north or the east of them: of polygons side by side just one has each point. 6 gates, and 15 for
    each edge.
    """
    assert polygon[0] == polygon[-1], "the last corner of a polygon is the first again"
    start = polygon[0][1]
    eastward = wrap_angle(longitude - start)
    is_inside = False
    was_south = polygon[0][0] <= latitude
    for before, after in pairwise(polygon):
        assert -HALF_TURN <= after[1] - start < HALF_TURN, "a corner more than 180 degrees from the first"
        is_south = after[0] <= latitude
        # Positive where the place lies to the left of the edge.
        turn = (after[1] - before[1]) * (latitude - before[0]) - (after[0] - before[0]) * (
            eastward - (before[1] - start)
        )
        # An edge to the east, going north, has the place to its left.
        if is_south != was_south and (turn > 0 if was_south else turn < 0):
            is_inside = not is_inside
        was_south = is_south
    return is_inside


def grid_cell(latitude: int, longitude: int, level: int) -> int:
    """Return the number of the grid's cell that holds a place, below 2**(2 * level + 1).

        bands = 2**level
        band = (latitude + 90 degrees) * bands // (180 degrees + 1)
        middle = (2 * band + 1) * 90 degrees // bands - 90 degrees
        columns = (2 * bands * cosine(middle) + ONE // 2) // ONE
        column = (longitude + 180 degrees) * columns // (360 degrees + 1)
        cell = 2 * bands * band + column

    (180 degrees + 1 is 1,800,000,001 ten-millionths, so that the pole belongs to the last band.) `level` is a
    constant from 1 to 20; AssertionError outside the ranges. The formula is exact and is the definition. Centres
    of neighbours are 0.95 to 1.2 heights from one another, except around the poles. Places
    closer than any distance can still lie in two cells: compare distances where that matters. 45 gates.
    """
    assert 1 <= level <= 20, "a level outside 1 to 20"
    assert -QUARTER_TURN <= latitude <= QUARTER_TURN, "a latitude outside -90 to 90 degrees"
    assert -HALF_TURN <= longitude <= HALF_TURN, "a longitude outside -180 to 180 degrees"
    bands = 2**level
    band = (latitude + QUARTER_TURN) * bands // (HALF_TURN + 1)
    middle = (2 * band + 1) * QUARTER_TURN // bands - QUARTER_TURN
    columns = (2 * bands * cosine(middle) + ONE // 2) // ONE
    column = (longitude + HALF_TURN) * columns // (FULL_TURN + 1)
    return 2 * bands * band + column


def same_cell(latitude: int, longitude: int, other_latitude: int, other_longitude: int, level: int) -> bool:
    """Whether two places lie in one cell of the grid of that level; ranges as in `grid_cell`.

    Exact. 93 gates; where cells are compared often, keep them in variables.
    """
    return grid_cell(latitude, longitude, level) == grid_cell(other_latitude, other_longitude, level)
