"""Ends of a process at any moment: before a call, inside of it, after it."""

import random
from collections import Counter
from collections.abc import Callable
from enum import StrEnum
from typing import Any

from fieldproof.chain.application.store import ApplicationStore


class Crash(BaseException):
    """The process is gone. No handler of exceptions is asked."""


class Moment(StrEnum):
    """When, seen from one call."""

    BEFORE = "before"
    INSIDE = "inside"
    AFTER = "after"


class Fuse:
    """Ends the process at the n-th thing that it does, before or after it is done."""

    def __init__(self) -> None:
        self._left: int | None = None
        self._is_after = False

    def light(self, things: int, *, is_after: bool) -> None:
        """End the process with the thing of this number, counted from 0."""
        self._left, self._is_after = things, is_after

    def quench(self) -> None:
        """Let it live."""
        self._left = None

    def burn(self, *, is_done: bool) -> None:
        """Take note of a thing that is about to be done, or is done."""
        if self._left == 0 and is_done == self._is_after:
            self._left = None
            raise Crash
        if self._left is not None and is_done:
            self._left -= 1


class FusedEngine:
    """An engine whose requests burn a fuse."""

    def __init__(self, engine: Any, fuse: Fuse) -> None:
        self._engine = engine
        self._fuse = fuse

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._engine, name)

        async def request(*values: Any) -> Any:
            self._fuse.burn(is_done=False)
            answer = await method(*values)
            self._fuse.burn(is_done=True)
            return answer

        return request


class FusedStore(ApplicationStore):
    """A file whose rows burn a fuse as they are written, inside of their transaction."""

    fuse: Fuse

    @property
    def changes(self) -> int:
        """Rows changed since it was opened."""
        return self._connection.total_changes

    def _put(self, table: str, number: int, content: bytes) -> None:
        self.fuse.burn(is_done=False)
        super()._put(table, number, content)
        self.fuse.burn(is_done=True)


class Interruptions:
    """Decides, call by call, whether and when the process ends."""

    def __init__(self, chance: random.Random, odds: float, most: int) -> None:
        self._chance = chance
        self._odds = odds
        self._left = most
        self.happened: Counter[tuple[str, Moment]] = Counter()

    def choose(self, call: str, fuse: Fuse) -> Moment | None:
        """Return when the process ends in this call; the fuse is lit for an end inside."""
        if not self._left or self._chance.random() >= self._odds:
            return None
        self._left -= 1
        moment = self._chance.choice(list(Moment))
        self.happened[call, moment] += 1
        if moment is Moment.INSIDE:
            fuse.light(self._chance.randrange(3), is_after=self._chance.random() < 0.5)
        return moment
