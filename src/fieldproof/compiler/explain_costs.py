"""Why the operations of a line are as wide as they are: what is compared with what, in how many bits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fieldproof.compiler.compiled import CompiledNetwork
from fieldproof.compiler.interval import Interval, subtract
from fieldproof.compiler.ir import Opcode, Operation, Program, walk
from fieldproof.compiler.widths import (
    compute_absolute_bits,
    compute_comparison_bits,
    compute_division_widths,
    compute_root_bits,
)


@dataclass(frozen=True, slots=True)
class OperationNote:
    """One operation that is paid by the bit."""

    text: str
    bits: int
    """Of all its range checks."""


def note_operations(compiled: CompiledNetwork, path: str, line: int) -> Iterator[OperationNote]:
    """Give what the comparisons, divisions and roots of a line take, each different one once."""
    seen: set[str] = set()
    for stage in (compiled, compiled.device):
        if stage is None:
            continue
        for note in _note_program(stage.program, stage.intervals, path, line):
            if note.text not in seen:
                seen.add(note.text)
                yield note


def _note_program(
    program: Program, intervals: Mapping[int, Interval], path: str, line: int
) -> Iterator[OperationNote]:
    operations = [item for item in walk(program.body) if isinstance(item, Operation)]
    squares = {
        item.result
        for item in operations
        if item.opcode is Opcode.MULTIPLY and item.operands[0] == item.operands[1]
    }
    for item in operations:
        if (item.span.path, item.span.line) != (path, line):
            continue
        note = _note(item, [intervals[each] for each in item.operands if each in intervals])
        if note is not None and item.opcode is Opcode.LESS and squares & set(item.operands):
            note = OperationNote(f"{note.text}; squares are compared, for less than sizes cost", note.bits)
        if note is not None:
            yield note


def _note(item: Operation, known: list[Interval]) -> OperationNote | None:
    match item.opcode, known:
        case ((Opcode.LESS | Opcode.MINIMUM | Opcode.MAXIMUM), [left, right]):
            bits = compute_comparison_bits(left, right)
            difference = subtract(left, right)
            return OperationNote(
                f"a comparison of {bits} bits: its sides differ by {difference.low:,} … {difference.high:,}",
                bits,
            )
        case Opcode.ABSOLUTE, [value]:
            bits = compute_absolute_bits(value)
            return OperationNote(f"an absolute value of {bits} bits: of {value.low:,} … {value.high:,}", bits)
        case ((Opcode.FLOOR_DIVIDE | Opcode.MODULO), [dividend, divisor]):
            return _note_division(dividend, divisor)
        case Opcode.SQUARE_ROOT, [value]:
            bits = compute_root_bits(value)
            return OperationNote(
                f"a square root of {bits} bits, of at most {value.high:,}, and two checks of {bits + 1} bits "
                "that the number lies between its square and the next",
                3 * bits + 2,
            )
        case _:
            return None


def _note_division(dividend: Interval, divisor: Interval) -> OperationNote:
    widths = compute_division_widths(dividend, divisor)
    if widths.power is not None:
        return OperationNote(
            f"a division by the power of two {divisor.low:,}: a quotient of {widths.quotient_bits} bits "
            f"and a rest of {widths.power}",
            widths.quotient_bits + widths.power,
        )
    by = f"{divisor.low:,}" if divisor.is_single else f"{divisor.low:,} … {divisor.high:,}"
    return OperationNote(
        f"a division by {by}: a quotient of {widths.quotient_bits} bits, a rest of {widths.remainder_bits}, "
        "and a check of as many that the rest is below the divisor",
        widths.quotient_bits + 2 * widths.remainder_bits,
    )
