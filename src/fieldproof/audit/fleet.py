"""Who was registered, and what the registry committed to, computed anew from its events."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from fieldproof.audit.report import Check, Finding, Verdict
from fieldproof.core import Algorithm, Arithmetic, Domain, SignatureVerifier, compute_hash
from fieldproof.protocol import compute_chain_start, compute_leaf, extend_chain
from fieldproof.settle import CohortSnapshot, RegisteredDevice, RegistryEvent


class Fleet:
    """All devices of a network by number, and every cohort at any window's start."""

    def __init__(
        self,
        events: Sequence[RegistryEvent],
        *,
        chain_id: int,
        registry: bytes,
        capacity: int,
        arithmetic: Arithmetic,
    ) -> None:
        self.devices: dict[int, RegisteredDevice] = {}
        self.unproven: set[int] = set()
        """Devices whose identity key did not sign their registration, once `verify_registrations` looked."""
        self._ends: dict[int, int] = {}
        for event in events:
            if isinstance(event, RegisteredDevice):
                self.devices[event.device] = event
            else:
                self._ends[event.device] = event.first_inactive_window
        self._capacity = capacity
        self._commitments = self._compute_commitments(chain_id, registry, arithmetic)

    def is_active(self, device: int, window: int) -> bool:
        """Say whether a device counts in a window."""
        entry = self.devices.get(device)
        if entry is None or entry.first_active_window > window:
            return False
        return device not in self._ends or window < self._ends[device]

    def count_active(self, window: int) -> int:
        """Return how many devices count in a window."""
        return sum(self.is_active(device, window) for device in self.devices)

    def compute_snapshot(self, cohort: int, window: int) -> CohortSnapshot:
        """Return a cohort as it stood when a window started."""
        first = cohort * self._capacity
        members = range(first, first + self._capacity)
        count = sum(
            1
            for device in members
            if device in self.devices and self.devices[device].first_active_window <= window
        )
        active = sum(1 << device - first for device in members if self.is_active(device, window))
        return CohortSnapshot(self._commitments[cohort][count], count, active)

    def verify_registrations(self, device_count: int, verify: SignatureVerifier) -> Iterable[Finding]:
        """Compare the events with the registry's count, and check every identity's signature.

        The registry lets no ES256 or ES256K registration in unsigned. EdDSA it cannot check: anybody may
        register another's key for the fee, and contradicts nothing by it until such a device is settled.
        """
        if sorted(self.devices) != list(range(device_count)):
            yield Finding(
                Verdict.DISAGREES,
                Check.REGISTRATION,
                f"the registry counts {device_count} devices, its events since the folder's first block "
                f"tell of {len(self.devices)}",
            )
        for number, device in sorted(self.devices.items()):
            if not device.registration.is_signed_by_device(device.signature, verify):
                self.unproven.add(number)
                is_checked_on_chain = device.registration.identity.algorithm is not Algorithm.EDDSA
                yield Finding(
                    Verdict.DISAGREES if is_checked_on_chain else Verdict.NOTED,
                    Check.REGISTRATION,
                    "its identity key did not sign its registration",
                    device=number,
                )

    def _compute_commitments(
        self, chain_id: int, registry: bytes, arithmetic: Arithmetic
    ) -> "defaultdict[int, list[int]]":
        """Return for each cohort its commitment after 0, 1, 2 … registrations."""

        class Chains(defaultdict[int, list[int]]):
            def __missing__(self, cohort: int) -> list[int]:
                self[cohort] = [compute_chain_start(chain_id, registry, cohort, arithmetic=arithmetic)]
                return self[cohort]

        chains = Chains()
        for number, device in sorted(self.devices.items()):
            said = device.registration
            attributes = said.attributes
            attributes_hash = (
                compute_hash(Domain.ATTRIBUTES, 0, *attributes, arithmetic=arithmetic) if attributes else 0
            )
            leaf = compute_leaf(number, said.seal_key, attributes_hash, arithmetic=arithmetic)
            chain = chains[number // self._capacity]
            chain.append(extend_chain(chain[-1], leaf, arithmetic=arithmetic))
        return chains
