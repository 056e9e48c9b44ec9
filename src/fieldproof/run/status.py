"""What a network's folder and chain say of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from fieldproof.compiler import capture, get_state_layout
from fieldproof.protocol import CarriedState, Reason, StateLayout
from fieldproof.run.blueprint import derive_program_id
from fieldproof.run.errors import RunError
from fieldproof.run.folder import DeploymentRecord, NetworkFolder, read_sources
from fieldproof.run.states import StateReader
from fieldproof.settle import ChainClient, Deployment, Registry, SettlementContract
from fieldproof.store import DeviceEntry, JobEntry, Store, VoidEntry, WindowCounts


@dataclass(frozen=True, slots=True)
class WindowStatus:
    """One window as the store holds it."""

    window: int
    counts: WindowCounts
    is_closed: bool
    jobs: tuple[JobEntry, ...]
    voids: tuple[VoidEntry, ...]
    """Devices that sealed and earn nothing, each with the line, the message and the reading it was at."""


@dataclass(frozen=True, slots=True)
class DeviceStatus:
    """One device as registry and Settlement hold it."""

    device: DeviceEntry
    holder: bytes
    balance_units: int
    carried: CarriedState | None
    """What it carries from window to window, as its contract holds it now; None without state."""


@dataclass(frozen=True, slots=True)
class NetworkStatus:
    """A network at one moment."""

    deployment: Deployment
    windows: tuple[WindowStatus, ...]
    refusals: Mapping[Reason, int]
    devices: tuple[DeviceStatus, ...]


def read_state_layout(folder: NetworkFolder, record: DeploymentRecord) -> StateLayout | None:
    """Return how the source in a folder packs its state; None for a program without state.

    Raises `RunError` where that is not the source that was deployed, `CompileError` for one with mistakes.
    """
    network = capture(read_sources(folder.path))
    if derive_program_id(network, record.versions) != record.program_id:
        raise RunError("the source is no longer the one that was deployed")
    return get_state_layout(network)


async def get_status(
    store: Store, client: ChainClient, deployment: Deployment, layout: StateLayout | None = None
) -> NetworkStatus:
    """Read what store and chain hold; `layout` is that of the program's state, None where it has none.

    Raises `RunError` where the chain's node keeps no events that show the state.
    """
    network_id = deployment.network_id
    jobs = store.jobs.get_jobs(network_id)
    windows = tuple(
        WindowStatus(
            entry.window,
            store.log.count_window(network_id, entry.window),
            entry.closed_ms is not None,
            tuple(job for job in jobs if job.job.window == entry.window),
            store.windows.get_voids(network_id, entry.window),
        )
        for entry in store.windows.get_windows(network_id)
    )
    registry = Registry(client, deployment.registry)
    settlement = SettlementContract(client, deployment.settlement)
    entries = store.devices.get_devices(network_id)
    carried: dict[int, CarriedState] = {}
    if layout is not None:
        cohorts = {entry.device_number // layout.capacity for entry in entries}
        carried = await _read_states(settlement, deployment.first_block, layout, cohorts)
    devices = [
        DeviceStatus(
            entry,
            await registry.get_holder(entry.device_number),
            await settlement.get_balance_units(entry.device_number),
            carried.get(entry.device_number),
        )
        for entry in entries
    ]
    return NetworkStatus(deployment, windows, store.verdicts.count_verdicts(network_id), tuple(devices))


async def _read_states(
    settlement: SettlementContract, first_block: int, layout: StateLayout, cohorts: set[int]
) -> dict[int, CarriedState]:
    """Return what each device of some cohorts carries, by its number."""
    reader = StateReader(layout, settlement, first_block)
    carried = {}
    for cohort in cohorts:
        words = await reader.get_words(cohort, await settlement.get_progress(cohort))
        for slot, state in enumerate(layout.unpack(words)):
            carried[cohort * layout.capacity + slot] = layout.name_values(state)
    return carried
