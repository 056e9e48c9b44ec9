"""Shows from the way to a place that an index lies below a length, so that nothing there has to be checked.

Behind `for start, _ in enumerate(values[2:])` there is an entry `values[start + 2]`: `start` is below the
length less 2. And where the window has a reading in slot i, the list of its values has an entry i.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from fieldproof.compiler.builder import Builder
from fieldproof.compiler.ir import Opcode


@dataclass(frozen=True, slots=True)
class _Sum:
    """Loop indices and a constant, none of them negative."""

    indices: Counter[int]
    constant: int


def find_proof(builder: Builder, path: int, index: int, length: int) -> int | None:
    """Return a bit, 1 wherever `path` is, that shows 0 <= index < length; None if none does."""
    place = _split(builder, index)
    if place is None:
        return None
    for bit in sorted(builder.get_conjuncts(path)):
        test = builder.operations.get(bit)
        if test is None or test.opcode not in (Opcode.LESS, Opcode.PRESENT):
            continue
        left = _split(builder, test.operands[0])
        room = _find_room(builder, test.operands[1], length) if test.opcode is Opcode.LESS else 0
        if test.opcode is Opcode.PRESENT and not _is_count(builder, length):
            continue
        if left is None or room is None or left.indices - place.indices:
            continue
        beyond = sum(builder.rounds[each] - 1 for each in (place.indices - left.indices).elements())
        if beyond + place.constant - left.constant <= room:
            return bit
    return None


def _is_count(builder: Builder, value: int) -> bool:
    maker = builder.operations.get(value)
    return maker is not None and maker.opcode is Opcode.COUNT


def _split(builder: Builder, value: int) -> _Sum | None:
    """Return a sum by its terms; None where there is one that could be negative."""
    indices, constant, pending = Counter[int](), 0, [value]
    while pending:
        each = pending.pop()
        maker = builder.operations.get(each)
        if each in builder.rounds:
            indices[each] += 1
        elif maker is not None and maker.opcode is Opcode.CONSTANT and maker.payload >= 0:
            constant += maker.payload
        elif maker is not None and maker.opcode is Opcode.ADD:
            pending.extend(maker.operands)
        else:
            return None
    return _Sum(indices, constant)


def _find_room(builder: Builder, bound: int, length: int) -> int | None:
    """Return how far beyond what is below a bound, and not negative, there is still something below a length.

    The bound of a part of a list is min(max(length - constant, 0), constant).
    """
    room = 0
    while bound != length:
        maker = builder.operations.get(bound)
        constant = (
            None if maker is None or len(maker.operands) != 2 else builder.get_constant(maker.operands[1])
        )
        if maker is None or constant is None:
            return None
        if maker.opcode is Opcode.SUBTRACT and constant >= 0:
            room += constant
        elif maker.opcode is not Opcode.MINIMUM and (maker.opcode is not Opcode.MAXIMUM or constant != 0):
            return None
        bound = maker.operands[0]
    return room
