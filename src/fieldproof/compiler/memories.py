"""Which arrays of a program are laid out in memory: those that are used at a place only the witness knows."""

from __future__ import annotations

from dataclasses import dataclass

from fieldproof.compiler.ir import Loop, Opcode, Operation, Program, walk


@dataclass(frozen=True, slots=True)
class Memories:
    """Arrays that must be laid out, by what they are versions of."""

    owners: dict[int, int]
    """For each version of an array that is used at run time the first of its group."""
    written: frozenset[int]
    """Groups that are written at run time: each access to them has a time of its own."""

    def is_written(self, value: int) -> bool:
        """Whether a value is a version of an array that is written at run time."""
        return self.owners.get(value) in self.written


def find_memories(program: Program, fixed: frozenset[int]) -> Memories:
    """Return the arrays of a program that are read or written at places which are not `fixed`."""
    parents: dict[int, int] = {}

    def find(value: int) -> int:
        while parents.get(value, value) != value:
            value = parents[value]
        return value

    # One literal array may begin many lists.
    fresh = {
        item.result
        for item in walk(program.body)
        if isinstance(item, Operation) and item.opcode in (Opcode.FILL, Opcode.ARRAY)
    }
    read: list[int] = []
    written: list[int] = []
    for item in walk(program.body):
        if isinstance(item, Loop):
            for each in item.carried:
                for value in (each.initial, each.following, each.result):
                    if value not in fresh:
                        parents[find(value)] = find(each.value)
        elif isinstance(item, Operation) and item.opcode in (Opcode.SET, Opcode.GET):
            if item.opcode is Opcode.SET and item.operands[0] not in fresh:
                parents[find(item.result)] = find(item.operands[0])
            if item.operands[1] not in fixed:
                used = read if item.opcode is Opcode.GET else written
                used.append(item.operands[0] if item.opcode is Opcode.GET else item.result)
    roots = {find(value) for value in (*read, *written)}
    results = [item.result for item in walk(program.body) if isinstance(item, Operation)]
    carried = [each for item in walk(program.body) if isinstance(item, Loop) for each in item.carried]
    everything = [*results, *(value for each in carried for value in (each.value, each.result))]
    owners = {value: find(value) for value in everything if find(value) in roots}
    return Memories(owners, frozenset(map(find, written)))
