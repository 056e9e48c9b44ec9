"""Functions that programs import: `from fieldproof.library import chord_m, earth_position_cm`.

Ordinary Python in the language of programs, compiled like an author's own code. What each function means,
takes, errs by and costs stands in its docstring and in docs/reference/library.md.
"""

from fieldproof.library.areas import grid_cell, is_in_polygon, same_cell
from fieldproof.library.geography import (
    chord_m,
    earth_position_cm,
    equirectangular_mm,
    is_within_chord,
    square_chord_cm2,
)
from fieldproof.library.logarithms import decibels, ln_fixed, log2_fixed, log10_fixed, sqrt_fixed
from fieldproof.library.statistics import (
    count_changes,
    current_streak,
    divide_rounded,
    histogram,
    interquartile_range,
    longest_constant_run,
    longest_streak,
    mean_rounded,
    median_deviation,
    moving_median,
)
from fieldproof.library.sun import (
    clear_sky_w_m2,
    sine_of_elevation,
    sun_direction,
    sun_elevation,
    zenith,
)
from fieldproof.library.trigonometry import (
    DEGREE,
    FULL_TURN,
    HALF_TURN,
    ONE,
    QUARTER_TURN,
    arcsine,
    arctangent,
    cosine,
    sine,
    wrap_angle,
)

__all__ = [
    "DEGREE",
    "FULL_TURN",
    "HALF_TURN",
    "ONE",
    "QUARTER_TURN",
    "arcsine",
    "arctangent",
    "chord_m",
    "clear_sky_w_m2",
    "cosine",
    "count_changes",
    "current_streak",
    "decibels",
    "divide_rounded",
    "earth_position_cm",
    "equirectangular_mm",
    "grid_cell",
    "histogram",
    "interquartile_range",
    "is_in_polygon",
    "is_within_chord",
    "ln_fixed",
    "log2_fixed",
    "log10_fixed",
    "longest_constant_run",
    "longest_streak",
    "mean_rounded",
    "median_deviation",
    "moving_median",
    "same_cell",
    "sine",
    "sine_of_elevation",
    "sqrt_fixed",
    "square_chord_cm2",
    "sun_direction",
    "sun_elevation",
    "wrap_angle",
    "zenith",
]
