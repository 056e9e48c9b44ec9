"""`fieldproof run`: a CSV file through simulated devices and the whole way."""

import asyncio
import hashlib
import os
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from fieldproof.core import SystemClock
from fieldproof.device import (
    Device,
    DeviceKeys,
    DeviceNetwork,
    HttpGateway,
    Recording,
    SoftwareKeys,
    read_attributes,
    read_recording,
    split_recording,
)
from fieldproof.run.blueprint import Blueprint
from fieldproof.run.chain import EmbeddedChainSettings
from fieldproof.run.clock import ShiftedClock
from fieldproof.run.enrolment import Enrolment, enrol
from fieldproof.run.errors import RunError
from fieldproof.run.folder import NetworkFolder, read_sources
from fieldproof.run.keys import load_owner, load_password
from fieldproof.run.node import Node, NodeSettings
from fieldproof.run.playback import Playback
from fieldproof.run.results import Results, read_results
from fieldproof.run.tools import Progress, install_tools
from fieldproof.settle import CHAIN_ID, Payment
from fieldproof.store import DeviceEntry

ATTRIBUTES_FILE = "devices.csv"
HEAD_START_S = 60
"""Time before the first window in which devices are registered."""


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """What a replay came to."""

    results: Results
    device_ids: Mapping[int, str]
    """Device number → its name in the data."""
    skipped_rows: int
    ignored_columns: tuple[str, ...]
    gate_count: int


@dataclass(frozen=True, slots=True)
class LiveChain:
    """A chain whose time nobody sets."""

    rpc_url: str
    chain_id: int


async def replay_recording(
    folder: Path,
    data: Path,
    progress: Progress,
    *,
    genesis_s: int | None = None,
    live: LiveChain | None = None,
) -> ReplayReport:
    """Replay the file `data` through the network in `folder`, deploying and registering what is missing.

    `genesis_s` is where window 0 of a new network begins; None: where the window of the first reading does.
    On a live chain the data is moved to the first window that begins once all devices are registered, and
    takes as long as it did.
    """
    blueprint = Blueprint.build(read_sources(folder))
    recording = read_recording(data, blueprint.schema)
    if not recording.devices:
        raise RunError(f"{data} holds no readings", hint="Every row had an empty cell, or there is none.")
    names = tuple(device.device_id for device in recording.devices)
    attributes = _load_attributes(folder, blueprint, names)
    place = NetworkFolder(folder)
    if live is None:
        begins_s = _find_begin(place, blueprint, recording, genesis_s)
        clock = ShiftedClock((begins_s - HEAD_START_S) * 1000)
        if genesis_s is None and place.load_deployment() is None:
            genesis_s = begins_s
        embedded = EmbeddedChainSettings(starts_s=begins_s - HEAD_START_S)
        settings = NodeSettings(genesis_s=genesis_s, embedded=embedded)
    else:
        clock = ShiftedClock(SystemClock().now_ms())
        settings = NodeSettings(rpc_url=live.rpc_url, chain_id=live.chain_id, genesis_s=genesis_s)
    tools = await asyncio.to_thread(install_tools, progress)
    async with Node.start(place, blueprint, tools, settings, clock=clock, progress=progress) as node:
        head = await node.client.get_latest_block()
        if live is None and head.time_s * 1000 > clock.now_ms() + 5_000:
            raise RunError("the embedded chain's time has passed this data", hint=_BEGIN_ANEW.format(folder))
        entries = await _enrol_all(node, place, blueprint, attributes)
        progress(f"{len(entries)} devices are registered")
        if live is not None:
            recording = _move_to_present(recording, node)
        with ExitStack() as stack:
            playback = Playback(node, clock, progress)
            stack.callback(playback.close)
            devices = _open_devices(node, place, entries, stack)
            readings_per_window = blueprint.settings.readings_per_window
            windows = split_recording(recording, node.calendar, readings_per_window, source=str(data))
            for each in windows:
                acts = [
                    playback.act_honestly(devices[name], readings) for name, readings in each.readings.items()
                ]
                await playback.play_window(each.window, acts)
            await playback.finish(windows[-1].window)
        results = await read_results(node)
        return ReplayReport(
            results,
            {entry.device_number: name for name, entry in entries.items()},
            recording.skipped_rows,
            recording.ignored_columns,
            node.circuit.gate_count,
        )


_BEGIN_ANEW = "Replay later data, or begin anew: copy {}/network.py to a new folder."


def _move_to_present(recording: Recording, node: Node) -> Recording:
    """Return the recording with its first window moved to the next one that begins."""
    window_ms = node.blueprint.settings.window_s * 1000
    first_ms = min(device.readings[0].time_ms for device in recording.devices)
    next_ms = node.calendar.compute_start_ms(node.calendar.compute_window(node.clock.now_ms()) + 1)
    shift_ms = next_ms - first_ms // window_ms * window_ms
    devices = tuple(
        replace(
            device,
            readings=tuple(replace(item, time_ms=item.time_ms + shift_ms) for item in device.readings),
        )
        for device in recording.devices
    )
    return replace(recording, devices=devices)


def _find_begin(
    place: NetworkFolder, blueprint: Blueprint, recording: Recording, genesis_s: int | None
) -> int:
    """Return where the window of the first reading begins, seconds since 1970."""
    record = place.load_deployment()
    if record is not None and record.rpc_url is not None:
        raise RunError(
            "this network stands on another chain than the embedded one",
            hint="Name it with --rpc, or put the network's source into a new folder.",
        )
    first_s = min(device.readings[0].time_ms for device in recording.devices) // 1000
    counted_from_s = genesis_s or 0 if record is None else record.genesis_s
    return first_s - (first_s - counted_from_s) % blueprint.settings.window_s


def _load_attributes(
    folder: Path, blueprint: Blueprint, names: Sequence[str]
) -> Mapping[str, tuple[int, ...]]:
    """Return the raw attributes of each device, from devices.csv where the schema has any."""
    specs = blueprint.schema.attributes
    if not specs:
        return dict.fromkeys(names, ())
    path = folder / ATTRIBUTES_FILE
    scaled = read_attributes(path, specs)
    missing = [name for name in names if name not in scaled]
    if missing:
        columns = ",".join(("device_id", *(spec.name for spec in specs)))
        raise RunError(
            f"{path} says nothing of {', '.join(missing[:5])}",
            hint=f"Add a line for each device under the header {columns}.",
        )
    return {
        name: tuple(spec.to_raw(value) for spec, value in zip(specs, scaled[name], strict=True))
        for name in names
    }


async def _enrol_all(
    node: Node, place: NetworkFolder, blueprint: Blueprint, attributes: Mapping[str, tuple[int, ...]]
) -> Mapping[str, DeviceEntry]:
    owner = load_owner(
        place, load_password(place, os.environ, is_worthless=node.deployment.chain_id == CHAIN_ID)
    )
    by_fee = blueprint.settings.registration_fee_wei > 0
    payment = Payment.FEE if by_fee else Payment.STAKE
    return await enrol(
        node,
        [
            Enrolment(name, load_device_keys(place, name), raw, owner, payment)
            for name, raw in attributes.items()
        ],
    )


def load_device_keys(place: NetworkFolder, device_id: str) -> DeviceKeys:
    """Return the keys of a simulated device, made if there are none."""
    return SoftwareKeys.load_or_create(place.make("devices") / f"{_name_file(device_id)}.key")


def _open_devices(
    node: Node, place: NetworkFolder, entries: Mapping[str, DeviceEntry], stack: ExitStack
) -> Mapping[str, Device]:
    gateway = HttpGateway(node.gateway_url)
    stack.callback(gateway.close)
    devices = {}
    for name, entry in entries.items():
        device = Device(
            describe_network(node, entry.device_number),
            load_device_keys(place, name),
            gateway,
            place.make("devices") / f"{_name_file(name)}.db",
            clock=node.clock,
        )
        devices[name] = stack.enter_context(device)
    return devices


def describe_network(node: Node, device: int) -> DeviceNetwork:
    """Return what a device must know of the network that a node serves."""
    return DeviceNetwork(
        network_id=node.deployment.network_id,
        schema=node.blueprint.schema,
        calendar=node.calendar,
        readings_per_window=node.blueprint.settings.readings_per_window,
        device_number=device,
        gateway=0,
        gateway_address=node.gateway_key.address,
    )


def _name_file(device_id: str) -> str:
    """Return a file name for any device id, whatever characters it has."""
    plain = "".join(letter if letter.isalnum() and letter.isascii() else "-" for letter in device_id)[:32]
    return f"{plain}-{hashlib.sha256(device_id.encode()).hexdigest()[:8]}"
