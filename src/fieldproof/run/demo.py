"""`fieldproof demo`: the whole way on recorded data, checked at every step."""

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from fieldproof.audit import AuditReport, ExportFolder, KeptItem, audit, export_network, write_record
from fieldproof.compiler import to_python
from fieldproof.device import Device, HttpGateway, RecordedReading, Sent, SimulatedDevice, SoftwareKeys
from fieldproof.ingest import verify_native
from fieldproof.networks import get_network_folder
from fieldproof.protocol import UNIT_WEI, Row, decode_packet, encode_packet, prepare_packet
from fieldproof.prove import Proof
from fieldproof.run.blueprint import Blueprint
from fieldproof.run.chain import EmbeddedChainSettings
from fieldproof.run.clock import ShiftedClock
from fieldproof.run.demo_cast import BRAGGART, OWNERS, Player, apply_gain, cast, load_minutes
from fieldproof.run.demo_report import DemoReport, judge
from fieldproof.run.enrolment import Enrolment, enrol
from fieldproof.run.folder import NetworkFolder, read_sources
from fieldproof.run.node import Node, NodeSettings
from fieldproof.run.playback import Act, Playback
from fieldproof.run.replay import HEAD_START_S, describe_network
from fieldproof.run.results import Results, read_results
from fieldproof.run.settling import Settled
from fieldproof.run.tools import Progress, install_tools
from fieldproof.run.withdrawing import Withdrawal, withdraw_all
from fieldproof.settle import KeySigner
from fieldproof.store import DeviceEntry

ALTERED_WINDOW = 1
ALTERED_DEVICE = 2
"""Whose stored reading is altered in a copy, to show that the audit names it."""


async def run_demo(progress: Progress) -> DemoReport:
    """Play the demo in a new folder and return what happened, judged."""
    folder = Path(tempfile.mkdtemp(prefix="fieldproof-demo-"))
    shutil.copy(get_network_folder("solar") / "network.py", folder)
    blueprint = Blueprint.build(read_sources(folder))
    minutes = load_minutes(blueprint.schema)
    genesis_s = minutes[0].time_ms // 1000 // blueprint.settings.window_s * blueprint.settings.window_s
    starts_s = genesis_s - HEAD_START_S
    clock = ShiftedClock(starts_s * 1000)
    tools = await asyncio.to_thread(install_tools, progress)
    proofs: list[Proof] = []
    settled: list[Settled] = []

    def note_proof(_: object, proof: Proof) -> None:
        proofs.append(proof)
        progress(
            f"proven and accepted by the contract in {proof.witness_seconds + proof.proving_seconds:.1f} s"
        )

    settings = NodeSettings(
        genesis_s=genesis_s, embedded=EmbeddedChainSettings(starts_s=starts_s), poll_s=0.05
    )
    async with Node.start(
        NetworkFolder(folder),
        blueprint,
        tools,
        settings,
        clock=clock,
        progress=progress,
        on_proof=note_proof,
        on_settled=settled.append,
    ) as node:
        stage = _Stage(node, clock, folder, progress)
        entries = await stage.register()
        progress(f"{len(entries)} devices of {OWNERS} owners are registered, by burnt fee or by stake")
        sent = await stage.play(minutes)
        results = await read_results(node)
        withdrawal = await stage.withdraw(owner=0)
        progress("one owner has withdrawn; auditing from the export and the chain alone")
        honest, altered = await stage.audit_twice()
        return judge(
            node=node,
            folder=folder,
            players=stage.players,
            results=results,
            sent=sent,
            proofs=proofs,
            settled=settled,
            withdrawal=withdrawal,
            audit=honest,
            altered_audit=altered,
            altered_place=(ALTERED_WINDOW, entries[stage.players[ALTERED_DEVICE].name].device_number),
            numbers={name: entry.device_number for name, entry in entries.items()},
            expected=_compute_expected(blueprint, node, stage.players, minutes, results),
        )


class _Stage:
    """The demo's node and players."""

    def __init__(self, node: Node, clock: ShiftedClock, folder: Path, progress: Progress) -> None:
        self.players = cast()
        self._node = node
        self._clock = clock
        self._folder = folder
        self._progress = progress
        self._owners = [KeySigner.create() for _ in range(OWNERS)]
        self._keys = [SoftwareKeys.generate(player.algorithm) for player in self.players]
        self._entries: Mapping[str, DeviceEntry] = {}

    async def register(self) -> Mapping[str, DeviceEntry]:
        """Register every player on chain, each for its owner and in its way of paying."""
        self._entries = await enrol(
            self._node,
            [
                Enrolment(
                    player.name,
                    keys,
                    tuple(spec.to_raw(player.panel_area) for spec in self._node.blueprint.schema.attributes),
                    self._owners[player.owner],
                    player.payment,
                )
                for player, keys in zip(self.players, self._keys, strict=True)
            ],
        )
        return self._entries

    async def play(self, minutes: Sequence[RecordedReading]) -> Mapping[str, tuple[Sent, ...]]:
        """Play all windows through real devices and cheats; return what the cheats got back."""
        node = self._node
        spec = node.blueprint.schema.reading[0]
        sent: dict[str, tuple[Sent, ...]] = {}
        windows: dict[int, list[RecordedReading]] = {}
        for minute in minutes:
            windows.setdefault(node.calendar.compute_window(minute.time_ms), []).append(minute)
        with ExitStack() as stack:
            gateway = HttpGateway(node.gateway_url)
            stack.callback(gateway.close)
            playback = Playback(node, self._clock, self._progress)
            stack.callback(playback.close)
            devices: dict[str, Device | SimulatedDevice] = {}
            for player, keys in zip(self.players, self._keys, strict=True):
                network = describe_network(node, self._entries[player.name].device_number)
                if player.behaviour is player.behaviour.HONEST:
                    backlog = NetworkFolder(self._folder).make("devices") / f"{player.name}.db"
                    devices[player.name] = stack.enter_context(
                        Device(network, keys, gateway, backlog, clock=node.clock)
                    )
                else:
                    devices[player.name] = SimulatedDevice(network, keys, gateway, player.behaviour)
            for window, readings in windows.items():
                acts: list[Act] = []
                for player in self.players:
                    own = [
                        replace(each, values=apply_gain(each.values, player.gain, spec)) for each in readings
                    ]
                    device = devices[player.name]
                    if isinstance(device, Device):
                        acts.append(playback.act_honestly(device, own))
                    else:
                        acts.append(playback.in_thread(_cheat(device, player, window, node, own, sent)))
                self._progress(f"window {window}: {len(acts)} devices send {len(readings)} minutes each")
                await playback.play_window(window, acts)
            await playback.finish(max(windows))
        return sent

    async def withdraw(self, owner: int) -> Withdrawal:
        """Pay one owner what all of its devices have earned."""
        node = self._node
        return await withdraw_all(
            node.client, node.deployment, self._owners[owner], node.store.outbox, node.clock, poll_s=0.05
        )

    async def audit_twice(self) -> tuple[AuditReport, AuditReport]:
        """Audit an export as it is, then a copy in which one stored reading was altered."""
        node = self._node
        evidence, forged = self._folder / "evidence", self._folder / "evidence-altered"
        network_id = node.deployment.network_id
        await asyncio.to_thread(
            export_network,
            evidence,
            node.store.log,
            deployment=node.deployment,
            sources=read_sources(self._folder),
            versions=node.record.versions,
            windows=[entry.window for entry in node.store.windows.get_windows(network_id)],
        )
        shutil.copytree(evidence, forged)
        number = self._entries[self.players[ALTERED_DEVICE].name].device_number
        _alter_reading(forged, ALTERED_WINDOW, number)
        honest = await asyncio.to_thread(audit, evidence, node.rpc_url)
        # The second audit need not show that it can do without native libraries.
        altered = await asyncio.to_thread(audit, forged, node.rpc_url, verify=verify_native)
        return honest, altered


def _cheat(
    device: SimulatedDevice,
    player: Player,
    window: int,
    node: Node,
    readings: Sequence[RecordedReading],
    sent: dict[str, tuple[Sent, ...]],
) -> Callable[[], None]:
    start_ms = node.calendar.compute_start_ms(window)
    rows: list[Row] = [(each.time_ms - start_ms, *each.values) for each in readings]

    def play() -> None:
        sent[player.name] = (*sent.get(player.name, ()), *device.play_window(window, rows))

    return play


def _alter_reading(folder: Path, window: int, device: int) -> None:
    record = ExportFolder(folder).read_record(window, device)
    if record is None:
        raise RuntimeError(f"bug: the export holds nothing of device {device} in window {window}")
    received = decode_packet(record.packets[0].raw)
    (time_ms, *values), *rows = received.packet.rows
    values[0] = (values[0] or 0) + 1
    packet = replace(received.packet, rows=((time_ms, *values), *rows))
    message = prepare_packet(packet, received.identity)
    forged = KeptItem(encode_packet(message, received.message.signature), record.packets[0].receipt)
    write_record(folder, window, device, replace(record, packets=(forged, *record.packets[1:])))


def _compute_expected(
    blueprint: Blueprint,
    node: Node,
    players: Sequence[Player],
    minutes: Sequence[RecordedReading],
    results: Results,
) -> Mapping[tuple[int, str], int]:
    """Return (window, name) → units by the plain Python function, the pool shared by hand."""
    program = to_python(blueprint.compiled)
    spec = blueprint.schema.reading[0]
    expected: dict[tuple[int, str], int] = {}
    for window in results.windows:
        start_ms = node.calendar.compute_start_ms(window)
        end_ms = node.calendar.compute_start_ms(window + 1)
        points: dict[str, int] = {}
        for number, player in enumerate(players):
            # The first window of the replaying cheat is honest: there is nothing to replay yet.
            is_honest = player.behaviour is player.behaviour.HONEST
            if is_honest or (player.behaviour is player.behaviour.REPLAYS_EARLIER_WINDOW and window == 0):
                rows: list[Row] = [
                    (each.time_ms - start_ms, *apply_gain(each.values, player.gain, spec))
                    for each in minutes
                    if start_ms <= each.time_ms < end_ms
                ]
                outcome = program(rows, (player.panel_area,), start_ms // 1000)
                points[player.name] = outcome.points
                if (outcome.void is not None) != (number == BRAGGART):
                    raise RuntimeError(
                        f"bug: the program judged {player.name} otherwise than the demo was made for"
                    )
        pool = blueprint.settings.pool_wei // UNIT_WEI * len(points) // len(players)
        total = sum(points.values())
        for player in players:
            expected[window, player.name] = pool * points.get(player.name, 0) // total
    return expected
