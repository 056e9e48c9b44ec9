"""From a closed window in the log to the statement and witness of one cohort.

The log is trusted to hold what the gateway checked: rows that fit the schema, seals that are valid and
match their rows. If it did not, the circuit would refuse the witness, and nobody would be paid wrongly.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fieldproof.compiler import PythonCohortProgram
from fieldproof.core import PYTHON, Arithmetic
from fieldproof.protocol import (
    CohortWitness,
    DeviceWitness,
    NetworkSettings,
    Row,
    Schema,
    Seal,
    StateLayout,
    Statement,
    compute_state_root,
    compute_window_root,
    decode_packet,
    decode_seal,
    to_raw_rows,
)
from fieldproof.prove.outcomes import AuthorProgram, SealedWindow, run_cohort
from fieldproof.store import DeviceEntry, DeviceWindow, Log, VoidEntry


@dataclass(frozen=True, slots=True)
class StatementBase:
    """What the contract itself puts into the statement of a cohort's window."""

    network_id: bytes
    program_id: bytes
    cohort: int
    window: int
    starts_at: int
    """Start of the window, seconds since 1970."""
    key_commitment: int
    count: int
    """Devices registered at the window's start."""
    active: int
    """Bitmap of the devices active at the window's start."""
    settled: int
    """Bitmap of the devices that earlier postings settled."""
    previous_state: int
    chain_start: int
    """First value of the key commitment."""
    previous_words: tuple[int, ...] = ()
    """Packed state behind `previous_state`; empty for a program without state."""


@dataclass(frozen=True, slots=True)
class AssembledCohort:
    """Everything that one proof needs, and why some devices earn nothing."""

    statement: Statement
    witness: CohortWitness
    voids: tuple[VoidEntry, ...]


class CohortAssembler:
    """Puts together the windows of one network."""

    def __init__(
        self,
        schema: Schema,
        settings: NetworkSettings,
        program: AuthorProgram,
        *,
        layout: StateLayout | None = None,
        arithmetic: Arithmetic = PYTHON,
    ) -> None:
        """`layout` is that of the program's state, None where it has none."""
        self._schema = schema
        self._settings = settings
        self._program = program
        self._layout = layout
        self._arithmetic = arithmetic

    def assemble(
        self, base: StatementBase, devices: Mapping[int, DeviceEntry], log: Log
    ) -> AssembledCohort | None:
        """Return the cohort's statement and witness, or None if no device is left to settle.

        `devices` are the registered ones by number; those of the cohort at the window's start must be there.
        """
        if base.settled and isinstance(self._program, PythonCohortProgram):
            # Its devices were judged, once for this window.
            return None
        capacity = self._settings.cohort
        first = base.cohort * capacity
        open_devices = base.active & ~base.settled
        seals = {
            entry.place.device_number - first: decode_seal(entry.raw)
            for entry in log.get_seals(base.network_id, base.window, range(first, first + capacity))
            if open_devices >> (entry.place.device_number - first) & 1
        }
        if not seals:
            return None
        slots: list[DeviceWitness] = []
        windows: list[SealedWindow | None] = []
        messages: list[int | None] = []
        for position in range(capacity):
            registered = devices[first + position] if position < base.count else None
            seal = seals.get(position)
            sealed, message = None, None
            if registered is not None and seal is not None:
                place = DeviceWindow(base.network_id, first + position, base.window)
                rows = tuple(
                    row for packet in log.get_packets(place) for row in decode_packet(packet.raw).packet.rows
                )
                sealed = SealedWindow(rows, self._to_scaled(registered.attributes))
                message = seal.content.compute_message(self._arithmetic)
            slots.append(self._fill_slot(registered, seal, sealed.rows if sealed else ()))
            windows.append(sealed)
            messages.append(message)
        outcome = run_cohort(
            self._program,
            self._layout,
            windows,
            window=base.window,
            starts_at=base.starts_at,
            previous_state=base.previous_words,
        )
        voids = tuple(
            VoidEntry(DeviceWindow(base.network_id, first + position, base.window), str(reason))
            for position, reason in outcome.voids.items()
        )
        statement = Statement(
            capacity=capacity,
            network_id=int.from_bytes(base.network_id),
            program_id=int.from_bytes(base.program_id),
            cohort=base.cohort,
            window=base.window,
            starts_at=base.starts_at,
            key_commitment=base.key_commitment,
            count=base.count,
            active=base.active,
            settled=base.settled,
            previous_state=base.previous_state,
            window_root=compute_window_root(messages, arithmetic=self._arithmetic),
            sealed=sum(1 << position for position in seals),
            next_state=compute_state_root(outcome.state, arithmetic=self._arithmetic),
            points=outcome.points,
            state=outcome.state,
        )
        witness = CohortWitness(
            base.chain_start,
            tuple(slots),
            1 + len(self._schema.reading),
            self._settings.readings_per_window,
            base.previous_words,
        )
        return AssembledCohort(statement, witness, voids)

    def _fill_slot(self, device: DeviceEntry | None, seal: Seal | None, rows: Sequence[Row]) -> DeviceWitness:
        if device is None:
            return DeviceWitness(attributes=(0,) * len(self._schema.attributes))
        if seal is None:
            return DeviceWitness(seal_key=device.seal_key, attributes=device.attributes)
        return DeviceWitness(
            seal_key=device.seal_key,
            attributes=device.attributes,
            gateway=seal.content.gateway,
            salt=int.from_bytes(seal.content.salt),
            signature=seal.signature,
            rows=tuple(to_raw_rows(rows, self._schema)),
        )

    def _to_scaled(self, raw_attributes: Sequence[int]) -> tuple[int, ...]:
        return tuple(
            raw + spec.low for raw, spec in zip(raw_attributes, self._schema.attributes, strict=True)
        )
