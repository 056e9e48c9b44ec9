"""The emitted Noir: kept word for word for the examples, and what is in it for each kind of network.

`make golden` writes the kept texts anew; the change then shows in review.
"""

import os
import re
from pathlib import Path

import pytest

from fieldproof.compiler import capture, compile_network, emit_cohort
from fieldproof.networks import NETWORKS

from .examples import FOLDER, NAMES, get_example

GOLDEN = Path(__file__).with_name("golden")


@pytest.mark.parametrize("name", NETWORKS)
def test_the_circuit_of_an_example_is_the_kept_one(name):
    emitted = emit_cohort(get_example(name)).source
    kept = GOLDEN / f"{name}.nr"
    if os.environ.get("FIELDPROOF_UPDATE_GOLDEN"):
        kept.write_text(emitted)
    assert emitted == kept.read_text()


@pytest.mark.parametrize("name", NAMES)
def test_every_line_of_the_program_leads_back_to_python(name):
    compiled = get_example(name)
    emitted = emit_cohort(compiled)
    lines = emitted.source.split("\n")
    assert len(emitted.spans) == len(lines) - 1
    source = dict(compiled.network.sources)["network.py"].split("\n")
    quoted = [
        (line, span) for line, span in zip(lines, emitted.spans, strict=False) if "// " in line and span
    ]
    assert quoted
    for line, span in quoted:
        number, text = re.match(r" *// (\d+): (.*)", line).groups()
        assert span.line == int(number)
        assert source[span.line - 1].strip() == text
    computed = [
        line
        for line, span in zip(lines, emitted.spans, strict=False)
        if re.match(" *let v.* = (?!prepare)", line) and not span
    ]
    assert computed == []


@pytest.mark.parametrize("name", NAMES)
def test_a_program_uses_no_hint_and_no_cast_of_its_own(name):
    lines = emit_cohort(get_example(name)).source.split("\n")
    source = "\n".join(line for line in lines if not line.lstrip().startswith("//"))
    for word in ("unsafe", "unconstrained", "as u", "as i", "assert_max_bit_size", " / ", " % "):
        assert word not in source, word


@pytest.mark.parametrize(("capacity", "bitmap", "result"), [(1, 1, 1), (4, 1, 1), (64, 1, 10), (256, 2, 37)])
def test_the_size_of_the_cohort_sets_the_size_of_the_statement(capacity, bitmap, result):
    source = (FOLDER / "solar" / "network.py").read_text().replace("cohort=16", f"cohort={capacity}")
    emitted = emit_cohort(compile_network(capture({"network.py": source})))
    assert emitted.capacity == capacity
    assert f"global CAPACITY: u32 = {capacity};" in emitted.source
    assert f"global BITMAP_WORDS: u32 = {bitmap};" in emitted.source
    assert f"global RESULT_WORDS: u32 = {result};" in emitted.source


def test_the_same_source_gives_the_same_text():
    files = {"network.py": (FOLDER / "solar" / "network.py").read_text()}
    texts = {emit_cohort(compile_network(capture(files))).source for _ in range(3)}
    assert len(texts) == 1
