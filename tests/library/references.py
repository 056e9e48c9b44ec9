"""The same functions in floating point, written from their sources and from nothing in the library."""

import math

from hypothesis import strategies as st

UNITS = 10_000_000
EQUATOR_M = 6_378_137.0
FLATTENING = 1 / 298.257223563
SQUARE_OF_ECCENTRICITY = FLATTENING * (2 - FLATTENING)


def values(low: int, high: int, *near: int) -> st.SearchStrategy[int]:
    """Integers of a range: its ends, what is near to some places, anything."""
    edges = sorted(
        {low, low + 1, high - 1, high, *near, *(each + 1 for each in near), *(each - 1 for each in near)}
    )
    return st.sampled_from([each for each in edges if low <= each <= high]) | st.integers(low, high)


def spread(low: int, high: int, count: int) -> list[int]:
    """Integers at equal steps over a range, both ends among them."""
    return [low + (high - low) * each // count for each in range(count + 1)]


latitudes = values(-90 * UNITS, 90 * UNITS, 0, 45 * UNITS)
longitudes = values(-180 * UNITS, 180 * UNITS, 0, 90 * UNITS, -90 * UNITS)


def to_radians(angle: float) -> float:
    """Ten-millionths of a degree as radians."""
    return math.radians(angle / UNITS)


def locate_cm(latitude: int, longitude: int) -> tuple[float, float, float]:
    """ECEF coordinates on WGS84."""
    phi, along = to_radians(latitude), to_radians(longitude)
    radius = 100 * EQUATOR_M / math.sqrt(1 - SQUARE_OF_ECCENTRICITY * math.sin(phi) ** 2)
    return (
        radius * math.cos(phi) * math.cos(along),
        radius * math.cos(phi) * math.sin(along),
        radius * (1 - SQUARE_OF_ECCENTRICITY) * math.sin(phi),
    )


def measure_geodesic_m(one: tuple[int, int], other: tuple[int, int]) -> float:
    """Vincenty's inverse formula (Survey Review 176, 1975), for places that are not antipodes."""
    first, second = (math.atan((1 - FLATTENING) * math.tan(to_radians(place[0]))) for place in (one, other))
    apart = math.remainder(to_radians(other[1] - one[1]), 2 * math.pi)
    turned = apart
    for _ in range(100):
        sine = math.hypot(
            math.cos(second) * math.sin(turned),
            math.cos(first) * math.sin(second) - math.sin(first) * math.cos(second) * math.cos(turned),
        )
        if sine == 0:
            return 0.0
        cosine = math.sin(first) * math.sin(second) + math.cos(first) * math.cos(second) * math.cos(turned)
        arc = math.atan2(sine, cosine)
        azimuth = math.cos(first) * math.cos(second) * math.sin(turned) / sine
        square = 1 - azimuth**2
        middle = cosine - 2 * math.sin(first) * math.sin(second) / square if square > 0 else 0.0
        factor = FLATTENING / 16 * square * (4 + FLATTENING * (4 - 3 * square))
        before = turned
        bend = arc + factor * sine * (middle + factor * cosine * (2 * middle**2 - 1))
        turned = apart + (1 - factor) * FLATTENING * azimuth * bend
        if abs(turned - before) < 1e-13:
            break
    polar = EQUATOR_M * (1 - FLATTENING)
    u = square * (EQUATOR_M**2 - polar**2) / polar**2
    scale = 1 + u / 16384 * (4096 + u * (-768 + u * (320 - 175 * u)))
    b = u / 1024 * (256 + u * (-128 + u * (74 - 47 * u)))
    inner = b / 6 * middle * (4 * sine**2 - 3) * (4 * middle**2 - 3)
    change = b * sine * (middle + b / 4 * (cosine * (2 * middle**2 - 1) - inner))
    return polar * scale * (arc - change)


def find_sun_elevation(unix_s: int, latitude: int, longitude: int) -> float:
    """Degrees, by the equations of the NOAA solar calculator (Meeus), without refraction."""
    century = (unix_s / 86_400 + 2_440_587.5 - 2_451_545) / 36_525
    mean = math.radians((280.46646 + century * (36_000.76983 + century * 0.0003032)) % 360)
    anomaly = math.radians(357.52911 + century * (35_999.05029 - 0.0001537 * century))
    eccentricity = 0.016708634 - century * (0.000042037 + 0.0000001267 * century)
    centre = (
        math.sin(anomaly) * (1.914602 - century * (0.004817 + 0.000014 * century))
        + math.sin(2 * anomaly) * (0.019993 - 0.000101 * century)
        + math.sin(3 * anomaly) * 0.000289
    )
    node = math.radians(125.04 - 1934.136 * century)
    apparent = mean + math.radians(centre - 0.00569 - 0.00478 * math.sin(node))
    seconds = 21.448 - century * (46.815 + century * (0.00059 - century * 0.001813))
    obliquity = math.radians(23 + (26 + seconds / 60) / 60 + 0.00256 * math.cos(node))
    declination = math.asin(math.sin(obliquity) * math.sin(apparent))
    y = math.tan(obliquity / 2) ** 2
    equation_minutes = 4 * math.degrees(
        y * math.sin(2 * mean)
        - 2 * eccentricity * math.sin(anomaly)
        + 4 * eccentricity * y * math.sin(anomaly) * math.cos(2 * mean)
        - y * y / 2 * math.sin(4 * mean)
        - 5 / 4 * eccentricity**2 * math.sin(2 * anomaly)
    )
    minutes = unix_s % 86_400 / 60 + equation_minutes + 4 * longitude / UNITS
    hour = math.radians(minutes / 4 - 180)
    phi = to_radians(latitude)
    sine = math.sin(phi) * math.sin(declination) + math.cos(phi) * math.cos(declination) * math.cos(hour)
    return math.degrees(math.asin(max(-1.0, min(1.0, sine))))


def compute_haurwitz(sine: float) -> float:
    """Clear-sky irradiance in W/m² (Haurwitz 1945)."""
    return 1098 * sine * math.exp(-0.057 / sine) if sine > 0.0001 else 0.0
