"""Lowers a captured network's program to the intermediate form."""

from __future__ import annotations

import ast

from fieldproof.compiler.authoring import SIZED_INTEGERS, describe_overflow
from fieldproof.compiler.builder import Builder
from fieldproof.compiler.capture import BUILTIN_FUNCTIONS, CapturedNetwork
from fieldproof.compiler.diagnostics import Code, Reporter, Span
from fieldproof.compiler.interval import Interval
from fieldproof.compiler.ir import Opcode, Program, Table
from fieldproof.compiler.lower_scope import Scope, ScopeBase
from fieldproof.compiler.lower_statements import StatementLowering
from fieldproof.compiler.values import (
    BROKEN,
    Builtin,
    Function,
    Number,
    Pack,
    Record,
    Sized,
    TableReference,
    Value,
    WindowView,
    describe,
)
from fieldproof.protocol import FieldSpec

STARTS_AT = Interval(0, 2**40 - 1)
"""Bounds of a window's start in seconds: until the year 36,812."""

POINTS = Interval(0, 2**32 - 1)
"""Bounds of a device's points in one window: 32 bits of the packed result."""

TIME_FIELD = "time_ms"


def lower(network: CapturedNetwork, reporter: Reporter) -> Program | None:
    """Return the program as written, not yet analysed; mistakes go to the reporter, None if it has any."""

    def report_large(span: Span) -> None:
        reporter.report(
            Code.TOO_LARGE_CONSTANT,
            span,
            "this value is not smaller than 2**250 in size, the most a proof can compute with",
            "choose a coarser scale, or divide before multiplying",
        )

    builder = Builder(report_large)
    table_names: list[str] = []
    module = _make_module_scope(network, builder, reporter, table_names)
    base = ScopeBase(
        builder=builder,
        reporter=reporter,
        module=module,
        table_numbers={name: number for number, name in enumerate(table_names)},
        reading_name=network.reading_name,
        attributes_name=network.attributes_name,
        columns=(TIME_FIELD, *(spec.name for spec in network.schema.reading)),
        readings=network.settings.readings_per_window,
    )
    lowering = StatementLowering(base)
    _check_functions(network, lowering)
    points = _lower_program(network, lowering)
    if points is None or reporter.diagnostics:
        return None
    _report_unused(network, base)
    constants = dict(network.constants)
    tables = [constants[name] for name in table_names]
    return Program(
        body=builder.body,
        points=points,
        tables=tuple(
            Table(name, entries)
            for name, entries in zip(table_names, tables, strict=True)
            if isinstance(entries, tuple)
        ),
        columns=(
            Interval(0, network.settings.window_s * 1000 - 1),
            *(_get_bounds(spec) for spec in network.schema.reading),
        ),
        attributes=tuple(_get_bounds(spec) for spec in network.schema.attributes),
        starts_at=STARTS_AT,
        readings=network.settings.readings_per_window,
    )


def _get_bounds(spec: FieldSpec) -> Interval:
    return Interval(spec.low, spec.high)


def _make_module_scope(
    network: CapturedNetwork, builder: Builder, reporter: Reporter, table_names: list[str]
) -> dict[str, Value]:
    module: dict[str, Value] = {name: Builtin(name) for name in BUILTIN_FUNCTIONS}
    module.update({name: Sized(each) for name, each in SIZED_INTEGERS.items()})
    start = Span(network.path, 1, 1, 1, 1)
    for name, constant in network.constants:
        if isinstance(constant, int):
            module[name] = Number(builder.constant(constant, start))
        elif constant:
            module[name] = TableReference(name, constant)
            table_names.append(name)
        else:
            module[name] = Pack(())
    for function in network.functions:
        module[function.name] = Function(function)
    del reporter
    return module


def _check_functions(network: CapturedNetwork, lowering: StatementLowering) -> None:
    """Report signatures outside the language."""
    for function in network.functions:
        lowering.check_signature(function)


def _report_unused(network: CapturedNetwork, base: ScopeBase) -> None:
    """Nothing checks a function that is never called: it must not stand in what is audited."""
    for function in network.functions:
        if function.name not in base.called and function.name != network.program_name:
            base.reporter.report(
                Code.UNUSED_FUNCTION,
                _get_header_span(base.reporter, function),
                f"nothing calls {function.name}, so nothing checks it",
                "call it, or remove it",
            )


def _lower_program(network: CapturedNetwork, lowering: StatementLowering) -> int | None:
    function = next(each for each in network.functions if each.name == network.program_name)
    base = lowering.base
    wanted = [f"window: Window[{network.reading_name}]"]
    values: list[Value] = [WindowView()]
    builder, span = base.builder, base.reporter.compute_span(function)
    if network.attributes_name is not None:
        wanted.append(f"attributes: {network.attributes_name}")
        values.append(
            Record(
                network.attributes_name,
                tuple(
                    (spec.name, builder.add(Opcode.ATTRIBUTE, (), span, number))
                    for number, spec in enumerate(network.schema.attributes)
                ),
            )
        )
    if len(function.args.args) != len(values) or function.args.vararg or function.args.kwonlyargs:
        base.reporter.report(
            Code.PROGRAM_SIGNATURE,
            _get_header_span(base.reporter, function),
            f"the program takes {len(values)} parameter{'s' if len(values) > 1 else ''}",
            f"write def {function.name}({', '.join(wanted)}) -> U32:",
        )
        return None
    returns = function.returns
    declared = SIZED_INTEGERS.get(returns.id) if isinstance(returns, ast.Name) else None
    if declared is None or declared.low < POINTS.low or declared.high > POINTS.high:
        base.reporter.report(
            Code.PROGRAM_SIGNATURE,
            returns or _get_header_span(base.reporter, function),
            "the program returns points, at most 32 bits without a sign",
            f"write def {function.name}({', '.join(wanted)}) -> U32:",
        )
        return None
    result = lowering.inline(function, values, span)
    if result is BROKEN:
        return None
    if not isinstance(result, Number):
        base.reporter.report(
            Code.RESULT_KIND,
            returns or function,
            f"the program returns {describe(result)}",
            "return a number of points",
        )
        return None
    place = base.reporter.compute_span(returns) if returns else span
    return lowering.narrow(
        result.value,
        Interval(declared.low, declared.high),
        "OverflowError",
        describe_overflow(declared.name, declared.low, declared.high),
        place,
    )


def _get_header_span(reporter: Reporter, function: ast.FunctionDef) -> Span:
    span = reporter.compute_span(function)
    width = len(reporter.get_line(span.line))
    return Span(span.path, span.line, span.column, span.line, width + 1)


__all__ = ["POINTS", "STARTS_AT", "TIME_FIELD", "Scope", "lower"]
