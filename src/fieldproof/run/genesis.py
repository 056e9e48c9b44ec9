"""When window 0 of a network begins: chosen once, by who deploys it, and fixed from then on."""

from datetime import UTC, datetime, timedelta

from fieldproof.protocol import MAXIMUM_WINDOW_S
from fieldproof.run.errors import RunError
from fieldproof.run.folder import DeploymentRecord

MAXIMUM_AHEAD_S = MAXIMUM_WINDOW_S
"""How far ahead of the present window 0 may begin: no window is longer."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def parse_genesis(text: str) -> int:
    """Return the seconds since 1970 of a time in UTC, or of that number itself; raises `RunError`."""
    hint = "Write a whole second in UTC such as 2026-06-01T05:00:00Z, or seconds since 1970."
    if text.isascii() and text.isdecimal():
        return int(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise RunError(f"{text!r:.60} is no time at which window 0 could begin", hint=hint) from None
    if moment.utcoffset() != timedelta(0):
        raise RunError(f"{text!r:.60} is no time in UTC", hint=hint)
    if moment.microsecond:
        raise RunError(f"{text!r:.60} is no whole second", hint=hint)
    if moment < _EPOCH:
        raise RunError(f"{text!r:.60} lies before 1970", hint=hint)
    return (moment - _EPOCH) // timedelta(seconds=1)


def choose_genesis(given_s: int | None, *, window_s: int, now_s: int) -> int:
    """Return when window 0 of a new network begins: as given, or where the present window does.

    Raises `RunError` for a time too far ahead.
    """
    if given_s is None:
        return now_s // window_s * window_s
    if given_s > now_s + MAXIMUM_AHEAD_S:
        raise RunError(
            f"window 0 would begin {(given_s - now_s) // 86_400:,} days from now, "
            f"{MAXIMUM_AHEAD_S // 86_400} at most",
            hint="Name a time in the past or in the next weeks; windows of the past stay empty.",
        )
    return given_s


def verify_genesis(given_s: int | None, record: DeploymentRecord) -> None:
    """Raise `RunError` if another genesis is asked for than the one that a network was deployed with."""
    if given_s is not None and given_s != record.genesis_s:
        raise RunError(
            f"window 0 of this network began {record.genesis_s} s after 1970, and always will have",
            hint="Leave the genesis out, or copy the network to a new folder and deploy it there.",
        )
