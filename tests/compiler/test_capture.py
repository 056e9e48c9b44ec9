"""Reading a source: what is taken from it, and that nothing of it is ever run."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from fieldproof.compiler import Code, CompileError, capture, check, compile_network, to_python

ROOT = Path(__file__).parents[2]
SOLAR = (ROOT / "src/fieldproof/networks/solar/network.py").read_text()
TRAP = "__import__('pathlib').Path('trap').write_text('sprung')"


def test_a_network_is_read_whole():
    network = capture({"network.py": SOLAR})
    assert network.settings.name == "rooftops"
    assert network.settings.window_s == 3600
    assert network.settings.cohort == 16
    assert [(spec.name, spec.unit, spec.low, spec.high) for spec in network.schema.reading] == [
        ("irradiance", "W/m2", 0, 16000),
        ("temperature", "Cel", -6000, 6000),
    ]
    assert [spec.name for spec in network.schema.attributes] == ["panel_area"]
    assert (network.reading_name, network.attributes_name, network.program_name) == (
        "Sample",
        "Site",
        "reward",
    )
    constants = dict(network.constants)
    assert constants["MARGIN"] == 12
    assert len(constants["CLEAR_SKY"]) == 24


def test_the_schema_is_the_one_that_python_makes():
    names: dict[str, object] = {}
    exec(compile(SOLAR, "network.py", "exec"), names)
    made = names["network"]
    captured = capture({"network.py": SOLAR})
    assert captured.schema == made.schema
    assert captured.settings == made.settings


def test_line_ends_do_not_matter():
    network = capture({"network.py": SOLAR.replace("\n", "\r\n")})
    assert network.sources == (("network.py", SOLAR),)
    assert compile_network(network).program == compile_network(capture({"network.py": SOLAR})).program


def test_other_files_take_no_part():
    files = {"network.py": SOLAR, "tests/test_reward.py": "import os", "README.md": "# Hello"}
    assert capture(files).sources == (("network.py", SOLAR),)


@pytest.mark.parametrize(
    "place",
    [
        ("MARGIN = 12", f"MARGIN = {TRAP}"),
        ('"""Solar yield', f'{TRAP}\n"""Solar yield'),
        ("class Sample(Reading):", f"class Sample({TRAP}):"),
        ("low=0, high=1600", f"low={TRAP}, high=1600"),
        ("irradiance: int", f"irradiance: ({TRAP})"),
        ("@program", f"@({TRAP})\n@program"),
        ("-> U32", f"-> ({TRAP})"),
        ("site: Site", f"site: ({TRAP})"),
        ("site: Site", f"site: Site = {TRAP}"),
        ('name="rooftops"', f"name={TRAP}"),
        ("program=reward", f"program={TRAP}"),
        ('"the irradiance jumps about"', TRAP),
        ("bound = ", f"bound = {TRAP} + "),
        ("for sample in window:", f"for sample in {TRAP}:"),
        ("jumps += 1", f"jumps += {TRAP}"),
        ("return total", f"return {TRAP} + total"),
        ("from fieldproof import", "import trap\nfrom fieldproof import"),
        ("from fieldproof import", "from .trap import trap\nfrom fieldproof import"),
        ("window.starts_at", "window.__class__"),
        ("sample.irradiance <= bound", "sample.irradiance.__class__.__mro__[1].__subclasses__()"),
        ("total * site.panel_area", "(lambda: total)() * site.panel_area"),
        ("total * site.panel_area", "type(total).mro() * site.panel_area"),
    ],
    ids=lambda place: place[1].replace(TRAP, "TRAP")[:40],
)
def test_code_in_any_place_is_refused_and_never_run(place, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "trap.py").write_text("open('trap', 'w')")
    old, new = place
    assert old in SOLAR
    source = SOLAR.replace(old, new, 1)
    assert check({"network.py": source})
    with pytest.raises(CompileError):
        to_python(capture({"network.py": source}))
    assert not (tmp_path / "trap").exists()


@pytest.mark.parametrize(
    "source",
    [
        "",
        "\x00",
        "(" * 5000,
        "-" * 100_000 + "1",
        "x = " + "1+" * 20_000 + "1",
        "\ud800",
        "if:",
        "#" * 1_000_001,
    ],
    ids=["empty", "null", "brackets", "signs", "sum", "surrogate", "syntax", "long"],
)
def test_a_source_that_python_cannot_read_is_a_mistake_and_no_crash(source):
    found = check({"network.py": source})
    assert found
    assert all(isinstance(each.code, Code) for each in found)


def test_constants_cannot_take_memory():
    for literal in ("2**100000000", "9**9**9**9", "10**1000 * 10**1000"):
        source = SOLAR.replace("MARGIN = 12", f"MARGIN = {literal}")
        assert check({"network.py": source})


def test_what_audits_run_has_no_builtins():
    call = to_python(capture({"network.py": SOLAR}))._call
    names = call.__globals__
    assert names["__builtins__"] == {}
    assert not {name for name in names if "import" in name or name in ("open", "eval", "exec", "getattr")}


def test_captured_functions_keep_their_places():
    network = capture({"network.py": SOLAR})
    (function,) = network.functions
    assert isinstance(function, ast.FunctionDef)
    assert SOLAR.split("\n")[function.lineno - 1].startswith("def reward")


def test_only_python_and_cbor2_are_needed():
    script = """
import sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        allowed = set(sys.stdlib_module_names) | {"fieldproof", "cbor2", "_cbor2"}
        if name.split(".")[0] not in allowed:
            raise ImportError(f"{name} is not there")

sys.meta_path.insert(0, Refuse())
from fieldproof.compiler import capture, compile_network, emit_cohort, estimate_cost, to_python
source = open(sys.argv[1]).read()
compiled = compile_network(capture({"network.py": source}))
print(len(emit_cohort(compiled).source) > 1000, estimate_cost(compiled).gates > 1000)
print(to_python(compiled)([], [0], 0).points)
"""
    path = ROOT / "src/fieldproof/networks/solar/network.py"
    done = subprocess.run(
        [sys.executable, "-S", "-c", script, path],
        capture_output=True,
        text=True,
        check=False,
        env={
            "PYTHONPATH": ":".join(
                [str(ROOT / "src"), *(each for each in sys.path if "site-packages" in each)]
            )
        },
    )
    assert done.stdout == "True True\n0\n", done.stderr


@pytest.mark.parametrize(("branches", "codes"), [(90, []), (110, [Code.TOO_DEEP]), (400, [Code.TOO_DEEP])])
def test_a_chain_that_is_nested_too_deeply_is_a_mistake_and_no_crash(
    branches: int, codes: list[Code]
) -> None:
    chain = "".join(
        f"    elif len(window) == {number}:\n        return {number}\n" for number in range(1, branches)
    )
    start = SOLAR.index("    assert len(window)")
    end = SOLAR.index("network = Network")
    body = "    if len(window) == 0:\n        return 0\n" + chain + "    return site.panel_area\n\n\n"
    found = check({"network.py": SOLAR[:start] + body + SOLAR[end:]})
    assert [each.code for each in found] == codes
