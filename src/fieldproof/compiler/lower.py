"""Lowers a captured network's functions to the intermediate form."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from itertools import zip_longest

from fieldproof.compiler.authoring_types import SIZED_INTEGERS
from fieldproof.compiler.builder import Builder
from fieldproof.compiler.capture import CapturedModule, CapturedNetwork, Constant
from fieldproof.compiler.declared import Declared, RecordType
from fieldproof.compiler.diagnostics import Code, Reporter, Span
from fieldproof.compiler.interval import Interval
from fieldproof.compiler.ir import NO_VALUE_BELOW, InputBounds, Program, Table
from fieldproof.compiler.library_source import LIBRARY_FOLDER
from fieldproof.compiler.lower_notes import Notes, NotingLowering
from fieldproof.compiler.lower_program import (
    ProgramLowering,
    get_header_span,
    list_report_leaves,
    list_state_bounds,
)
from fieldproof.compiler.lower_scope import ModuleScope, ReadingShape, ScopeBase
from fieldproof.compiler.prune import prune
from fieldproof.compiler.types import TypeReader
from fieldproof.compiler.values import (
    Builtin,
    EnumType,
    Function,
    Number,
    Pack,
    RecordClass,
    Sized,
    TableReference,
    Value,
)
from fieldproof.protocol import FieldSpec

TIME_FIELD = "time_ms"

_FUNCTIONS = (
    *("abs", "all", "any", "bool", "divmod", "enumerate", "int", "interpolate", "isqrt", "len", "list"),
    *("max", "median", "min", "pairwise", "percentile", "range", "rank", "replace", "reversed", "sorted"),
    *("sum", "zip", "Bound"),
)

Reporters = Mapping[str, Reporter]
"""One for each file, by path."""


def lower(
    network: CapturedNetwork, reporters: Reporters, notes: Sequence[Notes] = ()
) -> tuple[Program, ...] | None:
    """Return the program as written, not yet analysed; mistakes go to the reporters, None if it has any.

    A program of the cohort is two: that of a device's report, then that of the cohort's points. Where notes
    are given, one for each program, they are taken, and what nothing needs is kept.
    """
    called: set[tuple[str, str]] = set()
    programs = [
        _lower_function(network, reporters, called, name, taken)
        for name, taken in zip_longest(network.stages, notes)
    ]
    lowered = [each for each in programs if each is not None]
    if len(lowered) != len(programs) or any(each.diagnostics for each in reporters.values()):
        return None
    _report_unused(network, reporters, called)
    return tuple(lowered)


def _lower_function(
    network: CapturedNetwork,
    reporters: Reporters,
    called: set[tuple[str, str]],
    name: str,
    notes: Notes | None,
) -> Program | None:
    is_cohort = network.device_name is not None and name == network.program_name
    report = find_report_type(network)
    state = find_state_type(network)
    inputs = InputBounds(
        columns=(
            Interval(0, network.settings.window_s * 1000 - 1),
            *(_get_column_bounds(spec) for spec in network.schema.reading),
        ),
        attributes=tuple(Interval(spec.low, spec.high) for spec in network.schema.attributes),
        readings=network.settings.readings_per_window,
        state=tuple(list_state_bounds(state)) if state is not None else (),
        capacity=network.settings.cohort if is_cohort else 0,
        reports=tuple(list_report_leaves(report)) if is_cohort and report is not None else (),
    )
    builder = Builder(inputs, _make_large_reporter(reporters))
    tables: list[Table] = []
    modules = _make_module_scopes(network, reporters, builder, tables)
    base = ScopeBase(
        builder=builder,
        modules=modules,
        tables=tables,
        reading=ReadingShape(
            name=network.reading_name,
            columns=(TIME_FIELD, *(spec.name for spec in network.schema.reading)),
            optional=(
                None,
                *(
                    Interval(spec.low, spec.high) if spec.optional else None
                    for spec in network.schema.reading
                ),
            ),
            readings=network.settings.readings_per_window,
        ),
        has_state=state is not None,
        report=report if is_cohort else None,
        called=called,
    )
    lowering = ProgramLowering(base, network) if notes is None else NotingLowering(base, network, notes)
    for module in network.modules:
        lowering.check_signatures(module)
    outputs = lowering.lower_program(name, state)
    if outputs is None:
        return None
    program = Program(body=builder.body, outputs=tuple(outputs), tables=tuple(tables), inputs=inputs)
    return prune(program) if notes is None else program


def find_report_type(network: CapturedNetwork) -> RecordType | None:
    """Return the dataclass that the `@each_device` function returns, or None."""
    function = next((each for each in network.functions if each.name == network.device_name), None)
    returns = function.returns if function is not None else None
    return _find_dataclass(network, returns.id) if isinstance(returns, ast.Name) else None


def find_state_type(network: CapturedNetwork) -> RecordType | None:
    """Return the dataclass of a program's state, or None for a program without."""
    return None if network.state_name is None else _find_dataclass(network, network.state_name)


def _find_dataclass(network: CapturedNetwork, name: str) -> RecordType | None:
    found = _list_types(network, network.modules[0]).get(name)
    return found if isinstance(found, RecordType) else None


def _list_types(network: CapturedNetwork, module: CapturedModule) -> dict[str, Declared]:
    """Return enums and dataclasses in a module's scope."""
    found: dict[str, Declared] = {each.name: each.declared for each in module.enums}
    found.update({each.name: each.declared for each in module.dataclasses})
    for each in module.imports:
        inner = _list_types(network, network.get_module(each.path))
        if each.name in inner:
            found[each.name] = inner[each.name]
    return found


def _get_column_bounds(spec: FieldSpec) -> Interval:
    return Interval(spec.low - NO_VALUE_BELOW if spec.optional else spec.low, spec.high)


def _make_large_reporter(reporters: Reporters) -> Callable[[Span], None]:
    def report_large(span: Span) -> None:
        reporters[span.path].report(
            Code.TOO_LARGE_CONSTANT,
            span,
            "this value is not smaller than 2**250 in size, the most a proof can compute with",
            "choose a coarser scale, or divide before multiplying",
        )

    return report_large


def _make_module_scopes(
    network: CapturedNetwork, reporters: Reporters, builder: Builder, tables: list[Table]
) -> dict[str, ModuleScope]:
    own = {module.path: _list_own_names(module, builder, tables) for module in network.modules}
    constants = {module.path: dict(module.constants) for module in network.modules}
    enums = {
        module.path: {each.name: dict(each.members) for each in module.enums} for module in network.modules
    }
    words: dict[str, Value] = {name: Builtin(name) for name in _FUNCTIONS}
    words["Bool"] = words["bool"]
    words.update({name: Sized(each) for name, each in SIZED_INTEGERS.items()})
    classes = frozenset(
        {network.reading_name, *([network.attributes_name] if network.attributes_name else [])}
    )
    scopes = {}
    for module in network.modules:
        names, known, kinds = dict(own[module.path]), dict(constants[module.path]), dict(enums[module.path])
        for each in module.imports:
            if each.name in own[each.path]:
                names[each.name] = own[each.path][each.name]
            if each.name in constants[each.path]:
                known[each.name] = constants[each.path][each.name]
            if each.name in enums[each.path]:
                kinds[each.name] = enums[each.path][each.name]
        scopes[module.path] = ModuleScope(
            {**words, **names},
            reporters[module.path],
            TypeReader(known, kinds, _list_types(network, module), classes),
        )
    return scopes


def _list_own_names(module: CapturedModule, builder: Builder, tables: list[Table]) -> dict[str, Value]:
    """Return what a module itself defines."""
    span = Span(module.path, 1, 1, 1, 1)
    names: dict[str, Value] = {
        name: _make_constant(name, constant, builder, tables, span) for name, constant in module.constants
    }
    names.update({each.name: EnumType(each.name, each.members) for each in module.enums})
    for each in module.dataclasses:
        fields = tuple((field.name, field.default) for field in each.fields)
        names[each.name] = RecordClass(each.name, fields)
    names.update({each.name: Function(each, module.path) for each in module.functions})
    return names


def _make_constant(name: str, constant: Constant, builder: Builder, tables: list[Table], span: Span) -> Value:
    if isinstance(constant, int):
        return Number(builder.constant(constant, span))
    rows = [each if isinstance(each, tuple) else (each,) for each in constant]
    numbers = [each for row in rows for each in row if isinstance(each, int)]
    is_table = all(isinstance(each, int) for each in constant)
    is_regular = len({len(row) for row in rows}) == 1 and len(numbers) == sum(map(len, rows))
    if constant and is_regular and (is_table or all(isinstance(each, tuple) for each in constant)):
        tables.append(Table(name, tuple(numbers)))
        return TableReference(name, len(tables) - 1, len(rows), 0 if is_table else len(rows[0]))
    return Pack(tuple(_make_constant(name, each, builder, tables, span) for each in constant))


def _report_unused(network: CapturedNetwork, reporters: Reporters, called: set[tuple[str, str]]) -> None:
    """Nothing checks a function that is never called: it must not stand in what is audited."""
    stages = {(network.path, name) for name in network.stages}
    for module in network.modules:
        if module.path.startswith(LIBRARY_FOLDER):
            continue
        for function in module.functions:
            place = (module.path, function.name)
            if place not in called and place not in stages:
                reporter = reporters[module.path]
                reporter.report(
                    Code.UNUSED_FUNCTION,
                    get_header_span(reporter, function),
                    f"nothing calls {function.name}, so nothing checks it",
                    "call it, or remove it",
                )
