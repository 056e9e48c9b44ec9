"""Areas on a map: polygons, and a grid of cells that are nearly equal.

Latitudes and longitudes in ten-millionths of a degree.

The grid cuts the Earth into `2**level` bands of latitude of one height, and each band into as many columns
as make its cells nearest to squares. On a sphere of 6,371 km a band's height is 20,015 km / 2^level. From
level 3 on every cell's area is between 0.97 and 1.05 times the height squared. Centres of neighbours in a
band are 0.96 to 1.06 heights apart (0.86 in the three cells around a pole), of neighbours in two bands 1.0
to 1.5.

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
    """Whether a place lies in a polygon: a constant table of (latitude, longitude).

    As in GeoJSON the last corner is the first again. Edges are straight on the map of latitude and
    longitude; where they cross, what they go round at all, on balance, is inside. A polygon over the date
    line goes on beyond 180 degrees (170, 190, …). A point of a border belongs to the area to the north or the
    east of it, so that of polygons side by side just one has it.

    Takes: any place. All longitudes of the polygon lie less than 180 degrees from its first corner's, so it
    holds no pole; AssertionError otherwise.
    Error: none.
    Gates: 9, and 11 to 13 for each edge.
    """
    south, start = polygon[0]
    last = polygon[-1]
    assert last[0] == south, "the last corner of a polygon is the first again"
    assert last[1] == start, "the last corner of a polygon is the first again"
    eastward = wrap_angle(longitude - start)
    turns = 0
    was_south = south <= latitude
    for before, after in pairwise(polygon):
        assert -HALF_TURN <= after[1] - start < HALF_TURN, "a corner more than 180 degrees from the first"
        is_south = after[0] <= latitude
        # Positive where the place lies to the left of the edge: west of one that goes north.
        turn = (after[1] - before[1]) * (latitude - before[0]) - (after[0] - before[0]) * (
            eastward - (before[1] - start)
        )
        # 1 for an edge that goes north past the place, -1 for one that goes south past it.
        passing = was_south - is_south
        turns += passing * (turn > 0 if before[0] < after[0] else turn < 0)
        was_south = is_south
    return turns != 0


def grid_cell(latitude: int, longitude: int, level: int) -> int:
    """Return the number of the cell that holds a place, below 2^(2 * level + 1).

    The definition, in ten-millionths of a degree:

        bands = 2**level
        band = (latitude + 900_000_000) * bands // 1_800_000_001
        middle = (2 * band + 1) * 900_000_000 // bands - 900_000_000
        columns = (2 * bands * cosine(middle) + 2**29) // 2**30
        column = (longitude + 1_800_000_000) * columns // 3_600_000_001
        cell = 2 * bands * band + column

    Two places can be as near as one likes and lie in two cells: where that matters, compare distances.

    Takes: latitudes from -90 to 90, longitudes from -180 to 180 degrees, a constant level from 1 to 20;
    AssertionError outside.
    Error: none.
    Gates: 41.
    """
    assert 1 <= level <= 20, "a level outside 1 to 20"
    assert -QUARTER_TURN <= latitude <= QUARTER_TURN, "a latitude outside -90 to 90 degrees"
    assert -HALF_TURN <= longitude <= HALF_TURN, "a longitude outside -180 to 180 degrees"
    bands: int = 2**level
    band = (latitude + QUARTER_TURN) * bands // (HALF_TURN + 1)
    middle = (2 * band + 1) * QUARTER_TURN // bands - QUARTER_TURN
    columns = (2 * bands * cosine(middle) + ONE // 2) // ONE
    column = (longitude + HALF_TURN) * columns // (FULL_TURN + 1)
    return 2 * bands * band + column


def same_cell(latitude: int, longitude: int, other_latitude: int, other_longitude: int, level: int) -> bool:
    """Whether two places lie in one cell of the grid of that level.

    Takes: what `grid_cell` takes.
    Error: none.
    Gates: 86; keep cells that are compared often in variables, 41 each and 3 a comparison.
    """
    return grid_cell(latitude, longitude, level) == grid_cell(other_latitude, other_longitude, level)
