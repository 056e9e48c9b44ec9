"""Writes a program as a Noir function over the gadgets of `circuits/`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fieldproof.compiler.compiled import CompiledNetwork
from fieldproof.compiler.emit_operations import INDENT, EmittedLine, OperationWriter, shift
from fieldproof.compiler.growing import SUM_PART, is_growing, is_long_sum
from fieldproof.compiler.interval import Interval
from fieldproof.compiler.ir import (
    Carried,
    Event,
    Item,
    Loop,
    Opcode,
    Operation,
    Program,
    compute_fallback,
    get_used_values,
    walk,
)
from fieldproof.compiler.known import INDEX_PLACES
from fieldproof.compiler.uniform import find_uniform_values

_NAME = re.compile(r"\b[vqrixb][0-9]+\b")
_MADE = re.compile(r" *let (?!mut)(\(.*?\)|[vxb][0-9]+) = ")
_LOOP = re.compile(r" *for (i[0-9]+) in ")


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
    uses_times: bool
    """Whether the time of a reading is read."""
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


def emit_program(compiled: CompiledNetwork) -> EmittedProgram:
    """Return the Noir of a network's program."""
    sources = {module.path: module.text.split("\n") for module in compiled.network.modules}
    if compiled.device is None:
        kind = "stateful" if compiled.program.inputs.state else "device"
        emitter = _Emitter(compiled.program, compiled.intervals, sources)
        lines, call = emitter.emit("compute_points", kind)
        return EmittedProgram(
            tuple(lines),
            emitter.prepare_call,
            call,
            emitter.uses("starts_at"),
            compiled.reads_times,
            kind,
            state_size=len(compiled.program.inputs.state),
            uses_window=emitter.uses("window"),
            uses_missed=emitter.uses("missed"),
        )
    device = _Emitter(compiled.device.program, compiled.device.intervals, sources)
    device.table_prefix = "DEVICE_"
    judge = _Emitter(compiled.program, compiled.intervals, sources)
    device_lines, device_call = device.emit("look", "report")
    judge_lines, cohort_call = judge.emit("compute_points", "cohort")
    reports = compiled.program.inputs.reports
    return EmittedProgram(
        (*device_lines, EmittedLine("", None), *judge_lines),
        device.prepare_call,
        "",
        device.uses("starts_at") or judge.uses("starts_at"),
        compiled.reads_times,
        "cohort",
        uses_window=device.uses("window") or judge.uses("window"),
        device_call=device_call,
        cohort_call=cohort_call,
        report_size=sum(each.length for each in reports),
        absent=tuple(compute_fallback(each.bounds) for each in reports for _ in range(each.length)),
    )


_DOCUMENTED = {
    "device": ("Points of one device; 0 where the program raises.", "Field"),
    "stateful": (
        "Points of one device, whether it is void, its next state.",
        "(Field, bool, [Field; {size}])",
    ),
    "report": ("Whether a device is void, and its report.", "(bool, [Field; {size}])"),
    "cohort": ("Points of every device, from all reports.", "[Field; {size}]"),
}
"""What the function of each kind of program gives, and its type."""


class _Emitter(OperationWriter):
    def __init__(
        self, program: Program, intervals: Mapping[int, Interval], sources: Mapping[str, Sequence[str]]
    ) -> None:
        super().__init__(program, intervals, sources)
        self.prepare_call: str | None = None
        self._uniform = find_uniform_values(program)
        self._silent = self._find_silent()
        self._used: set[str] = set()

    def uses(self, name: str) -> bool:
        """Whether the program's calls name an input."""
        return name in self._used or name in self._parameters

    def emit(self, function: str, kind: str) -> tuple[list[EmittedLine], str]:
        """Return the lines of the program's functions, and the expression that calls them."""
        prepare = self._emit_prepare()
        has_loop_events = any(
            isinstance(item, Loop) and any(isinstance(each, Event) for each in walk(item.body))
            for item in self._program.body
        )
        top = [item for item in self._program.body if isinstance(item, Event)]
        counts_events = has_loop_events or len(top) > 3
        if counts_events:
            self._write("let mut raised: Field = 0;", None)
        self._emit_items(self._program.body, counts_events=counts_events)
        self._emit_result(kind, top, counts_events=counts_events)
        body = _drop_unused(self._lines)
        signature = ", ".join(f"{name}: {type_}" for name, type_ in self._parameters.items())
        arguments = ", ".join(self._make_argument(name) for name in self._parameters)
        meaning, type_ = _DOCUMENTED[kind]
        lines = [
            *self._emit_tables(),
            *prepare,
            EmittedLine(f"/// {meaning}", None),
            EmittedLine(
                f"fn {function}({signature}) -> {type_.format(size=self._count_results(kind))} {{", None
            ),
            *body,
            EmittedLine("}", None),
        ]
        return lines, f"{function}({arguments})"

    def _count_results(self, kind: str) -> int:
        outputs = self._program.outputs
        if kind == "report":
            return sum(self._lengths.get(each, 1) for each in outputs)
        return self._program.inputs.capacity if kind == "cohort" else len(outputs) - 1

    def _find_silent(self) -> frozenset[int]:
        """Values that need no line: what only is an index, and range checks of results, which void."""
        silent = set(self._known - self._loops)
        while True:
            read: set[int] = set(self._program.outputs)
            for item in walk(self._program.body):
                if isinstance(item, Operation):
                    if item.result not in silent and item.result not in self._known:
                        place = INDEX_PLACES.get(item.opcode)
                        read.update(each for number, each in enumerate(item.operands) if number != place)
                else:
                    read.update(get_used_values(item))
            if not silent & read:
                break
            silent -= read
        read = {each for item in walk(self._program.body) for each in get_used_values(item)}
        for output in self._program.outputs:
            operation = self._operations.get(output)
            if operation is not None and operation.opcode is Opcode.NARROW and output not in read:
                silent.add(output)
        return frozenset(silent)

    def _make_argument(self, name: str) -> str:
        return {"columns": "columns[i]", "count": "counts[i]", "attributes": "attributes[i]"}.get(name, name)

    def _emit_tables(self) -> list[EmittedLine]:
        used = {each.payload for each in self._operations.values() if each.opcode is Opcode.TABLE}
        lines = []
        for number in sorted(used):
            table = self._program.tables[number]
            entries = ", ".join(map(str, table.entries))
            name = f"{self.table_prefix}TABLE_{number}: [Field; {len(table.entries)}]"
            lines.append(EmittedLine(f"global {name} = [{entries}]; // {table.name}", None))
        return [*lines, EmittedLine("", None)] if lines else []

    def _emit_prepare(self) -> list[EmittedLine]:
        """Write the part that is the same for all devices as a function of its own."""
        wanted = [each for each in self._uniform.exported if each not in self._silent]
        if not wanted:
            return []
        for item in self._program.body:
            wants = self._uniform.values - self._silent | self._uniform.arrays
            if isinstance(item, Operation) and item.result in wants:
                self._emit_operation(item)
        names = [self._names[each] for each in wanted]
        types = [self.make_type(each) for each in wanted]
        body, self._lines, self._last_place = self._lines, [], ("", 0)
        inputs, self._parameters = self._parameters, {}
        self._used.update(inputs)
        # What is not handed over has no name from here on.
        self._names = {value: f"v{value}" for value in wanted}
        self._parameters.update(zip(self._names.values(), types, strict=True))
        self._quotients.clear()
        self._indices.clear()
        returned = names[0] if len(names) == 1 else f"({', '.join(names)})"
        type_ = types[0] if len(types) == 1 else f"({', '.join(types)})"
        bound = ", ".join(f"v{each}" for each in wanted)
        bound = bound if len(wanted) == 1 else f"({bound})"
        signature = ", ".join(f"{name}: {each}" for name, each in inputs.items())
        self.prepare_call = f"let {bound} = prepare({', '.join(inputs)});"
        return [
            EmittedLine("/// What is the same for all devices of the cohort.", None),
            EmittedLine(f"fn prepare({signature}) -> {type_} {{", None),
            *_drop_unused([*body, EmittedLine(f"{INDENT}{returned}", None)]),
            EmittedLine("}", None),
            EmittedLine("", None),
        ]

    def _emit_items(self, items: Sequence[Item], *, counts_events: bool) -> None:
        for item in items:
            if isinstance(item, Operation):
                if item.result not in self._uniform.values and item.result not in self._silent:
                    self._emit_operation(item)
            elif isinstance(item, Loop):
                self._emit_loop(item)
            elif isinstance(item, Event) and counts_events:
                self._write(f"raised += {self._as_field(item.condition)};", item.span)

    def _emit_result(self, kind: str, top: Sequence[Event], *, counts_events: bool) -> None:
        results = [self._find_result(each) for each in self._program.outputs]
        operation = self._operations.get(results[0])
        span = operation.span if operation is not None else None
        if kind == "cohort":
            self._write(self._as_field(results[0]), span)
            return
        conditions = (
            "raised != 0" if counts_events else " | ".join(self._as_bool(each.condition) for each in top)
        )
        if kind == "device":
            points = self._as_field(results[0])
            if counts_events:
                points = f"integers::select(raised == 0, {points}, 0)"
            elif conditions:
                points = f"integers::select({conditions}, 0, {points})"
            self._write(points, span)
            return
        self._write(f"let is_void = {conditions or 'false'};", span)
        if kind == "report":
            self._write(f"(is_void, {self._join_leaves(results)})", span)
            return
        following = ", ".join(
            shift(self._as_field(value), -bounds.low)
            for value, bounds in zip(results[1:], self._program.inputs.state, strict=True)
        )
        self._write(
            f"(integers::select(is_void, 0, {self._as_field(results[0])}), is_void, [{following}])", span
        )

    def _find_result(self, output: int) -> int:
        """Return what stands for an output: where its range check fails an event has made the device void."""
        operation = self._operations.get(output)
        return operation.operands[1] if operation is not None and output in self._silent else output

    def _join_leaves(self, results: Sequence[int]) -> str:
        """Return one array of numbers and entries, in order."""
        parts = []
        for value in results:
            text = self._as_field(value)
            if value in self._lengths:
                self._write(f"let leaf{value} = {text};", None)
                parts += [f"leaf{value}[{number}]" for number in range(self._lengths[value])]
            else:
                parts.append(text)
        return f"[{', '.join(parts)}]"

    def _emit_loop(self, loop: Loop) -> None:
        for each in loop.carried:
            is_bool = each.value in self._logical
            initial = self._as_bool(each.initial) if is_bool else self._as_field(each.initial)
            self._names[each.value] = self._names[each.result] = f"v{each.value}"
            self._write(f"let mut v{each.value}: {self.make_type(each.value)} = {initial};", loop.span)
        index = f"i{loop.index}"
        self._indices[loop.index] = index
        self._write(f"for {index} in 0..{loop.rounds} {{", loop.span)
        self._depth += 1
        known = dict(self._quotients), dict(self._indices)
        self._emit_items(loop.body, counts_events=True)
        self._emit_carried(loop)
        self._quotients, self._indices = known
        self._depth -= 1
        self._write("}", None)

    def _emit_carried(self, loop: Loop) -> None:
        texts = []
        for each in loop.carried:
            text = (
                self._as_bool(each.following)
                if each.value in self._logical
                else self._write_out(loop, each, self._as_field(each.following))
            )
            texts.append((each, text))
        # All take their next values at once: what is made of another's value is made first.
        changing = {f"v{each.value}" for each in loop.carried}
        for place, (each, text) in enumerate(texts):
            if changing & set(_NAME.findall(text)) - {f"v{each.value}"}:
                self._write(f"let next{each.value} = {text};", loop.span)
                texts[place] = (each, f"next{each.value}")
        for each, text in texts:
            self._write(f"v{each.value} = {text};", loop.span)
        for each in loop.carried:
            if (
                each.value not in self._logical
                and each.value not in self._lengths
                and is_long_sum(loop, each)
            ):
                fresh = f"v{each.value} = integers::materialise(v{each.value});"
                self._write(f"if i{loop.index} % {SUM_PART} == {SUM_PART - 1} {{ {fresh} }}", loop.span)

    def _write_out(self, loop: Loop, each: Carried, text: str) -> str:
        """Give a fresh name to what would grow with each round."""
        is_array = each.value in self._lengths
        return f"integers::write_out({text})" if not is_array and is_growing(loop, each) else text

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
