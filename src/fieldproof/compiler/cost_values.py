"""The values of a program as the circuit knows them: their names, their forms, how often each is made."""

from __future__ import annotations

from collections.abc import Mapping

from fieldproof.compiler.cost_lines import LineBook
from fieldproof.compiler.cost_operation import OperationWork
from fieldproof.compiler.cost_variety import Variety
from fieldproof.compiler.forms import CONSTANT, WITNESS, Form
from fieldproof.compiler.interval import Interval
from fieldproof.compiler.ir import BIT_OPCODES, Opcode, Operation, Program, find_lengths, walk
from fieldproof.compiler.kinds import find_logical_values
from fieldproof.compiler.known import find_fixed_values
from fieldproof.compiler.prices import QUOTIENT_BITS_IN_LIMBS, find_range_table, price_index
from fieldproof.compiler.uniform import find_uniform_values
from fieldproof.compiler.widths import compute_division_widths


class ValueCosts:
    """Follows the form of every value and counts what is written out, at its line of Python."""

    def __init__(self, program: Program, intervals: Mapping[int, Interval], devices: int) -> None:
        """Begin with nothing computed, for a circuit of so many devices."""
        self.program = program
        self._intervals = intervals
        self._uniform = find_uniform_values(program).values
        # A judgement of the whole cohort is made once.
        self._devices = 1 if program.inputs.capacity else devices
        self._operations = {item.result: item for item in walk(program.body) if isinstance(item, Operation)}
        self._fixed = find_fixed_values(program)
        self._logical = find_logical_values(program)
        self._lengths = find_lengths(program)
        self._variety = Variety(program, self._fixed)
        self._forms: dict[int, Form] = {}
        """By name; of an array those of its entries."""
        self._divided: set[tuple[int, ...]] = set()
        self._combined: set[tuple[int, ...]] = set()
        """Pairs of numbers of which it is known what bits both have."""
        self._indexed: set[int] = set()
        self._names: dict[int, int] = {}
        """Values by what they are: alike in loops of as many rounds, which Noir computes once."""
        self._known: dict[tuple[object, ...], int] = {}
        self._is_counting = True
        self.book = LineBook()
        self.range_tables: set[int] = set()
        """Bits of the exact ranges beside whole limbs that the program needs tables for."""

    def _get(self, value: int) -> Form:
        if value in self._fixed:
            return CONSTANT
        return self._forms.get(self._names.get(value, value), WITNESS)

    def _put(self, value: int, form: Form) -> None:
        self._forms[self._names.get(value, value)] = form

    def _count(self, item: Operation, times: int, gates: float, name: str = "") -> None:
        if self._is_counting:
            self.book.add(item.span, name or item.opcode.value, times, gates)

    def _name(self, key: tuple[object, ...], value: int) -> int:
        return self._known.setdefault(key, value)

    def _is_repeated(self, item: Operation) -> bool:
        """Whether the same was computed before, perhaps in another loop of as many rounds."""
        operands = tuple(self._names.get(each, each) for each in item.operands)
        name = self._name((item.opcode, operands, item.payload, item.bounds), item.result)
        self._names[item.result] = name
        return name != item.result

    def _count_times(self, value: int) -> int:
        """How often a value is computed in the whole circuit."""
        return self._variety.count(value) * (1 if value in self._uniform else self._devices)

    def _compute(self, item: Operation) -> tuple[Form, float]:
        """Price an operation on numbers; what it writes out is a witness from now on."""
        work = OperationWork(
            item, [self._get(each) for each in item.operands], self._intervals, self._logical
        )
        for place, (value, form) in enumerate(zip(item.operands, work.forms, strict=True)):
            self._put(value, form)
            self._count(item, 0, work.written.get(place, 0.0) * self._count_times(value))
        if item.opcode in (Opcode.FLOOR_DIVIDE, Opcode.MODULO):
            self._divided.add(item.operands)
            self._note_ranges(*(self._intervals[each] for each in item.operands))
        elif item.opcode in BIT_OPCODES:
            self._combined.add(item.operands)
        return work.result, work.gates

    def _note_ranges(self, dividend: Interval, divisor: Interval) -> None:
        widths = compute_division_widths(dividend, divisor)
        rest = widths.power if widths.power is not None else widths.remainder_bits
        exact = [] if widths.power is None else [widths.power]
        if widths.quotient_bits + rest > QUOTIENT_BITS_IN_LIMBS:
            exact.append(widths.quotient_bits)
        self.range_tables.update(filter(None, map(find_range_table, exact)))

    def _find_change(self, item: Operation) -> tuple[int, int] | None:
        """Return what a choice keeps and what it adds to it, where one side is a sum of the other."""
        for changed, kept in (item.operands[1:], item.operands[:0:-1]):
            change = self._operations.get(changed)
            if change is not None and change.opcode is Opcode.ADD and kept in change.operands:
                left, right = change.operands
                return kept, right if left == kept else left
        return None

    def _index(self, value: int) -> float:
        """Gates that make a value an index, which is done once for all arrays."""
        name = self._names.get(value, value)
        if value in self._fixed or name in self._indexed:
            return 0.0
        self._indexed.add(name)
        return price_index(self._get(value))
