"""Refusals with their evidence, kept within bounds whoever sends them."""

# ruff: noqa: S608 - queries are put together from constants of this module only

import sqlite3
from concurrent.futures import Future
from typing import Any

from fieldproof.protocol.verdict import Reason
from fieldproof.store.sqlite.readers import Readers
from fieldproof.store.sqlite.writer import Writer
from fieldproof.store.values import VerdictEntry

UNSIGNED_KEPT = 1_000
"""Refusals without a device's valid signature that are kept, of all senders together; the newest stay."""
UNSIGNED_EVIDENCE_BYTES = 256
"""What is kept of such a refusal's bytes: anybody can send them, so they prove nothing."""
SIGNED_KEPT_PER_DEVICE = 64
"""Refusals with a device's valid signature that are kept of each device; the newest stay."""
SIGNED_EVIDENCE_BYTES = 4_096
CONTRADICTIONS_KEPT_PER_WINDOW = 8
"""Signed contradictions that are kept whole of each device in each window; the first stay."""
DETAIL_CHARACTERS = 300
TRIM_EVERY = 32
"""The newest are counted only so often; until then this many more may be kept."""

CONTRADICTIONS = frozenset({Reason.INDEX_CONFLICT, Reason.CONFLICTING_SEAL, Reason.ALREADY_SEALED})
"""Reasons for which the signed bytes are evidence against the device, beside those in the log.

A digest that does not match is none: anybody who saw a seal can put another salt into it."""

_UNSIGNED, _SIGNED, _CONTRADICTION = range(3)
_NO_NETWORK = b""


class SqliteVerdicts:
    """Refusals in SQLite; see `store.interfaces.Verdicts`."""

    def __init__(self, writer: Writer, readers: Readers) -> None:
        self._writer = writer
        self._readers = readers

    def record_verdict(self, verdict: VerdictEntry) -> "Future[None]":
        """Count a refusal and keep it within the bounds above."""

        def record(connection: sqlite3.Connection) -> None:
            _record(connection, verdict)

        return self._writer.submit(record)

    def count_verdicts(self, network_id: bytes | None) -> dict[Reason, int]:
        """Return how often each reason was given ever; None counts those that named no network of ours."""
        rows = self._readers.call(
            lambda connection: connection.execute(
                "SELECT reason, count FROM verdict_counts WHERE network_id = ?", (network_id or _NO_NETWORK,)
            ).fetchall()
        )
        return {Reason(reason): count for reason, count in rows}

    def get_verdicts(
        self, network_id: bytes | None, device_number: int | None = None
    ) -> tuple[VerdictEntry, ...]:
        """Return the refusals that are kept, of one device or of all, oldest first."""
        rows = self._readers.call(
            lambda connection: connection.execute(
                "SELECT reason, detail, recorded_ms, evidence, is_signed, network_id, device_number, window "
                "FROM verdicts WHERE network_id IS ?1 AND (?2 IS NULL OR device_number = ?2) ORDER BY id",
                (network_id, device_number),
            ).fetchall()
        )
        return tuple(_parse(*row) for row in rows)


def _parse(
    reason: str,
    detail: str,
    recorded_ms: int,
    evidence: bytes,
    is_signed: int,
    *place: Any,
) -> VerdictEntry:
    return VerdictEntry(Reason(reason), detail, recorded_ms, evidence, bool(is_signed), *place)


def _record(connection: sqlite3.Connection, verdict: VerdictEntry) -> None:
    connection.execute(
        "INSERT INTO verdict_counts VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET count = count + 1",
        (verdict.network_id or _NO_NETWORK, verdict.reason),
    )
    # A number that SQLite cannot hold was made up by the sender; the evidence still shows it.
    window = verdict.window if verdict.window is not None and verdict.window < 2**63 else None
    device = (verdict.network_id, verdict.device_number)
    kind, evidence = _UNSIGNED, verdict.evidence[:UNSIGNED_EVIDENCE_BYTES]
    if verdict.is_signed and verdict.reason in CONTRADICTIONS and window is not None:
        (kept,) = connection.execute(
            "SELECT count(*) FROM verdicts "
            "WHERE network_id = ? AND device_number = ? AND class = ? AND window = ?",
            (*device, _CONTRADICTION, window),
        ).fetchone()
        if kept >= CONTRADICTIONS_KEPT_PER_WINDOW:
            return
        kind, evidence = _CONTRADICTION, verdict.evidence
    elif verdict.is_signed:
        kind, evidence = _SIGNED, verdict.evidence[:SIGNED_EVIDENCE_BYTES]
    identifier = connection.execute(
        "INSERT INTO verdicts (class, network_id, device_number, window, reason, detail, recorded_ms, "
        "is_signed, evidence) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            kind,
            *device,
            window,
            verdict.reason,
            verdict.detail[:DETAIL_CHARACTERS],
            verdict.recorded_ms,
            verdict.is_signed,
            evidence,
        ),
    ).lastrowid
    if kind == _SIGNED:
        same = "network_id = ? AND device_number = ? AND class = ?"
        _trim(connection, same, (*device, _SIGNED), SIGNED_KEPT_PER_DEVICE)
    elif kind == _UNSIGNED and identifier is not None and identifier % TRIM_EVERY == 0:
        _trim(connection, "class = ?", (_UNSIGNED,), UNSIGNED_KEPT)


def _trim(
    connection: sqlite3.Connection, where: str, arguments: tuple[bytes | int | None, ...], kept: int
) -> None:
    connection.execute(
        f"DELETE FROM verdicts WHERE {where} AND id <= "
        f"(SELECT id FROM verdicts WHERE {where} ORDER BY id DESC LIMIT 1 OFFSET {kept})",
        (*arguments, *arguments),
    )
