"""Plain Python and the evaluator of the intermediate form agree: the same points, void at the same place."""

import time
from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from fieldproof.compiler import Inputs, capture, compile_network, to_python
from fieldproof.compiler.analyse import analyse
from fieldproof.compiler.diagnostics import Reporter
from fieldproof.compiler.ir import Loop, walk
from fieldproof.compiler.lower import lower
from fieldproof.networks import NETWORKS

from .comparing import compare
from .examples import NAMES, example_cohorts, example_windows, get_example, make_comparison

EXAMPLES = {
    "solar": 250,
    "tracker": 250,
    "weather": 3,
    "coverage": 20,
    "driving": 250,
    "gnss": 100,
    "energy": 100,
    "area": 100,
}
"""As many as take a few seconds; the slow run takes five times as many."""
LEAST_OUTCOMES = {"solar": 4, "tracker": 4, "gnss": 3}
"""Of how many kinds the outcomes are; else two, with points and without."""


@pytest.mark.parametrize("times", [1, pytest.param(5, marks=[pytest.mark.slow, pytest.mark.timeout(900)])])
@pytest.mark.parametrize("name", NETWORKS)
def test_examples_agree_on_every_window(name, times):
    compare_cohort, count = make_comparison(name, get_example(name)), times * EXAMPLES[name]
    seen: Counter[str] = Counter()

    @settings(max_examples=count, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(example_cohorts(name))
    def agree(cohort):
        seen.update(compare_cohort(cohort))

    agree()
    assert seen["points"] > count // 50, seen
    assert len(seen) >= LEAST_OUTCOMES.get(name, 2), seen


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("solar", "<= bound", "< bound"),
        ("tracker", "leaps * 10 <= len(window)", "leaps * 10 < len(window)"),
        ("coverage", "<= ENTROPY_LIFE_MS", "< ENTROPY_LIFE_MS"),
        ("driving", "weeks >= least", "weeks > least"),
        ("gnss", "signal.satellite > satellite", "signal.satellite >= satellite"),
        ("energy", "if supply < demand", "if supply <= demand"),
        ("area", "latest_ms > LONGEST_SILENCE_MS", "latest_ms >= LONGEST_SILENCE_MS"),
    ],
)
def test_a_wrong_program_would_be_noticed(name, right, wrong):
    source = dict(get_example(name).network.sources)["network.py"]
    assert right in source
    compare_cohort = make_comparison(
        name, compile_network(capture({"network.py": source.replace(right, wrong)}))
    )

    @settings(max_examples=300, deadline=None, derandomize=True, phases=[Phase.generate])
    @given(example_cohorts(name))
    def agree(cohort):
        compare_cohort(cohort)

    with pytest.raises(AssertionError):
        agree()


@pytest.mark.parametrize("name", NAMES)
def test_bounds_that_are_guessed_and_proven_hold_on_every_window(name, monkeypatch):
    # Every loop counts as long: the evaluator demands that each value lies within its bounds.
    monkeypatch.setattr("fieldproof.compiler.analyse.LONG_LOOP_ROUNDS", 1)
    compiled = compile_network(capture({"network.py": dict(get_example(name).network.sources)["network.py"]}))
    python = to_python(compiled)

    @settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(example_windows(name))
    def agree(window):
        compare(compiled, python, window)

    agree()


@pytest.mark.parametrize("name", NAMES)
def test_guessed_bounds_are_as_tight_after_a_loop(name, monkeypatch):
    source = dict(get_example(name).network.sources)["network.py"]
    network = capture({"network.py": source})
    (plain,) = lower(network, {"network.py": Reporter("network.py", source)})
    assert plain is not None
    exact = analyse(plain).intervals
    monkeypatch.setattr("fieldproof.compiler.analyse.LONG_LOOP_ROUNDS", 1)
    guessed = analyse(plain).intervals
    assert all(exact[value].is_within(guessed[value]) for value in exact)
    results = [each.result for item in walk(plain.body) if isinstance(item, Loop) for each in item.carried]
    assert all(exact[value] == guessed[value] for value in results)


def test_a_window_of_a_day_is_compiled_quickly():
    source = dict(get_example("solar").network.sources)["network.py"]
    source = source.replace("readings_per_window=60", "readings_per_window=28800")
    started = time.monotonic()
    compiled = compile_network(capture({"network.py": source.replace('window="1h"', 'window="1d"')}))
    assert time.monotonic() - started < 10
    total = max(compiled.intervals.values(), key=lambda interval: interval.high)
    assert total.high >= 28_800 * 16_000


def run(body: str, rows, *, attributes=(3,), starts_at=0, helpers=""):
    """Compile a short program over READINGS readings of x and y, run it both ways, return the outcome."""
    source = f"""
from itertools import pairwise
from fieldproof import U8, I8, U32, Attributes, Network, Reading, Window, field, isqrt, program

class Sample(Reading):
    x: int = field(unit="/", low=-50, high=100)
    y: int = field(unit="/", low=0, high=1000)

class Site(Attributes):
    a: int = field(unit="/", low=-5, high=20)

TABLE = (7, -3, 0, 12)
{helpers}
@program
def reward(window: Window[Sample], site: Site) -> U32:
{chr(10).join("    " + line for line in body.strip(chr(10)).split(chr(10)))}

network = Network(name="t", reading=Sample, attributes=Site, program=reward,
    window="1h", readings_per_window=6, cohort=1, pool_per_window="1")
"""
    compiled = compile_network(capture({"network.py": source}))
    outcome = compare(
        compiled,
        to_python(compiled),
        Inputs(tuple((1000 * number, *row) for number, row in enumerate(rows)), attributes, starts_at),
    )
    return outcome.void.exception if outcome.void else outcome.points


ROWS = [(5, 10), (-7, 20), (100, 0), (0, 1000)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return sum(s.y for s in window)", 1030),
        ("return sum(s.y for s in window if s.x > 0)", 10),
        ("return max(s.x for s in window)", 100),
        ("return min(s.y for s in window)", 0),
        ("return 1 if any(s.x == 0 for s in window) else 0", 1),
        ("return 1 if all(s.x > -8 for s in window) else 0", 1),
        ("return -7 // 2 + 100", 96),
        ("return -7 % 3", 2),
        ("return 7 % -3 + 100", 98),
        ("return window[1].x % 4", 1),
        ("return window[1].x // 2 + 10", 6),
        ("return 100 // window[1].x + 20", 5),
        ("return 100 % window[1].x + 20", 15),
        ("return 100 // window[3].x", "ZeroDivisionError"),
        ("return 100 % window[3].x", "ZeroDivisionError"),
        ("return window[4].y", "IndexError"),
        ("return window[-4].y", 10),
        ("return window[-5].y", "IndexError"),
        ("return window[len(window) - 1].y", 1000),
        ("return TABLE[site.a]", 12),
        ("return TABLE[site.a + 1]", "IndexError"),
        ("return TABLE[site.a - 7] + 100", 107),
        ("return TABLE[site.a - 8]", "IndexError"),
        ("return isqrt(window[3].y)", 31),
        ("return isqrt(window[1].x)", "ValueError"),
        ("return U8(window[3].y)", "OverflowError"),
        ("return U8(window[1].y)", 20),
        ("return I8(window[1].x) + 7", 0),
        ("return window[1].x", "OverflowError"),
        ("assert len(window) > 4, 'few'\nreturn 1", "AssertionError"),
        ("if len(window) > 100:\n    return 1 // (len(window) - 4)\nreturn 2", 2),
        ("return 5 if window[3].x == 0 or 1 // window[3].x else 6", 5),
        ("return 5 if window[3].x != 0 and 1 // window[3].x else 6", 6),
        ("return 1 if 0 < window[3].x < 5 // window[3].x else 2", 2),
        ("best = 0\nfor s in window:\n    if s.x > best:\n        best = s.x\nreturn best", 100),
        ("n = 0\nfor a, b in pairwise(window):\n    n += abs(a.x - b.x)\nreturn n", 219),
        ("n = 0\nfor a, b in zip(window, window[1:]):\n    n += b.time_ms - a.time_ms\nreturn n", 3000),
        ("n = 0\nfor i, s in enumerate(window):\n    n += i * s.y\nreturn n", 3020),
        ("n = 0\nfor s, t in zip(window, TABLE):\n    n += t * s.x\nreturn n + 100", 156),
        ("for s in window:\n    if s.x < 0:\n        return s.y\nreturn 0", 20),
        (
            "n = 0\nfor s in window:\n    if s.x < 0:\n        continue\n"
            "    if s.x > 50:\n        break\n    n += 1\nreturn n",
            1,
        ),
        (
            "p = window[0]\nn = 0\nfor s in window:\n"
            "    if s.y > p.y:\n        n += 1\n    p = s\nreturn n * 1000 + p.y",
            3000,
        ),
        ("a, b = 1, 2\na, b = b, a\nreturn a * 10 + b", 21),
        ("n = 1\nfor i in range(10, 0, -3):\n    n = n * 10 + i\nreturn n", 20741),
        (
            "n = 0\nfor i in range(3):\n    for j in range(3):\n"
            "        if j == 2:\n            break\n        n += i * j\nreturn n",
            3,
        ),
        ("return (window[0].x > 3) + (window[0].x > 4)", 2),
        ("return 3 and 0 or 7", 7),
        ("return window.starts_at // 60", 0),
        ("n = 0\nfor s in window:\n    n += 10 if s.x > 0 else 1\nreturn n", 22),
        ("x: int = 3\ny: U8 = 255\nreturn x + y", 258),
        ("return 2 ** 10 + window[0].x ** 3", 1149),
        ("return +window[0].x - -3", 8),
        ("return not window[0].x", 0),
        ("return sum(TABLE) + min(TABLE) + max(TABLE) + len(TABLE)", 29),
    ],
)  # fmt: skip
def test_a_construct_means_what_it_means_in_python(body, expected):
    assert run(body, ROWS) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return sum(s.y for s in window)", 0),
        ("return max(s.x for s in window)", "ValueError"),
        ("return window[0].y", "IndexError"),
        ("return window[-1].y", "IndexError"),
        ("return 1 if all(s.x > 5 for s in window) else 0", 1),
        ("n = 0\nfor a, b in pairwise(window):\n    n += 1 // 0 if a.x > 200 else 1\nreturn n", 0),
    ],
)
def test_an_empty_window_is_like_an_empty_sequence(body, expected):
    assert run(body, []) == expected


def test_helpers_return_early_and_give_tuples():
    helpers = """
def split(n: int) -> tuple[int, int]:
    if n < 0:
        return 0, -n
    for i in range(20):
        if i * i > n:
            return i, n
    return 99, n
"""
    body = "n = 0\nfor s in window:\n    a, b = split(s.x)\n    n += a * b\nreturn n"
    assert run(body, ROWS, helpers=helpers) == 15 + 0 + 1100 + 0
