"""The gadgets agree with Python at and around every bound, and no lie of a hint passes.

Each circuit is compiled with hints that can be told to lie. Without lies it must hold for the right answer
and fail for a wrong one; with any single lie, and with lies that fit each other, it must fail.
"""

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from fieldproof.core.poseidon2 import FIELD_ORDER
from fieldproof.prove.gadgets import get_gadgets
from fieldproof.prove.noir import Artifact, compile_circuit
from fieldproof.prove.toolchain import Toolchain

from .lies import LyingSolver, Outcome, get_hint_names, get_lying_gadgets

HEAD = "mod gadgets;\nuse gadgets::{arrays, bitmap, integers, readings, state};\n"
LIES = (1, -1, 2, 2**32, -(2**32), 2**128, FIELD_ORDER // 2, random.Random(3).randrange(FIELD_ORDER))


@dataclass(frozen=True)
class Circuit:
    """A gadget on `inputs`, its answers held to `expected`."""

    body: str
    hints: tuple[str, ...]
    compute: Callable[..., Sequence[int]]
    """What Python says."""
    cases: tuple[tuple[int, ...], ...]
    fitting_lies: Callable[..., Sequence[Sequence[int]]] = lambda *_: ()
    """Lies, one for each value hinted, that fit each other."""
    wraps: int = FIELD_ORDER
    """What the type of the hint holds: a lie by a multiple of it is none."""

    @property
    def source(self) -> str:
        inputs, answers = len(self.cases[0]), len(self.compute(*self.cases[0]))
        return (
            f"{HEAD}fn main(inputs: [Field; {inputs}], expected: [Field; {answers}]) "
            f"{{ assert(({self.body}) == expected); }}"
        )


def around(*values: int, low: int = 0, high: int) -> list[int]:
    near = {value + step for value in values for step in (-1, 0, 1)}
    return sorted(value for value in near | {low, high} if low <= value <= high)


U32 = around(1, 2**16, 2**31, high=2**32 - 1)
I32 = around(0, 1000, -1000, low=-(2**31), high=2**31 - 1)
SPAN = [(a, b) for a in U32 for b in U32]
DIVISIONS = tuple(
    (n, d)
    for d in around(2, 7, 255, 2**24 - 1, low=1, high=2**24)
    for n in around(1, d, d * 7, d * (2**32 - 1), high=min(d * 2**32, 2**56) - 1)
)
BIG = tuple(
    (q * d + r, d)
    for d in (2**126 - 1, 2**125 + 12345, 2**100)
    for q in (0, 1, 2**124 - 1)
    for r in (0, 1, d - 1)
)


def divide_lies(n: int, d: int) -> list[list[int]]:
    q, r = divmod(n, d)
    inverse = (n - (r + 1)) * pow(d, -1, FIELD_ORDER) - q
    return [[1, -d], [-1, d], [inverse, 1], [-q, q * d], [FIELD_ORDER // d - q, (q - FIELD_ORDER // d) * d]]


def power_lies(value: int) -> list[list[int]]:
    return divide_lies(value, 2**10)


def root_lies(value: int) -> list[list[int]]:
    root = math.isqrt(value)
    # What is not hinted (`rest`) is computed; the second lie is of `materialise`.
    return [[1, 0], [-1, 0], [-2 * root, 0], [1, 1], [1, 2 * root + 1], [-1, 1 - 2 * root]]


def get_rank(values: Sequence[int], chosen: Sequence[int], k: int) -> int:
    among = sorted(value for value, is_chosen in zip(values, chosen, strict=True) if is_chosen)
    return among[k] if k < len(among) else 0


CIRCUITS = {
    "is_at_least": Circuit(
        "[integers::is_at_least::<32>(inputs[0], inputs[1]) as Field]",
        ("is_at_least",),
        lambda a, b: [int(a >= b)],
        (*SPAN, (-5, -3), (-3, -5), (-(2**31), 2**31), (-1, 0), (0, -1)),
    ),
    "is_at_least_wide": Circuit(
        "[integers::is_at_least::<249>(inputs[0], inputs[1]) as Field]",
        ("is_at_least",),
        lambda a, b: [int(a >= b)],
        ((2**249 - 1, 0), (0, 2**249 - 1), (-(2**248), 2**248), (2**248 - 1, -(2**248)), (0, 0)),
    ),
    "comparisons": Circuit(
        "[integers::minimum::<32>(inputs[0], inputs[1]), integers::maximum::<32>(inputs[0], inputs[1]), "
        "integers::absolute::<32>(inputs[0]), integers::is_within::<32>(inputs[0], -1000, 1000) as Field, "
        "integers::clamp::<32>(inputs[0], -1000, 1000), "
        "integers::is_less::<32>(inputs[0], inputs[1]) as Field]",
        ("is_at_least",),
        lambda a, b: [
            min(a, b),
            max(a, b),
            abs(a),
            int(-1000 <= a <= 1000),
            min(max(a, -1000), 1000),
            int(a < b),
        ],
        tuple((a, b) for a in I32 for b in I32[::3]),
    ),
    "divide": Circuit(
        "{ let (q, r) = integers::divide::<32, 24>(inputs[0], inputs[1]); [q, r] }",
        ("divide",),
        divmod,
        DIVISIONS,
        divide_lies,
    ),
    "divide_wide": Circuit(
        "{ let (q, r) = integers::divide::<124, 126>(inputs[0], inputs[1]); [q, r] }",
        ("divide",),
        divmod,
        BIG,
        divide_lies,
    ),
    "divide_constant": Circuit(
        "{ let (q, r) = integers::divide::<20, 10>(inputs[0], 1000); [q, r] }",
        ("divide",),
        lambda value: divmod(value, 1000),
        tuple((value,) for value in around(999, 1000, 500_000, high=2**20 * 1000 - 1)),
        lambda value: divide_lies(value, 1000),
    ),
    "divide_by_power": Circuit(
        "{ let (q, r) = integers::divide_by_power::<20, 10>(inputs[0]); [q, r] }",
        ("divide",),
        lambda value: divmod(value, 2**10),
        tuple((value,) for value in around(2**10, 2**20, high=2**30 - 1)),
        power_lies,
    ),
    "square_root": Circuit(
        "[integers::square_root::<32, 33>(inputs[0])]",
        ("square_root", "same"),
        lambda value: [math.isqrt(value)],
        tuple((value,) for value in around(4, 9, 10**6, 2**32, 2**62, (2**32 - 1) ** 2, high=2**64 - 1)),
        root_lies,
    ),
    "square_root_wide": Circuit(
        "[integers::square_root::<124, 125>(inputs[0])]",
        ("square_root", "same"),
        lambda value: [math.isqrt(value)],
        tuple((value,) for value in around((2**124 - 1) ** 2, 2**200, high=2**248 - 1)),
        root_lies,
    ),
    "to_index": Circuit(
        "[[11, 22, 33, 44, 55][integers::to_index(inputs[0])], integers::materialise(inputs[0] * 3)]",
        ("to_index", "same"),
        lambda index: [(index + 1) * 11, index * 3],
        tuple((index,) for index in range(5)),
        wraps=2**32,
    ),
    "bit_and": Circuit(
        "[integers::bit_and::<32>(inputs[0], inputs[1])]",
        ("to_words",),
        lambda a, b: [a & b],
        (*SPAN, (0xAAAAAAAA, 0x55555555), (0xF0F0F0F0, 0xFF00FF00)),
        wraps=2**32,
    ),
    "bit_and_wide": Circuit(
        "[integers::bit_and::<128>(inputs[0], inputs[1]), integers::bit_and::<1>(inputs[0], inputs[1] * 0)]",
        ("to_words",),
        lambda a, b: [a & b, 0],
        ((2**128 - 1, 2**128 - 1), (2**96, 2**96 + 2**32), (0, 2**128 - 1), (0xA << 62, 0x6 << 62)),
        # The value as itself plus the field's order would take eight words; among four there is one way.
        lambda *_: [[2**32 - 1, -1], [1, -(2**32)], [0, 1, -1]],
        wraps=2**32,
    ),
    "sort": Circuit(
        "{ let sorted = arrays::sort::<33, 5>(inputs); "
        "arrays::select(inputs[0] == 7, sorted.map(|value| value * 2), sorted) }",
        ("order",),
        lambda *values: [value * 2 if values[0] == 7 else value for value in sorted(values)],
        (
            (5, 4, 3, 2, 1),
            (1, 2, 3, 4, 5),
            (7, 7, 7, 7, 7),
            (0, -(2**32), 2**32 - 1, 0, -1),
            (3, 3, 2, 2**32, 3),
        ),
        lambda *values: [
            list(lies)
            for lies in ((1, -1), (0, 1, -1), (0, 0, 0, 1, -1), (2, 0, -2), (1, 1, -2), (0, 1), (-1,))
        ],
        wraps=2**16,
    ),
    "rank": Circuit(
        "{ let chosen = [inputs[4] == 1, inputs[5] == 1, inputs[6] == 1, inputs[7] == 1]; "
        "let values = [inputs[0], inputs[1], inputs[2], inputs[3]]; "
        "[arrays::rank::<33, 4>(values, chosen, inputs[8])] }",
        ("rank", "is_at_least", "same"),
        lambda *inputs: [get_rank(inputs[:4], inputs[4:8], inputs[8])],
        (
            *((5, 3, 9, 7, 1, 1, 1, 1, k) for k in range(6)),
            (5, 3, 9, 7, 1, 0, 0, 1, 0),
            (5, 3, 9, 7, 1, 0, 0, 1, 1),
            (5, 3, 9, 7, 1, 0, 0, 1, 2),
            (5, 3, 9, 7, 0, 0, 0, 0, 0),
            (4, 4, 4, 4, 0, 1, 1, 0, 1),
            (-(2**32), 2**32 - 1, 0, -1, 1, 1, 1, 1, 0),
            (-(2**32), 2**32 - 1, 0, -1, 1, 1, 1, 1, 3),
            (0, 2**33 - 1, 0, 0, 0, 1, 0, 0, 0),
            (2**33 - 1, 0, 0, 0, 0, 1, 0, 0, 2**32 - 1),
        ),
    ),
    "to_bits": Circuit(
        "{ let bits: [bool; 130] = bitmap::to_bits(inputs); "
        "[bits[0] as Field, bits[127] as Field, bits[128] as Field, bits[129] as Field] }",
        ("to_bits",),
        lambda low, high: [low & 1, low >> 127, high & 1, high >> 1],
        ((0, 0), (2**128 - 1, 3), (1, 1), (2**127, 2), (2**127 + 1, 0)),
    ),
    "mask": Circuit(
        "{ let bits: [bool; 6] = readings::mask(inputs[0]); bits.map(|bit| bit as Field) }",
        ("ones",),
        lambda count: [int(slot < count) for slot in range(6)],
        tuple((count,) for count in range(7)),
        lambda count: [[*([0] * (count - 1)), 1, 1]] if 0 < count < 6 else [],
    ),
    "unpack_lanes": Circuit(
        "{ let parts: [[Field; 3]; 3] = state::unpack_lanes(inputs, [32, 7, 60]); "
        "for lane in parts { integers::assert_bits::<32>(lane[0]); "
        "integers::assert_at_most::<7>(lane[1], 100); integers::assert_bits::<60>(lane[2]); } "
        "[parts[0][0], parts[0][1], parts[0][2], parts[1][0], parts[1][1], parts[1][2], "
        "parts[2][0], parts[2][1], parts[2][2]] }",
        ("to_parts",),
        lambda *words: [
            lane >> place & (1 << bits) - 1
            for lane in (words[0] % 2**99, words[0] >> 99, words[1])
            for place, bits in ((0, 32), (32, 7), (39, 60))
        ],
        ((0, 0), (2**32 - 1, 100 << 32), ((2**60 - 1) << 138 | 1 << 99, 7 << 39 | 100 << 32 | 5)),
        # Parts that add up to the same word: across parts, across lanes, once around the field.
        lambda *_: [
            [-(2**32), 1],
            [0, -(2**7), 1],
            [2**99, 0, 0, -1],
            [0, 0, 2**60, -1],
            [0] * 6 + [2**32, -1],
            [FIELD_ORDER - 2**32, 1],
        ],
    ),
}


@pytest.fixture(scope="module")
def get_artifact(toolchain: Toolchain, cache: Path) -> Callable[[str], Artifact]:
    gadgets = get_lying_gadgets()
    return lambda source: compile_circuit({"main.nr": source, **gadgets}, toolchain, cache=cache)


@pytest.mark.parametrize("name", CIRCUITS)
def test_a_gadget_agrees_with_python_and_no_lie_passes(
    name: str, get_artifact: Callable[[str], Artifact], lying_solver: LyingSolver
) -> None:
    circuit = CIRCUITS[name]
    artifact = get_artifact(circuit.source)

    def solve(case: Sequence[int], expected: Sequence[int], lies: Sequence[int] = ()) -> Outcome:
        return lying_solver.solve(artifact, {"inputs": list(case), "expected": list(expected)}, lies)

    for case in circuit.cases:
        expected = circuit.compute(*case)
        honest = solve(case, expected)
        assert honest.solved, f"{name}{case} is not {expected}: {honest.reason}"
        assert honest.asked > 0
        wrong = [*expected[:-1], expected[-1] + 1]
        assert not solve(case, wrong).solved
    for case in (circuit.cases[0], circuit.cases[len(circuit.cases) // 2], circuit.cases[-1]):
        answers = circuit.compute(*case)
        asked = solve(case, answers).asked
        for place in range(asked):
            for lie in LIES:
                if lie % circuit.wraps == 0:
                    continue
                lied = solve(case, answers, [0] * place + [lie])
                assert not lied.solved, f"{name}{case}: lie {lie} at {place} passes"
    for case in circuit.cases:
        for lies in circuit.fitting_lies(*case):
            if any(lie % FIELD_ORDER for lie in lies):
                # A lie that a gadget swallows would come with the answer that fits it: try both.
                for expected in (circuit.compute(*case), _shift(circuit.compute(*case), lies)):
                    assert not solve(case, expected, lies).solved, f"{name}{case}: lies {lies} pass"


def _shift(expected: Sequence[int], lies: Sequence[int]) -> list[int]:
    return [value + (lies[at] if at < len(lies) else 0) for at, value in enumerate(expected)]


def test_a_division_by_zero_cannot_be_proven(
    get_artifact: Callable[[str], Artifact], lying_solver: LyingSolver
) -> None:
    artifact = get_artifact(CIRCUITS["divide"].source)
    for expected, lies in (([0, 0], ()), ([5, 7], (5, 7)), ([0, 7], (0, 7))):
        assert not lying_solver.solve(artifact, {"inputs": [7, 0], "expected": expected}, lies).solved


@pytest.mark.parametrize("maximum", [1, 2, 1000, 2**14 - 1, 2**14, 2**31, 2**32 - 1])
def test_a_range_ends_exactly_at_its_maximum(
    maximum: int, get_artifact: Callable[[str], Artifact], lying_solver: LyingSolver
) -> None:
    bits = maximum.bit_length()
    source = f"{HEAD}fn main(value: Field) {{ integers::assert_at_most::<{bits}>(value, {maximum}); }}"
    artifact = get_artifact(source)
    for value, fits in ((0, True), (maximum, True), (maximum + 1, False), (-1, False), (2**bits, False)):
        assert lying_solver.solve(artifact, {"value": value}).solved is fits


def test_times_hold_against_any_lie_about_the_latest_time(
    get_artifact: Callable[[str], Artifact], lying_solver: LyingSolver
) -> None:
    source = (
        f"{HEAD}fn main(times: [Field; 4], count: Field) {{ let mask: [bool; 4] = readings::mask(count); "
        "readings::assert_times::<10, 4>(times, mask, 1000); }"
    )
    artifact = get_artifact(source)

    def solve(times: list[int], count: int, latest_lies: Sequence[int] = ()) -> bool:
        # The first four lies are the mask's.
        inputs = {"times": times, "count": count}
        return lying_solver.solve(artifact, inputs, [0] * 4 + list(latest_lies)).solved

    for times, count in (([0] * 4, 0), ([0, 1, 2, 999], 4), ([0, 999, 0, 0], 2), ([996, 997, 998, 999], 4)):
        assert solve(times, count)
    # What lies to say so that `latest` is any wished row.
    for times, count in (([5, 5, 0, 0], 2), ([6, 5, 0, 0], 2), ([0, 1000, 0, 0], 2), ([1023, 0, 0, 0], 1),
                         ([0, 5, 7, 0], 2), ([7, 0, 0, 0], 0), ([-1, 5, 0, 0], 2)):  # fmt: skip
        honest = [max(value for value in times[: at + 1]) for at in range(4)]
        others = (sorted(times), [5, 6, 6, 6], [4, 5, 5, 5], [999] * 4, [0, 999, 999, 999], times)
        for wished in (honest, *others):
            assert not solve(times, count, [a - b for a, b in zip(wished, honest, strict=True)])
    # In a slot that holds a reading the latest time is that reading's and nothing else.
    for place in range(3):
        for lie in LIES:
            assert not solve([10, 20, 30, 0], 3, [0] * place + [lie])


def test_points_are_packed_in_lanes_that_cannot_run_over(
    get_artifact: Callable[[str], Artifact], lying_solver: LyingSolver
) -> None:
    body = "assert(bitmap::pack_result(points) == words);"
    source = f"{HEAD}fn main(points: [Field; 9], words: [Field; 2]) {{ {body} }}"
    artifact = get_artifact(source)

    def solve(points: list[int]) -> bool:
        words = [sum(value << 32 * lane for lane, value in enumerate(points[at : at + 7])) for at in (0, 7)]
        return lying_solver.solve(artifact, {"points": points, "words": words}).solved

    assert solve([0] * 9)
    assert solve([2**32 - 1] * 9)
    assert solve(list(range(1, 10)))
    for place in range(9):
        for value in (2**32, -1, 2**64):
            assert not solve([7] * place + [value] + [7] * (8 - place))


@pytest.mark.parametrize(
    "body",
    [
        "table[integers::to_index(hinted)]",
        "integers::materialise(hinted)",
        "integers::bit_and::<40>(hinted, table[0])",
        "integers::square_root::<8, 9>(hinted)",
        "integers::divide::<8, 8>(table[0], hinted).0",
        "integers::divide_by_power::<8, 8>(hinted).1",
        "arrays::sort::<8, 2>([hinted, table[0]])[0]",
        "arrays::rank::<8, 2>([hinted, table[0]], [true; 2], 1)",
    ],
)
def test_noirs_own_check_takes_what_meets_nothing_but_other_hints(body: str, toolchain: Toolchain) -> None:
    source = f"""mod gadgets;
    use gadgets::{{arrays, integers}};
    fn main(a: Field, b: Field, table: [Field; 8], wanted: pub Field) {{
        let other = integers::absolute::<8>(b);
        let hinted = integers::select(integers::is_less::<8>(a - 3, 0), a, 0);
        assert(wanted == integers::select({body} == 8, 90, other));
    }}"""
    compile_circuit({"main.nr": source, **get_gadgets()}, toolchain)


def test_every_hint_is_told_to_lie_here_or_with_the_seal() -> None:
    told = {hint for circuit in CIRCUITS.values() for hint in circuit.hints}
    assert told | {"running_maximum", "to_limbs"} == set(get_hint_names())
