"""Keccak-256 as Ethereum uses it (the padding from before SHA-3), in plain Python.

Source: G. Bertoni, J. Daemen, M. Peeters, G. Van Assche, "The Keccak reference", 2011.
"""

_RATE_BYTES = 136
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


def _compute_rotations() -> tuple[tuple[int, int, int], ...]:
    """Return (from, to, rotation) of the steps rho and pi for the 24 lanes that move."""
    moves, x, y = [], 1, 0
    for t in range(24):
        x_next, y_next = y, (2 * x + 3 * y) % 5
        moves.append((x + 5 * y, x_next + 5 * y_next, (t + 1) * (t + 2) // 2 % 64))
        x, y = x_next, y_next
    return tuple(moves)


_ROUND_CONSTANTS = _compute_round_constants()
_ROTATIONS = _compute_rotations()


def keccak256(data: bytes) -> bytes:
    """Return the 32 bytes of Keccak-256 over `data`."""
    padding = _RATE_BYTES - len(data) % _RATE_BYTES
    padded = bytearray(data + bytes(padding))
    padded[len(data)] |= 0x01
    padded[-1] |= 0x80
    lanes = [0] * 25
    for start in range(0, len(padded), _RATE_BYTES):
        for i in range(_RATE_BYTES // 8):
            lanes[i] ^= int.from_bytes(padded[start + 8 * i : start + 8 * i + 8], "little")
        lanes = _permute(lanes)
    return b"".join(lane.to_bytes(8, "little") for lane in lanes[:4])


def _permute(lanes: list[int]) -> list[int]:
    for constant in _ROUND_CONSTANTS:
        columns = [lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20] for x in range(5)]
        for x in range(5):
            mix = columns[x - 1] ^ _rotate(columns[(x + 1) % 5], 1)
            for y in range(0, 25, 5):
                lanes[x + y] ^= mix
        moved = lanes.copy()
        for source, target, rotation in _ROTATIONS:
            moved[target] = _rotate(lanes[source], rotation)
        lanes = [
            moved[x + y] ^ (~moved[(x + 1) % 5 + y] & _MASK & moved[(x + 2) % 5 + y])
            for y in range(0, 25, 5)
            for x in range(5)
        ]
        lanes[0] ^= constant
    return lanes


def _rotate(lane: int, bits: int) -> int:
    return (lane << bits | lane >> (64 - bits)) & _MASK
