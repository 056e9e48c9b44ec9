"""Programs of one schema that use every function of the library."""

from functools import cache

from fieldproof.compiler import CompiledNetwork, capture, compile_network

HEAD = """from fieldproof import Attributes, Network, Reading, U32, Window, field, program
from fieldproof.library import {names}


class Sample(Reading):
    value: int = field(unit="count", low=-1000, high=100000)


class Site(Attributes):
    latitude: int = field(unit="lat", scale=10_000_000, low=-90, high=90)
    longitude: int = field(unit="lon", scale=10_000_000, low=-180, high=180)
    number: int = field(unit="count", low=0, high=4294967295)


PARK = ((100, 100), (100, 900_000_000), (600_000_000, 900_000_000), (-5, 300_000_000), (100, 100))
EDGES = (-5, 0, 1, 50_000)


@program
def reward(window: Window[Sample], site: Site) -> U32:
    values = [sample.value for sample in window]
    flags = [sample.value > 0 for sample in window]
    fixed = [site.number % (7 + step) for step in range(7)]
    place = (site.latitude, site.longitude)
    spare = len(values) + len(flags) + len(fixed) + place[0] + 2 * 900_000_000
    return U32({expression} + 0 * spare)


network = Network(
    name="library",
    reading=Sample,
    attributes=Site,
    program=reward,
    window="1h",
    readings_per_window=6,
    cohort=1,
    pool_per_window="1",
)
"""

HERE = "earth_position_cm(site.latitude, site.longitude)"
THERE = "earth_position_cm(471_234_567, -83_456_789)"
UP = "zenith(site.latitude, site.longitude)"

EXPRESSIONS = {
    "arcsine": "arcsine(site.number - 2**31) + 900_000_000",
    "arctangent": "arctangent(site.latitude, site.longitude) + 1_800_000_000",
    "chord_m": f"chord_m({HERE}, {THERE})",
    "clear_sky_w_m2": "clear_sky_w_m2(site.number - 2**31, 100)",
    "cosine": "cosine(site.longitude) + 2**31",
    "count_changes": "count_changes(values)",
    "current_streak": "current_streak(flags)",
    "decibels": "decibels(site.number)",
    "divide_rounded": "divide_rounded(site.number, 7) + divide_rounded(site.number, len(window))",
    "earth_position_cm": f"{HERE}[0] + {HERE}[1] + {HERE}[2] + 2**31",
    "equirectangular_mm": "equirectangular_mm(site.latitude, site.longitude, 1, 2) // 100",
    "grid_cell": "grid_cell(site.latitude, site.longitude, 13)",
    "histogram": "histogram(values, EDGES)[1] * 100 + histogram(values, EDGES)[4]",
    "interquartile_range": "interquartile_range(values)",
    "is_in_polygon": "int(is_in_polygon(site.latitude, site.longitude, PARK))",
    "is_within_chord": f"int(is_within_chord({HERE}, {THERE}, site.number))",
    "ln_fixed": "ln_fixed(site.number)",
    "log2_fixed": "log2_fixed(site.number * site.number)",
    "log10_fixed": "log10_fixed(site.number + 1)",
    "longest_constant_run": "longest_constant_run(values)",
    "longest_streak": "longest_streak(flags)",
    "mean_rounded": "mean_rounded(values) + 1000",
    "median_deviation": "median_deviation(values)",
    "moving_median": "sum(moving_median(fixed, 3)) + sum(moving_median(values, 3)) + 4000",
    "same_cell": "int(same_cell(site.latitude, site.longitude, 3, 900_000_000, 2))",
    "sine": "sine(site.longitude) + 2**31",
    "sine_of_elevation": f"sine_of_elevation(sun_direction(window.starts_at), {UP}) + 2**31",
    "sqrt_fixed": "sqrt_fixed(site.number, 1000)",
    "square_chord_cm2": f"square_chord_cm2({HERE}, {THERE}) // 2**32",
    "sun_direction": "sun_direction(1_577_836_800 + site.number // 4)[2] + 2**31",
    "sun_elevation": "sun_elevation(window.starts_at, site.latitude, site.longitude) + 900_000_000",
    "wrap_angle": "wrap_angle(site.longitude * 3) + 1_800_000_000",
    "zenith": f"{UP}[0] + {UP}[1] + {UP}[2] + 2**32",
}
"""What a program of each function gives, by the function's name."""


@cache
def compile_program(name: str) -> CompiledNetwork:
    """The program of a function, compiled."""
    expression = EXPRESSIONS[name]
    names = sorted(each for each in EXPRESSIONS if f"{each}(" in expression)
    source = HEAD.format(names=", ".join(names), expression=expression)
    return compile_network(capture({"network.py": source}))
