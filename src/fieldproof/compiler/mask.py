"""Finds where the mask of a window's readings is not needed.

In a loop over the window every change is made only where the round's reading is present. That costs a
gate for each variable and round. It can be left out

- where the change does nothing on an empty slot, whose raw values the circuit holds to zero: a sum of
  irradiance adds 0 there;
- where the variable is not read after the loop: since presence ends once and never comes back, what it
  holds after the last reading reaches nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fieldproof.compiler import interval as intervals
from fieldproof.compiler.arithmetic import compute_operation
from fieldproof.compiler.interval import Interval
from fieldproof.compiler.ir import PURE_OPCODES, Carried, Loop, Opcode, Operation, Program


@dataclass(frozen=True, slots=True)
class Change:
    """`positive` where all `conjuncts` are 1, else the variable as it was."""

    conjuncts: tuple[int, ...]
    positive: int


@dataclass(frozen=True, slots=True)
class _Known:
    """A number known on an empty slot."""

    number: int


class MaskRemover:
    """Looks at one program; returned values are those of that program."""

    def __init__(
        self, program: Program, found: Mapping[int, Interval], operations: Mapping[int, Operation]
    ) -> None:
        self._program = program
        self._intervals = found
        self._operations = operations

    def strip_carried(self, loop: Loop, each: Carried, *, is_read_after: bool) -> Change | None:
        """Return a variable's change in a round without the mask; None where nothing can be left out."""
        select = self._operations.get(each.following)
        if select is None or select.opcode is not Opcode.SELECT or select.operands[2] != each.value:
            return None
        conjuncts = self._split(select.operands[0])
        masks = [value for value in conjuncts if self._is_mask(value)]
        if len(masks) != 1:
            return None
        rest = tuple(value for value in conjuncts if value != masks[0])
        positive = select.operands[1]
        if not is_read_after and not rest and self._is_mask_of(masks[0], loop):
            return Change(rest, positive)
        slot = self._operations[masks[0]].operands[0]
        does_nothing = self._look_at_empty_slot(positive, slot, {}) == each.value
        is_refused = any(self._look_at_empty_slot(value, slot, {}) == _Known(0) for value in rest)
        return Change(rest, positive) if does_nothing or is_refused else None

    def strip_event(self, condition: int) -> tuple[int, ...]:
        """Return the conjuncts of a raise's condition, without a mask that changes nothing."""
        conjuncts = self._split(condition)
        for mask in [value for value in conjuncts if self._is_mask(value)]:
            slot = self._operations[mask].operands[0]
            rest = tuple(value for value in conjuncts if value != mask)
            if any(self._look_at_empty_slot(value, slot, {}) == _Known(0) for value in rest):
                return rest
        return (condition,)

    def _split(self, value: int) -> tuple[int, ...]:
        parts: dict[int, None] = {}
        pending = [value]
        while pending:
            each = pending.pop()
            operation = self._operations.get(each)
            if operation is not None and operation.opcode is Opcode.AND:
                pending += reversed(operation.operands)
            else:
                parts[each] = None
        return tuple(parts)

    def _is_mask(self, value: int) -> bool:
        operation = self._operations.get(value)
        return operation is not None and operation.opcode is Opcode.PRESENT

    def _is_mask_of(self, mask: int, loop: Loop) -> bool:
        """Whether a mask is that of the loop's own round, and so falls once in it."""
        slot = self._operations[mask].operands[0]
        if slot == loop.index:
            return True
        operation = self._operations.get(slot)
        return (
            operation is not None
            and operation.opcode is Opcode.ADD
            and loop.index in operation.operands
            and all(each == loop.index or self._intervals[each].is_single for each in operation.operands)
        )

    def _look_at_empty_slot(self, value: int, slot: int, seen: dict[int, int | _Known]) -> int | _Known:
        """Return what a value is where no reading stands in `slot`: a number, or an equal value.

        Operands come first, without recursion: a program may be thousands of operations deep.
        """
        pending = [value]
        while pending:
            each = pending[-1]
            operation = self._operations.get(each)
            operands = operation.operands if operation and operation.opcode in PURE_OPCODES else ()
            unseen = [operand for operand in operands if operand not in seen]
            if each not in seen and unseen:
                pending += unseen
                continue
            if each not in seen:
                seen[each] = self._compute_on_empty_slot(each, slot, seen)
            pending.pop()
        return seen[value]

    def _compute_on_empty_slot(self, value: int, slot: int, seen: dict[int, int | _Known]) -> int | _Known:
        operation = self._operations.get(value)
        if operation is None:
            return value
        if operation.opcode is Opcode.CONSTANT:
            return _Known(operation.payload)
        if operation.opcode is Opcode.READING:
            is_empty = operation.operands[0] == slot
            return _Known(self._program.inputs.columns[operation.payload].low) if is_empty else value
        if operation.opcode not in PURE_OPCODES:
            return value
        operands = [seen[each] for each in operation.operands]
        numbers = [each.number for each in operands if isinstance(each, _Known)]
        if len(numbers) == len(operands):
            return _Known(compute_operation(operation.opcode, numbers, operation.bounds))
        same = self._simplify(operation, operands)
        return value if same is None else same

    def _get_interval(self, value: int | _Known) -> Interval:
        return Interval(value.number, value.number) if isinstance(value, _Known) else self._intervals[value]

    def _simplify(self, operation: Operation, operands: list[int | _Known]) -> int | _Known | None:
        """Return what an operation gives for operands of which some are known, if that is simple."""
        match operation.opcode, operands:
            case Opcode.SELECT, [condition, positive, negative]:
                if isinstance(condition, _Known):
                    return positive if condition.number else negative
                return positive if positive == negative else None
            case (
                (Opcode.ADD | Opcode.OR | Opcode.EITHER | Opcode.BIT_OR | Opcode.BIT_XOR),
                [left, right],
            ):
                return _drop_neutral(left, right, 0)
            case ((Opcode.MULTIPLY | Opcode.AND), [left, right]):
                if _Known(0) in (left, right):
                    return _Known(0)
                return _drop_neutral(left, right, 1)
            case Opcode.SUBTRACT, [left, _Known(0)]:
                return left
            case ((Opcode.LESS | Opcode.EQUAL), [left, right]):
                compare = intervals.less if operation.opcode is Opcode.LESS else intervals.equal
                bit = compare(self._get_interval(left), self._get_interval(right))
                return _Known(bit.low) if bit.is_single else None
            case Opcode.MAXIMUM, [left, right]:
                return self._choose_larger(left, right, left, right)
            case Opcode.MINIMUM, [left, right]:
                return self._choose_larger(left, right, right, left)
            case _:
                return None

    def _choose_larger(
        self, left: int | _Known, right: int | _Known, if_left: int | _Known, if_right: int | _Known
    ) -> int | _Known | None:
        first, second = self._get_interval(left), self._get_interval(right)
        if first.low >= second.high:
            return if_left
        return if_right if second.low >= first.high else None


def _drop_neutral(left: int | _Known, right: int | _Known, neutral: int) -> int | _Known | None:
    if left == _Known(neutral):
        return right
    return left if right == _Known(neutral) else None
