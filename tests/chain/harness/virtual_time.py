"""An event loop whose clock is a number: waiting takes no time, and always the same."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _Clock(selectors.SelectSelector):
    """Says that nothing happened for as long as it was to wait."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready:
            if timeout is None:
                raise RuntimeError("everything waits for something that never comes")
            self.now_s += timeout
        return ready


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self, clock: _Clock) -> None:
        super().__init__(clock)
        self._virtual_clock = clock

    def time(self) -> float:
        return self._virtual_clock.now_s


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end without waiting."""
    with asyncio.Runner(loop_factory=lambda: _Loop(_Clock())) as runner:
        return runner.run(work)
