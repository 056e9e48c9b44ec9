"""What a network's folder and chain say of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from fieldproof.protocol import Reason
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


@dataclass(frozen=True, slots=True)
class NetworkStatus:
    """A network at one moment."""

    deployment: Deployment
    windows: tuple[WindowStatus, ...]
    refusals: Mapping[Reason, int]
    devices: tuple[DeviceStatus, ...]


async def get_status(store: Store, client: ChainClient, deployment: Deployment) -> NetworkStatus:
    """Read what store and chain hold."""
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
    devices = [
        DeviceStatus(
            entry,
            await registry.get_holder(entry.device_number),
            await settlement.get_balance_units(entry.device_number),
        )
        for entry in store.devices.get_devices(network_id)
    ]
    return NetworkStatus(deployment, windows, store.verdicts.count_verdicts(network_id), tuple(devices))
