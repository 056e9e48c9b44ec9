"""Operations on bits: what is known of their results, and how they are written."""

import pytest

from fieldproof.compiler import CompileError, capture, compile_network, emit_cohort, estimate_cost

from .random_frames import PLAIN_START, make_plain

TRUTHS = """found = False
odd = False
all_dry = True
for sample in window:
    found |= sample.x > 3
    odd ^= sample.y > 5
    all_dry &= sample.y < 900
return found + 2 * odd + 4 * all_dry"""
CHOSEN = """seen = [window.starts_at % (n + 7) > 3 for n in range(48)]
wet = [(window.starts_at + n) % 9 > 5 for n in range(48)]
late = False
for n in reversed(range(47)):
    seen[n] = seen[n] or (wet[n + 1] and seen[n + 1])
    if wet[n]:
        late = True
return late + sum(1 for each in seen if each)"""
SHARED = """a, b = window.starts_at % 1024, site.a + 5
return (a & b) + 5 * (a | b) + 7 * (a ^ b)"""
MIXED = """a = 0
for sample in window:
    a = a << 3 & 1023 ^ sample.y | 5
return a"""


def compile_body(body: str):
    lines = "".join(f"    {line}\n" for line in body.split("\n"))
    return compile_network(capture(make_plain(f"{PLAIN_START}{lines}")))


def emit_body(body: str) -> str:
    return emit_cohort(compile_body(body)).source.split("fn compute_points")[1].split("\n}")[0]


@pytest.mark.parametrize(
    ("body", "high"),
    [
        ("x: Int[0, {}] = (site.a + 5) ^ 3", 28),
        ("x: Int[0, {}] = (site.a + 5) ^ 16", 31),
        ("x: Int[0, {}] = (site.a + 5) | window.starts_at % 64", 63),
        ("x: Int[0, {}] = (site.a > 3) | (site.a < 0)", 1),
        ("x: Int[0, {}] = (site.a % 2) ^ (len(window) % 2)", 1),
    ],
)
def test_a_result_has_no_more_bits_than_the_longer_operand(body: str, high: int) -> None:
    compile_body(f"{body.format(high)}\nreturn 1")
    with pytest.raises(CompileError, match=r"and Int\[.* holds"):
        compile_body(f"{body.format(high - 1)}\nreturn 1")


def test_or_is_not_below_its_operands() -> None:
    compile_body("x: Int[9, 63] = (site.a + 14) | window.starts_at % 64\nreturn 1")


def test_a_choice_that_is_an_or_or_an_and_is_no_branch() -> None:
    text = emit_body(CHOSEN)
    assert "if v" not in text
    assert " | " in text
    assert " & " in text


def test_truths_that_a_loop_carries_stay_truths() -> None:
    text = emit_body(TRUTHS)
    assert "bit_and" not in text
    assert " | " in text
    assert " ^ " in text
    assert " & " in text


def test_what_two_numbers_have_in_common_is_found_once_and_checked_nowhere_else() -> None:
    text = emit_body(SHARED)
    assert text.count("bit_and::") == 1
    assert "assert" not in text


@pytest.mark.parametrize("body", [TRUTHS, SHARED, MIXED], ids=["truths", "shared", "mixed"])
def test_the_estimate_of_bits_is_close_to_the_count(body: str, compile_noir, count_gates) -> None:
    compiled = compile_body(body)
    counted = count_gates(compile_noir(emit_cohort(compiled).source))
    assert estimate_cost(compiled).gates == pytest.approx(counted, rel=0.05)
