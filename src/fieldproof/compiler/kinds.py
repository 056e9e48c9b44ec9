"""Which values are truth values in the emitted text, and which are numbers that may happen to be 0 or 1.

An array is one or the other as a whole.
"""

from __future__ import annotations

from collections import defaultdict

from fieldproof.compiler.ir import BIT_OPCODES, Loop, Opcode, Operation, Program, walk

LOGICAL_OPCODES = frozenset(
    (
        Opcode.EQUAL,
        Opcode.LESS,
        Opcode.NOT,
        Opcode.AND,
        Opcode.OR,
        Opcode.EITHER,
        Opcode.PRESENT,
        Opcode.MEMBERS,
    )
)
_PASSED_ON: dict[Opcode, tuple[int, ...]] = {
    Opcode.SELECT: (1, 2),
    Opcode.FILL: (0,),
    Opcode.GET: (0,),
    Opcode.SET: (0, 2),
    **dict.fromkeys(BIT_OPCODES, (0, 1)),
}
"""Operands that an operation hands on as they are, or combines bit by bit; of ARRAY it is all."""


def find_logical_values(program: Program) -> frozenset[int]:
    """Return the values that are `bool` in Noir; constants 0 and 1 can be either and are not among them."""
    needs: dict[int, tuple[int, ...]] = {}
    """What could be logical, by what must be so for that."""
    bits = set()
    for item in walk(program.body):
        if isinstance(item, Loop):
            for each in item.carried:
                needs[each.value] = (each.initial, each.following)
                needs[each.result] = (each.value,)
        elif isinstance(item, Operation):
            if item.opcode is Opcode.CONSTANT and item.payload in (0, 1):
                bits.add(item.result)
            elif item.opcode in LOGICAL_OPCODES:
                needs[item.result] = ()
            elif item.opcode is Opcode.ARRAY:
                needs[item.result] = item.operands
            elif item.opcode in _PASSED_ON:
                needs[item.result] = tuple(item.operands[place] for place in _PASSED_ON[item.opcode])
    users = defaultdict[int, list[int]](list)
    for value, needed in needs.items():
        for one in needed:
            users[one].append(value)
    # Start from the hope that all that could be logical is, and take back what cannot be.
    logical = set(needs)
    wrong = [value for value in users if value not in needs and value not in bits]
    while wrong:
        for user in users[wrong.pop()]:
            if user in logical:
                logical.remove(user)
                wrong.append(user)
    return frozenset(logical)
