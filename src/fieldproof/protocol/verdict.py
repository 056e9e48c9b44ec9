"""Verdicts: why a packet or seal was refused, or a device earned nothing."""

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Reasons of a refusal. The values are stable: they stand in logs, metrics and answers."""

    TOO_LARGE = "too-large"
    MALFORMED = "malformed"
    WRONG_ROW = "wrong-row"
    OUT_OF_RANGE = "out-of-range"
    TIMES_NOT_RISING = "times-not-rising"
    TIME_OUTSIDE_WINDOW = "time-outside-window"
    TOO_MANY_READINGS = "too-many-readings"
    WRONG_NETWORK = "wrong-network"
    UNKNOWN_DEVICE = "unknown-device"
    INACTIVE_DEVICE = "inactive-device"
    UNPROVEN_REGISTRATION = "unproven-registration"
    WRONG_ALGORITHM = "wrong-algorithm"
    BAD_SIGNATURE = "bad-signature"
    HIGH_S = "high-s"
    WINDOW_CLOSED = "window-closed"
    WINDOW_IN_FUTURE = "window-in-future"
    FUTURE_READING = "future-reading"
    INDEX_CONFLICT = "index-conflict"
    ALREADY_SEALED = "already-sealed"
    CONFLICTING_SEAL = "conflicting-seal"
    SEAL_INCOMPLETE = "seal-incomplete"
    SEAL_DIGEST_MISMATCH = "seal-digest-mismatch"
    WRONG_GATEWAY = "wrong-gateway"

    @property
    def hint(self) -> str:
        """One sentence for the sender: what to do about it."""
        return _HINTS[self]


_HINTS = {
    Reason.TOO_LARGE: "Send the readings in smaller packets.",
    Reason.MALFORMED: "Send a COSE_Sign1 packet or a seal in deterministic CBOR.",
    Reason.WRONG_ROW: "Send one row for each reading: the time, then every field of the schema in its order.",
    Reason.OUT_OF_RANGE: "Send only values within the range that the schema states for the field.",
    Reason.TIMES_NOT_RISING: "Order the readings by time; no two may have the same.",
    Reason.TIME_OUTSIDE_WINDOW: "Send each reading in the window in which it was taken.",
    Reason.TOO_MANY_READINGS: "Take fewer readings: the network fixes how many a window holds.",
    Reason.WRONG_NETWORK: "Sign for the network id of this gateway; a new schema version is another network.",
    Reason.UNKNOWN_DEVICE: "Register the device on chain first.",
    Reason.INACTIVE_DEVICE: "Wait for the window after the registration; register a revoked device again.",
    Reason.UNPROVEN_REGISTRATION: "Register again with a registration that the device's own key signed.",
    Reason.WRONG_ALGORITHM: "Sign with the algorithm of the registered identity key.",
    Reason.BAD_SIGNATURE: "Sign the exact bytes that are sent, with the registered key.",
    Reason.HIGH_S: "Use the signature with the low s (the order minus s).",
    Reason.WINDOW_CLOSED: "Nothing more is accepted for this window; send for the present one.",
    Reason.WINDOW_IN_FUTURE: "Set the device's clock: this window has not begun.",
    Reason.FUTURE_READING: "Set the device's clock: this reading's time has not come.",
    Reason.INDEX_CONFLICT: "Other readings are already kept under these indices; they cannot be replaced.",
    Reason.ALREADY_SEALED: "The window is sealed; its readings can no longer change.",
    Reason.CONFLICTING_SEAL: "Another seal for this window is already kept; the first one stands.",
    Reason.SEAL_INCOMPLETE: "Send the readings that are missing, then the seal again.",
    Reason.SEAL_DIGEST_MISMATCH: "Seal exactly the readings that were sent.",
    Reason.WRONG_GATEWAY: "Seal for the number of the gateway that serves the device.",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """A refusal as it is recorded and answered."""

    reason: Reason
    detail: str
    """What was found, in words, without secrets."""
