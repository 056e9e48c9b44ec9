"""Verification of ECDSA and Ed25519 signatures in plain Python, for whoever audits without native libraries.

A few milliseconds each. `verify_signature` says yes or no and never raises for what a signer can send.
"""

import hashlib
from enum import IntEnum
from typing import Protocol

from fieldproof.core.curves import P256, SECP256K1, Curve, Point
from fieldproof.core.keccak import keccak256


class Algorithm(IntEnum):
    """Signature algorithms with their COSE numbers (RFC 9053, RFC 8812)."""

    ES256 = -7
    EDDSA = -8
    ES256K = -47


SIGNATURE_LENGTH = 64


class SignatureVerifier(Protocol):
    """A way to verify identity signatures; native ones must agree with `verify_signature`."""

    def __call__(self, algorithm: Algorithm, key: bytes, message: bytes, signature: bytes) -> bool:
        """Say whether `signature` (64 bytes) over `message` is that of the compressed public `key`."""


def verify_signature(algorithm: Algorithm, key: bytes, message: bytes, signature: bytes) -> bool:
    """Say whether `signature` over `message` verifies.

    `key` has 33 bytes (SEC 1, compressed) for ECDSA and 32 for Ed25519. ECDSA signatures are r‖s over
    SHA-256, and a high s is refused.
    """
    if len(signature) != SIGNATURE_LENGTH:
        return False
    if algorithm is Algorithm.EDDSA:
        return _verify_ed25519(key, message, signature)
    curve = CURVES[algorithm]
    point = decode_point(curve, key)
    r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
    if point is None or not (0 < r < curve.order and 0 < s <= curve.order // 2):
        return False
    inverse = pow(s, -1, curve.order)
    digest = int.from_bytes(hashlib.sha256(message).digest())
    x, y = curve.multiply_add(digest * inverse, curve.generator, r * inverse, point)
    return (x, y) != (0, 0) and x % curve.order == r


CURVES: dict[Algorithm, Curve] = {Algorithm.ES256: P256, Algorithm.ES256K: SECP256K1}


def decode_point(curve: Curve, key: bytes) -> Point | None:
    """Return the point of a compressed SEC 1 key of 33 bytes, or None if there is none."""
    if len(key) != 33 or key[0] not in (2, 3):
        return None
    return curve.decompress(int.from_bytes(key[1:]), key[0] == 3)


def encode_point(point: Point) -> bytes:
    """Return the compressed SEC 1 form, 33 bytes."""
    return bytes([2 + point[1] % 2]) + point[0].to_bytes(32)


def compute_address(public_key: Point) -> bytes:
    """Return the Ethereum address (20 bytes) of a secp256k1 key."""
    return keccak256(public_key[0].to_bytes(32) + public_key[1].to_bytes(32))[12:]


def is_signed_by_address(address: bytes, message: bytes, signature: bytes) -> bool:
    """Say whether an ES256K `signature` (r‖s, low s) over `message` is by the key behind `address`."""
    curve = SECP256K1
    r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
    if len(signature) != SIGNATURE_LENGTH or not (0 < r < curve.order and 0 < s <= curve.order // 2):
        return False
    digest = int.from_bytes(hashlib.sha256(message).digest())
    inverse = pow(r, -1, curve.order)
    for y_is_odd in (False, True):
        nonce_point = curve.decompress(r, y_is_odd)
        if nonce_point is not None:
            key = curve.multiply_add(-digest * inverse, curve.generator, s * inverse, nonce_point)
            if key != (0, 0) and compute_address(key) == address:
                return True
    return False


_ED_PRIME = 2**255 - 19
_ED_ORDER = 2**252 + 27742317777372353535851937790883648493
_ED_D = -121665 * pow(121666, -1, _ED_PRIME) % _ED_PRIME
_Extended = tuple[int, int, int, int]


def _verify_ed25519(key: bytes, message: bytes, signature: bytes) -> bool:
    """Verify as RFC 8032 section 5.1.7 says, without cofactor; s below the order only."""
    public = _ed_decode(key)
    nonce_point = _ed_decode(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if public is None or nonce_point is None or s >= _ED_ORDER:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % _ED_ORDER
    left = _ed_multiply(s, _ED_GENERATOR)
    right = _ed_add(nonce_point, _ed_multiply(challenge, public))
    return (left[0] * right[2] - right[0] * left[2]) % _ED_PRIME == 0 and (
        left[1] * right[2] - right[1] * left[2]
    ) % _ED_PRIME == 0


def _ed_decode(data: bytes) -> _Extended | None:
    if len(data) != 32:
        return None
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= _ED_PRIME:
        return None
    square = (y * y - 1) * pow(_ED_D * y * y + 1, -1, _ED_PRIME) % _ED_PRIME
    x = pow(square, (_ED_PRIME + 3) // 8, _ED_PRIME)
    if (x * x - square) % _ED_PRIME:
        x = x * pow(2, (_ED_PRIME - 1) // 4, _ED_PRIME) % _ED_PRIME
    if (x * x - square) % _ED_PRIME or (x == 0 and sign):
        return None
    if x % 2 != sign:
        x = _ED_PRIME - x
    return x, y, 1, x * y % _ED_PRIME


def _ed_add(first: _Extended, second: _Extended) -> _Extended:
    x1, y1, z1, t1 = first
    x2, y2, z2, t2 = second
    p = _ED_PRIME
    a, b = (y1 - x1) * (y2 - x2) % p, (y1 + x1) * (y2 + x2) % p
    c, d = 2 * t1 * t2 * _ED_D % p, 2 * z1 * z2 % p
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % p, g * h % p, f * g % p, e * h % p


def _ed_multiply(scalar: int, point: _Extended) -> _Extended:
    result: _Extended = (0, 1, 1, 0)
    for bit in range(scalar.bit_length() - 1, -1, -1):
        result = _ed_add(result, result)
        if scalar >> bit & 1:
            result = _ed_add(result, point)
    return result


def _compute_ed_generator() -> _Extended:
    point = _ed_decode((4 * pow(5, -1, _ED_PRIME) % _ED_PRIME).to_bytes(32, "little"))
    if point is None:
        raise ValueError("the generator of Ed25519 must decode: this is a bug")
    return point


_ED_GENERATOR = _compute_ed_generator()
