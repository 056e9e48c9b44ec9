"""Finds what is fixed once loops are written out: sums, products and the like of loop indices.

Such a value costs nothing, and an array that is read at it is read at a fixed place.
"""

from __future__ import annotations

from collections.abc import Mapping

from fieldproof.compiler.interval import Interval
from fieldproof.compiler.ir import INPUT_OPCODES, Loop, Opcode, Operation, Program, walk

_COMPUTED = frozenset((Opcode.ADD, Opcode.SUBTRACT, Opcode.MULTIPLY, Opcode.FLOOR_DIVIDE, Opcode.MODULO))
_INDICES = Interval(0, 2**32 - 1)
_FOLDED = frozenset(Opcode) - INPUT_OPCODES
"""Operations that Noir computes itself where all operands are fixed."""

INDEX_PLACES: Mapping[Opcode, int] = {
    Opcode.READING: 0,
    Opcode.PRESENT: 0,
    Opcode.TABLE: 0,
    Opcode.GET: 1,
    Opcode.SET: 1,
}
"""Which operand of an operation is the index of an array."""


def find_known_values(program: Program, intervals: Mapping[int, Interval]) -> frozenset[int]:
    """Return the loop indices, and what is computed of them and constants and fits 32 bits."""
    known = {item.index for item in walk(program.body) if isinstance(item, Loop)}
    constants = {
        item.result
        for item in walk(program.body)
        if isinstance(item, Operation) and item.opcode is Opcode.CONSTANT and item.payload in _INDICES
    }
    for item in walk(program.body):
        if (
            isinstance(item, Operation)
            and item.opcode in _COMPUTED
            and intervals[item.result].is_within(_INDICES)
            and all(each in known or each in constants for each in item.operands)
        ):
            known.add(item.result)
    return frozenset(known)


def find_fixed_values(program: Program) -> frozenset[int]:
    """Return what is fixed once loops are written out: indices, constants and what follows from them."""
    fixed = {item.index for item in walk(program.body) if isinstance(item, Loop)}
    for item in walk(program.body):
        if isinstance(item, Operation) and item.opcode in _FOLDED and fixed.issuperset(item.operands):
            fixed.add(item.result)
    return frozenset(fixed)
