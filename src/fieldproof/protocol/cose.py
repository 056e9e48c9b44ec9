"""COSE_Sign1 (RFC 9052) in the one form that packets and receipts use.

A thin layer over deterministic CBOR: the two libraries of the field re-serialise what they verify.
"""

from dataclasses import dataclass

from fieldproof.core import Algorithm, EncodingError
from fieldproof.core.cbor import decode, encode

TAG = 18
_ALGORITHM_LABEL = 1
_KEY_ID_LABEL = 4


@dataclass(frozen=True, slots=True)
class SignedMessage:
    """A COSE_Sign1 message taken apart; its signature is not yet verified."""

    algorithm: Algorithm
    key_id: bytes
    payload: bytes
    signature: bytes
    protected: bytes

    @property
    def to_be_signed(self) -> bytes:
        """The bytes over which the signature is made (Sig_structure, empty external data)."""
        return encode(["Signature1", self.protected, b"", self.payload])


def decode_signed(data: bytes) -> SignedMessage:
    """Take a message apart, or raise `EncodingError`."""
    parts = decode(data, tag=TAG)
    if not isinstance(parts, list) or len(parts) != 4:
        raise EncodingError("COSE_Sign1 is an array of four")
    protected, unprotected, payload, signature = parts
    if not isinstance(protected, bytes) or not isinstance(payload, bytes) or not isinstance(signature, bytes):
        raise EncodingError("protected header, payload and signature are byte strings")
    if unprotected != {}:
        raise EncodingError("the unprotected header must be empty: anyone could change it")
    header = decode(protected)
    if not isinstance(header, dict) or set(header) != {_ALGORITHM_LABEL, _KEY_ID_LABEL}:
        raise EncodingError("the protected header holds exactly algorithm (1) and key id (4)")
    algorithm, key_id = header[_ALGORITHM_LABEL], header[_KEY_ID_LABEL]
    if algorithm not in tuple(Algorithm) or not isinstance(algorithm, int) or not isinstance(key_id, bytes):
        raise EncodingError(
            "the algorithm is ES256 (-7), EdDSA (-8) or ES256K (-47), the key id a byte string"
        )
    return SignedMessage(Algorithm(algorithm), key_id, payload, signature, protected)


def prepare_signed(algorithm: Algorithm, key_id: bytes, payload: bytes) -> SignedMessage:
    """Return a message that still lacks its signature; sign its `to_be_signed`."""
    protected = encode({_ALGORITHM_LABEL: int(algorithm), _KEY_ID_LABEL: key_id})
    return SignedMessage(algorithm, key_id, payload, b"", protected)


def encode_signed(message: SignedMessage, signature: bytes) -> bytes:
    """Return the wire form of `message` with its signature."""
    return encode([message.protected, {}, message.payload, signature], tag=TAG)
