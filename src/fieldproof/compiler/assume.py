"""Shows that a condition can never hold: what its parts demand of values contradicts what they can be.

A place behind `if n > 0:` is only reached where n is at least 1, so that a division by n cannot raise there.
"""

from __future__ import annotations

from collections.abc import Mapping

from fieldproof.compiler.interval import Interval
from fieldproof.compiler.ir import Opcode, Operation, Program
from fieldproof.compiler.transfer import compute_interval

_MOST_PARTS = 64
_DEPTH = 12
_ROUNDS = 2
_NEVER = Interval(0, 0)
_ALWAYS = Interval(1, 1)


class Assumption:
    """What values can be where a condition holds."""

    def __init__(
        self,
        program: Program,
        operations: Mapping[int, Operation],
        intervals: Mapping[int, Interval],
        condition: int,
    ) -> None:
        self._program = program
        self._operations = operations
        self._intervals = intervals
        self._assumed: dict[int, Interval] = {}
        self._computed: dict[int, Interval] = {}
        self.is_impossible = False
        """Whether the condition surely fails."""
        parts = self._split(condition)
        for _ in range(_ROUNDS):
            for bit, truth in parts:
                self._demand(bit, truth)
        for bit, truth in parts:
            self._computed.clear()
            if self._look(bit, _DEPTH, skip=bit) == (_NEVER if truth else _ALWAYS):
                self.is_impossible = True

    def _split(self, condition: int) -> list[tuple[int, bool]]:
        """Return bits that must all be as said for the condition to hold."""
        found: dict[tuple[int, bool], None] = {}
        pending = [(condition, True)]
        while pending and len(found) < _MOST_PARTS:
            bit, truth = pending.pop()
            operation = self._operations.get(bit)
            match operation.opcode if operation else None, truth:
                case Opcode.NOT, _:
                    pending.append((operation.operands[0] if operation else bit, not truth))
                case (Opcode.AND, True) | (Opcode.OR | Opcode.EITHER, False):
                    pending.extend((each, truth) for each in (operation.operands if operation else ()))
                case _:
                    found[bit, truth] = None
        return list(found)

    def _get(self, value: int) -> Interval:
        return self._assumed.get(value, self._intervals[value])

    def _narrow(self, value: int, low: int | None, high: int | None) -> None:
        known = self._get(value)
        bounds = (
            known.low if low is None else max(low, known.low),
            known.high if high is None else min(high, known.high),
        )
        if bounds[0] > bounds[1]:
            self.is_impossible = True
            return
        self._assumed[value] = Interval(*bounds)
        operation = self._operations.get(value)
        if operation is not None and operation.opcode is Opcode.ADD:
            for one, other in (operation.operands, operation.operands[::-1]):
                if self._intervals[other].is_single:
                    step = self._intervals[other].low
                    self._narrow(one, bounds[0] - step, bounds[1] - step)

    def _demand(self, bit: int, truth: bool) -> None:
        operation = self._operations.get(bit)
        if operation is None:
            self._narrow(bit, int(truth), int(truth))
            return
        match operation.opcode, operation.operands:
            case Opcode.LESS, (left, right):
                low, high = self._get(left), self._get(right)
                if truth:
                    self._narrow(left, None, high.high - 1)
                    self._narrow(right, low.low + 1, None)
                else:
                    self._narrow(left, high.low, None)
                    self._narrow(right, None, low.high)
            case Opcode.EQUAL, (left, right) if truth:
                one, other = self._get(left), self._get(right)
                self._narrow(left, other.low, other.high)
                self._narrow(right, one.low, one.high)
            case Opcode.EQUAL, (left, right):
                self._exclude(left, self._get(right))
                self._exclude(right, self._get(left))
            case _:
                self._narrow(bit, int(truth), int(truth))

    def _exclude(self, value: int, other: Interval) -> None:
        """Take a single number off the end of what a value can be."""
        known = self._get(value)
        if other.is_single and known.low < known.high:
            if known.low == other.low:
                self._narrow(value, known.low + 1, None)
            elif known.high == other.low:
                self._narrow(value, None, known.high - 1)

    def _look(self, value: int, depth: int, skip: int | None = None) -> Interval:
        """Return what a value can be, computed anew from what is assumed of others."""
        known = self._intervals[value] if value == skip else self._get(value)
        operation = self._operations.get(value)
        if operation is None or depth == 0 or not operation.operands:
            return known
        if value not in self._computed:
            operands = [self._look(each, depth - 1) for each in operation.operands]
            found = compute_interval(operation, operands, self._program)
            self._computed[value] = found.intersect(known) or known
        return self._computed[value]
