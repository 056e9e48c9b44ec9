"""Rows, ranges, indices and memory, each in a circuit of its own, against Barretenberg's count."""

import pytest

from fieldproof.compiler.forms import CONSTANT, WITNESS, Form, count_rows
from fieldproof.compiler.prices import (
    LIMB_TABLE_GATES,
    READ_GATES,
    WRITTEN_GATES,
    estimate_limbs,
    estimate_range,
    estimate_range_table,
    find_range_table,
    price_index,
    price_rank,
    price_sorting,
)

FORMS = (
    *(Form(0, terms) for terms in (2, 4, 5, 7, 8, 20)),
    *(Form(1, terms) for terms in (0, 2, 3, 5, 6)),
    *(Form(3, terms) for terms in (0, 4, 5, 7)),
    Form(60),
    Form(60, 61),
    Form(60, 62),
)
COPIES = 5
EXACT_BITS = (1, 2, 13, 14, 16, 28, 42, 43, 84, 86, 126, 168)


def make_equations(forms: tuple[Form, ...]) -> str:
    """Each form in equations of its own, of witnesses that stand nowhere else in it."""
    lines = [f"fn main(given: [[[Field; 200]; {COPIES}]; {len(FORMS)}], out: pub Field) {{"]
    for number, form in enumerate(forms):
        for copy in range(COPIES):
            products = [
                f"given[{number}][{copy}][{2 * place}] * given[{number}][{copy}][{2 * place + 1}]"
                for place in range(form.products)
            ]
            terms = [f"given[{number}][{copy}][{199 - place}]" for place in range(form.terms)]
            lines.append(f"assert({' + '.join([*products, *terms])} == 17);")
    return "\n".join([*lines, "assert(out == 1);", "}"])


def test_an_expression_takes_the_rows_that_are_counted(compile_noir, count_gates) -> None:
    base = count_gates(compile_noir(make_equations(())))
    counted = count_gates(compile_noir(make_equations(FORMS)))
    assert counted - base == COPIES * sum(map(count_rows, FORMS))


def make_ranges(widths: tuple[int, ...]) -> str:
    lines = ["fn main(given: [[Field; 40]; 12], out: pub Field) {"]
    for place, bits in enumerate(widths):
        lines.append(f"for i in 0..40 {{ given[{place}][i].assert_max_bit_size::<{bits}>(); }}")
    return "\n".join([*lines, "assert(out == 1);", "}"])


def test_a_range_takes_its_limbs_and_a_table_once(compile_noir, count_gates) -> None:
    base = count_gates(compile_noir(make_ranges(())))
    counted = count_gates(compile_noir(make_ranges(EXACT_BITS)))
    tables = {found for bits in EXACT_BITS if (found := find_range_table(bits)) is not None}
    assert tables == {2, 13}
    ranges = 40 * sum(map(estimate_range, EXACT_BITS))
    expected = ranges + LIMB_TABLE_GATES + sum(map(estimate_range_table, tables))
    assert counted - base == pytest.approx(expected, abs=len(EXACT_BITS) + 40)
    assert [estimate_limbs(bits) for bits in (1, 14, 15)] == [1.25, 1.25, 1.5]


def make_memory(length: int, reads: int, writes: int) -> str:
    """An array with reads and writes at places of the witness; all its entries are inputs."""
    return "\n".join(
        [
            "mod gadgets;",
            "use gadgets::integers;",
            f"fn main(given: [Field; {length}], places: [Field; 50], out: pub Field) {{",
            "let mut kept = given;",
            "let mut indices: [u32; 50] = [0; 50];",
            f"for i in 0..{max(reads, writes)} {{ indices[i] = integers::to_index(places[i]); }}",
            f"for i in 0..{writes} {{ kept[indices[i]] = places[i + 1]; }}",
            f"for i in 0..{reads} {{ assert(kept[indices[i]] * places[i] == 1); }}",
            # The places are used in any case.
            "for i in 0..50 { assert(places[i] * places[i] == out); }",
            "}",
        ]
    )


@pytest.mark.parametrize(("length", "reads"), [(64, 10), (64, 40), (400, 40)])
def test_an_array_that_is_only_read_is_laid_out_once(length, reads, compile_noir, count_gates) -> None:
    base = count_gates(compile_noir(make_memory(length, 0, 0)))
    counted = count_gates(compile_noir(make_memory(length, reads, 0)))
    # Each read stands in an equation; the numbers of entries are constants of the circuit.
    expected = length * (READ_GATES + 1) + reads * (price_index(WITNESS) + READ_GATES + 1)
    assert counted - base == pytest.approx(expected, rel=0.03)


@pytest.mark.parametrize(("length", "reads", "writes"), [(64, 10, 10), (64, 40, 40), (400, 40, 40)])
def test_an_array_that_is_written_pays_for_the_order(
    length, reads, writes, compile_noir, count_gates
) -> None:
    base = count_gates(compile_noir(make_memory(length, 0, 0)))
    counted = count_gates(compile_noir(make_memory(length, reads, writes)))
    accesses = length + reads + writes
    indices = max(reads, writes) * price_index(WITNESS)
    expected = indices + accesses * WRITTEN_GATES + reads + accesses + accesses / 6
    assert counted - base == pytest.approx(expected, rel=0.03)


def make_list(call: str) -> str:
    """One list of a hundred entries of which something is asked, if anything."""
    return "\n".join(
        [
            "mod gadgets;",
            "use gadgets::{arrays, readings};",
            "fn main(given: [Field; 100], count: Field, place: Field, out: pub Field) {",
            "let chosen: [bool; 100] = readings::mask(count);",
            "for i in 0..100 { given[i].assert_max_bit_size::<32>(); }",
            call,
            "for i in 0..100 { assert(given[i] * (chosen[i] as Field) == given[i]); }",
            "assert(out == place);",
            "}",
        ]
    )


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (
            "let sorted = arrays::sort::<32, 100>(given); assert(sorted[3] == out);",
            price_sorting(32, 100) + 100,  # The numbers of the entries, once for all arrays.
        ),
        (
            "assert(arrays::rank::<32, 100>(given, [true; 100], place) == out);",
            price_rank(32, 100, WITNESS, CONSTANT),
        ),
        (
            "assert(arrays::rank::<32, 100>(given, chosen, place) == out);",
            price_rank(32, 100, WITNESS, WITNESS),
        ),
    ],
    ids=["sorted", "a rank of all", "a rank of some"],
)
def test_a_list_costs_its_entries(call, expected, compile_noir, count_gates) -> None:
    base = count_gates(compile_noir(make_list("")))
    assert count_gates(compile_noir(make_list(call))) - base == pytest.approx(expected, rel=0.03)


def make_reads(index: str, reads: int) -> str:
    return "\n".join(
        [
            "mod gadgets;",
            "use gadgets::integers;",
            "fn main(given: [Field; 8], places: [Field; 50], out: pub Field) {",
            f"for i in 0..{reads} {{ assert(given[integers::to_index({index})] * out == i as Field); }}",
            "for i in 0..50 { assert(places[i] * places[i] == out); }",
            "}",
        ]
    )


@pytest.mark.parametrize(
    ("index", "form"),
    [("places[i]", WITNESS), ("places[i] * places[i + 1]", Form(1)), ("places[i] + out", Form(0, 2))],
)
def test_an_index_has_its_range_from_the_array(index, form, compile_noir, count_gates) -> None:
    counts = [count_gates(compile_noir(make_reads(index, reads))) for reads in (9, 49)]
    # Each read stands in an equation.
    assert counts[1] - counts[0] == pytest.approx(40 * (price_index(form) + READ_GATES + 1), abs=4)
