"""How many different values an operation takes in the rounds of the loops around it.

Noir writes loops out and computes what is the same but once: the median of an hour that is compared with
twenty readings is one value in twenty rounds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import prod

from fieldproof.compiler.ir import Item, Loop, Opcode, Operation, Program

_BITS = frozenset((Opcode.EQUAL, Opcode.LESS, Opcode.NOT, Opcode.AND, Opcode.OR, Opcode.EITHER))


class Variety:
    """The number of different values, by the loops that make them differ."""

    def __init__(self, program: Program, fixed: frozenset[int]) -> None:
        """`fixed`: what is known once loops are written out."""
        self._fixed = fixed
        self._constants: dict[int, int] = {}
        self._counts: dict[int, Mapping[int, int]] = {}
        """For each value, by the index of a loop, in how many of its rounds the value is another."""
        self._visit(program.body, {})

    def count(self, value: int) -> int:
        """Return how often a value has to be computed."""
        return prod(self._counts.get(value, {}).values())

    def _visit(self, items: Sequence[Item], around: Mapping[int, int]) -> None:
        for item in items:
            if isinstance(item, Loop):
                within = {**around, item.index: item.rounds}
                self._counts[item.index] = {item.index: item.rounds}
                for each in item.carried:
                    self._counts[each.value] = within
                    self._counts[each.result] = around
                self._visit(item.body, within)
            elif isinstance(item, Operation):
                self._counts[item.result] = around if item.opcode is Opcode.SET else self._combine(item)

    def _combine(self, item: Operation) -> Mapping[int, int]:
        if item.opcode is Opcode.CONSTANT:
            self._constants[item.result] = item.payload
            return {}
        found = _join(self._counts.get(each, {}) for each in item.operands)
        if item.result not in self._fixed:
            return found
        divisor = self._constants.get(item.operands[-1])
        match item.opcode:
            case Opcode.FLOOR_DIVIDE if divisor:
                return {loop: -(-count // divisor) for loop, count in found.items()}
            case Opcode.MODULO if divisor:
                return {loop: min(count, divisor) for loop, count in found.items()}
            case opcode if opcode in _BITS:
                return {loop: min(count, 2) for loop, count in found.items()}
            case _:
                return found


def _join(all_counts: Iterable[Mapping[int, int]]) -> dict[int, int]:
    """Return the greatest count for each loop: what is made of two values differs when one does."""
    joined: dict[int, int] = {}
    for counts in all_counts:
        for loop, count in counts.items():
            joined[loop] = max(joined.get(loop, 1), count)
    return joined
