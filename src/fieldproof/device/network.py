"""What a device must know of its network and gateway."""

from dataclasses import dataclass

from fieldproof.core import check_bytes, check_range, check_unsigned
from fieldproof.protocol import MAXIMUM_GATEWAY, Calendar, Schema


@dataclass(frozen=True)
class DeviceNetwork:
    """One network as one device of it sees it."""

    network_id: bytes
    """32 bytes."""
    schema: Schema
    calendar: Calendar
    readings_per_window: int
    """Most readings of one device in one window."""
    device_number: int
    """Number under which the device is registered."""
    gateway: int
    """Number, 0 to 14, of the gateway that serves it; its seals name it."""
    gateway_address: bytes
    """Address of that gateway's receipt key, 20 bytes, as the Settlement lists it."""

    def __post_init__(self) -> None:
        check_bytes("network id", self.network_id, 32)
        check_unsigned("device number", self.device_number, 32)
        check_range("number of the gateway", self.gateway, 0, MAXIMUM_GATEWAY)
        check_bytes("gateway address", self.gateway_address, 20)
