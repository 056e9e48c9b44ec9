"""Errors of the protocol room.

FieldproofError
├── SchemaError        a schema, attribute or setting that cannot be
├── EncodingError      bytes that are not what the format demands            (core)
└── Refusal            a packet or seal that is refused, with its `Reason`; becomes a recorded verdict
"""

from fieldproof.core import FieldproofError
from fieldproof.protocol.verdict import Reason


class SchemaError(FieldproofError):
    """A schema or setting that no network can have; the message says what to write instead."""


class Refusal(FieldproofError):  # noqa: N818  (no error of ours: it becomes a recorded verdict)
    """A packet or seal is refused. Not a fault of ours: the pipeline records it as a verdict."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
