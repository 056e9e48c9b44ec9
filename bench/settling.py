"""From a window's close to its devices' balances, over a bare proof of the same circuit and witness.

Everything is real: a node with its gateway, store, prover, settler and chain; devices that sign and seal.
After each window the same witness is proven by a Barretenberg process of the bench's own, so that both
sides of each ratio saw the machine in the same state.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.circuits import COHORT, build_blueprint
from bench.fleet import Fleet, enrol_fleet, prepare_messages, send
from bench.machine import read_peak_memory, restart_peak
from bench.stopwatch import Stopwatch
from fieldproof.compiler import to_python
from fieldproof.core import Algorithm
from fieldproof.protocol import (
    Seal,
    compute_chain_start,
    compute_digest,
    compute_window_root,
    decode_packet,
    decode_seal,
    is_seal_valid,
)
from fieldproof.prove import (
    AssembledCohort,
    Barretenberg,
    BarretenbergArithmetic,
    CohortAssembler,
    PreparedCircuit,
    StatementBase,
    WitnessSolver,
)
from fieldproof.prove.inputs import shape_inputs
from fieldproof.run import (
    EmbeddedChainSettings,
    NetworkFolder,
    Node,
    NodeSettings,
    Settled,
    ShiftedClock,
    Tools,
)
from fieldproof.settle import Registry, SettlementContract
from fieldproof.store import DeviceWindow

GENESIS_S = 1_767_225_600
ENROLMENT_S = 3_000
"""How long before the first window the clock begins: registrations count from the next window on."""
APPROACH_MS = 700
"""The clock is set to so long before a window's close and reaches it by itself."""
LONGEST_S = 300.0
LOOK_EVERY_S = 0.005


@dataclass(frozen=True, slots=True)
class WindowTimes:
    """One window, in seconds."""

    paid_s: float
    """From the moment the node's clock passes end and grace to credited balances on chain."""
    stages: Mapping[str, float]
    bare_s: float
    """`bb` proving the same witness with the key at hand."""
    witness_s: float
    """Solving the witness once more, alone."""
    block_s: float
    """The chain making one empty block."""
    hashing_s: float
    """Digests, messages and root of the window, alone."""
    sealing_s: float
    """Checking all seals' signatures, alone."""

    @property
    def ratio(self) -> float:
        """Paid over bare proof and block."""
        return self.paid_s / (self.bare_s + self.block_s)

    @property
    def hashing_share(self) -> float:
        """Hashing and checking seals over that and everything after the close."""
        checking_s = self.hashing_s + self.sealing_s
        return checking_s / (checking_s + self.paid_s)


@dataclass(frozen=True, slots=True)
class SettlingRun:
    """What one network showed."""

    capacity: int
    gates: int
    public_inputs: int
    windows: tuple[WindowTimes, ...]
    posting_gas: tuple[int, ...]
    """By window; each posting credits, too."""
    registration_gas: Mapping[Algorithm, tuple[int, ...]]
    enrolment_s: float
    peak_bytes: Mapping[str, int]
    """By name of the process, from its start on; of the node's own process after it had started."""
    start_peak_bytes: int
    """Of the node's own process until it had started; 0 where that cannot be told."""

    def compute_median(self, read: Callable[[WindowTimes], float]) -> float:
        """Return the median over all windows but the first, which warms everything."""
        return statistics.median(read(window) for window in self.windows[1:])


async def measure_settling(
    capacity: int, windows: int, tools: Tools, progress: Callable[[str], None]
) -> SettlingRun:
    """Run the yardstick network with a full cohort for some windows."""
    blueprint = build_blueprint(COHORT, capacity)
    clock = ShiftedClock((GENESIS_S - ENROLMENT_S) * 1000)
    stopwatch, settled = Stopwatch(), list[Settled]()
    with tempfile.TemporaryDirectory(prefix="fieldproof-bench-") as folder:
        async with Node.start(
            NetworkFolder(Path(folder)),
            blueprint,
            tools,
            NodeSettings(
                genesis_s=GENESIS_S, embedded=EmbeddedChainSettings(starts_s=GENESIS_S - ENROLMENT_S)
            ),
            clock=clock,
            progress=progress,
            on_settled=settled.append,
            reached=stopwatch.reach,
        ) as node:
            start_peak_bytes = restart_peak()
            bare = _BareProver(node, tools)
            try:
                started = time.perf_counter()
                progress(f"registering {capacity} devices")
                fleet = await enrol_fleet(node, capacity, bare.arithmetic)
                enrolment_s = time.perf_counter() - started
                times = []
                for window in range(windows):
                    paid_s = await _settle_window(node, clock, fleet, window, stopwatch, bare)
                    progress(f"window {window} of {capacity} devices paid after {paid_s:.2f} s")
                    times.append(await bare.measure(window, paid_s, stopwatch.read()))
                peaks = read_peak_memory()
            finally:
                bare.close()
            return SettlingRun(
                capacity=capacity,
                gates=node.circuit.gate_count,
                public_inputs=node.circuit.public_input_count,
                windows=tuple(times),
                posting_gas=tuple(each.inclusion.gas_used for each in settled),
                registration_gas=fleet.registration_gas,
                enrolment_s=enrolment_s,
                peak_bytes=peaks,
                start_peak_bytes=start_peak_bytes,
            )


async def _settle_window(
    node: Node, clock: ShiftedClock, fleet: Fleet, window: int, stopwatch: Stopwatch, bare: "_BareProver"
) -> float:
    """Let all devices send and seal, close the window; return the seconds until all are paid."""
    packets, seals = await asyncio.to_thread(prepare_messages, node, fleet, window, bare.arithmetic)
    await _set_time(node, clock, node.calendar.compute_start_ms(window + 1))
    await send(node.gateway_url, packets)
    await send(node.gateway_url, seals)
    contract = SettlementContract(node.client, node.deployment.settlement)
    devices = (min(fleet.keys), max(fleet.keys))
    before = [await contract.get_balance_units(number) for number in devices]
    close_ms = node.calendar.compute_close_ms(window)
    # The chain is a second ahead: a node that closes on time must not wait for the next block.
    await _set_time(node, clock, close_ms - APPROACH_MS, chain_s=close_ms // 1000 + 1)
    stopwatch.start((close_ms - clock.now_ms()) / 1000)
    await stopwatch.wait_until_sent(LONGEST_S)
    while any(
        [await contract.get_balance_units(number) <= old for number, old in zip(devices, before, strict=True)]
    ):
        if stopwatch.elapsed_s > LONGEST_S:
            raise TimeoutError(f"window {window} was not paid within {LONGEST_S} s")
        await asyncio.sleep(LOOK_EVERY_S)
    paid_s = stopwatch.elapsed_s
    # What the settler still does with the outbox must not run beside the bare proof.
    while await node.settler.settle_due():
        await asyncio.sleep(LOOK_EVERY_S)
    return paid_s


async def _set_time(node: Node, clock: ShiftedClock, now_ms: int, *, chain_s: int | None = None) -> None:
    if node.anvil is None:
        raise RuntimeError("the bench runs on the embedded chain")
    await node.anvil.set_time(now_ms // 1000 if chain_s is None else chain_s)
    clock.set_ms(now_ms)


class _BareProver:
    """Proves, hashes and checks a window that the node has settled, each alone."""

    def __init__(self, node: Node, tools: Tools) -> None:
        self._node = node
        self._circuit: PreparedCircuit = node.circuit
        self._bb = Barretenberg(tools.toolchain.bb, self._circuit.reference_string)
        self._hasher = Barretenberg(tools.toolchain.bb, self._circuit.reference_string, threads=1)
        self._solver = WitnessSolver(tools.toolchain)
        self.arithmetic = BarretenbergArithmetic(self._hasher)

    def close(self) -> None:
        """End the processes."""
        self._solver.close()
        self._bb.close()
        self._hasher.close()

    async def measure(self, window: int, paid_s: float, stages: Mapping[str, float]) -> WindowTimes:
        """Return the times of a window that was paid after `paid_s`."""
        assembled = await self._assemble(window)
        artifact, key = self._circuit.artifact, self._circuit.verification_key
        inputs = shape_inputs(artifact, assembled.statement.to_fields(), assembled.witness.to_inputs())
        started = time.perf_counter()
        witness = await asyncio.to_thread(self._solver.solve, artifact, inputs)
        witness_s = time.perf_counter() - started
        started = time.perf_counter()
        await asyncio.to_thread(self._bb.prove, artifact.bytecode, key, witness)
        bare_s = time.perf_counter() - started
        sealing_s, hashing_s = await asyncio.to_thread(self._check, window)
        return WindowTimes(
            paid_s=paid_s,
            stages=stages,
            bare_s=bare_s,
            witness_s=witness_s,
            block_s=await self._time_block(),
            hashing_s=hashing_s,
            sealing_s=sealing_s,
        )

    async def _assemble(self, window: int) -> AssembledCohort:
        node, deployment = self._node, self._node.deployment
        snapshot = await Registry(node.client, deployment.registry).get_cohort(0, window)
        base = StatementBase(
            network_id=deployment.network_id,
            program_id=node.record.program_id,
            cohort=0,
            window=window,
            starts_at=node.calendar.compute_start_ms(window) // 1000,
            key_commitment=snapshot.commitment,
            count=snapshot.count,
            active=snapshot.active,
            settled=0,
            previous_state=0,
            chain_start=compute_chain_start(deployment.chain_id, deployment.registry, 0),
        )
        blueprint = node.blueprint
        assembler = CohortAssembler(blueprint.schema, blueprint.settings, to_python(blueprint.compiled))
        devices = {each.device_number: each for each in node.store.devices.get_devices(base.network_id)}
        assembled = await asyncio.to_thread(assembler.assemble, base, devices, node.store.log)
        if assembled is None:
            raise RuntimeError(f"window {window} holds no seal")
        return assembled

    def _check(self, window: int) -> tuple[float, float]:
        """Check all seals of a window and hash its readings as gateway and prover do; return the seconds."""
        node, blueprint = self._node, self._node.blueprint
        network_id, log = node.deployment.network_id, node.store.log
        devices = {each.device_number: each for each in node.store.devices.get_devices(network_id)}
        seals: list[Seal] = []
        rows = []
        for entry in log.get_seals(network_id, window, range(len(devices))):
            seals.append(decode_seal(entry.raw))
            place = DeviceWindow(network_id, entry.place.device_number, window)
            rows.append(
                [row for each in log.get_packets(place) for row in decode_packet(each.raw).packet.rows]
            )
        arithmetic = node.arithmetic
        started = time.perf_counter()
        valid = [is_seal_valid(each, devices[each.content.device].seal_key, arithmetic) for each in seals]
        sealing_s = time.perf_counter() - started
        started = time.perf_counter()
        for seal, readings in zip(seals, rows, strict=True):
            digest = compute_digest(
                readings,
                seal.content.salt,
                blueprint.schema,
                window_s=blueprint.settings.window_s,
                readings_per_window=blueprint.settings.readings_per_window,
                arithmetic=arithmetic,
            )
            valid.append(digest == seal.content.digest)
        messages = [seal.content.compute_message(arithmetic) for seal in seals]
        compute_window_root(messages, arithmetic=arithmetic)
        hashing_s = time.perf_counter() - started
        if not all(valid) or len(valid) != 2 * blueprint.settings.cohort:
            raise RuntimeError("the log does not hold what was sent")
        return sealing_s, hashing_s

    async def _time_block(self) -> float:
        if self._node.anvil is None:
            raise RuntimeError("the bench runs on the embedded chain")
        started = time.perf_counter()
        await self._node.anvil.mine()
        return time.perf_counter() - started
