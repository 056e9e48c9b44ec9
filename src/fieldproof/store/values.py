"""Value types that cross the store's border."""

from dataclasses import dataclass
from enum import StrEnum

from fieldproof.protocol.verdict import Reason


@dataclass(frozen=True, slots=True)
class DeviceWindow:
    """One device in one window of one network."""

    network_id: bytes
    """32 bytes."""
    device_number: int
    window: int


@dataclass(frozen=True, slots=True)
class PacketEntry:
    """An accepted packet as the log keeps it."""

    place: DeviceWindow
    first_index: int
    """Index of its first reading within the window."""
    count: int
    """How many readings it holds, at least 1."""
    first_time_ms: int
    """Time of its first reading, milliseconds from the start of the window."""
    last_time_ms: int
    """Time of its last reading, milliseconds from the start of the window."""
    payload_hash: bytes
    """SHA-256 of the signed payload."""
    raw: bytes
    """The exact bytes received."""
    received_ms: int
    """Milliseconds since 1970."""
    receipt: bytes
    """The signed receipt, given out once the entry is durable."""


@dataclass(frozen=True, slots=True)
class SealEntry:
    """An accepted seal as the log keeps it."""

    place: DeviceWindow
    gateway: int
    """Number, 0 to 14, of the gateway that served the device."""
    count: int
    """Readings that it seals."""
    digest: int
    """Digest of the sealed readings, a field element."""
    payload_hash: bytes
    """SHA-256 of the signed payload."""
    raw: bytes
    """The exact bytes received."""
    received_ms: int
    """Milliseconds since 1970."""
    receipt: bytes
    """The signed receipt, given out once the entry is durable."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The entry is durable."""

    receipt: bytes
    """Of the entry, or of the first one where the same payload was there before."""
    repeated: bool
    """True if the same signed payload was there before."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """The log cannot take the entry; nothing was written."""

    reason: Reason
    detail: str


Outcome = Accepted | Rejected


@dataclass(frozen=True, slots=True)
class VerdictEntry:
    """A refusal with the evidence for it."""

    reason: Reason
    detail: str
    recorded_ms: int
    """Milliseconds since 1970."""
    evidence: bytes
    """The bytes that were refused; the store bounds what it keeps of them."""
    is_signed: bool
    """Whether the device's own valid signature is on the evidence. Only then can it count against it."""
    network_id: bytes | None = None
    """The network that was spoken of, if it is one that this gateway serves."""
    device_number: int | None = None
    """The device that was named; proven only if `is_signed`."""
    window: int | None = None


@dataclass(frozen=True, slots=True)
class DeviceEntry:
    """A registered device as the registry's events tell it."""

    network_id: bytes
    device_number: int
    did: str
    """The `did:key` of its identity key."""
    owner: bytes
    """Address that registered it, 20 bytes."""
    seal_key: tuple[int, int]
    """Point of Grumpkin."""
    attributes: tuple[int, ...]
    """In raw form (value less the low end of its range), in the schema's order, as they were registered."""
    active_from: int
    """First window in which it counts."""
    active_until: int | None
    """First window in which it counts no more; None while it is not revoked."""
    is_proven: bool
    """Whether the identity key's signature over the registration was verified, on chain or by us."""


@dataclass(frozen=True, slots=True)
class RegistryPosition:
    """How far the registry's events were read."""

    block_number: int
    block_hash: bytes
    """32 bytes; another hash at the same number means that the chain was rearranged."""


@dataclass(frozen=True, slots=True)
class WindowEntry:
    """A window that holds at least one packet."""

    network_id: bytes
    window: int
    opened_ms: int
    """When its first packet was received, milliseconds since 1970."""
    closed_ms: int | None
    """When it was closed; None while it is open."""


@dataclass(frozen=True, slots=True)
class WindowCounts:
    """What a window holds."""

    devices: int
    """Devices with at least one packet."""
    packets: int
    readings: int
    seals: int


@dataclass(frozen=True, slots=True)
class VoidEntry:
    """A device that earns nothing in a window, and why."""

    place: DeviceWindow
    reason: str
    """Such as "reward.py:21: fewer than three quarters of the minutes"."""


@dataclass(frozen=True, slots=True)
class Job:
    """A cohort's window that waits to be proven or is being proven."""

    network_id: bytes
    window: int
    cohort: int
    attempts: int
    """How often a worker has taken it, this time included."""


class JobState(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    LEASED = "leased"
    """Taken by a worker, until the lease ends."""
    DONE = "done"
    """Its proof is stored."""
    GIVEN_UP = "given-up"
    """Failed too often; an operator must look."""


@dataclass(frozen=True, slots=True)
class JobEntry:
    """A job as an operator sees it."""

    job: Job
    state: JobState
    worker: str | None
    """Who holds the lease."""
    lease_until_ms: int | None
    """When the lease ends, milliseconds since 1970."""
    last_error: str
    """Why the last attempt failed; empty if none did."""


@dataclass(frozen=True, slots=True)
class Artefact:
    """A proof and its public inputs. The witness is never stored: it can be made again from the log."""

    network_id: bytes
    window: int
    cohort: int
    proof: bytes
    public_inputs: bytes
    """32 bytes for each field, in the order of the statement."""
    stored_ms: int
    """Milliseconds since 1970."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What retention deleted."""

    until: int
    """All windows below this one are gone."""
    packets: int
    seals: int
