"""Sine, cosine and their inverses on angles in ten-millionths of a degree.

Sines and cosines are in parts of `ONE` = 2^30. The polynomials are the best of their degree (Remez) in the
square of the angle, so that the sign needs no comparison.
"""

from fieldproof import isqrt
from fieldproof.library.polynomials import UNIT, evaluate_sextic

# The unit of angles is a ten-millionth of a degree: 1.1 cm of latitude.
DEGREE = 10_000_000
QUARTER_TURN = 900_000_000
HALF_TURN = 1_800_000_000
FULL_TURN = 3_600_000_000
# Sines, cosines and directions are in parts of it.
ONE = 1_073_741_824

# Sine divided by the angle, in parts of 2**66; cosine, in parts of 2**36.
_SINE = (128782566876, -301522858675, 211789083829, -70834616705, 13807420406, -1738686375, 133141652)
_COSINE = (68719475093, -482685462269, 565061469250, -264579956337, 66292305479, -10181159332, 910951999)
# Arccosine divided by the root of 1 - cosine, and arctangent divided by the tangent, in sixteenths of a
# ten-millionth of a degree.
_ARCCOSINE = (14_399_994_158, -1_966_783_669, 808_292_683, -421_029_835, 189_030_826, -45_022_344)
_ARCTANGENT = (9167289075, -3054311317, 1815846764, -1213143411, 729936011, -308060763, 62445909)


def wrap_angle(angle: int) -> int:
    """Return the same direction as an angle from -180 degrees up to, and without, 180 degrees.

    Takes: any angle.
    Error: none.
    Gates: 7.
    """
    return (angle + HALF_TURN) % FULL_TURN - HALF_TURN


def sine(angle: int) -> int:
    """Return the sine of an angle, in parts of `ONE`.

    Takes: -180 to 180 degrees, AssertionError outside; `wrap_angle` brings any angle there.
    Error: at most 14 parts of 2^30, 1.3e-8.
    Gates: 21.
    """
    assert -HALF_TURN <= angle <= HALF_TURN, "an angle outside -180 to 180 degrees"
    return angle * evaluate_sextic(_SINE, angle * angle // 2**34) // (UNIT**6 * 2**36)


def cosine(angle: int) -> int:
    """Return the cosine of an angle, in parts of `ONE`.

    Takes: -180 to 180 degrees, AssertionError outside; `wrap_angle` brings any angle there.
    Error: at most 30 parts of 2^30, 2.8e-8.
    Gates: 18; 16 beside the sine of the same angle.
    """
    assert -HALF_TURN <= angle <= HALF_TURN, "an angle outside -180 to 180 degrees"
    return evaluate_sextic(_COSINE, angle * angle // 2**34) // (UNIT**6 * 2**6)


def arcsine(ratio: int) -> int:
    """Return the angle from -90 to 90 degrees whose sine is `ratio`, in parts of `ONE`.

    Takes: any integer; beyond -1 and 1, where rounding can lead, it counts as -1 or 1.
    Error: at most 0.00004 degrees. Near -1 and 1 the arcsine itself magnifies: there an error of 1e-8 in
    the ratio is one of 0.008 degrees.
    Gates: 28.
    """
    size = min(abs(ratio), ONE)
    # The arccosine is the root of 1 - ratio times a smooth function (Abramowitz and Stegun 4.4.46).
    value = _ARCCOSINE[5]
    value = value * size + _ARCCOSINE[4] * ONE
    value = value * size + _ARCCOSINE[3] * ONE**2
    value = value * size + _ARCCOSINE[2] * ONE**3
    value = value * size + _ARCCOSINE[1] * ONE**4
    value = value * size + _ARCCOSINE[0] * ONE**5
    angle = QUARTER_TURN - isqrt((ONE - size) * ONE) * value // (ONE**6 * 2**4)
    return angle if ratio >= 0 else -angle


def arctangent(upward: int, rightward: int) -> int:
    """Return the direction of the vector (rightward, upward) as `math.atan2` does, -180 to 180 degrees.

    Given east as `upward` and north as `rightward` it is a compass bearing.

    Takes: integers below 2^200 in size; (0, 0) gives 0.
    Error: at most 0.00002 degrees.
    Gates: 73.
    """
    high, wide = abs(upward), abs(rightward)
    is_steep = high > wide
    longer = high if is_steep else wide
    shorter = wide if is_steep else high
    ratio = min(shorter * UNIT // max(longer, 1), UNIT)  # It is no more; this tells the compiler.
    angle = ratio * evaluate_sextic(_ARCTANGENT, ratio * ratio // UNIT) // (UNIT**7 * 2**4)
    if is_steep:
        angle = QUARTER_TURN - angle
    if rightward < 0:
        angle = HALF_TURN - angle
    return angle if upward >= 0 else -angle
