"""Which values are truth values in the emitted text, and which are numbers that may happen to be 0 or 1.

An array is one or the other as a whole.
"""

from __future__ import annotations

from fieldproof.compiler.ir import Loop, Opcode, Operation, Program, walk

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
}
"""Operands that an operation hands on as they are; of ARRAY it is all."""


def find_logical_values(program: Program) -> frozenset[int]:
    """Return the values that are `bool` in Noir; constants 0 and 1 can be either and are not among them."""
    operations = {item.result: item for item in walk(program.body) if isinstance(item, Operation)}
    carried = [each for item in walk(program.body) if isinstance(item, Loop) for each in item.carried]
    bits = {
        item.result
        for item in operations.values()
        if item.opcode is Opcode.CONSTANT and item.payload in (0, 1)
    }
    # Start from the hope that all that could be logical is, and take back what cannot be.
    logical = {
        item.result
        for item in operations.values()
        if item.opcode in LOGICAL_OPCODES or item.opcode in _PASSED_ON or item.opcode is Opcode.ARRAY
    }
    logical |= {value for each in carried for value in (each.value, each.result)}
    while True:
        wrong = {value for value in logical if not _is_supported(operations.get(value), logical | bits)}
        for each in carried:
            if not {each.initial, each.following, each.value} <= logical | bits:
                wrong |= {each.value, each.result} & logical
        if not wrong:
            return frozenset(logical)
        logical -= wrong


def _is_supported(operation: Operation | None, bits: set[int]) -> bool:
    if operation is None or operation.opcode in LOGICAL_OPCODES:
        return True
    if operation.opcode is Opcode.ARRAY:
        return set(operation.operands) <= bits
    return all(operation.operands[place] in bits for place in _PASSED_ON[operation.opcode])
