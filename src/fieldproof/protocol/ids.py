"""Names that a network cannot choose: its network id and its program id."""

import hashlib
from collections.abc import Mapping, Sequence

from fieldproof.core import check_bytes, check_unsigned
from fieldproof.core.cbor import Value, encode

_NETWORK_TAG = b"fieldproof.network.1".ljust(32, b"\0")
_PROGRAM_TAG = "fieldproof.program.1"


def compute_network_id(*, chain_id: int, settlement: bytes, schema_hash: bytes) -> bytes:
    """Return the 32 bytes of a network's id; the first is zero so that the id fits a field element."""
    check_unsigned("chain id", chain_id, 256)
    check_bytes("settlement address", settlement, 20)
    check_bytes("schema hash", schema_hash, 32)
    return _digest_to_field(_NETWORK_TAG + chain_id.to_bytes(32) + settlement + schema_hash)


def compute_program_id(
    *, sources: Mapping[str, str], settings: Sequence[Value], versions: Sequence[str]
) -> bytes:
    """Return the 32 bytes of a program's id over its source files, settings and pinned versions."""
    files: list[Value] = [
        [path, text.replace("\r\n", "\n").replace("\r", "\n")] for path, text in sorted(sources.items())
    ]
    return _digest_to_field(encode([_PROGRAM_TAG, files, list(settings), list(versions)]))


def _digest_to_field(data: bytes) -> bytes:
    return b"\0" + hashlib.sha256(data).digest()[1:]
