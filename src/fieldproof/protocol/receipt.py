"""Receipts: the gateway's promise that a packet or seal is durably in its window's log."""

from dataclasses import dataclass
from enum import IntEnum

from fieldproof.core import Algorithm, EncodingError, check_bytes, check_unsigned
from fieldproof.core.cbor import decode, encode
from fieldproof.core.signatures import is_signed_by_address
from fieldproof.protocol.cose import SignedMessage, decode_signed, prepare_signed


class ReceiptKind(IntEnum):
    """What a receipt is for."""

    PACKET = 1
    SEAL = 2


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a receipt says; all of fixed width, so that a contract reads it at constant offsets."""

    kind: ReceiptKind
    network_id: bytes
    device: int
    window: int
    payload_hash: bytes
    """SHA-256 of the signed payload."""
    received_ms: int
    """When the gateway received it, in milliseconds since 1970."""

    def encode_payload(self) -> bytes:
        """Return the payload that the gateway signs."""
        check_unsigned("device number", self.device, 32)
        check_unsigned("window", self.window, 64)
        check_unsigned("time received", self.received_ms, 64)
        return encode(
            [
                bytes([self.kind]),
                check_bytes("network id", self.network_id, 32),
                self.device.to_bytes(4),
                self.window.to_bytes(8),
                check_bytes("payload hash", self.payload_hash, 32),
                self.received_ms.to_bytes(8),
            ]
        )


def prepare_receipt(receipt: Receipt, gateway: bytes) -> SignedMessage:
    """Return the message that the gateway with this address signs with ES256K."""
    return prepare_signed(
        Algorithm.ES256K, check_bytes("gateway address", gateway, 20), receipt.encode_payload()
    )


def verify_receipt(data: bytes, gateway: bytes) -> Receipt:
    """Return what a receipt says if it is signed by `gateway`, else raise `EncodingError`."""
    message = decode_signed(data)
    if message.algorithm is not Algorithm.ES256K or message.key_id != gateway:
        raise EncodingError("the receipt names another gateway")
    match decode(message.payload):
        case [
            bytes(kind),
            bytes(network_id),
            bytes(device),
            bytes(window),
            bytes(payload_hash),
            bytes(received),
        ]:
            pass
        case _:
            raise EncodingError("a receipt is an array of six byte strings")
    widths = tuple(map(len, (kind, network_id, device, window, payload_hash, received)))
    if widths != (1, 32, 4, 8, 32, 8) or kind[0] not in tuple(ReceiptKind):
        raise EncodingError("a field of the receipt has the wrong width")
    if not is_signed_by_address(gateway, message.to_be_signed, message.signature):
        raise EncodingError("the receipt is not signed by the gateway that it names")
    return Receipt(
        ReceiptKind(kind[0]),
        network_id,
        int.from_bytes(device),
        int.from_bytes(window),
        payload_hash,
        int.from_bytes(received),
    )
