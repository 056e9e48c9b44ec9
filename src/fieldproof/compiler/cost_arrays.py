"""What the arrays of a program take in the circuit: laying them out, reading, writing, sorting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fieldproof.compiler.cost_values import ValueCosts
from fieldproof.compiler.forms import WITNESS, Form
from fieldproof.compiler.interval import Interval
from fieldproof.compiler.ir import Opcode, Operation, Program
from fieldproof.compiler.memories import find_memories
from fieldproof.compiler.prices import (
    ELEMENT_GATES,
    READ_GATES,
    WRITTEN_GATES,
    price_rank,
    price_sorting,
    price_witness,
)
from fieldproof.compiler.widths import compute_unsigned_bits


class ArrayCosts(ValueCosts):
    """Prices what is done with arrays. Entries at places that are fixed are values like any other."""

    def __init__(
        self, program: Program, intervals: Mapping[int, Interval], devices: int, reports: Sequence[Form] = ()
    ) -> None:
        """`reports`: forms of the leaves of a report that the cohort's program is given."""
        super().__init__(program, intervals, devices)
        self._reports = reports
        self._memories = find_memories(program, self._fixed)
        self._laid_out: set[tuple[Opcode, int]] = set()
        self._longest = 0
        self._accesses: dict[int, int] = {}
        """Entries and accesses of all arrays that are written at run time, by their groups."""
        self._layouts: dict[int, int] = {}
        """How many arrays of each group are laid out."""

    @property
    def shared_gates(self) -> float:
        """Gates once for all arrays: the numbers of entries and accesses, and the ranges of times between."""
        sizes = {uses // self._layouts[owner] for owner, uses in self._accesses.items()}
        return max(self._longest, *sizes, 0) + sum(size / 6 + 1 for size in sizes)

    def _read_input(self, item: Operation) -> float:
        """An entry of a constant table or of what a device sends."""
        index = item.operands[0]
        if index in self._fixed:
            return 0.0
        key = (item.opcode, item.payload)
        if key not in self._laid_out:
            self._laid_out.add(key)
            is_table = item.opcode is Opcode.TABLE
            inputs = self.program.inputs
            length = len(self.program.tables[item.payload].entries) if is_table else inputs.readings
            gates = ELEMENT_GATES * length if is_table else READ_GATES * length * self._devices
            self._longest = max(self._longest, length)
            self._count(item, 0, gates)
        return self._index(index) + READ_GATES

    def _read_entry(self, item: Operation, rounds: int) -> tuple[Form, float]:
        array, index = item.operands
        if self._memories.is_written(array):
            return WITNESS, self._access(item, rounds)
        if index in self._fixed:
            return self._get(array), 0.0
        name = self._names.get(array, array)
        key = (item.opcode, name)
        if key not in self._laid_out:
            self._laid_out.add(key)
            length = self._lengths[array]
            self._longest = max(self._longest, length)
            entry = READ_GATES + price_witness(self._get(array))
            self._count(item, 0, entry * length * self._count_times(array))
        return WITNESS, self._index(index) + READ_GATES

    def _write_entry(self, item: Operation, rounds: int) -> tuple[Form, float]:
        array, _, value = item.operands
        if not self._memories.is_written(item.result):
            return max(self._get(array), self._get(value), key=lambda each: each.weight), 0.0
        gates = price_witness(self._get(value)) + self._access(item, rounds)
        if not self._memories.is_written(array):
            gates += self._lay_out(item.result, self._get(array), rounds)
        return WITNESS, gates

    def _access(self, item: Operation, rounds: int) -> float:
        owner = self._memories.owners[item.operands[0] if item.opcode is Opcode.GET else item.result]
        self._accesses[owner] = self._accesses.get(owner, 0) + rounds
        return self._index(item.operands[1]) + WRITTEN_GATES

    def _make_array(self, item: Operation, rounds: int) -> tuple[Form, float]:
        match item.opcode:
            case Opcode.REPORTS:
                form = self._reports[item.payload] if self._reports else WITNESS
            case Opcode.MEMBERS:
                form = WITNESS
            case _:
                form = max(map(self._get, item.operands), key=lambda each: each.weight)
        if not self._memories.is_written(item.result):
            return form, 0.0
        return WITNESS, self._lay_out(item.result, form, rounds)

    def _lay_out(self, array: int, entry: Form, rounds: int) -> float:
        """Gates of an array that is written at run time, as it is at first."""
        length, owner = self._lengths[array], self._memories.owners[array]
        self._accesses[owner] = self._accesses.get(owner, 0) + length * rounds
        self._layouts[owner] = self._layouts.get(owner, 0) + rounds
        return length * (WRITTEN_GATES + price_witness(entry))

    def _sort(self, item: Operation) -> float:
        array, count = item.operands
        length, entry, mask = self._lengths[array], self._get(array), 0.0
        self._longest = max(self._longest, length)
        if self._intervals[count] != Interval(length, length):
            # A bit for each entry, and what stands behind all others in place of one that does not count.
            mask = 1 + 1 / 3
            entry = Form(max(1, entry.terms)) if entry.is_linear else Form(1, 1)
        return length * (mask + price_witness(entry)) + price_sorting(self._get_spread(array), length)

    def _rank(self, item: Operation) -> float:
        array, chosen, _ = item.operands
        entry, choice = self._get(array), self._get(chosen)
        return price_rank(self._get_spread(array), self._lengths[array], entry, choice)

    def _get_spread(self, array: int) -> int:
        """Return BITS with |a - b| < 2^BITS for any two entries."""
        bounds = self._intervals[array]
        return compute_unsigned_bits(bounds.high - bounds.low)
