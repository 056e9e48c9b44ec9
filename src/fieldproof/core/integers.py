"""Sized integers: checks at the edge, so that inside a number is what its name says."""

import reprlib

from fieldproof.core.errors import EncodingError, FieldproofError

MAXIMUM_U8 = 2**8 - 1
MAXIMUM_U16 = 2**16 - 1
MAXIMUM_U32 = 2**32 - 1
MAXIMUM_U64 = 2**64 - 1
MAXIMUM_U128 = 2**128 - 1

_SHORT = reprlib.Repr()
_SHORT.maxlong = _SHORT.maxother = _SHORT.maxstring = 80


class IntegerError(FieldproofError):
    """A value is no integer, or lies outside the range that its name allows."""

    def __init__(self, name: str, value: object, low: int, high: int) -> None:
        # What a stranger sent is shortened: it goes into logs and answers.
        super().__init__(f"{name} must be an integer from {low} to {high}, not {_SHORT.repr(value)}")
        self.name = name
        self.value = value


def check_range(name: str, value: object, low: int, high: int) -> int:
    """Return `value` if it is an `int` (and no `bool`) with low ≤ value ≤ high, else raise `IntegerError`."""
    if type(value) is not int or not low <= value <= high:
        raise IntegerError(name, value, low, high)
    return value


def check_unsigned(name: str, value: object, bits: int) -> int:
    """Return `value` if it is an integer of at most `bits` bits, else raise `IntegerError`."""
    return check_range(name, value, 0, (1 << bits) - 1)


def check_bytes(name: str, value: object, length: int) -> bytes:
    """Return `value` if it is a byte string of exactly `length` bytes, else raise `EncodingError`."""
    if not isinstance(value, bytes) or len(value) != length:
        raise EncodingError(f"{name} must be {length} bytes, not {_SHORT.repr(value)}")
    return value
