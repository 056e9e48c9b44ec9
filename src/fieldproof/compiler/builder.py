"""Builds the intermediate form: gives values their numbers, folds constants, shares equal computations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from fieldproof.compiler.arithmetic import compute_operation
from fieldproof.compiler.diagnostics import Span
from fieldproof.compiler.interval import Interval
from fieldproof.compiler.ir import (
    BIT_OPCODES,
    INPUT_OPCODES,
    Carried,
    Declaration,
    Event,
    InputBounds,
    Item,
    Loop,
    Opcode,
    Operation,
    compute_length,
)
from fieldproof.compiler.kinds import LOGICAL_OPCODES

_NOT_FOLDED = INPUT_OPCODES | {Opcode.TABLE, Opcode.ARRAY, Opcode.FILL}
"""Operations that are no computation on numbers alone."""

_COMMUTATIVE = frozenset(
    (
        Opcode.ADD,
        Opcode.MULTIPLY,
        Opcode.EQUAL,
        Opcode.AND,
        Opcode.OR,
        Opcode.EITHER,
        *BIT_OPCODES,
    )
)
_NEUTRAL = {
    Opcode.ADD: 0,
    Opcode.MULTIPLY: 1,
    Opcode.AND: 1,
    Opcode.OR: 0,
    Opcode.EITHER: 0,
    Opcode.BIT_OR: 0,
    Opcode.BIT_XOR: 0,
}
"""The operand that leaves the other one as it is."""
_MOST_CONJUNCTS = 32
_Key = tuple[Opcode, tuple[int, ...], int, Interval | None]


@dataclass(slots=True)
class _Block:
    """A body that is being written, and the computations in it that can be shared."""

    items: list[Item] = field(default_factory=list)
    known: dict[_Key, int] = field(default_factory=dict)


class Builder:
    """Writes one program. Values are numbers; `operations` tells where each comes from."""

    def __init__(self, inputs: InputBounds, report_large: Callable[[Span], None]) -> None:
        """`report_large` is told of a constant that has grown past the limit; it then counts as 0."""
        self.operations: dict[int, Operation] = {}
        self.lengths: dict[int, int] = {}
        """Of every array."""
        self.bits: set[int] = set()
        """Values that loops carry and that are 0 or 1: whether a number is there."""
        self.rounds: dict[int, int] = {}
        """Of every loop, by its index."""
        self._inputs = inputs
        self._report_large = report_large
        self._blocks: list[_Block] = [_Block()]
        self._next = 0
        self._depths: dict[int, int] = {}

    @property
    def body(self) -> tuple[Item, ...]:
        """All items, when every loop is closed."""
        if len(self._blocks) != 1:
            raise RuntimeError("bug: a loop is open")
        return tuple(self._blocks[0].items)

    def make_value(self, like: int | None = None) -> int:
        """Return a new number of the innermost body, for a loop's index or a variable carried from `like`."""
        return self._copy_length(self._number(len(self._blocks) - 1), like)

    def _copy_length(self, value: int, like: int | None) -> int:
        if like is not None and like in self.lengths:
            self.lengths[value] = self.lengths[like]
        return value

    def _number(self, depth: int) -> int:
        self._depths[self._next] = depth
        self._next += 1
        return self._next - 1

    def constant(self, value: int, span: Span) -> int:
        """Return a constant's number; all constants stand in the outermost body."""
        if not Interval(value, value).is_within_limit:
            self._report_large(span)
            value = 0
        key: _Key = (Opcode.CONSTANT, (), int(value), None)
        outermost = self._blocks[0]
        if key not in outermost.known:
            outermost.known[key] = result = self._number(0)
            operation = Operation(result, Opcode.CONSTANT, (), span, int(value))
            self.operations[result] = operation
            outermost.items.insert(0, operation)
        return outermost.known[key]

    def get_constant(self, value: int) -> int | None:
        """Return what a value always is, or None if that is not known."""
        operation = self.operations.get(value)
        return operation.payload if operation and operation.opcode is Opcode.CONSTANT else None

    def add(
        self,
        opcode: Opcode,
        operands: Sequence[int],
        span: Span,
        payload: int = 0,
        bounds: Interval | None = None,
    ) -> int:
        """Return the number of a computation: an earlier equal one, a constant, or a new one."""
        operands = tuple(operands)
        known = [self.get_constant(each) for each in operands]
        constants = [each for each in known if each is not None]
        if opcode not in _NOT_FOLDED and len(constants) == len(operands):
            return self.constant(compute_operation(opcode, constants, bounds), span)
        simple = self._simplify(opcode, operands, known, span)
        if simple is not None:
            return simple
        if opcode in _COMMUTATIVE:
            operands = tuple(sorted(operands))
        key: _Key = (opcode, operands, payload, bounds)
        for block in reversed(self._blocks):
            if key in block.known:
                return block.known[key]
        # What no loop changes is computed before it.
        depth = max((self._depths[each] for each in operands), default=0)
        result = self._number(depth)
        operation = Operation(result, opcode, operands, span, payload, bounds)
        self.operations[result] = operation
        length = compute_length(operation, self.lengths, self._inputs)
        if length is not None:
            self.lengths[result] = length
        self._blocks[depth].items.append(operation)
        self._blocks[depth].known[key] = result
        return result

    def _simplify(
        self, opcode: Opcode, operands: tuple[int, ...], known: list[int | None], span: Span
    ) -> int | None:
        """Return an existing value that the computation always equals, or None."""
        if opcode is Opcode.NOT:
            inner = self.operations.get(operands[0])
            return inner.operands[0] if inner and inner.opcode is Opcode.NOT else None
        if opcode is Opcode.SELECT:
            return self._simplify_select(operands, known, span)
        if opcode is Opcode.NARROW:
            return operands[1] if known[0] == 1 else None
        if opcode is Opcode.GET:
            return self._simplify_get(operands[0], operands[1], span)
        if len(operands) != 2:
            return None
        return self._simplify_pair(opcode, operands, known, span)

    def _simplify_select(self, operands: tuple[int, ...], known: list[int | None], span: Span) -> int | None:
        condition, positive, negative = operands
        if known[0] is not None:
            return positive if known[0] else negative
        if positive == negative:
            return positive
        if positive in self.lengths:
            return self._simplify_array_select(condition, positive, negative, span)
        if known[2] == 1 and positive in self.get_conjuncts(condition):
            return negative
        opposite = self.operations.get(negative)
        if known[1] == 1 and opposite and (opposite.opcode, opposite.operands) == (Opcode.NOT, (condition,)):
            return positive
        if known[1] == 1 and known[2] == 0:
            return condition
        if known[1] == 0 and known[2] == 1:
            return self.add(Opcode.NOT, (condition,), span)
        chooser = self.operations.get(condition)
        if chooser and chooser.opcode is Opcode.NOT:
            return self.add(Opcode.SELECT, (chooser.operands[0], negative, positive), span)
        inner = self.operations.get(positive)
        if inner and inner.opcode is Opcode.SELECT and inner.operands[2] == negative:
            # A change under two conditions: their conjunction is shared by all variables they guard.
            both = self.add(Opcode.AND, (condition, inner.operands[0]), span)
            return self.add(Opcode.SELECT, (both, inner.operands[1], negative), span)
        if inner and inner.opcode is Opcode.SELECT and inner.operands[1] == negative:
            refused = self.add(Opcode.NOT, (inner.operands[0],), span)
            both = self.add(Opcode.AND, (condition, refused), span)
            return self.add(Opcode.SELECT, (both, inner.operands[2], negative), span)
        return None

    def _simplify_get(self, array: int, index: int, span: Span) -> int | None:
        """An entry that is known from how its array was made."""
        place, origin = self.get_constant(index), array
        # Without recursion: an array may be made by hundreds of changes.
        while (maker := self.operations.get(origin)) is not None:
            if maker.opcode is Opcode.FILL:
                return maker.operands[0]
            if maker.opcode is Opcode.ARRAY and place is not None:
                return maker.operands[place]
            if maker.opcode is not Opcode.SET:
                break
            if maker.operands[1] == index:
                return maker.operands[2]
            if place is None or self.get_constant(maker.operands[1]) is None:
                break
            origin = maker.operands[0]
        return None if origin == array else self.add(Opcode.GET, (origin, index), span)

    def _simplify_array_select(self, condition: int, positive: int, negative: int, span: Span) -> int | None:
        """Two versions of one array: its entries change under the condition."""
        origins = self._find_versions(positive)
        origin = next((each for each in self._find_versions(negative) if each in origins), None)
        if origin is None:
            return None
        changed = self._set_where(condition, positive, origin, origin, span)
        refused = self.add(Opcode.NOT, (condition,), span)
        return self._set_where(refused, negative, origin, changed, span)

    def _find_versions(self, array: int) -> list[int]:
        """Return an array and all that it was made from by setting entries."""
        found = [array]
        maker = self.operations.get(array)
        while maker is not None and maker.opcode is Opcode.SET:
            found.append(maker.operands[0])
            maker = self.operations.get(maker.operands[0])
        return found

    def _set_where(self, condition: int, array: int, origin: int, base: int, span: Span) -> int:
        """Return `base` with the entries set that made `array` of `origin`, where the condition holds.

        One version of an array at a time: two that live at once make the prover copy them at every write.
        """
        makers = []
        while array != origin:
            makers.append(self.operations[array])
            array = makers[-1].operands[0]
        for maker in reversed(makers):
            index, value = maker.operands[1], maker.operands[2]
            kept = self.add(Opcode.GET, (base, index), span)
            chosen = self.add(Opcode.SELECT, (condition, value, kept), span)
            base = self.add(Opcode.SET, (base, index, chosen), span)
        return base

    def get_conjuncts(self, value: int) -> set[int]:
        """Return bits that are all 1 where `value` is, itself among them."""
        found: set[int] = set()
        pending = [value]
        while pending and len(found) < _MOST_CONJUNCTS:
            each = pending.pop()
            if each not in found:
                found.add(each)
                maker = self.operations.get(each)
                if maker is not None and maker.opcode is Opcode.AND:
                    pending.extend(maker.operands)
        return found

    def _are_exclusive(self, left: int, right: int) -> bool:
        """Whether one bit demands what the other refuses."""
        first, second = self.get_conjuncts(left), self.get_conjuncts(right)
        for bits, others in ((first, second), (second, first)):
            for bit in bits:
                maker = self.operations.get(bit)
                if maker is not None and maker.opcode is Opcode.NOT and maker.operands[0] in others:
                    return True
        return False

    def _drop_implied(self, left: int, right: int, span: Span) -> int | None:
        """a and not (a and b) is a and not b."""
        for bit, other in ((left, right), (right, left)):
            maker = self.operations.get(other)
            inner = self.operations.get(maker.operands[0]) if maker and maker.opcode is Opcode.NOT else None
            if inner is not None and inner.opcode is Opcode.AND:
                held = self.get_conjuncts(bit)
                for one, rest in (inner.operands, inner.operands[::-1]):
                    if one in held:
                        refused = self.add(Opcode.NOT, (rest,), span)
                        return self.add(Opcode.AND, (bit, refused), span)
        return None

    def _simplify_pair(
        self, opcode: Opcode, operands: tuple[int, ...], known: list[int | None], span: Span
    ) -> int | None:
        left, right = operands
        same = left == right
        if opcode in (Opcode.SUBTRACT, Opcode.LESS) and same:
            return self.constant(0, span)
        if opcode is Opcode.EQUAL and same:
            return self.constant(1, span)
        if opcode is Opcode.EQUAL and (moved := self._move_constant(operands, known, span)) is not None:
            return moved
        if opcode is Opcode.EQUAL and 0 in known:
            other = operands[1 - known.index(0)]
            maker = self.operations.get(other)
            return self.add(Opcode.NOT, (other,), span) if maker and maker.opcode in LOGICAL_OPCODES else None
        if opcode in (Opcode.MINIMUM, Opcode.MAXIMUM, Opcode.AND, Opcode.OR) and same:
            return left
        if opcode is Opcode.SUBTRACT:
            maker = self.operations.get(left)
            if maker is not None and maker.opcode is Opcode.ADD and right in maker.operands:
                # What was added to a value is the difference to it.
                return maker.operands[1 - maker.operands.index(right)]
            taken = self.operations.get(right)
            if taken is not None and taken.opcode is Opcode.SUBTRACT and taken.operands[0] == left:
                # What is left of a value after that was taken off.
                return taken.operands[1]
        if opcode in (Opcode.SUBTRACT, Opcode.FLOOR_DIVIDE):
            neutral = 0 if opcode is Opcode.SUBTRACT else 1
            return left if known[1] == neutral else None
        if opcode is Opcode.MODULO and known[1] == 1:
            return self.constant(0, span)
        if opcode is Opcode.AND and self._are_exclusive(left, right):
            return self.constant(0, span)
        if opcode is Opcode.AND and (shorter := self._drop_implied(left, right, span)) is not None:
            return shorter
        if opcode in BIT_OPCODES and same:
            return self.constant(0, span) if opcode is Opcode.BIT_XOR else left
        if opcode is Opcode.BIT_AND:
            return self.constant(0, span) if 0 in known else None
        if opcode in _NEUTRAL:
            for this, other in ((0, 1), (1, 0)):
                if known[this] == _NEUTRAL[opcode]:
                    return operands[other]
                if known[this] == 0 and opcode in (Opcode.MULTIPLY, Opcode.AND):
                    return operands[this]
                if known[this] == 1 and opcode in (Opcode.OR, Opcode.EITHER):
                    return operands[this]
        return None

    def _move_constant(self, operands: tuple[int, ...], known: list[int | None], span: Span) -> int | None:
        """x + a == b is x == b - a."""
        place = next((number for number, each in enumerate(known) if each is not None), None)
        if place is None:
            return None
        total, maker = known[place] or 0, self.operations.get(operands[1 - place])
        if maker is None or maker.opcode not in (Opcode.ADD, Opcode.SUBTRACT):
            return None
        first, second = (self.get_constant(each) for each in maker.operands)
        if maker.opcode is Opcode.ADD and first is not None:
            value, number = maker.operands[1], total - first
        elif second is not None:
            value, number = (
                maker.operands[0],
                total - second if maker.opcode is Opcode.ADD else total + second,
            )
        elif maker.opcode is Opcode.SUBTRACT and first is not None:
            value, number = maker.operands[1], first - total
        else:
            return None
        return self.add(Opcode.EQUAL, (value, self.constant(number, span)), span)

    def add_event(self, condition: int, exception: str, message: str, span: Span) -> None:
        """Note a place that raises where `condition` is 1; a condition that is never 1 is dropped."""
        if self.get_constant(condition) != 0:
            self._blocks[-1].items.append(Event(condition, exception, message, span))

    def add_declaration(self, declaration: Declaration) -> None:
        """Note a promise that the analysis has to show."""
        self._blocks[-1].items.append(declaration)

    def open_loop(self, rounds: int) -> int:
        """Begin the body of a loop of so many rounds and return the number of its index."""
        self._blocks.append(_Block())
        index = self.make_value()
        self.rounds[index] = rounds
        return index

    def make_result(self, like: int) -> int:
        """Return a new number for what the innermost loop leaves behind of a variable carried from `like`."""
        return self._copy_length(self._number(len(self._blocks) - 2), like)

    def close_loop(self, index: int, rounds: int, carried: Sequence[Carried], span: Span) -> None:
        """End the innermost body and place its loop."""
        block = self._blocks.pop()
        self._blocks[-1].items.append(Loop(index, rounds, tuple(carried), tuple(block.items), span))

    def drop_loop(self) -> None:
        """Leave out the innermost body: nothing it computes is needed."""
        self._blocks.pop()

    def has_open_events(self) -> bool:
        """Whether anything in the innermost body can raise."""
        return any(isinstance(item, Event | Loop) for item in self._blocks[-1].items)
