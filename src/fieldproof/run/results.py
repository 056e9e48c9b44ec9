"""What devices earned, read from the chain's events and the store."""

from collections.abc import Mapping
from dataclasses import dataclass

from fieldproof.protocol import Reason, unpack_points
from fieldproof.run.node import Node
from fieldproof.settle import Credited, Posted, SettlementContract
from fieldproof.store import DeviceWindow


@dataclass(frozen=True, slots=True)
class DeviceWindowResult:
    """One device in one window."""

    device: int
    window: int
    readings: int
    """Readings in the log."""
    is_sealed: bool
    """Whether its seal was settled."""
    points: int
    units: int
    """What it was credited, in the network's units."""
    void: str | None
    """Why it earns nothing although it sealed."""
    refusals: tuple[Reason, ...]
    """What the gateway refused of it in this window."""


@dataclass(frozen=True, slots=True)
class Results:
    """All windows that hold packets."""

    windows: tuple[int, ...]
    devices: tuple[DeviceWindowResult, ...]
    posted: tuple[Posted, ...]
    credited: tuple[Credited, ...]

    def sum_units(self, device: int) -> int:
        """Return what a device was credited in all windows."""
        return sum(each.units for each in self.devices if each.device == device)


async def read_results(node: Node) -> Results:
    """Read what was posted and credited, and what the log and the list of refusals say beside it."""
    settlement = SettlementContract(node.client, node.deployment.settlement)
    head = await node.client.get_latest_block()
    events = await settlement.get_events(node.deployment.first_block, head.number)
    posted = tuple(event for event in events if isinstance(event, Posted))
    credited = tuple(event for event in events if isinstance(event, Credited))
    network_id = node.deployment.network_id
    windows = tuple(entry.window for entry in node.store.windows.get_windows(network_id))
    earned = _share_out(posted, credited, node.blueprint.settings.cohort)
    results = []
    for window in windows:
        reasons = node.store.windows.get_voids(network_id, window)
        voids = {void.place.device_number: void.reason for void in reasons}
        for entry in node.store.devices.get_devices(network_id):
            number = entry.device_number
            packets = node.store.log.get_packets(DeviceWindow(network_id, number, window))
            points, units = earned.get((window, number), (None, 0))
            refusals = node.store.verdicts.get_verdicts(network_id, number)
            results.append(
                DeviceWindowResult(
                    device=number,
                    window=window,
                    readings=sum(packet.count for packet in packets),
                    is_sealed=points is not None,
                    points=points or 0,
                    units=units,
                    void=voids.get(number),
                    refusals=tuple(each.reason for each in refusals if each.window == window),
                )
            )
    return Results(windows, tuple(results), posted, credited)


def _share_out(
    posted: tuple[Posted, ...], credited: tuple[Credited, ...], capacity: int
) -> Mapping[tuple[int, int], tuple[int, int]]:
    """Return (window, device) → (points, units) for every device that was settled."""
    paid = {(event.window, event.cohort, event.index): event for event in credited}
    shares: dict[tuple[int, int], tuple[int, int]] = {}
    for event in posted:
        posting = event.posting
        credit = paid.get((posting.window, posting.cohort, event.index))
        for position, points in enumerate(unpack_points(posting.result, capacity)):
            if posting.sealed >> position & 1:
                units = credit.pool_units * points // credit.total_points if credit and points else 0
                shares[posting.window, posting.cohort * capacity + position] = (points, units)
    return shares
