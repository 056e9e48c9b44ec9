"""The secret key of a member, and what is derived from it."""

import hmac

from fieldproof.chain.beacon.errors import RoundError
from fieldproof.chain.beacon.group import ORDER, SCALAR_LENGTH, Point, encode_domain
from fieldproof.chain.beacon.round import Round

_NONCE = encode_domain("fieldproof beacon nonce")


class BeaconKey:
    """An ordinary secp256k1 key. Its text form shows the public key alone."""

    __slots__ = ("point", "secret")

    def __init__(self, secret: bytes) -> None:
        value = int.from_bytes(secret)
        if len(secret) != SCALAR_LENGTH or not 0 < value < ORDER:
            raise RoundError("a beacon key has 32 bytes, a number from 1 below the order of secp256k1")
        self.secret = value
        self.point = Point.from_scalar(value)

    def __repr__(self) -> str:
        return f"BeaconKey({self.public_key.hex()})"

    @property
    def public_key(self) -> bytes:
        """The compressed public key, 33 bytes."""
        return self.point.encode()

    def check_member(self, beacon_round: Round, index: int) -> None:
        """Raise `RoundError` if this is not the key of the member at `index`."""
        if beacon_round.keys[beacon_round.check_member(index)] != self.public_key:
            raise RoundError(f"{self} is not the key of member {index}")

    def decrypt(self, share: Point) -> Point:
        """Return the point of which `share` is the multiple by this key."""
        return share.multiply(pow(self.secret, -1, ORDER))

    def derive_scalar(self, domain: bytes, *parts: bytes) -> int:
        """Return a secret number that hangs on the key, the domain and the parts.

        Extract and expand as HKDF does (RFC 5869) with SHA-512: 512 bits modulo the order, so that its
        distance from a uniform number is below 2⁻²⁵⁵. All parts but one have fixed widths.
        """
        extracted = hmac.digest(domain, self.secret.to_bytes(SCALAR_LENGTH), "sha512")
        return int.from_bytes(hmac.digest(extracted, b"".join(parts), "sha512")) % ORDER

    def derive_nonce(self, *statement: bytes) -> int:
        """Return the nonce of a proof: another statement never meets it, the same one always does."""
        return self.derive_scalar(_NONCE, *statement)
