"""CometBFT's JSON as values. Whatever is not what CometBFT writes is a `ConsensusRpcError`."""

import base64
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from fieldproof.chain.errors import ConsensusRpcError
from fieldproof.chain.light.values import (
    NANOSECONDS,
    BlockId,
    Commit,
    Header,
    Validator,
    Vote,
    VoteKind,
)
from fieldproof.core.errors import FieldproofError
from fieldproof.core.integers import check_unsigned

_KEY_TYPE = "tendermint/PubKeySecp256k1eth"
_START = datetime(1970, 1, 1, tzinfo=UTC)
_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z")

T = TypeVar("T")


def parse_latest_height(status: Any) -> int:
    """Return the newest height in an answer to `status`."""
    return _read("status", lambda: _parse_number(status["sync_info"]["latest_block_height"], 63))


def parse_header(document: Any) -> Header:
    """Return a header."""
    return _read("header", lambda: _parse_header(document))


def parse_signed_header(document: Any) -> tuple[Header, Commit]:
    """Return a header and the commit for it."""
    return _read("commit", lambda: (_parse_header(document["header"]), _parse_commit(document["commit"])))


def parse_validators(answer: Any) -> tuple[list[Validator], int]:
    """Return the validators on one page of a set, and how many the set has."""
    return _read(
        "validators",
        lambda: (
            [_parse_validator(validator) for validator in answer["validators"]],
            _parse_number(answer["total"], 32),
        ),
    )


def parse_time_ns(text: str) -> int:
    """Return nanoseconds since 1970 of a time as Go writes it, or raise `ValueError`."""
    found = _TIME.fullmatch(text)
    if found is None:
        raise ValueError(f"not a time: {text!r:.80}")
    since = datetime.fromisoformat(found[1]).replace(tzinfo=UTC) - _START
    return (since.days * 86_400 + since.seconds) * NANOSECONDS + int((found[2] or "").ljust(9, "0"))


def _read(name: str, parse: Callable[[], T]) -> T:
    try:
        return parse()
    except (AttributeError, KeyError, TypeError, ValueError, FieldproofError) as failure:
        raise ConsensusRpcError(f"CometBFT's {name} is not what it writes: {failure!r:.200}") from failure


def _parse_header(document: Any) -> Header:
    return Header(
        block_version=_parse_number(document["version"]["block"], 64),
        application_version=_parse_number(document["version"].get("app", 0), 64),
        chain_id=str(document["chain_id"]),
        height=_parse_number(document["height"], 63),
        time_ns=parse_time_ns(document["time"]),
        last_block_id=_parse_block_id(document["last_block_id"]),
        last_commit_hash=bytes.fromhex(document["last_commit_hash"]),
        data_hash=bytes.fromhex(document["data_hash"]),
        validators_hash=bytes.fromhex(document["validators_hash"]),
        next_validators_hash=bytes.fromhex(document["next_validators_hash"]),
        consensus_hash=bytes.fromhex(document["consensus_hash"]),
        app_hash=bytes.fromhex(document["app_hash"]),
        last_results_hash=bytes.fromhex(document["last_results_hash"]),
        evidence_hash=bytes.fromhex(document["evidence_hash"]),
        proposer=bytes.fromhex(document["proposer_address"]),
    )


def _parse_block_id(document: Any) -> BlockId:
    parts = document["parts"]
    return BlockId(
        bytes.fromhex(document["hash"]), _parse_number(parts["total"], 32), bytes.fromhex(parts["hash"])
    )


def _parse_commit(document: Any) -> Commit:
    return Commit(
        _parse_number(document["height"], 63),
        _parse_number(document["round"], 31),
        _parse_block_id(document["block_id"]),
        tuple(map(_parse_vote, document["signatures"])),
    )


def _parse_vote(document: Any) -> Vote:
    return Vote(
        VoteKind(document["block_id_flag"]),
        parse_time_ns(document["timestamp"]),
        base64.b64decode(document["signature"] or "", validate=True),
    )


def _parse_validator(document: Any) -> Validator:
    key = document["pub_key"]
    if key["type"] != _KEY_TYPE:
        raise ValueError(f"a validator's key is of type {key['type']!r:.80}, not {_KEY_TYPE}")
    return Validator(
        base64.b64decode(key["value"], validate=True), _parse_number(document["voting_power"], 63)
    )


def _parse_number(value: Any, bits: int) -> int:
    return check_unsigned("a number of CometBFT's", int(value) if isinstance(value, str) else value, bits)
