"""Short Weierstrass curves in plain Python: Grumpkin, P-256 and secp256k1.

Arithmetic in Jacobian coordinates, not constant in time. Signing with a device's key on hardware that
strangers can time wants a native library or a secure element; verifying needs no secret.
"""

from dataclasses import dataclass

from fieldproof.core.poseidon2 import FIELD_ORDER

Point = tuple[int, int]
"""Affine coordinates; (0, 0) is the point at infinity (it lies on none of these curves)."""

INFINITY: Point = (0, 0)
_Jacobian = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Curve:
    """y² = x³ + a·x + b over the integers modulo `prime`, a group of prime order `order`."""

    name: str
    prime: int
    a: int
    b: int
    order: int
    generator: Point

    def is_on_curve(self, point: Point) -> bool:
        """Say whether `point` has canonical coordinates on the curve; infinity does not count."""
        x, y = point
        if not (0 <= x < self.prime and 0 <= y < self.prime) or point == INFINITY:
            return False
        return (y * y - (x * x + self.a) * x - self.b) % self.prime == 0

    def add(self, first: Point, second: Point) -> Point:
        """Add two points in affine coordinates."""
        return self._to_affine(self._add(self._from_affine(first), self._from_affine(second)))

    def negate(self, point: Point) -> Point:
        """Return the inverse of a point."""
        return point[0], -point[1] % self.prime

    def multiply(self, scalar: int, point: Point) -> Point:
        """Return scalar · point for any integer scalar."""
        return self._to_affine(self._multiply(scalar % self.order, self._from_affine(point)))

    def multiply_add(self, first: int, p: Point, second: int, q: Point) -> Point:
        """Return first · p + second · q with one chain of doublings (Shamir's trick)."""
        pj, qj = self._from_affine(p), self._from_affine(q)
        both = self._add(pj, qj)
        first, second = first % self.order, second % self.order
        result: _Jacobian = (1, 1, 0)
        for bit in range(max(first.bit_length(), second.bit_length()) - 1, -1, -1):
            result = self._double(result)
            match (first >> bit & 1, second >> bit & 1):
                case (1, 1):
                    result = self._add(result, both)
                case (1, 0):
                    result = self._add(result, pj)
                case (0, 1):
                    result = self._add(result, qj)
        return self._to_affine(result)

    def decompress(self, x: int, y_is_odd: bool) -> Point | None:
        """Return the point with this x and parity of y, or None; only for primes that are 3 modulo 4."""
        if not 0 <= x < self.prime:
            return None
        square = ((x * x + self.a) * x + self.b) % self.prime
        y = pow(square, (self.prime + 1) // 4, self.prime)
        if y * y % self.prime != square:
            return None
        return (x, y) if y % 2 == y_is_odd else (x, self.prime - y)

    def _multiply(self, scalar: int, point: _Jacobian) -> _Jacobian:
        result: _Jacobian = (1, 1, 0)
        for bit in range(scalar.bit_length() - 1, -1, -1):
            result = self._double(result)
            if scalar >> bit & 1:
                result = self._add(result, point)
        return result

    def _from_affine(self, point: Point) -> _Jacobian:
        return (1, 1, 0) if point == INFINITY else (point[0], point[1], 1)

    def _to_affine(self, point: _Jacobian) -> Point:
        x, y, z = point
        if z == 0:
            return INFINITY
        inverse = pow(z, -1, self.prime)
        square = inverse * inverse % self.prime
        return x * square % self.prime, y * square * inverse % self.prime

    def _double(self, point: _Jacobian) -> _Jacobian:
        x, y, z = point
        p = self.prime
        if z == 0 or y == 0:
            return (1, 1, 0)
        yy = y * y % p
        s = 4 * x * yy % p
        m = 3 * x * x
        if self.a:
            m += self.a * pow(z, 4, p)
        x3 = (m * m - 2 * s) % p
        return x3, (m * (s - x3) - 8 * yy * yy) % p, 2 * y * z % p

    def _add(self, first: _Jacobian, second: _Jacobian) -> _Jacobian:
        x1, y1, z1 = first
        x2, y2, z2 = second
        if z1 == 0:
            return second
        if z2 == 0:
            return first
        p = self.prime
        z1z1, z2z2 = z1 * z1 % p, z2 * z2 % p
        u1, u2 = x1 * z2z2 % p, x2 * z1z1 % p
        s1, s2 = y1 * z2 * z2z2 % p, y2 * z1 * z1z1 % p
        h, r = (u2 - u1) % p, (s2 - s1) % p
        if h == 0:
            return self._double(first) if r == 0 else (1, 1, 0)
        hh = h * h % p
        hhh = h * hh % p
        v = u1 * hh % p
        x3 = (r * r - hhh - 2 * v) % p
        return x3, (r * (v - x3) - s1 * hhh) % p, h * z1 * z2 % p


GRUMPKIN = Curve(
    name="Grumpkin",
    prime=FIELD_ORDER,
    a=0,
    b=-17 % FIELD_ORDER,
    order=21888242871839275222246405745257275088696311157297823662689037894645226208583,
    generator=(1, 17631683881184975370165255887551781615748388533673675138860),
)

P256 = Curve(
    name="P-256",
    prime=2**256 - 2**224 + 2**192 + 2**96 - 1,
    a=-3 % (2**256 - 2**224 + 2**192 + 2**96 - 1),
    b=0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
    order=0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    generator=(
        0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
        0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
    ),
)

SECP256K1 = Curve(
    name="secp256k1",
    prime=2**256 - 2**32 - 977,
    a=0,
    b=7,
    order=0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141,
    generator=(
        0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
        0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8,
    ),
)
