"""What every store offers: SQLite in one folder today, PostgreSQL for many gateways and provers.

All calls may be made from any thread. A call that writes returns, or its future answers, only when
the write is durable; it raises `StoreUnavailableError` if it was not kept. Reading raises `StoreDamagedError`
when what is read is not what was written.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from typing import Protocol

from fieldproof.protocol.transaction import Outbox
from fieldproof.protocol.verdict import Reason
from fieldproof.store.values import (
    Artefact,
    DeviceEntry,
    DeviceWindow,
    Forgotten,
    Job,
    JobEntry,
    Outcome,
    PacketEntry,
    RegistryPosition,
    SealEntry,
    VerdictEntry,
    VoidEntry,
    WindowCounts,
    WindowEntry,
)


class Log(Protocol):
    """Accepted packets and seals. What is appended is never changed."""

    def append_packet(self, packet: PacketEntry, *, closes_at_ms: int) -> "Future[Outcome]":
        """Append a packet if it fits among the kept ones of its window (`store.ordering`).

        The same payload again is accepted with the first one's receipt, whatever the time. A packet
        received at or after `closes_at_ms`, or for a window that was closed, is rejected.
        """

    def append_seal(self, seal: SealEntry, *, closes_at_ms: int) -> "Future[Outcome]":
        """Append a seal if its count is that of a window without a hole; the first of a window stands."""

    def get_packets(self, place: DeviceWindow) -> tuple[PacketEntry, ...]:
        """Return the packets of a device's window by rising index."""

    def get_seal(self, place: DeviceWindow) -> SealEntry | None:
        """Return the seal of a device's window."""

    def get_seals(self, network_id: bytes, window: int, devices: range) -> tuple[SealEntry, ...]:
        """Return the seals of a window whose device number lies in `devices` (step 1), by rising number."""

    def get_device_numbers(self, network_id: bytes, window: int) -> tuple[int, ...]:
        """Return the devices that have a packet in a window, by rising number."""

    def count_window(self, network_id: bytes, window: int) -> WindowCounts:
        """Return how much a window holds."""


class Windows(Protocol):
    """Windows open with their first packet and close once."""

    def close_windows(
        self, network_id: bytes, until: int, *, closed_ms: int, cohort: int
    ) -> tuple[WindowEntry, ...]:
        """Close every window below `until` and return those with packets that were open.

        The same transaction inserts a job for each cohort (of `cohort` devices) with a sealed device.
        From then on nothing is appended to these windows.
        """

    def get_closed_until(self, network_id: bytes) -> int:
        """Return the first window that was not yet closed; 0 if none ever was."""

    def get_windows(self, network_id: bytes) -> tuple[WindowEntry, ...]:
        """Return the windows that hold at least one packet, by rising number."""

    def put_voids(self, voids: tuple[VoidEntry, ...]) -> None:
        """Remember why devices earn nothing in a window; a later reason replaces an earlier one."""

    def get_voids(self, network_id: bytes, window: int) -> tuple[VoidEntry, ...]:
        """Return the void devices of a window, by rising number."""


class Verdicts(Protocol):
    """Refusals. All are counted; what is kept of them is bounded, whoever sends them."""

    def record_verdict(self, verdict: VerdictEntry) -> "Future[None]":
        """Count a refusal and keep it within the bounds."""

    def count_verdicts(self, network_id: bytes | None) -> Mapping[Reason, int]:
        """Return how often each reason was given ever; None counts those that named no network of ours."""

    def get_verdicts(
        self, network_id: bytes | None, device_number: int | None = None
    ) -> tuple[VerdictEntry, ...]:
        """Return the refusals that are kept, of one device or of all, oldest first."""


class Devices(Protocol):
    """Registered devices, as far as the registry's events were read."""

    def update_registry(
        self,
        network_id: bytes,
        position: RegistryPosition,
        changed: Sequence[DeviceEntry],
        removed: Sequence[int] = (),
    ) -> None:
        """Take over what the registry's events up to `position` say, all of it or nothing.

        `removed` are numbers whose registration a rearranged chain no longer has.
        """

    def get_position(self, network_id: bytes) -> RegistryPosition | None:
        """Return how far the events were read; None if never."""

    def get_devices(self, network_id: bytes) -> tuple[DeviceEntry, ...]:
        """Return all devices by rising number."""


class Jobs(Protocol):
    """The provers' queue. A worker whose lease has ended is told so and changes nothing."""

    def take(self, worker: str, *, now_ms: int, lease_ms: int, in_order: bool = False) -> Job | None:
        """Lease the oldest job that is due, also one whose lease has ended; None if there is none.

        `in_order`: only one whose cohort has no older job that waits or is leased.
        """

    def extend(self, job: Job, worker: str, *, lease_until_ms: int) -> bool:
        """Hold a job longer; False if the lease has gone to another worker."""

    def finish(self, job: Job, worker: str, artefact: Artefact) -> bool:
        """Store the proof and end the job, both or neither; False if the lease is lost."""

    def fail(self, job: Job, worker: str, error: str, *, retry_at_ms: int | None) -> bool:
        """Give a job back until `retry_at_ms`, or for good if None; False if the lease is lost."""

    def postpone(self, job: Job, worker: str, reason: str, *, until_ms: int) -> bool:
        """Give back a job that cannot begin yet; its attempt does not count. False if the lease is lost."""

    def reopen(self, job: Job) -> bool:
        """Let a job that is done be proven anew; False if it is not done."""

    def get_jobs(self, network_id: bytes) -> tuple[JobEntry, ...]:
        """Return all jobs of a network by window and cohort."""


class Artefacts(Protocol):
    """Proofs with their public inputs."""

    def get_artefact(self, network_id: bytes, window: int, cohort: int) -> Artefact | None:
        """Return the proof of a cohort's window."""


class Store(Protocol):
    """All of it. One transaction never spans two calls."""

    @property
    def log(self) -> Log:
        """Accepted packets and seals."""

    @property
    def windows(self) -> Windows:
        """Windows and void devices."""

    @property
    def verdicts(self) -> Verdicts:
        """Refusals."""

    @property
    def devices(self) -> Devices:
        """Registered devices."""

    @property
    def jobs(self) -> Jobs:
        """The provers' queue."""

    @property
    def artefacts(self) -> Artefacts:
        """Proofs."""

    @property
    def outbox(self) -> Outbox:
        """Chain transactions."""

    def check_writable(self) -> None:
        """Write and fsync as much as a packet may have; raises `StoreUnavailableError` if that fails."""

    def forget_windows(self, network_id: bytes, before: int) -> Forgotten:
        """Delete what closed windows below `before` hold, apart from those with a job that is not done."""

    def verify(self) -> int:
        """Check all that is kept and return the number of rows; raises `StoreDamagedError`."""

    def close(self) -> None:
        """Finish what is queued and let go of the store."""
