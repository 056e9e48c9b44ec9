"""Networks of several files: what takes part, what each file is found to hold, and that none of it runs."""

import subprocess
import sys
import time

import pytest

from fieldproof.compiler import Code, CompileError, capture, check, library_source, to_python
from fieldproof.compiler.capture import CapturedImport
from fieldproof.compiler.declared import BOOL, RecordType, SizedInteger
from fieldproof.run.folder import read_sources

from .folders import COHORT, STREAKS


def test_files_that_are_imported_take_part_and_others_do_not():
    network = capture(STREAKS)
    assert [each.path for each in network.modules] == ["network.py", "rules.py", "limits.py"]
    assert [path for path, _ in network.sources] == ["limits.py", "network.py", "rules.py"]
    assert dict(network.sources) == {path: STREAKS[path] for path, _ in network.sources}
    assert not network.uses_library


def test_a_module_holds_what_it_defines_and_names_what_it_imports():
    main, rules, limits = capture(STREAKS).modules
    assert [each.name for each in main.functions] == ["reward"]
    assert [each.name for each in rules.functions] == ["count_warm", "is_warm"]
    assert limits.constants == (("LEAST", 250), ("MOST_DAYS", 3))
    assert rules.constants == (("STEPS", ((0, 1), (1, 10), (2, 100))), ("LAST", 0))
    assert [(each.name, each.members) for each in rules.enums] == [
        ("Kind", (("UNKNOWN", -1), ("COLD", 0), ("WARM", 1)))
    ]
    assert rules.imports == (CapturedImport("LEAST", "limits.py"), CapturedImport("MOST_DAYS", "limits.py"))
    assert [each.name for each in main.imports] == ["STEPS", "Kind", "Mood", "Streak", "count_warm"]
    assert {each.path for each in main.imports} == {"rules.py"}


def test_a_dataclass_says_the_range_and_the_default_of_each_field():
    rules = capture(STREAKS).modules[1]
    streak = next(each for each in rules.dataclasses if each.name == "Streak")
    kind = SizedInteger("Kind", -1, 1)
    days = SizedInteger("Int[0, 3]", 0, 3)
    height = SizedInteger("Fixed[10, -1, 2]", -10, 20)
    assert [(each.name, each.default, each.declared) for each in streak.fields] == [
        ("days", 0, days),
        ("best", 0, days),
        ("last", -1, kind),
        ("height", 5, height),
        ("is_new", 1, BOOL),
    ]
    assert isinstance(streak.declared, RecordType)
    assert streak.declared.module == "rules.py"


def test_program_stage_and_state_are_found():
    streaks, cohort = capture(STREAKS), capture(COHORT)
    assert (streaks.program_name, streaks.device_name, streaks.state_name) == ("reward", None, "Streak")
    assert (cohort.program_name, cohort.device_name, cohort.state_name) == ("reward", "look", None)


def test_schema_classes_may_stand_in_another_file():
    schema = 'class Sample(Reading):\n    value: int = field(unit="Cel", low=0, high=9)\n'
    files = {
        "schema.py": "from fieldproof import Reading, field\n\n\n" + schema,
        "network.py": COHORT["network.py"].replace(
            "class Sample", "from schema import Sample\n\n\nclass Other"
        ),
    }
    network = capture(files)
    assert network.reading_name == "Sample"
    assert [spec.name for spec in network.schema.reading] == ["value"]


def test_files_in_a_folder_find_one_another():
    network = capture({f"network/{path}": text for path, text in STREAKS.items()})
    assert [each.path for each in network.modules] == [
        "network/network.py",
        "network/rules.py",
        "network/limits.py",
    ]


def test_mistakes_of_all_files_come_sorted_by_path_and_line():
    files = {
        **STREAKS,
        "rules.py": STREAKS["rules.py"].replace("STEPS: Final = ((0, 1)", "STEPS: Final = ((0, 1.5)"),
        "limits.py": "MOST_DAYS = 3\nLEAST = 1 / 2\nMORE = 0.5\n",
        "network.py": STREAKS["network.py"].replace('"1h"', '"1 hour"'),
    }
    with pytest.raises(CompileError) as raised:
        capture(files)
    found = [(each.span.path, each.span.line) for each in raised.value.diagnostics]
    assert found == sorted(found)
    assert [path for path, _ in found] == ["limits.py", "limits.py", "network.py", "rules.py"]


def test_a_name_whose_mistake_was_reported_is_not_blamed_again():
    files = {**STREAKS, "limits.py": "LEAST = 250\nMOST_DAYS = 0.5\n"}
    (mistake,) = check(files)
    assert (mistake.code, mistake.span.path) == (Code.FLOAT, "limits.py")


def test_a_missing_file_is_named():
    files = {path: text for path, text in STREAKS.items() if path != "limits.py"}
    (mistake,) = check(files)
    assert mistake.code is Code.MODULE_MISSING
    assert (mistake.span.path, "limits.py" in mistake.message) == ("rules.py", True)


def test_capture_takes_milliseconds():
    capture(STREAKS)
    start = time.process_time()
    for _ in range(10):
        capture(STREAKS)
    assert time.process_time() - start < 0.5


@pytest.fixture
def library(tmp_path, monkeypatch):
    """Two library files, the second used by the first."""
    folder = tmp_path / "library"
    folder.mkdir()
    (folder / "__init__.py").write_text(
        "from fieldproof.library.sky import RISING, elevate\nfrom fieldproof.library.trig import sine\n"
    )
    (folder / "sky.py").write_text(
        "from fieldproof.library.trig import sine\n\nRISING = 6\n\n\n"
        "def elevate(hour):\n    return sine(hour) * 2\n"
    )
    (folder / "trig.py").write_text("def sine(angle):\n    return angle + 1\n")

    def forget():
        library_source.read_library.cache_clear()
        library_source._list_exports.cache_clear()

    monkeypatch.setattr(library_source, "_FOLDER", folder)
    forget()
    yield folder
    monkeypatch.undo()
    forget()


LIBRARY_USER = COHORT["network.py"].replace(
    "class Sample", "from fieldproof.library import RISING, elevate\n\nLATER = RISING + 1\n\n\nclass Sample"
)


def test_library_names_come_from_the_files_that_define_them(library):
    network = capture({"network.py": LIBRARY_USER})
    assert [each.path for each in network.modules] == [
        "network.py",
        "fieldproof/library/sky.py",
        "fieldproof/library/trig.py",
    ]
    assert network.modules[0].imports == (
        CapturedImport("RISING", "fieldproof/library/sky.py"),
        CapturedImport("elevate", "fieldproof/library/sky.py"),
    )
    assert dict(network.modules[0].constants)["LATER"] == 7
    assert network.sources == (("network.py", LIBRARY_USER),)
    assert network.uses_library


def test_a_change_of_a_library_file_changes_its_version(library):
    before = library_source.get_library_version()
    (library / "trig.py").write_text("def sine(angle):\n    return angle + 2\n")
    library_source.read_library.cache_clear()
    assert library_source.get_library_version() != before


def test_a_folder_gives_the_files_that_take_part(tmp_path):
    for name, text in STREAKS.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "math.py").write_text("never imported")
    sources = read_sources(tmp_path)
    assert sorted(sources) == ["limits.py", "network.py", "rules.py"]
    assert capture(sources).sources == capture(STREAKS).sources
    (tmp_path / "limits.py").unlink()
    assert sorted(read_sources(tmp_path)) == ["network.py", "rules.py"]


def test_nothing_of_an_imported_file_is_ever_run(tmp_path):
    trap = "\n__import__('pathlib').Path('trap').write_text('sprung')\n"
    for name, text in STREAKS.items():
        (tmp_path / name).write_text(text + (trap if name == "limits.py" else ""))
    script = (
        "from pathlib import Path; from fieldproof.compiler import check; "
        "from fieldproof.run.folder import read_sources; "
        "print([each.code.name for each in check(read_sources(Path('.')))])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.stdout == "['MODULE_STATEMENT']\n", done.stderr
    assert not (tmp_path / "trap").exists()


@pytest.mark.parametrize(
    "reached",
    [
        "state.__class__",
        "state.__class__.__mro__[1].__subclasses__()",
        "Streak.__init__.__globals__",
        "Kind.__members__",
        "Kind.WARM.__class__",
        "Kind.WARM._value_",
        "mood.last.to_bytes(1)",
        "count_warm.__globals__",
        "replace.__globals__",
        "STEPS.__class__",
        "window.index(window[0])",
        "(0).__class__",
        "int.from_bytes",
        "type(state)",
        "getattr(state, 'days')",
        "Streak.days",
        "rules.Kind",
    ],
)
def test_nothing_but_the_language_is_reached_from_a_program(reached):
    source = STREAKS["network.py"]
    assert "state.days + 1" in source
    files = {**STREAKS, "network.py": source.replace("state.days + 1", reached)}
    assert check(STREAKS) == ()
    assert check(files)
    with pytest.raises(CompileError):
        to_python(capture(files))
