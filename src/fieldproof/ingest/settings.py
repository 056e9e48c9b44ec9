"""What a gateway must know of the network that it serves."""

from dataclasses import dataclass

from fieldproof.core import check_bytes, check_range
from fieldproof.protocol import MAXIMUM_GATEWAY, Calendar, NetworkSettings, Schema

FUTURE_TOLERANCE_MS = 5_000
"""How far a device's clock may run ahead of the gateway's: a later reading or window is refused."""


@dataclass(frozen=True)
class GatewaySettings:
    """One network as one gateway serves it."""

    network_id: bytes
    """32 bytes."""
    schema: Schema
    calendar: Calendar
    readings_per_window: int
    """Most readings of one device in one window."""
    cohort: int
    """Devices that are proven together."""
    gateway: int
    """This gateway's number, 0 to 14; a seal must name it."""

    def __post_init__(self) -> None:
        check_bytes("network id", self.network_id, 32)
        check_range("number of the gateway", self.gateway, 0, MAXIMUM_GATEWAY)

    @classmethod
    def build(
        cls, network_id: bytes, schema: Schema, network: NetworkSettings, *, genesis_s: int, gateway: int
    ) -> "GatewaySettings":
        """Take over the settings of a network whose window 0 begins at `genesis_s` seconds since 1970."""
        return cls(
            network_id=network_id,
            schema=schema,
            calendar=Calendar(genesis_s, network.window_s, network.grace_s),
            readings_per_window=network.readings_per_window,
            cohort=network.cohort,
            gateway=gateway,
        )
