"""Square roots and logarithms in fixed point."""

from fieldproof import U64, isqrt

_UNIT = 16_777_216
# Logarithm to base 2 of 0.75 + x, in parts of 2**28, lowest power first, for x from -0.25 to 0.25.
_LOGARITHM = (
    -111_410_694,
    516_359_942,
    -344_276_325,
    306_113_719,
    -303_180_033,
    320_501_445,
    -431_616_099,
    519_703_427,
)


def sqrt_fixed(value: int, scale: int) -> int:
    """Return the root of `value` parts of `scale`, in parts of `scale`, rounded down.

    Takes: `value * scale` from 0 (ValueError below) to 2^248.
    Error: less than one part.
    Gates: 7 for 32 bits of `value * scale`, 15 for 248.
    """
    return isqrt(value * scale)


def log2_fixed(value: int) -> int:
    """Return the logarithm to base 2, in parts of 2^20.

    Takes: 1 (AssertionError below) to 2^64 - 1 (OverflowError above).
    Error: at most 2 parts, 0.000002.
    Gates: 67 where the value has at most 16 bits, 84 for 32, 94 for 64.
    """
    assert value >= 1, "the logarithm of a number below 1"
    scaled = U64(value)
    whole = 63
    # Shift left until the highest of the 64 bits is set.
    if scaled // 2**32 == 0:
        scaled = scaled % 2**32 * 2**32
        whole -= 32
    if scaled // 2**48 == 0:
        scaled = scaled % 2**48 * 2**16
        whole -= 16
    if scaled // 2**56 == 0:
        scaled = scaled % 2**56 * 2**8
        whole -= 8
    if scaled // 2**60 == 0:
        scaled = scaled % 2**60 * 2**4
        whole -= 4
    if scaled // 2**62 == 0:
        scaled = scaled % 2**62 * 2**2
        whole -= 2
    highest = scaled // 2**63
    at = scaled * (2 - highest) // 2**40 - 3 * 2**22
    part = _LOGARITHM[7]
    part = part * at + _LOGARITHM[6] * _UNIT
    part = part * at + _LOGARITHM[5] * _UNIT**2
    part = part * at + _LOGARITHM[4] * _UNIT**3
    part = part * at + _LOGARITHM[3] * _UNIT**4
    part = part * at + _LOGARITHM[2] * _UNIT**5
    part = part * at + _LOGARITHM[1] * _UNIT**6
    part = part * at + _LOGARITHM[0] * _UNIT**7
    return (whole + highest) * 2**20 + part // (_UNIT**7 * 2**8)


def ln_fixed(value: int) -> int:
    """Return the natural logarithm, in parts of 2^20.

    Takes: what `log2_fixed` takes.
    Error: at most 2.5 parts, 0.0000025.
    Gates: 85 for 32 bits.
    """
    return log2_fixed(value) * 762_123_384_786 // 2**40


def log10_fixed(value: int) -> int:
    """Return the logarithm to base 10, in parts of 2^20.

    Takes: what `log2_fixed` takes.
    Error: at most 2 parts, 0.000002.
    Gates: 85 for 32 bits.
    """
    return log2_fixed(value) * 330_985_980_541 // 2**40


def decibels(value: int) -> int:
    """Return ten times the logarithm to base 10, in thousandths of a decibel, to the nearest.

    The level of a ratio is the difference of two.

    Takes: what `log2_fixed` takes.
    Error: at most 0.51 thousandths.
    Gates: 85 for 32 bits.
    """
    return (log2_fixed(value) * 3_156_528_288 + 2**39) // 2**40
