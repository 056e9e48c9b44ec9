"""Suggestions that follow from what a program computes and from the bounds of its values."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from fieldproof.compiler.compiled import CompiledNetwork
from fieldproof.compiler.diagnostics import Reporter, Span
from fieldproof.compiler.ir import Loop, Opcode, Operation, get_used_values, walk
from fieldproof.compiler.known import find_fixed_values
from fieldproof.compiler.suggestion import Suggestion, make_suggestion
from fieldproof.compiler.widths import compute_comparison_bits

_WIDE_BITS = 64
"""A comparison above it is of a product that had better been bounded before."""
_WIDE_FIELD_BITS = 32
_MOST_DIVISORS = 4_096


def suggest_from_operations(compiled: CompiledNetwork) -> Iterator[Suggestion]:
    """Give suggestions that follow from the operations of the simplified program."""
    reader = _OperationReader(compiled)
    yield from reader.find_powers()
    yield from reader.find_reads()
    yield from reader.find_wide_comparisons()
    yield from reader.find_wide_fields()


class _OperationReader:
    def __init__(self, compiled: CompiledNetwork) -> None:
        self._compiled = compiled
        self._items = tuple(walk(compiled.program.body))
        self._operations = {each.result: each for each in self._items if isinstance(each, Operation)}
        self._fixed = find_fixed_values(compiled.program)
        self._repeated = {
            inner.result
            for each in self._items
            if isinstance(each, Loop)
            for inner in walk(each.body)
            if isinstance(inner, Operation)
        }
        self._reporters = {path: Reporter(path, text) for path, text in compiled.network.sources}

    def _suggest(self, operation: Operation, message: str, remedy: str) -> Iterator[Suggestion]:
        reporter = self._reporters.get(operation.span.path)
        if reporter is not None:
            yield make_suggestion(reporter, operation.span, message, remedy)

    def find_powers(self) -> Iterator[Suggestion]:
        """Divisions by a variable that is always a power of two."""
        seen = set()
        for item in self._operations.values():
            if item.opcode not in (Opcode.FLOOR_DIVIDE, Opcode.MODULO) or item.span in seen:
                continue
            divisors = self._find_values(item.operands[1])
            if divisors is None or len(divisors) < 2 or any(each & (each - 1) for each in divisors):
                continue
            seen.add(item.span)
            most = max(divisors)
            yield from self._suggest(
                item,
                f"the divisor is a power of two, at most {most:,}, but which one is decided at run time",
                f"multiply by {most:,} // divisor, from a table, and divide by the constant {most:,}",
            )

    def _find_values(self, value: int) -> set[int] | None:
        """Return all that a value can be where it is chosen among constants above zero; None otherwise."""
        operation = self._operations.get(value)
        if operation is None:
            return None
        match operation.opcode, operation.operands:
            case Opcode.CONSTANT, _:
                found = {operation.payload}
            case Opcode.TABLE, _:
                found = set(self._compiled.program.tables[operation.payload].entries)
            case Opcode.SELECT, (_, positive, negative):
                left, right = self._find_values(positive), self._find_values(negative)
                if left is None or right is None:
                    return None
                found = left | right
            case Opcode.NARROW, (_, inner):
                return self._find_values(inner)
            case Opcode.ABSOLUTE, (inner,):
                return self._find_values(inner)
            case _:
                return None
        return found if len(found) <= _MOST_DIVISORS and min(found) > 0 else None

    def find_reads(self) -> Iterator[Suggestion]:
        """Readings taken at a place that is only known when the program runs."""
        seen = set()
        places: dict[Span, set[int]] = {}
        for item in self._operations.values():
            if item.opcode is Opcode.READING:
                places.setdefault(item.span, set()).add(item.operands[0])
        for item in self._operations.values():
            if item.opcode is not Opcode.READING or item.span in seen:
                continue
            if item.result in self._repeated or len(places[item.span]) > 1:
                # In a loop, each round reads another place: looking for it anew would cost more.
                continue
            if item.operands[0] in self._fixed:
                continue
            seen.add(item.span)
            readings = self._compiled.network.settings.readings_per_window
            yield from self._suggest(
                item,
                f"a reading is taken at a place that is known at run time only: all {readings} are laid out "
                "for it, field by field, for every device",
                "go over the window and keep the reading in a variable, as `last = sample` in the loop",
            )

    def find_wide_comparisons(self) -> Iterator[Suggestion]:
        """Comparisons of values that have grown far beyond what the schema sends."""
        seen = set()
        for item in self._operations.values():
            if item.opcode not in (Opcode.LESS, Opcode.MINIMUM, Opcode.MAXIMUM) or item.span in seen:
                continue
            left, right = (self._compiled.intervals[each] for each in item.operands)
            bits = compute_comparison_bits(left, right)
            if bits <= _WIDE_BITS or self._is_of_both_bounds(item):
                continue
            seen.add(item.span)
            yield from self._suggest(
                item,
                f"this compares values that differ by up to {bits} bits",
                "bound the parts with min(...) or U32(...) before they are multiplied, or divide both sides "
                "first; `fieldproof explain` says what made them grow",
            )

    def _is_of_both_bounds(self, item: Operation) -> bool:
        """Whether a comparison is what the compiler makes of `low <= value <= high`."""
        product = self._operations.get(item.operands[0])
        limit = self._compiled.intervals[item.operands[1]]
        if product is None or product.opcode is not Opcode.MULTIPLY or (limit.low, limit.high) != (0, 0):
            return False
        factors = [self._operations.get(each) for each in product.operands]
        return any(each is not None and each.opcode is Opcode.SUBTRACT for each in factors)

    def find_wide_fields(self) -> Iterator[Suggestion]:
        """Fields whose range is far wider than what the program makes of it."""
        network = self._compiled.network
        uses: dict[int, list[Operation]] = {}
        for item in self._items:
            for value in get_used_values(item):
                owner = self._operations.get(value)
                if owner is not None and owner.opcode is Opcode.READING:
                    uses.setdefault(owner.payload, []).append(item if isinstance(item, Operation) else owner)
        for column, spec in enumerate(network.schema.reading, start=1):
            most = self._find_clip(uses.get(column, []))
            if spec.width <= _WIDE_FIELD_BITS or most is None or most.bit_length() * 2 > spec.width:
                continue
            for path, node in self._find_declarations(spec.name):
                yield make_suggestion(
                    self._reporters[path],
                    node,
                    f"{spec.name} is sent in {spec.width} bits; the program uses no more than {most:,} of it",
                    "give the field the range that counts: its checks and comparisons are then as narrow",
                )

    def _find_clip(self, uses: list[Operation]) -> int | None:
        """Return the greatest value that is made of a field; None where it is used as it is."""
        clips = []
        for item in uses:
            constants = [
                self._compiled.intervals[each].high
                for each in item.operands
                if self._compiled.intervals[each].is_single
            ]
            if item.opcode is Opcode.MINIMUM and constants:
                clips.append(constants[0])
            elif item.opcode is Opcode.NARROW and item.bounds is not None:
                clips.append(item.bounds.high)
            elif not (item.opcode is Opcode.LESS and constants):
                return None
        return max(clips, default=None)

    def _find_declarations(self, name: str) -> Iterator[tuple[str, ast.AST]]:
        for path, reporter in self._reporters.items():
            for statement in ast.parse(reporter.text).body:
                if not isinstance(statement, ast.ClassDef):
                    continue
                if statement.name != self._compiled.network.reading_name:
                    continue
                for each in statement.body:
                    if isinstance(each, ast.AnnAssign) and ast.unparse(each.target) == name:
                        yield path, each
