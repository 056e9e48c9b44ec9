"""Running an author's function: points, the reason of voidness, and the same as calling it in Python."""

import random
import subprocess
import sys

import pytest

from fieldproof.compiler import capture, to_python

from .examples import FOLDER, NAMES, get_example


def call_directly(name, rows, attributes, starts_at):
    """Import the example as its author does and call the program in plain Python."""
    from fieldproof import Window

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
