"""Errors of the gateway. What a device sends never raises one: it gets a receipt or a refusal.

FieldproofError
└── GatewayError           the gateway cannot start or go on as it is
    ├── ClockError         its clock is too far from the chain's
    ├── PortTakenError     another program listens on the address
    └── BusyError          more requests than it can hold; the sender tries again
"""

from fieldproof.core import FieldproofError


class GatewayError(FieldproofError):
    """The gateway cannot start or go on as it is."""


class ClockError(GatewayError):
    """The gateway's clock is too far from the latest block's time."""

    def __init__(self, now_ms: int, block_ms: int, tolerance_ms: int) -> None:
        ahead = now_ms - block_ms
        direction = "ahead of" if ahead > 0 else "behind"
        super().__init__(
            f"the clock is {abs(ahead) / 1000:.1f} s {direction} the chain's latest block; "
            f"at most {tolerance_ms / 1000:.0f} s are allowed",
            hint="Set the clock by a time server (NTP), or wait for the chain's next block.",
        )


class PortTakenError(GatewayError):
    """Another program listens on the address."""

    def __init__(self, host: str, port: int, cause: str) -> None:
        super().__init__(
            f"{host}:{port} cannot be listened on: {cause}",
            hint="Stop the other program, or choose another port (0 takes a free one).",
        )


class BusyError(GatewayError):
    """More requests are under way than the gateway holds in memory."""
