"""Finds what is the same for all devices of a cohort, to compute it once."""

from __future__ import annotations

from dataclasses import dataclass

from fieldproof.compiler.ir import Opcode, Operation, Program, get_used_values, walk

_OWN = frozenset(
    (
        Opcode.ATTRIBUTE,
        Opcode.COUNT,
        Opcode.READING,
        Opcode.PRESENT,
        Opcode.MISSED,
        Opcode.STATE,
        Opcode.MEMBERS,
        Opcode.REPORTS,
    )
)


@dataclass(frozen=True, slots=True)
class Uniform:
    """Values that depend on the window's start alone."""

    values: frozenset[int]
    exported: tuple[int, ...]
    """Those that the computation of a device's points reads."""
    arrays: frozenset[int] = frozenset()
    """Arrays of constants that are read here too."""


def find_uniform_values(program: Program) -> Uniform:
    """Return what can be computed once; constants are everywhere and not among them."""
    constants = {
        item.result
        for item in walk(program.body)
        if isinstance(item, Operation) and item.opcode is Opcode.CONSTANT
    }
    uniform: set[int] = set()
    arrays: set[int] = set()
    if program.inputs.capacity:
        return Uniform(frozenset(), ())
    for item in program.body:
        if not isinstance(item, Operation) or item.opcode in _OWN or item.result in constants:
            continue
        if item.opcode in (Opcode.ARRAY, Opcode.FILL) and constants.issuperset(item.operands):
            # It costs nothing, and is made wherever it is read.
            constants.add(item.result)
            arrays.add(item.result)
        elif all(each in uniform or each in constants for each in item.operands):
            uniform.add(item.result)
    read: dict[int, None] = {}
    for item in walk(program.body):
        if isinstance(item, Operation) and item.result in uniform:
            continue
        for value in get_used_values(item):
            read[value] = None
    for output in program.outputs:
        read[output] = None
        if isinstance(last := _find_operation(program, output), Operation):
            for value in last.operands:
                read[value] = None
    exported = tuple(sorted(value for value in read if value in uniform))
    return Uniform(frozenset(uniform), exported, frozenset(arrays & _find_read(program, uniform)))


def _find_operation(program: Program, value: int) -> Operation | None:
    for item in walk(program.body):
        if isinstance(item, Operation) and item.result == value:
            return item
    return None


def _find_read(program: Program, results: set[int]) -> set[int]:
    """Values that the operations with these results read."""
    found: set[int] = set()
    for item in program.body:
        if isinstance(item, Operation) and item.result in results:
            found.update(item.operands)
    return found
