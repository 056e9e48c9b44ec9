"""What crosses the borders between rooms: values, their bytes, and why something is refused."""

from fieldproof.protocol.author import Attributes, Network, Reading, Window, field
from fieldproof.protocol.calendar import Calendar
from fieldproof.protocol.cose import SignedMessage, decode_signed, encode_signed, prepare_signed
from fieldproof.protocol.errors import Refusal, SchemaError
from fieldproof.protocol.identity import Identity
from fieldproof.protocol.ids import compute_network_id, compute_program_id
from fieldproof.protocol.packet import (
    MAXIMUM_PACKET_BYTES,
    MAXIMUM_PACKET_READINGS,
    Packet,
    ReceivedPacket,
    Row,
    decode_packet,
    encode_packet,
    prepare_packet,
    to_raw_rows,
    verify_packet_signature,
    verify_rows,
)
from fieldproof.protocol.receipt import Receipt, ReceiptKind, prepare_receipt, verify_receipt
from fieldproof.protocol.registration import Registration, compute_chain_start, compute_leaf, extend_chain
from fieldproof.protocol.schema import FieldSpec, Schema, compute_attributes_hash, compute_widths, pack_rows
from fieldproof.protocol.seal import (
    MAXIMUM_GATEWAY,
    MAXIMUM_SEAL_BYTES,
    Seal,
    SealContent,
    SealSignature,
    compute_digest,
    compute_seal_key,
    decode_seal,
    is_seal_valid,
    sign_seal,
)
from fieldproof.protocol.settings import (
    COHORT_CAPACITIES,
    UNIT_WEI,
    NetworkSettings,
    parse_amount,
    parse_duration,
)
from fieldproof.protocol.statement import (
    CohortWitness,
    DeviceWitness,
    Statement,
    compute_window_root,
    pack_points,
    split_bitmap,
    unpack_points,
)
from fieldproof.protocol.verdict import Reason, Verdict

__all__ = [
    "COHORT_CAPACITIES",
    "MAXIMUM_GATEWAY",
    "MAXIMUM_PACKET_BYTES",
    "MAXIMUM_PACKET_READINGS",
    "MAXIMUM_SEAL_BYTES",
    "UNIT_WEI",
    "Attributes",
    "Calendar",
    "CohortWitness",
    "DeviceWitness",
    "FieldSpec",
    "Identity",
    "Network",
    "NetworkSettings",
    "Packet",
    "Reading",
    "Reason",
    "Receipt",
    "ReceiptKind",
    "ReceivedPacket",
    "Refusal",
    "Registration",
    "Row",
    "Schema",
    "SchemaError",
    "Seal",
    "SealContent",
    "SealSignature",
    "SignedMessage",
    "Statement",
    "Verdict",
    "Window",
    "compute_attributes_hash",
    "compute_chain_start",
    "compute_digest",
    "compute_leaf",
    "compute_network_id",
    "compute_program_id",
    "compute_seal_key",
    "compute_widths",
    "compute_window_root",
    "decode_packet",
    "decode_seal",
    "decode_signed",
    "encode_packet",
    "encode_signed",
    "extend_chain",
    "field",
    "is_seal_valid",
    "pack_points",
    "pack_rows",
    "parse_amount",
    "parse_duration",
    "prepare_packet",
    "prepare_receipt",
    "prepare_signed",
    "sign_seal",
    "split_bitmap",
    "to_raw_rows",
    "unpack_points",
    "verify_packet_signature",
    "verify_receipt",
    "verify_rows",
]
