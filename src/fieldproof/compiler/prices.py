"""What ranges, indices and lists cost in gates, with the pinned Noir and Barretenberg.

They follow from how Barretenberg writes ranges and memory, and from the gadgets of `circuits/`.
"""

from __future__ import annotations

from fieldproof.compiler.forms import Form, count_rows

ELEMENT_GATES = 3.0
"""For each entry of a constant table, once: laid out, sorted, and the number itself."""
READ_GATES = 2.0
"""From an array that is never written at run time: the read, and its place in the sorted ones."""
WRITTEN_GATES = 3.25
"""To lay out an entry of an array that is written at run time, to read one or to write one: the access, its
place among the sorted ones, and a range check of the time between two."""
DYNAMIC_READ_GATES = READ_GATES + 1
"""A read and the conversion of a value to an index."""

QUOTIENT_BITS_IN_LIMBS = 237
"""A quotient and its remainder of more bits together leave no room to round the quotient's range up."""

_LIMB_BITS = 14
_INDEX_BITS = 32
_PLACE_BITS = 16
_FEW_ELEMENTS = 512


def estimate_range(bits: int) -> float:
    """Return the gates of a range check: limbs of 14 bits, three of them to a row; a bit is a row."""
    limbs = max(1, -(-bits // _LIMB_BITS))
    return 1.0 if bits == 1 else -(-limbs // 3) + 0.25 * limbs


def estimate_limbs(bits: int) -> float:
    """Return the gates of a range check that is rounded up to whole limbs."""
    return estimate_range(max(1, -(-bits // _LIMB_BITS)) * _LIMB_BITS)


def estimate_range_table(bits: int) -> float:
    """Return what a circuit pays once for exact ranges of so many bits: every third number."""
    return (((1 << bits) - 1) // 3 + 2) / 2


LIMB_TABLE_GATES = estimate_range_table(_LIMB_BITS)


def find_range_table(bits: int) -> int | None:
    """Return the bits of the table that an exact range needs beside that of whole limbs, if any."""
    rest = bits % _LIMB_BITS
    return rest if rest > 1 else None


def price_witness(form: Form) -> float:
    """Return the gates that write out what must be a witness of its own."""
    return 0.0 if form.is_constant or form.is_single else count_rows(form, 1)


def price_index(form: Form) -> float:
    """Return the gates that make a value an index of an array, whose length says its range."""
    return count_rows(form, 1)


def price_sorting(bits: int, length: int) -> float:
    """Return the gates of sorting witnesses that differ by less than 2^bits."""
    place = 9 if length <= _FEW_ELEMENTS else _PLACE_BITS
    # An entry, the read of its place, and the step from the one before, which holds five witnesses.
    return length * (2 * READ_GATES + 2 + estimate_limbs(bits + place))


def price_rank(bits: int, length: int, entry: Form, choice: Form) -> float:
    """Return the gates of one entry by its rank, where entries differ by less than 2^bits.

    `choice`: form of the bits that say which entries count.
    """
    place = 10 if length <= _FEW_ELEMENTS else _PLACE_BITS + 1
    # A bit and what is left of the comparison with the pivot, its product with all that is left, two sums.
    rows = 2 + count_rows(entry + choice, 3) + (1 if choice.is_constant else 2) / 3
    ends = 2 * estimate_limbs(_PLACE_BITS) + estimate_limbs(bits + 2) + estimate_range(_INDEX_BITS)
    return length * (rows + estimate_limbs(bits + place)) + ends + 8
