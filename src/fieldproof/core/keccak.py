"""Keccak-256 as Ethereum uses it (the padding from before SHA-3), in plain Python.

Source: G. Bertoni, J. Daemen, M. Peeters, G. Van Assche, "The Keccak reference", 2011.
"""

import struct
from collections.abc import Sequence

_RATE_BYTES = 136
_WORDS = "<17Q"
"""The lanes that a block of input goes into."""
_CAPACITY = (0,) * 8
"""The lanes that no input goes into."""
_MASK = 2**64 - 1


def _compute_round_constants() -> tuple[int, ...]:
    constants, lfsr = [], 1
    for _ in range(24):
        constant = 0
        for j in range(7):
            if lfsr & 1:
                constant |= 1 << ((1 << j) - 1)
            lfsr = lfsr << 1 ^ (0x171 if lfsr & 0x80 else 0)
        constants.append(constant)
    return tuple(constants)


_ROUND_CONSTANTS = _compute_round_constants()


def keccak256(data: bytes) -> bytes:
    """Return the 32 bytes of Keccak-256 over `data`."""
    padding = _RATE_BYTES - len(data) % _RATE_BYTES
    padded = bytearray(data + bytes(padding))
    padded[len(data)] |= 0x01
    padded[-1] |= 0x80
    lanes: Sequence[int] = [0] * 25
    for start in range(0, len(padded), _RATE_BYTES):
        words = struct.unpack_from(_WORDS, padded, start)
        lanes = _permute([lane ^ word for lane, word in zip(lanes, (*words, *_CAPACITY), strict=True)])
    return struct.pack("<4Q", *lanes[:4])


def _permute(lanes: Sequence[int]) -> tuple[int, ...]:
    """Return the lanes after 24 rounds; written out, for loops over lists take more than twice as long."""
    # fmt: off
    (
        a0, a1, a2, a3, a4,
        a5, a6, a7, a8, a9,
        a10, a11, a12, a13, a14,
        a15, a16, a17, a18, a19,
        a20, a21, a22, a23, a24,
    ) = lanes
    # fmt: on
    for constant in _ROUND_CONSTANTS:
        # Theta: every lane takes the parity of two columns.
        c0 = a0 ^ a5 ^ a10 ^ a15 ^ a20
        c1 = a1 ^ a6 ^ a11 ^ a16 ^ a21
        c2 = a2 ^ a7 ^ a12 ^ a17 ^ a22
        c3 = a3 ^ a8 ^ a13 ^ a18 ^ a23
        c4 = a4 ^ a9 ^ a14 ^ a19 ^ a24
        d0 = c4 ^ (c1 << 1 & _MASK | c1 >> 63)
        d1 = c0 ^ (c2 << 1 & _MASK | c2 >> 63)
        d2 = c1 ^ (c3 << 1 & _MASK | c3 >> 63)
        d3 = c2 ^ (c4 << 1 & _MASK | c4 >> 63)
        d4 = c3 ^ (c0 << 1 & _MASK | c0 >> 63)
        # Rho and pi: every lane is rotated and goes to another place.
        b0 = a0 ^ d0
        a6 ^= d1
        b1 = a6 << 44 & _MASK | a6 >> 20
        a12 ^= d2
        b2 = a12 << 43 & _MASK | a12 >> 21
        a18 ^= d3
        b3 = a18 << 21 & _MASK | a18 >> 43
        a24 ^= d4
        b4 = a24 << 14 & _MASK | a24 >> 50
        a3 ^= d3
        b5 = a3 << 28 & _MASK | a3 >> 36
        a9 ^= d4
        b6 = a9 << 20 & _MASK | a9 >> 44
        a10 ^= d0
        b7 = a10 << 3 & _MASK | a10 >> 61
        a16 ^= d1
        b8 = a16 << 45 & _MASK | a16 >> 19
        a22 ^= d2
        b9 = a22 << 61 & _MASK | a22 >> 3
        a1 ^= d1
        b10 = a1 << 1 & _MASK | a1 >> 63
        a7 ^= d2
        b11 = a7 << 6 & _MASK | a7 >> 58
        a13 ^= d3
        b12 = a13 << 25 & _MASK | a13 >> 39
        a19 ^= d4
        b13 = a19 << 8 & _MASK | a19 >> 56
        a20 ^= d0
        b14 = a20 << 18 & _MASK | a20 >> 46
        a4 ^= d4
        b15 = a4 << 27 & _MASK | a4 >> 37
        a5 ^= d0
        b16 = a5 << 36 & _MASK | a5 >> 28
        a11 ^= d1
        b17 = a11 << 10 & _MASK | a11 >> 54
        a17 ^= d2
        b18 = a17 << 15 & _MASK | a17 >> 49
        a23 ^= d3
        b19 = a23 << 56 & _MASK | a23 >> 8
        a2 ^= d2
        b20 = a2 << 62 & _MASK | a2 >> 2
        a8 ^= d3
        b21 = a8 << 55 & _MASK | a8 >> 9
        a14 ^= d4
        b22 = a14 << 39 & _MASK | a14 >> 25
        a15 ^= d0
        b23 = a15 << 41 & _MASK | a15 >> 23
        a21 ^= d1
        b24 = a21 << 2 & _MASK | a21 >> 62
        # Chi, and iota in the first lane.
        a0 = b0 ^ (~b1 & b2) ^ constant
        a1 = b1 ^ (~b2 & b3)
        a2 = b2 ^ (~b3 & b4)
        a3 = b3 ^ (~b4 & b0)
        a4 = b4 ^ (~b0 & b1)
        a5 = b5 ^ (~b6 & b7)
        a6 = b6 ^ (~b7 & b8)
        a7 = b7 ^ (~b8 & b9)
        a8 = b8 ^ (~b9 & b5)
        a9 = b9 ^ (~b5 & b6)
        a10 = b10 ^ (~b11 & b12)
        a11 = b11 ^ (~b12 & b13)
        a12 = b12 ^ (~b13 & b14)
        a13 = b13 ^ (~b14 & b10)
        a14 = b14 ^ (~b10 & b11)
        a15 = b15 ^ (~b16 & b17)
        a16 = b16 ^ (~b17 & b18)
        a17 = b17 ^ (~b18 & b19)
        a18 = b18 ^ (~b19 & b15)
        a19 = b19 ^ (~b15 & b16)
        a20 = b20 ^ (~b21 & b22)
        a21 = b21 ^ (~b22 & b23)
        a22 = b22 ^ (~b23 & b24)
        a23 = b23 ^ (~b24 & b20)
        a24 = b24 ^ (~b20 & b21)
    # fmt: off
    return (
        a0, a1, a2, a3, a4,
        a5, a6, a7, a8, a9,
        a10, a11, a12, a13, a14,
        a15, a16, a17, a18, a19,
        a20, a21, a22, a23, a24,
    )
    # fmt: on
