"""Running an author's function: points, the reason of voidness, and the same as calling it in Python."""

import importlib
import random
import subprocess
import sys

import pytest

from fieldproof import Cohort, Window
from fieldproof.compiler import Inputs, capture, compile_network, to_python
from fieldproof.compiler.interpret import PythonCohortProgram, PythonProgram

from .comparing import compare
from .examples import FOLDER, NAMES, get_example
from .folders import COHORT, STREAKS


def call_directly(name, rows, attributes, starts_at):
    """Import the example as its author does and call the program in plain Python."""
    names: dict[str, object] = {}
    exec(compile((FOLDER / name / "network.py").read_text(), f"{name}/network.py", "exec"), names)
    network = names["network"]
    fields = [spec.name for spec in network.reading.specs]
    readings = [network.reading(time_ms=row[0], **dict(zip(fields, row[1:], strict=True))) for row in rows]
    arguments = [Window(readings, starts_at=starts_at)]
    if network.attributes is not None:
        specs = network.attributes.specs
        arguments.append(
            network.attributes(**{spec.name: value for spec, value in zip(specs, attributes, strict=True)})
        )
    return network.program(*arguments)


@pytest.mark.parametrize("name", NAMES)
def test_it_is_what_the_author_gets_from_a_plain_call(name):
    compiled = get_example(name)
    python = to_python(compiled)
    source = random.Random(5)
    specs = compiled.network.schema.reading
    outcomes = set()
    for _ in range(30):
        count = source.choice([0, 1, 2, 50, 60])
        start = [source.randint(spec.low // 8, spec.high // 8) for spec in specs]
        rows = []
        for number in range(count):
            start = [each + source.randint(-3, 3) for each in start]
            values = [min(spec.high, max(spec.low, each)) for spec, each in zip(specs, start, strict=True)]
            rows.append((number * 20_000, *values))
        attributes = tuple(spec.high for spec in compiled.network.schema.attributes)
        outcome = python(rows, attributes, 1_451_606_400 + 18 * 3600)
        outcomes.add(outcome.void is None)
        if outcome.void is None:
            assert call_directly(name, rows, attributes, 1_451_606_400 + 18 * 3600) == outcome.points
        else:
            with pytest.raises((AssertionError, IndexError)) as raised:
                call_directly(name, rows, attributes, 1_451_606_400 + 18 * 3600)
            assert type(raised.value).__name__ == outcome.void.exception
            assert str(raised.value) == outcome.void.message
    assert outcomes == {True, False}


def test_a_reason_names_file_line_and_message():
    outcome = to_python(get_example("solar"))([], (100,), 0)
    source = (FOLDER / "solar" / "network.py").read_text().split("\n")
    assert outcome.points == 0
    assert outcome.void is not None
    assert str(outcome.void).startswith("network.py:")
    assert source[outcome.void.line - 1].strip().startswith("assert len(window)")
    assert outcome.void.message == "fewer than three quarters of the minutes"


def test_an_assertion_without_a_message_is_a_reason_too():
    source = (FOLDER / "solar" / "network.py").read_text()
    source = source.replace(', "fewer than three quarters of the minutes"', "")
    compiled = compile_network(capture({"network.py": source}))
    outcome = compare(compiled, to_python(compiled.network), Inputs(rows=(), attributes=(100,), starts_at=0))
    assert outcome.void is not None
    assert outcome.void.message == "assertion failed"


def test_a_result_outside_its_type_is_void():
    source = (FOLDER / "solar" / "network.py").read_text()
    source = source.replace("-> U32", "-> U8").replace("import U32", "import U8")
    rows = [(minute * 60_000, 5000 + minute, 0) for minute in range(60)]
    outcome = to_python(capture({"network.py": source}))(rows, (5000,), 1_451_606_400 + 18 * 3600)
    assert outcome.void is not None
    assert outcome.void.exception == "OverflowError"
    assert outcome.void.message == "a value does not fit U8: 0 to 255"


def test_assertions_hold_whatever_python_was_started_with():
    # compile() would drop them under -O; the program's meaning may not hang on that.
    script = (
        "import sys; from pathlib import Path; from fieldproof.compiler import capture, to_python; "
        "source = Path(sys.argv[1]).read_text(); "
        "print(to_python(capture({'network.py': source}))([], (100,), 0).void.exception)"
    )
    path = FOLDER / "solar" / "network.py"
    done = subprocess.run(
        [sys.executable, "-O", "-c", script, path], capture_output=True, text=True, check=True
    )
    assert done.stdout == "AssertionError\n"


@pytest.fixture
def import_folder(tmp_path, monkeypatch):
    """Write a network's files, import network.py as its author does, and return the module."""
    names: list[str] = []

    def load(files):
        for name, text in files.items():
            (tmp_path / name).write_text(text)
            names.append(name.removesuffix(".py"))
        monkeypatch.syspath_prepend(tmp_path)
        return importlib.import_module("network")

    yield load
    for name in names:
        sys.modules.pop(name, None)


def make_rows(values):
    return tuple((1000 * number, value) for number, value in enumerate(values))


def make_window(module, values, **place):
    rows = make_rows(values)
    return Window([module.Sample(time_ms=time_ms, value=value) for time_ms, value in rows], **place)


def call(function, *arguments):
    """Call an author's function; what it raises comes back as a value, and None as the result."""
    try:
        return function(*arguments), None
    except (AssertionError, OverflowError) as error:
        return None, (type(error).__name__, str(error))


STATES = [(0, 0, -1, 5, 1), (2, 3, 1, -10, 0), (3, 3, 0, 20, 1)]


@pytest.mark.parametrize("state", [None, *STATES])
@pytest.mark.parametrize("missed", [0, 2])
@pytest.mark.parametrize("values", [(), (250, 249), (250, 300, 600), (250, -400)])
def test_a_program_of_several_files_with_state_is_what_its_author_gets(import_folder, state, missed, values):
    module = import_folder(STREAKS)
    python = to_python(capture(STREAKS))
    outcome = python(make_rows(values), (7,), 3600, number=1, missed=missed, state=state)
    before = module.Streak() if state is None else module.Streak(*state)
    window = make_window(module, values, starts_at=3600, number=1, missed=missed)
    result, error = call(module.reward, window, module.Site(area=7), before)
    if result is None:
        assert outcome.void is not None
        assert (outcome.void.exception, outcome.void.message) == error
        assert outcome.points == 0
        assert outcome.state == (STATES[0] if state is None else state)
    else:
        points, after = result
        assert outcome.void is None
        assert outcome.points == points
        assert outcome.state == tuple(
            int(each) for each in (after.days, after.best, after.last, after.height, after.is_new)
        )


def test_a_program_of_several_files_means_the_same_in_the_intermediate_form():
    compiled = compile_network(capture(STREAKS))
    python, source = to_python(compiled), random.Random(7)
    seen = set()
    for _ in range(100):
        values = [source.randint(200, 600) for _ in range(source.choice([0, 1, 2, 60]))]
        values += source.choice([[], [], [250, 249], [-398, -399]])
        state = (
            source.randint(0, 3),
            source.randint(0, 3),
            source.randint(-1, 1),
            source.randint(-10, 20),
            1,
        )
        missed = source.choice([0, 0, 1])
        window = Inputs(make_rows(values[:60]), (source.randint(0, 50),), 3600, 9, missed, state)
        outcome = compare(compiled, python, window)
        seen.add(outcome.void.exception if outcome.void else "points")
    assert seen == {"points", "AssertionError", "OverflowError"}


def test_a_state_outside_its_range_is_void_in_the_line_of_the_return_type():
    outcome = to_python(capture(STREAKS))(make_rows([250]), (7,), 0, state=(3, 3, 1, 5, 1))
    assert outcome.void is not None
    assert str(outcome.void) == "network.py:18: OverflowError: a value does not fit Int[0, 3]: 0 to 3"
    assert STREAKS["network.py"].split("\n")[17].startswith("def reward")
    assert outcome.state == (3, 3, 1, 5, 1)


def test_a_reason_names_the_file_and_the_reading():
    outcome = to_python(capture(STREAKS))(make_rows([250, 250, -400]), (7,), 0)
    assert outcome.void is not None
    line = STREAKS["rules.py"].split("\n").index('    assert sample.value > -399, "it is too cold"') + 1
    assert str(outcome.void) == f"rules.py:{line}: AssertionError: it is too cold, at reading 2"


@pytest.mark.parametrize("number", [1, 3])
def test_a_cohort_program_is_what_its_author_gets(import_folder, number):
    module = import_folder(COHORT)
    python = PythonCohortProgram(capture(COHORT))
    windows = [(-20, 400, -30), (), (-400,), (40, -100, 0)]
    windows = windows[-number:] + windows[:-number]
    reports, expected = [], []
    for values in windows:
        found = python.look(make_rows(values), (), 0)
        reports.append(found.report)
        report, error = call(module.look, make_window(module, values, starts_at=0))
        expected.append(report)
        if report is None:
            assert found.report is None
            assert (found.void.exception, found.void.message) == error
        else:
            assert found.void is None
            assert found.report == (report.level, report.halvings, *report.highest, report.share.part)
    assert {each is None for each in reports} == {True, False}
    assert python.judge(reports) == tuple(module.reward(Cohort(expected)))
    assert python.judge([None] * 4) == tuple(module.reward(Cohort([None] * 4))) == (12, 12, 12, 12)


def test_a_loop_with_too_many_rounds_is_void():
    found = PythonCohortProgram(capture(COHORT)).look(make_rows([600]), (), 0)
    assert found.void is not None
    assert (found.void.exception, found.void.message) == ("OverflowError", "more than 4 rounds")


def test_points_of_a_cohort_that_do_not_fit_raise():
    text = COHORT["network.py"].replace("points[i] = abs", "points[i] = -abs")
    with pytest.raises(OverflowError):
        PythonCohortProgram(capture({"network.py": text})).judge([None] * 4)


def run_body(body, values):
    """Run a program with this body; TypeErrors and all."""
    text = """
from itertools import pairwise

from fieldproof import U32, Network, Reading, Window, field, program


class Sample(Reading):
    value: int = field(unit="Cel", low=0, high=60)


def check(sample):
    assert sample.value < 50, "too hot"
    return 1


@program
def reward(window: Window[Sample]) -> U32:
BODY


network = Network(
    name="one", reading=Sample, program=reward, window="1h", readings_per_window=60, pool_per_window="1"
)
"""
    text = text.replace("BODY", "\n".join("    " + line for line in body.split("\n")))
    return PythonProgram(capture({"network.py": text}))(make_rows(values), (), 0)


@pytest.mark.parametrize(
    ("body", "reading"),
    [
        ("for sample in window:\n    check(sample)\nreturn 0", 2),
        ("for i, sample in enumerate(window):\n    check(sample)\nreturn 0", 2),
        ("for one, two in pairwise(window):\n    check(two)\nreturn 0", 2),
        ("for i in range(len(window)):\n    check(window[i])\nreturn 0", 2),
        ("for i in range(len(window)):\n    sample = window[i]\n    check(sample)\nreturn 0", 2),
        ("return sum(check(sample) for sample in window)", 2),
        ("for sample in window:\n    if sample.value > 40:\n        break\nassert False, 'late'", None),
        ("for sample in window:\n    for i in range(3):\n        check(sample)\nreturn 0", 2),
        ("for sample in window:\n    n = sum(1 for o in window)\n    check(sample)\nreturn 0", 2),
        ("for i in range(3):\n    assert i < 2\nreturn 0", None),
        ("assert window[2].value < 50\nreturn 0", None),
    ],
)
def test_the_reading_is_named_where_a_loop_tells_it(body, reading):
    outcome = run_body(body, [10, 20, 55, 5])
    assert outcome.void is not None
    assert outcome.void.reading == reading
    assert str(outcome.void).endswith(f", at reading {reading}") == (reading is not None)


def test_a_missing_value_used_as_a_number_is_void():
    outcome = run_body("return sum(sample.value for sample in window)", [10, None, 20])
    assert outcome.void is not None
    assert outcome.void.exception == "TypeError"


def test_modules_have_no_builtins_and_see_no_names_of_one_another():
    network = capture(STREAKS)
    main = to_python(network)._call.__globals__
    rules = main["count_warm"].__globals__
    assert main["__builtins__"] == rules["__builtins__"] == {}
    assert "is_warm" not in main
    assert "reward" not in rules
    assert "LEAST" not in main
