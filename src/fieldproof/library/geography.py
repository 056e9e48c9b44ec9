"""Positions and distances on the WGS84 ellipsoid, from latitude and longitude in ten-millionths of a degree.

Latitudes run from -90 to 90 degrees, longitudes from -180 to 180; heights count as zero. A chord is the
straight way through the ground, shorter than the way along it by d^3 / (24 * (6371 km)^2): a millimetre at
10 km, a metre at 100 km.
"""

from fieldproof import isqrt
from fieldproof.library.polynomials import UNIT, evaluate_sextic
from fieldproof.library.trigonometry import ONE, QUARTER_TURN, cosine, sine, wrap_angle

# In centimetres: distance from the axis, in parts of 2**8; height above the equator's plane divided by the
# latitude, in parts of 2**36; radius of the meridian's curvature, in parts of 2**8.
_AXIS = (163280306753, -284800794586, 78330018513, -3978766851, -2523997157, 923942247, -137577830)
_HEIGHT = (75986063587, -43583926676, 6257330687, 495277953, -434348900, 106397580, -11402245)
_MERIDIAN = (162187244114, 5719968180, -6532331851, 2774670513, -468579115)
# Parts of an angle in which an arc is a tenth of its radius, for arcs in millimetres of radii in centimetres.
_TENTH_OF_RADIAN = 57_295_780


def earth_position_cm(latitude: int, longitude: int) -> tuple[int, int, int]:
    """Return a place's coordinates from the Earth's centre (ECEF), in centimetres.

    x points to latitude 0 and longitude 0, y to longitude 90 degrees east, z to the north pole.

    Takes: latitudes from -90 to 90, longitudes from -180 to 180 degrees; AssertionError outside.
    Error: at most 25 cm of distance from the true place.
    Gates: 84.
    """
    assert -QUARTER_TURN <= latitude <= QUARTER_TURN, "a latitude outside -90 to 90 degrees"
    square = latitude * latitude // 2**32
    from_axis = evaluate_sextic(_AXIS, square) // (UNIT**6 * 2**8)
    return (
        from_axis * cosine(longitude) // ONE,
        from_axis * sine(longitude) // ONE,
        latitude * evaluate_sextic(_HEIGHT, square) // (UNIT**6 * 2**36),
    )


def square_chord_cm2(one: tuple[int, int, int], other: tuple[int, int, int]) -> int:
    """Return the square of the straight distance of two positions, in square centimetres.

    Takes: any integers below 2^123.
    Error: none beside that of the positions.
    Gates: 4.
    """
    east, north, up = one[0] - other[0], one[1] - other[1], one[2] - other[2]
    return east * east + north * north + up * up


def chord_m(one: tuple[int, int, int], other: tuple[int, int, int]) -> int:
    """Return the straight distance of two positions of `earth_position_cm`, in metres, rounded down.

    Takes: any integers below 2^122.
    Error: less than 1 m of rounding, and 0.5 m of the positions.
    Gates: 19.
    """
    return isqrt(square_chord_cm2(one, other)) // 100


def is_within_chord(one: tuple[int, int, int], other: tuple[int, int, int], radius_m: int) -> bool:
    """Whether the straight distance of two positions of `earth_position_cm` is at most `radius_m`.

    No root is taken.

    Takes: any integers below 2^110; a radius below zero holds nothing.
    Error: 0.5 m of the positions.
    Gates: 10 for a constant radius, 11 for one that varies.
    """
    return radius_m >= 0 and square_chord_cm2(one, other) <= radius_m * radius_m * 10_000


def equirectangular_mm(latitude: int, longitude: int, other_latitude: int, other_longitude: int) -> int:
    """Return the distance of two near places along the ground, in millimetres.

    For fixes that follow one another; across the date line too. It takes the radii of the ellipsoid at the
    middle latitude.

    Takes: latitudes from -90 to 90 (AssertionError outside), longitudes from -180 to 180 degrees.
    Error: within 80 degrees of the equator at most 4 mm up to 1 km; within 70 degrees at most 4 mm and a
    millionth up to 10 km, 100 millionths up to 100 km. Further, and nearer to the poles, it is wrong.
    Gates: 61.
    """
    assert -QUARTER_TURN <= latitude <= QUARTER_TURN, "a latitude outside -90 to 90 degrees"
    assert -QUARTER_TURN <= other_latitude <= QUARTER_TURN, "a latitude outside -90 to 90 degrees"
    both = latitude + other_latitude
    square = both * both // 2**34
    radius = _MERIDIAN[4]
    radius = radius * square + _MERIDIAN[3] * UNIT
    radius = radius * square + _MERIDIAN[2] * UNIT**2
    radius = radius * square + _MERIDIAN[1] * UNIT**3
    radius = radius * square + _MERIDIAN[0] * UNIT**4
    north = (latitude - other_latitude) * (radius // (UNIT**4 * 2**8)) // _TENTH_OF_RADIAN
    from_axis = evaluate_sextic(_AXIS, square) // (UNIT**6 * 2**8)
    east = wrap_angle(longitude - other_longitude) * from_axis // _TENTH_OF_RADIAN
    return isqrt(north * north + east * east)
