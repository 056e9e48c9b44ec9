"""Builds the intermediate form: gives values their numbers, folds constants, shares equal computations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from fieldproof.compiler.arithmetic import compute_operation
from fieldproof.compiler.diagnostics import Span
from fieldproof.compiler.interval import Interval
from fieldproof.compiler.ir import Carried, Declaration, Event, Item, Loop, Opcode, Operation
from fieldproof.compiler.kinds import LOGICAL_OPCODES

_INPUTS = frozenset(
    (Opcode.ATTRIBUTE, Opcode.STARTS_AT, Opcode.COUNT, Opcode.READING, Opcode.PRESENT, Opcode.TABLE)
)
_Key = tuple[Opcode, tuple[int, ...], int, Interval | None]


@dataclass(slots=True)
class _Block:
    """A body that is being written, and the computations in it that can be shared."""

    items: list[Item] = field(default_factory=list)
    known: dict[_Key, int] = field(default_factory=dict)


class Builder:
    """Writes one program. Values are numbers; `operations` tells where each comes from."""

    def __init__(self, report_large: Callable[[Span], None]) -> None:
        """`report_large` is told of a constant that has grown past the limit; it then counts as 0."""
        self.operations: dict[int, Operation] = {}
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

    def make_value(self) -> int:
        """Return a new number of the innermost body, for a loop's index or a carried variable."""
        return self._number(len(self._blocks) - 1)

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
        if opcode not in _INPUTS and len(constants) == len(operands):
            return self.constant(compute_operation(opcode, constants, bounds), span)
        simple = self._simplify(opcode, operands, known, span)
        if simple is not None:
            return simple
        if opcode in (Opcode.ADD, Opcode.MULTIPLY, Opcode.EQUAL, Opcode.AND, Opcode.OR, Opcode.EITHER):
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
        if len(operands) != 2:
            return None
        return self._simplify_pair(opcode, operands, known, span)

    def _simplify_select(self, operands: tuple[int, ...], known: list[int | None], span: Span) -> int | None:
        condition, positive, negative = operands
        if known[0] is not None:
            return positive if known[0] else negative
        if positive == negative:
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

    def _simplify_pair(
        self, opcode: Opcode, operands: tuple[int, ...], known: list[int | None], span: Span
    ) -> int | None:
        left, right = operands
        same = left == right
        if opcode in (Opcode.SUBTRACT, Opcode.LESS) and same:
            return self.constant(0, span)
        if opcode is Opcode.EQUAL and same:
            return self.constant(1, span)
        if opcode is Opcode.EQUAL and 0 in known:
            other = operands[1 - known.index(0)]
            maker = self.operations.get(other)
            return self.add(Opcode.NOT, (other,), span) if maker and maker.opcode in LOGICAL_OPCODES else None
        if opcode in (Opcode.MINIMUM, Opcode.MAXIMUM, Opcode.AND, Opcode.OR) and same:
            return left
        if opcode in (Opcode.SUBTRACT, Opcode.FLOOR_DIVIDE):
            neutral = 0 if opcode is Opcode.SUBTRACT else 1
            return left if known[1] == neutral else None
        if opcode is Opcode.MODULO and known[1] == 1:
            return self.constant(0, span)
        neutral_of = {Opcode.ADD: 0, Opcode.MULTIPLY: 1, Opcode.AND: 1, Opcode.OR: 0, Opcode.EITHER: 0}
        if opcode in neutral_of:
            for this, other in ((0, 1), (1, 0)):
                if known[this] == neutral_of[opcode]:
                    return operands[other]
                if known[this] == 0 and opcode in (Opcode.MULTIPLY, Opcode.AND):
                    return operands[this]
                if known[this] == 1 and opcode in (Opcode.OR, Opcode.EITHER):
                    return operands[this]
        return None

    def add_event(self, condition: int, exception: str, message: str, span: Span) -> None:
        """Note a place that raises where `condition` is 1; a condition that is never 1 is dropped."""
        if self.get_constant(condition) != 0:
            self._blocks[-1].items.append(Event(condition, exception, message, span))

    def add_declaration(self, declaration: Declaration) -> None:
        """Note a promise that the analysis has to show."""
        self._blocks[-1].items.append(declaration)

    def open_loop(self) -> int:
        """Begin a loop's body and return the number of its index."""
        self._blocks.append(_Block())
        return self.make_value()

    def make_result(self) -> int:
        """Return a new number for what the innermost loop leaves behind."""
        return self._number(len(self._blocks) - 2)

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
