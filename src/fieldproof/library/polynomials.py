"""Polynomials, the cheapest way to a smooth function: a gate for each degree, and one division at the end.

Nothing is rounded on the way: the terms grow to some 240 bits, which a proof takes as easily as one.
"""

# 2**28: the parts in which the variable of a polynomial is counted.
UNIT = 268_435_456


def evaluate_sextic(coefficients: tuple[int, ...], at: int) -> int:
    """Return the polynomial of seven coefficients, lowest first, at `at` parts of `UNIT`, times UNIT^6.

    Takes: anything whose result stays below 2^250.
    Error: none.
    Gates: 8.
    """
    value = coefficients[6]
    value = value * at + coefficients[5] * UNIT
    value = value * at + coefficients[4] * UNIT**2
    value = value * at + coefficients[3] * UNIT**3
    value = value * at + coefficients[2] * UNIT**4
    value = value * at + coefficients[1] * UNIT**5
    return value * at + coefficients[0] * UNIT**6
