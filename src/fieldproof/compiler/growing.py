"""Which variables of a loop would grow, as expressions of Noir, with every round.

Such a variable gets a fresh name at the end of each round. A plain sum may stay an expression: it costs a
third of a gate for each addend, and a fresh name would cost one.
"""

from __future__ import annotations

from fieldproof.compiler.ir import Carried, Event, Loop, Opcode, Operation, walk

LONG_SUM_ROUNDS = 256
"""A plain sum over more rounds gets a fresh name after every `SUM_PART`: the Noir compiler copies an
expression with each addend, so that its time would grow with the square of the rounds. The name comes from a
hint: what stands in two equations only is put from one into the other, and all would be one sum again."""
SUM_PART = 64

_PLAIN_SUM_VALUES = 3
"""The variable, the sum, and the choice between them."""


def is_growing(loop: Loop, each: Carried) -> bool:
    """Whether a variable's next value needs a fresh name."""
    reach = _find_dependents(loop, each)
    return each.following in reach and not _is_plain_sum(loop, each, reach)


def is_long_sum(loop: Loop, each: Carried) -> bool:
    """Whether a variable is a plain sum that needs a fresh name now and then."""
    return loop.rounds > LONG_SUM_ROUNDS and is_sum(loop, each)


def is_sum(loop: Loop, each: Carried) -> bool:
    """Whether a variable is only ever added to, taken from something, or replaced by a choice.

    Its expression then grows by an addend a round at most. The loop may read it all the same.
    """
    reach = _find_dependents(loop, each)
    return each.following in reach and _is_plain_sum(loop, each, reach)


def _is_plain_sum(loop: Loop, each: Carried, reach: frozenset[int]) -> bool:
    for item in walk(loop.body):
        if isinstance(item, Operation) and each.value in item.operands:
            if item.opcode in (Opcode.ADD, Opcode.SUBTRACT) and _is_addend(loop, item.result, each):
                continue
            if item.opcode is Opcode.SELECT and item.result == each.following:
                continue
            return False
        if isinstance(item, Loop) and any(inner.initial == each.value for inner in item.carried):
            return False
    return len(reach) <= _PLAIN_SUM_VALUES


def _is_addend(loop: Loop, value: int, each: Carried) -> bool:
    """Whether a sum only becomes the variable's next value, directly or by a choice."""
    for item in walk(loop.body):
        if isinstance(item, Operation) and value in item.operands:
            if item.result != each.following or item.opcode is not Opcode.SELECT:
                return False
            if value == item.operands[0] or each.value not in item.operands[1:]:
                return False
        elif isinstance(item, Event) and item.condition == value:
            return False
    return True


def _find_dependents(loop: Loop, each: Carried) -> frozenset[int]:
    """Values of a loop's body that depend on what a variable was at the start of the round."""
    found = {each.value}
    for item in walk(loop.body):
        if isinstance(item, Operation) and found & set(item.operands):
            found.add(item.result)
        elif isinstance(item, Loop):
            for inner in item.carried:
                if inner.initial in found:
                    found |= {inner.value, inner.result}
    return frozenset(found)
