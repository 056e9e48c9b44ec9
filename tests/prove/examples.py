"""A window of each ready-made network, from its recorded data to the statement and witness of a cohort."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from fieldproof.compiler import (
    CapturedNetwork,
    CompiledNetwork,
    capture,
    compile_network,
    emit_cohort,
    get_state_layout,
    to_python,
    to_python_cohort,
)
from fieldproof.core import Algorithm
from fieldproof.device import (
    DeviceNetwork,
    RecordedReading,
    SoftwareKeys,
    build_packet,
    build_seal,
    read_attributes,
    read_recording,
    split_recording,
)
from fieldproof.networks import NETWORKS, get_network_folder
from fieldproof.protocol import (
    Calendar,
    CohortWitness,
    Packet,
    Row,
    Statement,
    compute_attributes_hash,
    compute_chain_start,
    compute_leaf,
    compute_state_root,
    decode_packet,
    extend_chain,
)
from fieldproof.prove import CohortAssembler, StatementBase, get_gadgets
from fieldproof.run.folder import read_sources
from fieldproof.store import DeviceEntry, DeviceWindow, Log, PacketEntry, SealEntry, open_store

from .networks import at_capacity

NETWORK_ID = bytes(1) + bytes(range(31))
ALWAYS = ("solar", "tracker")
"""Proven in every run of the tests; the others by the slow ones."""
EACH = [pytest.param(name, marks=() if name in ALWAYS else pytest.mark.slow) for name in NETWORKS]
READINGS_PER_PACKET = 1_000
NEVER_MS = 2**53


@dataclass(frozen=True)
class Example:
    """A network at a capacity that is proven fast, and a window of its data."""

    sources: Mapping[str, str]
    """The circuit's."""
    statement: Statement
    witness: CohortWitness


@dataclass(frozen=True)
class Player:
    """A registered device of the recording."""

    name: str
    number: int
    keys: SoftwareKeys
    attributes: tuple[int, ...]
    """Scaled."""


def is_over_cohort(network: CapturedNetwork) -> bool:
    """Whether devices judge one another, so that the capacity is part of the program."""
    return network.device_name is not None


def compile_example(name: str) -> CompiledNetwork:
    """A ready-made network; at a capacity of one where its program speaks of one device."""
    network = capture(read_sources(get_network_folder(name)))
    return compile_network(network if is_over_cohort(network) else at_capacity(network, 1))


def get_circuit(compiled: CompiledNetwork) -> dict[str, str]:
    return {"main.nr": emit_cohort(compiled).source, **get_gadgets()}


def make_example(name: str, folder: Path) -> Example:
    """Play the network's data through a log in `folder`, to the first window that pays."""
    compiled = compile_example(name)
    last = None
    for statement, witness in _play(compiled, get_network_folder(name), folder):
        last = Example(get_circuit(compiled), statement, witness)
        if any(statement.points):
            break
    assert last is not None, f"{name} has no readings"
    return last


def _play(compiled: CompiledNetwork, source: Path, folder: Path) -> Iterator[tuple[Statement, CohortWitness]]:
    schema, settings = compiled.network.schema, compiled.network.settings
    recording = read_recording(source / "data.csv", schema)
    players = _make_players(compiled, source, [device.device_id for device in recording.devices])
    length_ms = settings.window_s * 1000
    genesis_ms = min(device.readings[0].time_ms for device in recording.devices) // length_ms * length_ms
    calendar = Calendar(genesis_ms // 1000, settings.window_s, settings.grace_s)
    windows = split_recording(recording, calendar, settings.readings_per_window, source=source.name)
    layout = get_state_layout(compiled.network)
    program = to_python_cohort(compiled) if is_over_cohort(compiled.network) else to_python(compiled)
    assembler = CohortAssembler(schema, settings, program, layout=layout)
    with open_store(folder) as store:
        for window in windows:
            for first in range(0, len(players), settings.cohort):
                members = players[first : first + settings.cohort]
                base, entries = _register(compiled, members, calendar, window.window)
                for player in members:
                    readings = window.readings.get(player.name, ())
                    _append(store.log, compiled, calendar, player, window.window, readings)
                assembled = assembler.assemble(base, entries, store.log)
                if assembled is not None:
                    yield assembled.statement, assembled.witness


def _make_players(compiled: CompiledNetwork, source: Path, names: Sequence[str]) -> list[Player]:
    specs = compiled.network.schema.attributes
    claimed = read_attributes(source / "devices.csv", specs) if specs else dict.fromkeys(names, ())
    return [Player(name, number, _make_keys(number), claimed[name]) for number, name in enumerate(names)]


def _make_keys(number: int) -> SoftwareKeys:
    return SoftwareKeys(Algorithm.ES256K, bytes(30) + (1000 + number).to_bytes(2), 5000 + number)


def _register(
    compiled: CompiledNetwork, members: Sequence[Player], calendar: Calendar, window: int
) -> tuple[StatementBase, dict[int, DeviceEntry]]:
    schema, capacity = compiled.network.schema, compiled.network.settings.cohort
    layout = get_state_layout(compiled.network)
    words = () if layout is None else layout.initial_words
    cohort = members[0].number // capacity
    commitment = chain_start = compute_chain_start(31337, bytes(20), cohort)
    entries = {}
    for player in members:
        raw = tuple(
            spec.to_raw(value) for spec, value in zip(schema.attributes, player.attributes, strict=True)
        )
        seal_key, did = player.keys.seal_key, player.keys.identity.did
        attributes_hash = compute_attributes_hash(schema, player.attributes)
        commitment = extend_chain(commitment, compute_leaf(player.number, seal_key, attributes_hash))
        entries[player.number] = DeviceEntry(
            NETWORK_ID, player.number, did, bytes(20), seal_key, raw, 0, None, True
        )
    base = StatementBase(
        network_id=NETWORK_ID,
        program_id=bytes(1) + bytes(31),
        cohort=cohort,
        window=window,
        starts_at=calendar.compute_start_ms(window) // 1000,
        key_commitment=commitment,
        count=len(members),
        active=(1 << len(members)) - 1,
        settled=0,
        previous_state=compute_state_root(words),
        chain_start=chain_start,
        previous_words=words,
    )
    return base, entries


def _append(
    log: Log,
    compiled: CompiledNetwork,
    calendar: Calendar,
    player: Player,
    window: int,
    readings: Sequence[RecordedReading],
) -> None:
    settings = compiled.network.settings
    place = DeviceWindow(NETWORK_ID, player.number, window)
    start_ms = calendar.compute_start_ms(window)
    rows: tuple[Row, ...] = tuple((each.time_ms - start_ms, *each.values) for each in readings)
    for first in range(0, len(rows), READINGS_PER_PACKET):
        part = rows[first : first + READINGS_PER_PACKET]
        raw = build_packet(Packet(NETWORK_ID, window, first, part), player.keys)
        entry = PacketEntry(
            place,
            first,
            len(part),
            part[0][0],
            part[-1][0],
            decode_packet(raw).payload_hash,
            raw,
            1,
            b"receipt",
        )
        log.append_packet(entry, closes_at_ms=NEVER_MS).result()
    if rows:
        network = DeviceNetwork(
            NETWORK_ID,
            compiled.network.schema,
            calendar,
            settings.readings_per_window,
            player.number,
            0,
            bytes(20),
        )
        seal = build_seal(network, player.keys, window, rows, bytes(15) + b"\x07")
        kept = SealEntry(
            place, 0, len(rows), seal.content.digest, seal.payload_hash, seal.encode(), 1, b"receipt"
        )
        log.append_seal(kept, closes_at_ms=NEVER_MS).result()
