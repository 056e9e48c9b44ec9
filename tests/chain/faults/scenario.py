"""What a scenario is: something done to a running network, and what must hold after it."""

import time
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum

from .network import FaultNetwork

Play = Callable[[FaultNetwork], Awaitable[str]]
"""Does it, raises `AssertionError` where something does not hold, and returns what was seen."""


class Verdict(Enum):
    HOLDS = "holds"
    FAILS = "DOES NOT HOLD"
    NOT_RUN = "not run"


class NotRunError(Exception):
    """This machine does not let the scenario run."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One of them."""

    name: str
    done: str
    """What is done."""
    must: str
    """What must hold."""
    play: Play
    is_tested: bool
    """Whether pytest plays it too; all are played by `make faults-chain`."""
    is_test: bool = False
    """Whether it is tests that pytest runs anyway, of parts and not of a network."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a scenario."""

    scenario: Scenario
    verdict: Verdict
    seen: str
    seconds: float


SCENARIOS: dict[str, Scenario] = {}
"""By name, in the order in which they run on one network."""


def add(scenario: Scenario) -> None:
    assert scenario.name not in SCENARIOS, scenario.name
    SCENARIOS[scenario.name] = scenario


def scenario(name: str, done: str, must: str, *, is_tested: bool = False) -> Callable[[Play], Play]:
    """Make a function a scenario."""

    def decorate(play: Play) -> Play:
        add(Scenario(name, done, must, play, is_tested))
        return play

    return decorate


async def run(scenario: Scenario, network: FaultNetwork) -> Outcome:
    """Play one; behind it, if it concerns the network, all nodes must make blocks and agree on them."""
    since_s = time.monotonic()
    try:
        seen, verdict = await scenario.play(network), Verdict.HOLDS
        if not scenario.is_test:
            await network.settle()
    except NotRunError as reason:
        seen, verdict = str(reason), Verdict.NOT_RUN
    except AssertionError as failure:
        seen, verdict = str(failure) or traceback.format_exc(), Verdict.FAILS
    except Exception:
        seen, verdict = traceback.format_exc(), Verdict.FAILS
    return Outcome(scenario, verdict, seen, time.monotonic() - since_s)
