"""Base58 with Bitcoin's alphabet, as `did:key` uses it."""

from fieldproof.core.errors import EncodingError

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUES = {letter: value for value, letter in enumerate(_ALPHABET)}
MAXIMUM_LENGTH = 128
"""Longest text that is decoded; the cost of decoding grows with its square."""


def encode(data: bytes) -> str:
    """Return the text for `data`; leading zero bytes become leading `1`."""
    number = int.from_bytes(data)
    letters = []
    while number:
        number, digit = divmod(number, 58)
        letters.append(_ALPHABET[digit])
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "1" * zeros + "".join(reversed(letters))


def decode(text: str) -> bytes:
    """Return the bytes of `text`, or raise `EncodingError`."""
    if len(text) > MAXIMUM_LENGTH:
        raise EncodingError(f"base58 text of {len(text)} letters; at most {MAXIMUM_LENGTH} are read")
    number = 0
    for letter in text:
        if letter not in _VALUES:
            raise EncodingError(f"{letter!r} is no letter of base58")
        number = number * 58 + _VALUES[letter]
    zeros = len(text) - len(text.lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8)
