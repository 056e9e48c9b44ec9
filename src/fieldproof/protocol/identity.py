"""A device's identity: its public key and its `did:key` name."""

from dataclasses import dataclass
from typing import Self

from fieldproof.core import Algorithm, EncodingError, base58, check_unsigned, keccak256
from fieldproof.core.signatures import CURVES, decode_point

_PREFIX = "did:key:z"
_MULTICODECS = {
    Algorithm.ES256: b"\x80\x24",
    Algorithm.ES256K: b"\xe7\x01",
    Algorithm.EDDSA: b"\xed\x01",
}
CONTRACT_NUMBERS = {Algorithm.ES256: 1, Algorithm.ES256K: 2, Algorithm.EDDSA: 3}
"""The algorithms' numbers in the DeviceRegistry."""


@dataclass(frozen=True, slots=True)
class Identity:
    """The public identity key of a device."""

    algorithm: Algorithm
    key: bytes
    """33 bytes (SEC 1, compressed) for ES256 and ES256K, 32 bytes for EdDSA."""

    def __post_init__(self) -> None:
        if self.algorithm is Algorithm.EDDSA:
            if len(self.key) != 32:
                raise EncodingError(f"an Ed25519 key has 32 bytes, not {len(self.key)}")
        elif decode_point(CURVES[self.algorithm], self.key) is None:
            raise EncodingError(f"{self.key.hex()} is no compressed point of {CURVES[self.algorithm].name}")

    @property
    def did(self) -> str:
        """The name `did:key:z…` of the device."""
        return _PREFIX + base58.encode(_MULTICODECS[self.algorithm] + self.key)

    @classmethod
    def from_did(cls, did: str) -> Self:
        """Parse a `did:key` of one of the three algorithms, or raise `EncodingError`."""
        if not did.startswith(_PREFIX):
            raise EncodingError(f"{did[:80]!r} is no did:key in base58")
        data = base58.decode(did.removeprefix(_PREFIX))
        for algorithm, prefix in _MULTICODECS.items():
            if data.startswith(prefix):
                identity = cls(algorithm, data.removeprefix(prefix))
                if identity.did != did:
                    raise EncodingError(f"{did[:80]!r} is not the canonical form of its key")
                return identity
        raise EncodingError(f"{did[:80]!r} is of no supported algorithm (P-256, secp256k1, Ed25519)")

    @property
    def words(self) -> tuple[int, int, int]:
        """(algorithm, x, y) as the DeviceRegistry takes them; y is 0 for EdDSA."""
        number = CONTRACT_NUMBERS[self.algorithm]
        if self.algorithm is Algorithm.EDDSA:
            return number, int.from_bytes(self.key), 0
        point = decode_point(CURVES[self.algorithm], self.key)
        if point is None:
            raise ValueError("checked when the identity was made: this is a bug")
        return number, *point

    @classmethod
    def from_words(cls, number: int, x: int, y: int) -> Self:
        """Build an identity from the words of a registration event, or raise a `FieldproofError`."""
        for algorithm, contract_number in CONTRACT_NUMBERS.items():
            if contract_number == number:
                check_unsigned("x of an identity", x, 256)
                key = x.to_bytes(32) if algorithm is Algorithm.EDDSA else bytes([2 + y % 2]) + x.to_bytes(32)
                identity = cls(algorithm, key)
                if identity.words != (number, x, y):
                    raise EncodingError(f"({x:#x}, {y:#x}) is no key of {algorithm.name}")
                return identity
        raise EncodingError(f"{number} is no identity algorithm")

    @property
    def hash(self) -> bytes:
        """Keccak-256 of the three words: how the registry names an identity."""
        return keccak256(b"".join(word.to_bytes(32) for word in self.words))
