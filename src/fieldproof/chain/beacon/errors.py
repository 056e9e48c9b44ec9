"""Errors of the beacon.

FieldproofError
└── BeaconError
    ├── RoundError          a pool, a key or a place in the pool that no round can have
    ├── RefusedError        what a member published does not count, with its `Reason`
    └── TooFewSharesError   fewer shares than bring a secret back
"""

from enum import StrEnum

from fieldproof.core import FieldproofError


class Reason(StrEnum):
    """Reasons of a refusal. The values are stable: they stand in logs and in what `verify-epoch` prints."""

    WRONG_LENGTH = "wrong-length"
    NOT_A_POINT = "not-a-point"
    NOT_A_SCALAR = "not-a-scalar"
    WRONG_PROOF = "wrong-proof"
    WRONG_DEGREE = "wrong-degree"
    ZERO_DEALING = "zero-dealing"


class BeaconError(FieldproofError):
    """Root of the beacon's errors."""


class RoundError(BeaconError):
    """A pool, a key or a place in the pool that no round can have: the caller's mistake, not a member's."""


class RefusedError(BeaconError):
    """A dealing, an opening or a share that does not count."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


class TooFewSharesError(BeaconError):
    """The secret cannot be brought back yet."""

    def __init__(self, found: int, needed: int) -> None:
        super().__init__(f"{found} shares of {needed} that bring the secret back")
        self.found = found
        self.needed = needed
