"""Where the sun stands, and how much of it a cloudless sky lets through.

The Astronomical Almanac's low-precision formulas, 2000 to 2100; no refraction (which lifts the sun by half a
degree at the horizon). What depends on time alone is computed once for a circuit where the time is the
window's start: a device then takes its `zenith`, and 8 gates for each such time. Between two times an hour
apart the sine of the elevation leaves the straight line by at most 0.009, ten minutes apart by 0.0003.
"""

from fieldproof.library.trigonometry import ONE, arcsine, cosine, sine, wrap_angle

_NOON_OF_2000 = 946_728_000
_DAY = 86_400
# Sine and cosine of the ecliptic's obliquity in 2040, 23.434 degrees, in parts of `ONE`.
_SINE_OF_OBLIQUITY = 427_018_992
_COSINE_OF_OBLIQUITY = 985_178_301


def sun_direction(unix_s: int) -> tuple[int, int, int]:
    """Return the direction to the sun in the axes of `earth_position_cm`, in parts of `ONE`.

    Takes: seconds since 1970, from 2000 to the end of 2099; AssertionError outside.
    Error: at most 0.02 degrees.
    Gates: 179, once for a circuit where the time is the same for all devices.
    """
    assert 946_684_800 <= unix_s < 4_102_444_800, "a time outside 2000 to 2100"
    since = unix_s - _NOON_OF_2000
    longitude = (2_804_600_000 * _DAY + 9_856_474 * since) // _DAY
    anomaly = wrap_angle((3_575_280_000 * _DAY + 9_856_003 * since) // _DAY)
    # 1.915 degrees of the anomaly's sine, 0.020 of its double's: sin(2a) is 2 sin(a) cos(a).
    centre = sine(anomaly) * (19_150_000 * ONE + 400_000 * cosine(anomaly)) // ONE**2
    ecliptic = wrap_angle(longitude + centre)
    across = sine(ecliptic)
    # Greenwich's sidereal angle; a day turns the Earth by 360.9856473663 degrees.
    turned = wrap_angle((2_804_606_184 * _DAY * 1000 + 3_609_856_473_663 * since) // (_DAY * 1000))
    x, y = cosine(ecliptic), across * _COSINE_OF_OBLIQUITY // ONE
    return (
        (x * cosine(turned) + y * sine(turned)) // ONE,
        (y * cosine(turned) - x * sine(turned)) // ONE,
        across * _SINE_OF_OBLIQUITY // ONE,
    )


def zenith(latitude: int, longitude: int) -> tuple[int, int, int]:
    """Return the direction upwards at a place in the axes of `earth_position_cm`, in parts of `ONE`.

    Takes: latitudes from -90 to 90, longitudes from -180 to 180 degrees; AssertionError outside.
    Error: at most 60 parts of 2^30 in each coordinate.
    Gates: 84.
    """
    level = cosine(latitude)
    return (level * cosine(longitude) // ONE, level * sine(longitude) // ONE, sine(latitude))


def sine_of_elevation(sun: tuple[int, int, int], up: tuple[int, int, int]) -> int:
    """Return the sine of the sun's elevation from its direction and the `zenith`, in parts of `ONE`.

    Takes: what `sun_direction` and `zenith` return.
    Error: at most 0.00035, the sun's.
    Gates: 8.
    """
    return (sun[0] * up[0] + sun[1] * up[1] + sun[2] * up[2]) // ONE


def sun_elevation(unix_s: int, latitude: int, longitude: int) -> int:
    """Return the sun's height above the horizon, below zero at night, in ten-millionths of a degree.

    Takes: what `sun_direction` and `zenith` take.
    Error: at most 0.02 degrees, 0.04 within 2 degrees of the zenith.
    Gates: 130 at a time that all devices share, 301 at one of their own.
    """
    return arcsine(sine_of_elevation(sun_direction(unix_s), zenith(latitude, longitude)))


def clear_sky_w_m2(sine_of_sun: int, scale: int) -> int:
    """Return the irradiance on level ground under a clear sky, in W/m² times `scale`.

    Haurwitz's model, 1098 s exp(-0.057 / s) for the sine s of the sun's elevation, in parts of `ONE`; zero at
    night. (pvlib takes 0.059, which gives up to 2.2 W/m² less.) It knows neither haze nor height, and the
    rims of clouds can add a half for minutes: a bound wants a margin.

    Takes: any sine; a scale from 1 to 1000, AssertionError outside.
    Error: at most 0.12 W/m² and one part, against the model.
    Gates: 24.
    """
    assert 1 <= scale <= 1000, "a scale outside 1 to 1000"
    at = min(max(sine_of_sun, 0), ONE)
    # The model is s times exp(-0.057 / s), which 0.9992 (s - r)**2 / (s**2 + p * s + q) follows to 0.12 W/m².
    reduced = at - 9_538_047
    above = scale * 1_150_437_939 * at * reduced * reduced
    return above // ((2**20 * at * at + 40_242 * 2**30 * at + 901 * 2**60) * ONE)
