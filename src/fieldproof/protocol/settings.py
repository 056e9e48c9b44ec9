"""Settings of a network: what its author fixes at birth, parsed once into integers of seconds and wei."""

import re
from dataclasses import dataclass, fields
from typing import Any, Self

from fieldproof.core import check_range
from fieldproof.protocol.errors import SchemaError

COHORT_CAPACITIES = (1, 4, 16, 64, 256)
MAXIMUM_READINGS_PER_WINDOW = 65_535
MAXIMUM_WINDOW_S = 31 * 86_400
MAXIMUM_DEVICES = 2**20
WEI_PER_TOKEN = 10**18
UNIT_WEI = 10**9
"""Balances count this many wei, so that 64 bits hold 18 thousand million tokens."""

_DURATION = re.compile(r"([0-9]{1,9})(s|m|h|d)")
_AMOUNT = re.compile(r"([0-9]{1,15})(?:\.([0-9]+))?")
_AMOUNT_DECIMALS = 18
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


@dataclass(frozen=True, slots=True)
class NetworkSettings:
    """The canonical settings of a network."""

    name: str
    """Up to 32 small letters, digits and hyphens."""
    window_s: int
    """Length of a window in seconds."""
    readings_per_window: int
    """Most readings of one device in one window."""
    grace_s: int
    """Seconds after a window's end in which packets and seals are still accepted."""
    cohort: int
    """Devices that are proven together."""
    devices: int
    """Most devices that may ever be registered."""
    settle_s: int
    """Seconds after a window's end until which postings are accepted; 0: the one posting settles at once."""
    pool_wei: int
    """Reward of a window when all active devices settle, in wei."""
    registration_fee_wei: int
    """Burnt for a registration; 0: this way is not offered."""
    registration_stake_wei: int
    """Held for a registration and returned after revocation; 0: this way is not offered."""
    seal: str
    """Kind of seal; "schnorr" is the one there is."""

    @classmethod
    def parse(
        cls,
        *,
        name: str,
        window: str,
        readings_per_window: int,
        pool_per_window: str,
        grace: str = "5m",
        cohort: int = 16,
        devices: int | None = None,
        settle_within: str = "0s",
        registration_fee: str = "0.001",
        registration_stake: str = "0",
        seal: str = "schnorr",
    ) -> Self:
        """Parse what an author writes: durations such as "1h", amounts of tokens or coins such as "1000"."""
        settle_s = parse_duration("settle_within", settle_within)
        if devices is None:
            devices = cohort if settle_s == 0 else MAXIMUM_DEVICES
        return cls(
            name=name,
            window_s=parse_duration("window", window),
            readings_per_window=readings_per_window,
            grace_s=parse_duration("grace", grace),
            cohort=cohort,
            devices=devices,
            settle_s=settle_s,
            pool_wei=parse_amount("pool_per_window", pool_per_window),
            registration_fee_wei=parse_amount("registration_fee", registration_fee),
            registration_stake_wei=parse_amount("registration_stake", registration_stake),
            seal=seal,
        )

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not re.fullmatch(r"[a-z][a-z0-9-]{0,31}", self.name):
            raise SchemaError(
                f"{self.name!r} cannot name a network", hint="Use up to 32 small letters, digits and hyphens."
            )
        check_range("window in seconds", self.window_s, 1, MAXIMUM_WINDOW_S)
        check_range("grace in seconds", self.grace_s, 0, MAXIMUM_WINDOW_S)
        check_range("readings_per_window", self.readings_per_window, 1, MAXIMUM_READINGS_PER_WINDOW)
        check_range("settle_within in seconds", self.settle_s, 0, MAXIMUM_WINDOW_S)
        # True and 16.0 equal capacities, but would stand differently in the program id.
        if type(self.cohort) is not int or self.cohort not in COHORT_CAPACITIES:
            raise SchemaError(
                f"cohort={self.cohort!r} is no capacity", hint=f"Use one of {COHORT_CAPACITIES}."
            )
        check_range("devices", self.devices, 1, MAXIMUM_DEVICES)
        if self.settle_s == 0 and self.devices > self.cohort:
            raise SchemaError(
                f"{self.devices} devices are more than one cohort of {self.cohort}, so postings must add up",
                hint='Set settle_within, say to "30m", or choose devices no greater than cohort.',
            )
        if self.settle_s and self.settle_s <= self.grace_s:
            raise SchemaError(
                "settle_within must be longer than grace: nothing is posted before the grace is over",
                hint=f'Set settle_within to more than "{self.grace_s}s".',
            )
        if self.pool_wei % UNIT_WEI:
            raise SchemaError(
                "pool_per_window has more than nine decimals", hint="Use at most nine decimals."
            )
        if self.pool_wei // UNIT_WEI >= 2**63:
            raise SchemaError(
                "pool_per_window is too large", hint="Use less than nine thousand million tokens."
            )
        if self.registration_fee_wei == 0 and self.registration_stake_wei == 0:
            raise SchemaError(
                "registration must cost something, or strangers thin everybody's pay",
                hint="Set registration_fee (burnt), registration_stake (returned) or both ways.",
            )
        if self.seal != "schnorr":
            raise SchemaError(f"seal={self.seal!r} is no kind of seal", hint='Use seal="schnorr".')

    def to_canonical(self) -> list[list[int | str]]:
        """Return [name, value] pairs sorted by name, as the program id takes them."""
        pairs: list[list[int | str]] = []
        for spec in sorted(fields(self), key=lambda spec: spec.name):
            value: Any = getattr(self, spec.name)
            # Amounts in wei pass 64 bits, which is all that canonical CBOR here carries.
            pairs.append([spec.name, str(value) if spec.name.endswith("_wei") else value])
        return pairs


def parse_duration(name: str, text: str) -> int:
    """Return the seconds of a duration such as "90s", "5m", "1h" or "1d"."""
    match = _DURATION.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise SchemaError(
            f"{name}={text!r} is no duration", hint='Write a whole number and s, m, h or d, such as "5m".'
        )
    return int(match[1]) * _SECONDS[match[2]]


def parse_amount(name: str, text: str) -> int:
    """Return the wei of an amount of tokens or coins with 18 decimals, such as "1000" or "0.25"."""
    match = _AMOUNT.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise SchemaError(f"{name}={text!r} is no amount", hint='Write a decimal in quotes, such as "0.25".')
    decimals = match[2] or ""
    if len(decimals) > _AMOUNT_DECIMALS:
        raise SchemaError(
            f"{name}={text!r} has more than {_AMOUNT_DECIMALS} decimals", hint="Write fewer decimals."
        )
    return int(match[1]) * WEI_PER_TOKEN + int(decimals.ljust(_AMOUNT_DECIMALS, "0"))
