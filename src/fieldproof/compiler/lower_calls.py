"""Lowering of calls: the functions of the language, and helpers, which are inlined."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from fieldproof.compiler.capture_records import Constant
from fieldproof.compiler.declared import SizedInteger, describe_overflow
from fieldproof.compiler.diagnostics import Code, Span
from fieldproof.compiler.interval import LIMIT, Interval
from fieldproof.compiler.ir import Carried, Opcode
from fieldproof.compiler.lower_lists import ListLowering
from fieldproof.compiler.lower_scope import MAXIMUM_STEPS
from fieldproof.compiler.lower_series import Series
from fieldproof.compiler.values import (
    BROKEN,
    Builtin,
    CohortView,
    Function,
    Listing,
    Maybe,
    Number,
    Pack,
    Record,
    RecordClass,
    RoundsBound,
    Sized,
    TableReference,
    Value,
    WindowView,
    describe,
)


class CallLowering(ListLowering):
    """Calls and what loops go through."""

    def inline(self, function: Function, arguments: Sequence[Value], span: Span) -> Value:
        """Return what a function of the module gives; defined where statements are."""
        raise NotImplementedError

    def lower_body(self, statements: Sequence[ast.stmt]) -> bool:
        """Lower statements in order, return whether their end is reached; defined where statements are."""
        raise NotImplementedError

    def lower_call(self, node: ast.Call, span: Span) -> Value:
        """Return what a call stands for."""
        if isinstance(node.func, ast.Subscript):
            return self._call_type(node, node.func, span)
        if not isinstance(node.func, ast.Name):
            return self.refuse(
                Code.METHOD,
                node,
                "only functions of this file and of the language can be called",
                "there are no methods in a program: write a helper function",
            )
        callee = self.lower_expression(node.func)
        if isinstance(callee, Function):
            return self._call_function(node, callee, span)
        if isinstance(callee, RecordClass):
            return self._make_record(node, callee, span)
        if callee == Builtin("replace"):
            return self._replace_fields(node, span)
        if callee == Builtin("sorted"):
            return self.sort(node, span)
        if callee is BROKEN or not isinstance(callee, Builtin | Sized):
            if callee is not BROKEN:
                self.refuse(Code.CALL, node, f"{describe(callee)} cannot be called", "name a function")
            return BROKEN
        if node.keywords:
            return self.refuse(
                Code.NAMED_ARGUMENT,
                node.keywords[0],
                "arguments by name cannot be given here",
                "give them in order",
            )
        if isinstance(callee, Sized):
            return self._call_sized(node, callee, span)
        return self._call_builtin(node, callee.name, span)

    def _call_sized(self, node: ast.Call, callee: Sized, span: Span) -> Value:
        numbers = self.lower_numbers(node, 1)
        if numbers is None:
            return BROKEN
        return Number(self.narrow_declared(numbers[0], callee.type, span))

    def narrow_declared(self, number: int, type_: SizedInteger, span: Span) -> int:
        """Return a number that surely lies in a declared range; raises where it does not fit."""
        message = describe_overflow(type_.name, type_.low, type_.high)
        return self.narrow(number, Interval(type_.low, type_.high), "OverflowError", message, span)

    def _call_type(self, node: ast.Call, type_: ast.Subscript, span: Span) -> Value:
        declared = self.scope.module.types.read(type_)
        if isinstance(declared, SizedInteger) and not node.keywords:
            return self._call_sized(node, Sized(declared), span)
        return self.refuse(
            Code.CALL,
            node,
            "of types with brackets only Int[low, high] and Fixed[scale, low, high] can be called",
            "write Int[0, 99](x) to check a range",
        )

    def _call_builtin(self, node: ast.Call, name: str, span: Span) -> Value:
        match name:
            case "abs":
                numbers = self.lower_numbers(node, 1)
                return BROKEN if numbers is None else Number(self.add(Opcode.ABSOLUTE, numbers[0], span=span))
            case "isqrt":
                numbers = self.lower_numbers(node, 1)
                return BROKEN if numbers is None else self._take_root(numbers[0], span)
            case "len":
                return self._take_length(node, span)
            case "divmod":
                numbers = self.lower_numbers(node, 2)
                return BROKEN if numbers is None else self.divide(numbers[0], numbers[1], span)
            case "int":
                numbers = self.lower_numbers(node, 1)
                return BROKEN if numbers is None else Number(numbers[0])
            case "bool":
                truth = self.lower_truth(node.args[0]) if len(node.args) == 1 else None
                return self._refuse_bool(node) if truth is None else Number(truth)
            case "list":
                return self.copy_list(node, span)
            case "median" | "percentile" | "rank":
                return self.rank(node, name, span)
            case "interpolate":
                return self.interpolate(node, span)
            case "Bound":
                return self._make_bound(node)
            case "min" | "max" if len(node.args) >= 2:
                numbers = self.lower_numbers(node, None)
                if numbers is None:
                    return BROKEN
                opcode = Opcode.MINIMUM if name == "min" else Opcode.MAXIMUM
                result = numbers[0]
                for each in numbers[1:]:
                    result = self.add(opcode, result, each, span=span)
                return Number(result)
            case "min" | "max" | "sum" | "any" | "all":
                return self._reduce(node, name, span)
            case _:
                return self.refuse(
                    Code.LOOP_FUNCTION,
                    node,
                    f"{name} gives something to loop over",
                    f"use it as in `for ... in {name}(...)`",
                )

    def _refuse_bool(self, node: ast.Call) -> Value:
        if len(node.args) == 1:
            return BROKEN
        return self.refuse(Code.ARGUMENTS, node, "bool takes 1 argument", "give 1")

    def _make_bound(self, node: ast.Call) -> Value:
        numbers = self.lower_numbers(node, 1)
        rounds = None if numbers is None else self.base.builder.get_constant(numbers[0])
        if rounds is None or not 1 <= rounds <= MAXIMUM_STEPS:
            return self.refuse(
                Code.WHILE, node, "the bound of a while is a positive constant", "write Bound(20)"
            )
        return RoundsBound(rounds)

    def _make_record(self, node: ast.Call, type_: RecordClass, span: Span) -> Value:
        fields = dict(type_.fields)
        given = self._match_arguments(node, type_.name, list(fields), fields, span)
        return BROKEN if given is None else Record(type_.name, tuple(given.items()))

    def _replace_fields(self, node: ast.Call, span: Span) -> Value:
        del span
        owner = self.lower_expression(node.args[0]) if len(node.args) == 1 else BROKEN
        changes = {each.arg: self.lower_expression(each.value) for each in node.keywords if each.arg}
        if BROKEN in changes.values():
            return BROKEN
        if not isinstance(owner, Record) or not set(changes) <= {name for name, _ in owner.fields}:
            return self.refuse(
                Code.ARGUMENTS,
                node,
                "replace takes an object of a dataclass, and fields of it by name",
                "write replace(state, weeks=0)",
            )
        return Record(owner.kind, tuple((name, changes.get(name, value)) for name, value in owner.fields))

    def _match_arguments(
        self,
        node: ast.Call,
        what: str,
        parameters: Sequence[str],
        defaults: Mapping[str, Constant | None],
        span: Span,
    ) -> dict[str, Value] | None:
        """Return the arguments of a call by parameter; None after a report."""
        given: dict[str, Value] = {}
        for name, argument in zip(parameters, node.args, strict=False):
            given[name] = self.lower_expression(argument)
        named = {each.arg: each.value for each in node.keywords if each.arg is not None}
        missing = [name for name in parameters if name not in given | named and defaults.get(name) is None]
        if (
            len(node.args) > len(parameters)
            or len(named) != len(node.keywords)
            or missing
            or not set(named) <= set(parameters)
            or set(named) & set(given)
        ):
            self.refuse(
                Code.HELPER_ARGUMENTS,
                node,
                f"{what} takes these arguments: {', '.join(parameters) or 'none'}",
                "give each of them once",
            )
            return None
        for name, argument in named.items():
            given[name] = self.lower_expression(argument)
        for name, default in defaults.items():
            if name not in given and default is not None:
                given[name] = self._make_default(default, span)
        return None if BROKEN in given.values() else {name: given[name] for name in parameters}

    def _make_default(self, default: Constant, span: Span) -> Value:
        if isinstance(default, int):
            return Number(self.constant(default, span))
        return self.make_list(tuple(self._make_default(each, span) for each in default), span) or BROKEN

    def _take_root(self, number: int, span: Span) -> Value:
        below = self.add(Opcode.LESS, number, self.constant(0, span), span=span)
        inside = self.add(Opcode.NOT, below, span=span)
        self.raise_where(below, "ValueError", "isqrt of a negative number", span)
        safe = self.base.builder.add(Opcode.NARROW, (inside, number), span, bounds=Interval(0, LIMIT))
        return Number(self.add(Opcode.SQUARE_ROOT, safe, span=span))

    def _take_length(self, node: ast.Call, span: Span) -> Value:
        if len(node.args) == 1:
            match self.lower_expression(node.args[0]):
                case (WindowView() | Listing()) as value:
                    return Number(self.count_items(value, span))
                case TableReference(length=length) | CohortView(length):
                    return Number(self.constant(length, span))
                case Pack(items):
                    return Number(self.constant(len(items), span))
                case value if value is BROKEN:
                    return BROKEN
        return self.refuse(Code.ARGUMENTS, node, "len takes the window or a table", "write len(window)")

    def _reduce(self, node: ast.Call, name: str, span: Span) -> Value:
        """sum, min, max, any, all over what a loop can go through, or over a generator of it."""
        if len(node.args) != 1:
            return self.refuse(
                Code.ARGUMENTS, node, f"{name} takes one thing to go through", f"write {name}(x for x in ...)"
            )
        argument = node.args[0]
        if isinstance(argument, ast.GeneratorExp):
            if len(argument.generators) != 1:
                return self.refuse(
                    Code.NESTED_GENERATOR,
                    argument,
                    "a generator has one `for` here",
                    "write nested loops out",
                )
            series = self.lower_series(argument.generators[0].iter)
        else:
            series = self.lower_series(argument)
        if series is None:
            return BROKEN
        names = dict(self.scope.names)
        result = self._reduce_series(series, name, argument, span)
        self.scope.names = names
        return result

    def _reduce_series(self, series: Series, name: str, argument: ast.expr, span: Span) -> Value:
        builder = self.base.builder
        zero, one = self.constant(0, span), self.constant(1, span)
        outer = (self.scope.anchor, self.scope.local)
        self.scope.anchor, self.scope.local = self.compute_path(span), self.always
        index = builder.open_loop(series.rounds)
        total, seen = builder.make_value(zero), builder.make_value(zero)
        start = one if name == "all" else zero
        active = series.get_present(index) if series.get_present else self.always
        if name in ("any", "all"):
            # Python stops at the first answer: what comes after it cannot raise.
            is_open = self.compute_truth(total, span)
            if name == "any":
                is_open = self.add(Opcode.NOT, is_open, span=span)
            active = self.add(Opcode.AND, active, is_open, span=span)
        self.scope.local = active
        item = series.get_item(index)
        element: int | None
        if isinstance(argument, ast.GeneratorExp):
            self.bind(argument.generators[0].target, item)
            for condition in argument.generators[0].ifs:
                truth = self.lower_truth(condition)
                if truth is not None:
                    self.scope.local = self.add(Opcode.AND, self.scope.local, truth, span=span)
            element = self._read_element(self.lower_expression(argument.elt), name, argument.elt)
        elif isinstance(item, Number | Maybe):
            element = self._read_element(item, name, argument)
        else:
            self.refuse(
                Code.ELEMENT_KIND,
                argument,
                f"{name} needs numbers",
                f"write {name}(sample.x for sample in window)",
            )
            element = None
        active = self.scope.local
        following = total if element is None else self._fold(name, active, (total, seen), element, span)
        any_seen = self.add(Opcode.OR, seen, active, span=span)
        results = (builder.make_result(zero), builder.make_result(zero))
        builder.close_loop(
            index,
            series.rounds,
            (Carried(total, start, following, results[0]), Carried(seen, zero, any_seen, results[1])),
            span,
        )
        self.scope.anchor, self.scope.local = outer
        if element is None:
            return BROKEN
        if name in ("min", "max"):
            empty = self.add(Opcode.EQUAL, results[1], zero, span=span)
            self.raise_where(empty, "ValueError", f"{name} of nothing", span)
        return Number(results[0])

    def _read_element(self, value: Value, name: str, node: ast.expr) -> int | None:
        """Return what is summed, compared, or asked for its truth."""
        if name in ("any", "all") and isinstance(value, Maybe):
            span = self.span(node)
            return self.add(Opcode.AND, value.present, self.compute_truth(value.value, span), span=span)
        return self.to_number(value, node) if name == "sum" else self.to_compared(value, node)

    def _fold(self, name: str, active: int, state: tuple[int, int], element: int, span: Span) -> int:
        total, seen = state
        if name == "sum":
            changed = self.add(Opcode.ADD, total, element, span=span)
        elif name in ("min", "max"):
            opcode = Opcode.MINIMUM if name == "min" else Opcode.MAXIMUM
            better = self.add(opcode, total, element, span=span)
            changed = self.add(Opcode.SELECT, self.compute_truth(seen, span), better, element, span=span)
        else:
            changed = self.compute_truth(element, span)
        return self.add(Opcode.SELECT, active, changed, total, span=span)

    def _call_function(self, node: ast.Call, function: Function, span: Span) -> Value:
        name = function.node.name
        self.base.called.add((function.module, name))
        if name in self.scope.callers:
            return self.refuse(
                Code.RECURSION,
                node,
                f"{name} calls itself, and a proof has a fixed number of steps",
                "write a loop over range(constant)",
            )
        parameters = [each.arg for each in function.node.args.args]
        given = self._match_arguments(node, name, parameters, {}, span)
        return BROKEN if given is None else self.inline(function, list(given.values()), span)
