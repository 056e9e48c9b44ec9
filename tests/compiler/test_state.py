"""The fields of a state, as its dataclass declares them."""

import pytest

from fieldproof.compiler import Code, capture, check, get_state_fields, get_state_layout
from fieldproof.protocol import StateField
from run.networks import POSTED, STREAKS

FIELDS = """    windows: Int[0, 100] = 0
    level: Int[0, 400] = 0
"""


def with_fields(fields: str) -> str:
    assert FIELDS in STREAKS
    return STREAKS.replace(FIELDS, fields).replace("Streak(windows, total)", "state")


def test_every_kind_of_number_is_a_field_by_its_range() -> None:
    source = with_fields(
        "    windows: Int[0, 100] = 3\n"
        "    level: I8 = -5\n"
        "    flag: bool = True\n"
        "    worth: Fixed[100, -1, 2] = 50\n"
        "    kind: Kind = Kind.FULL\n"
    ).replace(
        "@dataclass(frozen=True)",
        "class Kind(IntEnum):\n    EMPTY = 2\n    FULL = 5\n\n\n@dataclass(frozen=True)",
    )
    source = source.replace("from dataclasses", "from enum import IntEnum\nfrom dataclasses").replace(
        "U32, Int,", "U32, I8, Fixed, Int,"
    )
    assert check({"network.py": source}) == ()
    assert get_state_fields(capture({"network.py": source})) == (
        StateField("windows", 0, 100, 3),
        StateField("level", -128, 127, -5),
        StateField("flag", 0, 1, 1),
        StateField("worth", -100, 200, 50),
        StateField("kind", 2, 5, 5),
    )


def test_a_program_without_state_has_no_layout() -> None:
    network = capture({"network.py": POSTED})
    assert get_state_fields(network) == ()
    assert get_state_layout(network) is None


def test_a_state_from_another_file_is_found_there() -> None:
    head, rest = STREAKS.split("@dataclass(frozen=True)\nclass Streak:")
    declared, rest = rest.split("@program")
    files = {
        "network.py": f"{head.replace('from dataclasses import dataclass', 'from streaks import Streak')}"
        f"@program{rest}",
        "streaks.py": "from dataclasses import dataclass\n\nfrom fieldproof import Int\n\n\n"
        f"@dataclass(frozen=True)\nclass Streak:{declared}",
    }
    assert check(files) == ()
    assert get_state_fields(capture(files)) == get_state_fields(capture({"network.py": STREAKS}))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ("    windows: Int[0, 100]\n    level: Int[0, 400] = 0\n", "windows has no value"),
        ("    windows: Int[0, 100] = 0\n    level: int = 0\n", "has a number without one"),
        ("    windows: Int[0, 2**64] = 0\n    level: U32 = 0\n", "this one needs 97"),
    ],
)
def test_a_state_that_no_lane_can_hold_is_a_mistake(fields: str, message: str) -> None:
    source = with_fields(fields)
    (found,) = check({"network.py": source})
    assert found.code is Code.STATE
    assert message in found.message


def test_a_state_within_a_state_is_a_mistake() -> None:
    inner = (
        "@dataclass(frozen=True)\nclass Part:\n    size: U8 = 0\n\n\n@dataclass(frozen=True)\nclass Streak:"
    )
    source = STREAKS.replace("@dataclass(frozen=True)\nclass Streak:", inner).replace(
        "U32, Int,", "U8, U32, Int,"
    )
    source = source.replace(FIELDS, f"    part: Part\n{FIELDS}").replace(
        "Streak(windows, total)", "Streak(state.part, windows, total)"
    )
    (found,) = check({"network.py": source})
    assert (found.code, found.span.line) == (Code.STATE, 23)
