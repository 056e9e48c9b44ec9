"""Replaces what follows from one small number by a table of all its values.

A table that is read at run time costs some gates a read and some for each entry once. A chain of
comparisons and divisions over a value of 8 bits, computed for each of hundreds of readings, costs more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from fieldproof.compiler.arithmetic import compute_operation
from fieldproof.compiler.cost_operation import price_operation
from fieldproof.compiler.diagnostics import Span
from fieldproof.compiler.interval import Interval
from fieldproof.compiler.ir import (
    PURE_OPCODES,
    Item,
    Loop,
    Opcode,
    Operation,
    Program,
    Table,
    compute_fallback,
    get_used_values,
    walk,
)
from fieldproof.compiler.kinds import find_logical_values
from fieldproof.compiler.prices import DYNAMIC_READ_GATES, ELEMENT_GATES
from fieldproof.compiler.prune import prune

_MOST_ENTRIES = 1024
_PURE = PURE_OPCODES | {Opcode.TABLE}


def tabulate(program: Program, intervals: Mapping[int, Interval], devices: int) -> Program:
    """Return an equal program with tables where they are cheaper for a circuit of so many devices."""
    return _Tabulator(program, intervals, devices).run()


class _Tabulator:
    def __init__(self, program: Program, intervals: Mapping[int, Interval], devices: int) -> None:
        self._program = program
        self._intervals = intervals
        self._devices = 1 if program.inputs.capacity else devices
        self._operations = {item.result: item for item in walk(program.body) if isinstance(item, Operation)}
        self._logical = find_logical_values(program)
        self._times: dict[int, int] = {}
        self._roots: dict[int, int | None] = {}
        """The one value that each depends on; None for a constant."""
        self._readers: dict[int, list[Item]] = {}
        self._tables = list(program.tables)
        self._next = 1 + max(
            (value for item in walk(program.body) for value in _get_results(item)), default=0
        )
        self._replaced: dict[int, tuple[Operation, ...]] = {}
        self._look(program.body, 1)

    def run(self) -> Program:
        for value in self._find_candidates():
            self._consider(value)
        if not self._replaced:
            return self._program
        body = self._rewrite(self._program.body)
        return prune(replace(self._program, body=body, tables=tuple(self._tables)))

    def _look(self, items: tuple[Item, ...], rounds: int) -> None:
        for item in items:
            for value in get_used_values(item):
                self._readers.setdefault(value, []).append(item)
            if isinstance(item, Operation):
                self._times[item.result] = rounds
                self._roots[item.result] = self._find_root(item)
            elif isinstance(item, Loop):
                self._look(item.body, rounds * item.rounds)

    def _find_root(self, item: Operation) -> int | None:
        if item.opcode is Opcode.CONSTANT:
            return None
        if item.opcode not in _PURE:
            return item.result
        roots = {self._roots.get(each, each) for each in item.operands} - {None}
        return next(iter(roots)) if len(roots) == 1 else item.result

    def _find_candidates(self) -> list[int]:
        """Numbers that follow from one other value, and that something else reads too."""
        found = []
        for value, root in self._roots.items():
            operation = self._operations[value]
            if root is None or root == value or value in self._logical or operation.opcode is Opcode.TABLE:
                continue
            readers = self._readers.get(value, [])
            if value in self._program.outputs or not all(
                isinstance(each, Operation) and self._roots[each.result] == root for each in readers
            ):
                found.append(value)
        return found

    def _consider(self, value: int) -> None:
        root = self._roots[value]
        bounds = self._intervals.get(root) if root is not None else None
        if root is None or bounds is None or bounds.high - bounds.low >= _MOST_ENTRIES:
            return
        cone = self._find_cone(value, root)
        times = self._times[value] * self._devices
        price = sum(price_operation(self._operations[each], self._intervals) for each in cone)
        size = bounds.high - bounds.low + 1
        if times * price <= times * DYNAMIC_READ_GATES + size * ELEMENT_GATES:
            return
        steps = self._list_steps(value, root)
        entries = tuple(self._compute(steps, root, number) for number in range(bounds.low, bounds.high + 1))
        span = self._operations[value].span
        place = self._make_place(root, bounds.low, span)
        self._tables.append(Table("values", entries))
        read = Operation(
            value, Opcode.TABLE, (place[-1].result if place else root,), span, len(self._tables) - 1
        )
        self._replaced[value] = (*place, read)

    def _find_cone(self, value: int, root: int) -> list[int]:
        """Return the operations that nobody needs but for this value."""
        cone = [value]
        for each in cone:
            for operand in self._operations[each].operands:
                if operand == root or operand in cone or self._roots.get(operand) != root:
                    continue
                readers = self._readers.get(operand, [])
                if all(isinstance(reader, Operation) and reader.result in cone for reader in readers):
                    cone.append(operand)
        return cone

    def _list_steps(self, value: int, root: int) -> list[int]:
        """Return what has to be computed from a root to a value, in the program's order."""
        needed, pending = {value}, [value]
        while pending:
            for operand in self._operations[pending.pop()].operands:
                if operand != root and operand not in needed:
                    needed.add(operand)
                    pending.append(operand)
        return [each for each in self._roots if each in needed]

    def _compute(self, steps: list[int], root: int, number: int) -> int:
        """Return the last step's value where the root is a number."""
        known = {root: number}
        for value in steps:
            operation = self._operations[value]
            operands = [known[each] for each in operation.operands]
            if operation.opcode is Opcode.CONSTANT:
                known[value] = operation.payload
            elif operation.opcode is Opcode.TABLE:
                known[value] = self._program.tables[operation.payload].entries[operands[0]]
            elif operation.opcode is Opcode.NARROW and operation.bounds is not None and not operands[0]:
                known[value] = compute_fallback(operation.bounds)
            else:
                known[value] = compute_operation(operation.opcode, operands, operation.bounds)
        return known[steps[-1]]

    def _make_place(self, root: int, low: int, span: Span) -> tuple[Operation, ...]:
        """Return what computes the index of a root's value in its table."""
        if low == 0:
            return ()
        constant = Operation(self._next, Opcode.CONSTANT, (), span, low)
        place = Operation(self._next + 1, Opcode.SUBTRACT, (root, self._next), span)
        self._next += 2
        return (constant, place)

    def _rewrite(self, items: tuple[Item, ...]) -> tuple[Item, ...]:
        rewritten: list[Item] = []
        for item in items:
            if isinstance(item, Operation):
                rewritten.extend(self._replaced.get(item.result, (item,)))
            elif isinstance(item, Loop):
                rewritten.append(replace(item, body=self._rewrite(item.body)))
            else:
                rewritten.append(item)
        return tuple(rewritten)


def _get_results(item: Item) -> tuple[int, ...]:
    if isinstance(item, Operation):
        return (item.result,)
    if isinstance(item, Loop):
        return (item.index, *(value for each in item.carried for value in (each.value, each.result)))
    return ()
