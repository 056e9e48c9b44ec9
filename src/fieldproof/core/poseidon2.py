"""Poseidon2 over the scalar field of BN254, state of four words, in plain Python.

Source: L. Grassi, D. Khovratovich, M. Schofnegger, "Poseidon2: A Faster Version of the Poseidon Hash
Function", 2023. Not constant in time: hash public values and salted digests with it, never a secret key.
"""

from collections.abc import Sequence

from fieldproof.core.poseidon2_constants import (
    FIRST_FULL_ROUNDS,
    INTERNAL_DIAGONAL,
    LAST_FULL_ROUNDS,
    PARTIAL_ROUNDS,
)

FIELD_ORDER = 21888242871839275222246405745257275088548364400416034343698204186575808495617
"""Order *p* of the BN254 scalar field, the field of all circuits."""

RATE = 3
State = tuple[int, int, int, int]


def permute(state: State) -> State:
    """Apply the permutation to four field elements."""
    p = FIELD_ORDER
    a, b, c, d = _mix_external(*state)
    for ka, kb, kc, kd in FIRST_FULL_ROUNDS:
        a, b, c, d = _mix_external(pow(a + ka, 5, p), pow(b + kb, 5, p), pow(c + kc, 5, p), pow(d + kd, 5, p))
    da, db, dc, dd = INTERNAL_DIAGONAL
    for k in PARTIAL_ROUNDS:
        a = pow(a + k, 5, p)
        total = a + b + c + d
        a = (a * da + total) % p
        b = (b * db + total) % p
        c = (c * dc + total) % p
        d = (d * dd + total) % p
    for ka, kb, kc, kd in LAST_FULL_ROUNDS:
        a, b, c, d = _mix_external(pow(a + ka, 5, p), pow(b + kb, 5, p), pow(c + kc, 5, p), pow(d + kd, 5, p))
    return a, b, c, d


def sponge(inputs: Sequence[int]) -> int:
    """Hash field elements to one field element; see `docs/reference/protocol.md`, "Hash of fields"."""
    a, b, c, d = 0, 0, 0, len(inputs) << 64
    p = FIELD_ORDER
    for start in range(0, len(inputs), RATE):
        block = inputs[start : start + RATE]
        a = (a + block[0]) % p
        if len(block) > 1:
            b = (b + block[1]) % p
        if len(block) > 2:
            c = (c + block[2]) % p
        a, b, c, d = permute((a, b, c, d))
    return a


def _mix_external(a: int, b: int, c: int, d: int) -> State:
    p = FIELD_ORDER
    t0 = a + b
    t1 = c + d
    t2 = 2 * b + t1
    t3 = 2 * d + t0
    t4 = 4 * t1 + t3
    t5 = 4 * t0 + t2
    return (t3 + t5) % p, t5 % p, (t2 + t4) % p, t4 % p
