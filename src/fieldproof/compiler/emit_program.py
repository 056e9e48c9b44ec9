"""Writes a program as a Noir function over the gadgets of `circuits/`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fieldproof.compiler.emit_operations import INDENT, EmittedLine, OperationWriter
from fieldproof.compiler.growing import is_growing
from fieldproof.compiler.interval import Interval
from fieldproof.compiler.ir import (
    Carried,
    Event,
    Item,
    Loop,
    Opcode,
    Operation,
    Program,
    get_used_values,
    walk,
)
from fieldproof.compiler.uniform import find_uniform_values

_NAME = re.compile(r"\b[vqri][0-9]+\b")
_MADE = re.compile(r" *let (?!mut)(\(.*?\)|v[0-9]+) = ")
_LOOP = re.compile(r" *for (i[0-9]+) in ")
_INDEXED = frozenset((Opcode.READING, Opcode.PRESENT, Opcode.TABLE))


@dataclass(frozen=True, slots=True)
class EmittedProgram:
    """The functions of one program and how to call them."""

    lines: tuple[EmittedLine, ...]
    prepare_call: str | None
    """Statement that computes what is the same for all devices; None if nothing is."""
    call: str
    """Expression for what a device's window comes to, in the names of a cohort's loop: its points; with state
    (points, void, raw fields of the next state)."""
    uses_starts_at: bool
    kind: str = "device"
    """"device", "stateful" or "cohort"."""
    state_size: int = 0
    """Fields of the state."""
    uses_window: bool = False
    """Whether a call names `window`, the number of the window."""
    uses_missed: bool = False
    """Whether a call names `missed`."""
    device_call: str = ""
    """Of a cohort program: expression for (void, leaves of the report) of a device."""
    cohort_call: str = ""
    """Of a cohort program: expression for the points of all devices, by `present` and `reports`."""
    report_size: int = 0
    """Leaves of a report."""
    absent: tuple[int, ...] = ()
    """Leaves of the report that stands for a member that is not present."""


def emit_program(
    program: Program, intervals: Mapping[int, Interval], source_lines: Sequence[str]
) -> EmittedProgram:
    """Return the Noir of a program; `source_lines` are quoted in comments."""
    return _Emitter(program, intervals, source_lines).emit()


class _Emitter(OperationWriter):
    def __init__(
        self, program: Program, intervals: Mapping[int, Interval], source_lines: Sequence[str]
    ) -> None:
        super().__init__(program, intervals, source_lines)
        self._uniform = find_uniform_values(program)
        self._silent = self._find_silent()
        self._uses_starts_at = False

    def emit(self) -> EmittedProgram:
        prepare, prepare_call = self._emit_prepare()
        has_loop_events = any(
            isinstance(item, Loop) and any(isinstance(each, Event) for each in walk(item.body))
            for item in self._program.body
        )
        top = [item for item in self._program.body if isinstance(item, Event)]
        counts_events = has_loop_events or len(top) > 3
        if counts_events:
            self._write("let mut raised: Field = 0;", None)
        self._emit_items(self._program.body, counts_events=counts_events)
        self._emit_result(top, counts_events=counts_events)
        body = _drop_unused(self._lines)
        signature = ", ".join(f"{name}: {type_}" for name, type_ in self._parameters.items())
        arguments = ", ".join(self._make_argument(name) for name in self._parameters)
        lines = [
            *self._emit_tables(),
            *prepare,
            EmittedLine("/// Points of one device; 0 where the program raises.", None),
            EmittedLine(f"fn compute_points({signature}) -> Field {{", None),
            *body,
            EmittedLine("}", None),
        ]
        return EmittedProgram(
            tuple(lines), prepare_call, f"compute_points({arguments})", self._uses_starts_at
        )

    def _find_silent(self) -> frozenset[int]:
        """Values that need no line: sums that are only indices, and the check of points, which voids."""
        loops = {item.index for item in walk(self._program.body) if isinstance(item, Loop)}
        sums = {
            each.result
            for each in self._operations.values()
            if each.opcode is Opcode.ADD and self._get_offset(each, loops) is not None
        }
        read: set[int] = set()
        for item in walk(self._program.body):
            if not isinstance(item, Operation) or item.opcode not in _INDEXED:
                read.update(get_used_values(item))
        silent = sums - read - {self._program.points}
        points = self._operations.get(self._program.points)
        if points is not None and points.opcode is Opcode.NARROW and points.result not in read:
            silent.add(points.result)
        return frozenset(silent)

    def _make_argument(self, name: str) -> str:
        return {"columns": "columns[i]", "count": "counts[i]", "attributes": "attributes[i]"}.get(name, name)

    def _emit_tables(self) -> list[EmittedLine]:
        used = {each.payload for each in self._operations.values() if each.opcode is Opcode.TABLE}
        lines = []
        for number in sorted(used):
            table = self._program.tables[number]
            entries = ", ".join(map(str, table.entries))
            length = len(table.entries)
            lines.append(
                EmittedLine(f"global TABLE_{number}: [Field; {length}] = [{entries}]; // {table.name}", None)
            )
        return [*lines, EmittedLine("", None)] if lines else []

    def _emit_prepare(self) -> tuple[list[EmittedLine], str | None]:
        """Write the part that is the same for all devices as a function of its own."""
        wanted = [each for each in self._uniform.exported if each not in self._silent]
        if not wanted:
            return [], None
        self._uses_starts_at = True
        for item in self._program.body:
            if isinstance(item, Operation) and item.result in self._uniform.values - self._silent:
                self._emit_operation(item)
        names = [self._names[each] for each in wanted]
        types = ["bool" if each in self._logical else "Field" for each in wanted]
        body, self._lines, self._last_source_line = self._lines, [], 0
        for value, type_ in zip(wanted, types, strict=True):
            self._names[value] = f"v{value}"
            self._parameters[f"v{value}"] = type_
        self._quotients.clear()
        returned = names[0] if len(names) == 1 else f"({', '.join(names)})"
        type_ = types[0] if len(types) == 1 else f"({', '.join(types)})"
        bound = ", ".join(f"v{each}" for each in wanted)
        bound = bound if len(wanted) == 1 else f"({bound})"
        return (
            [
                EmittedLine("/// What is the same for all devices of the cohort.", None),
                EmittedLine(f"fn prepare(starts_at: Field) -> {type_} {{", None),
                *body,
                EmittedLine(f"{INDENT}{returned}", None),
                EmittedLine("}", None),
                EmittedLine("", None),
            ],
            f"let {bound} = prepare(starts_at);",
        )

    def _emit_items(self, items: Sequence[Item], *, counts_events: bool) -> None:
        for item in items:
            if isinstance(item, Operation):
                if item.result not in self._uniform.values and item.result not in self._silent:
                    self._emit_operation(item)
            elif isinstance(item, Loop):
                self._emit_loop(item)
            elif isinstance(item, Event) and counts_events:
                self._write(f"raised += {self._as_field(item.condition)};", item.span)

    def _emit_result(self, top: Sequence[Event], *, counts_events: bool) -> None:
        points = self._program.points
        operation = self._operations.get(points)
        if operation is not None and operation.opcode is Opcode.NARROW and top:
            # Where it does not fit, an event has made the device void already.
            points = operation.operands[1]
        text = self._as_field(points)
        if counts_events:
            text = f"integers::select(raised == 0, {text}, 0)"
        elif top:
            conditions = " | ".join(self._as_bool(each.condition) for each in top)
            text = f"integers::select({conditions}, 0, {text})"
        self._write(text, operation.span if operation is not None else None)

    def _emit_loop(self, loop: Loop) -> None:
        for each in loop.carried:
            is_bool = each.value in self._logical
            initial = self._as_bool(each.initial) if is_bool else self._as_field(each.initial)
            self._names[each.value] = self._names[each.result] = f"v{each.value}"
            self._write(f"let mut v{each.value}: {'bool' if is_bool else 'Field'} = {initial};", loop.span)
        index = f"i{loop.index}"
        self._indices[loop.index] = index
        self._write(f"for {index} in 0..{loop.rounds} {{", loop.span)
        self._depth += 1
        known = dict(self._quotients)
        self._emit_items(loop.body, counts_events=True)
        self._emit_carried(loop)
        self._quotients = known
        self._depth -= 1
        self._write("}", None)

    def _emit_carried(self, loop: Loop) -> None:
        texts = []
        for each in loop.carried:
            text = (
                self._as_bool(each.following)
                if each.value in self._logical
                else self._materialise(loop, each, self._as_field(each.following))
            )
            texts.append((each, text))
        changing = {f"v{each.value}" for each in loop.carried}
        clashing = [each for each, text in texts if text in changing and text != f"v{each.value}"]
        for each in clashing:
            self._write(f"let next{each.value} = {self._names[each.following]};", loop.span)
        for each, text in texts:
            self._write(f"v{each.value} = {f'next{each.value}' if each in clashing else text};", loop.span)

    def _materialise(self, loop: Loop, each: Carried, text: str) -> str:
        """Give a fresh name to what would grow with each round."""
        return f"integers::materialise({text})" if is_growing(loop, each) else text

    def _emit_operation(self, item: Operation) -> None:
        if item.opcode is Opcode.CONSTANT:
            return
        if item.result in self._silent:
            return
        text = self._make_text(item)
        if text is None:
            return
        self._names[item.result] = f"v{item.result}"
        self._write(f"let v{item.result} = {text};", item.span)


def _drop_unused(lines: Sequence[EmittedLine]) -> list[EmittedLine]:
    """Leave out what is computed and not read, and name what is not read `_`."""
    read: set[str] = set()
    kept: list[EmittedLine] = []
    for line in reversed(lines):
        text = line.text
        made = _MADE.match(text)
        if made is not None:
            if not read & set(_NAME.findall(made[1])):
                continue
            names = _NAME.sub(lambda name: name[0] if name[0] in read else "_", made[1])
            text = text[: made.start(1)] + names + text[made.end(1) :]
        head = _LOOP.match(text)
        if head is not None and head[1] not in read:
            text = text.replace(head[1], "_", 1)
        if not text.lstrip().startswith("//"):
            read.update(_NAME.findall(text))
        kept.append(EmittedLine(text, line.span))
    return kept[::-1]
