"""Lowering of statements: assignments, choices, loops, assertions, returns."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from fieldproof.compiler.diagnostics import Code, Span
from fieldproof.compiler.ir import Carried, Opcode
from fieldproof.compiler.lower_calls import CallLowering, Series
from fieldproof.compiler.lower_scope import MAXIMUM_STEPS, Exit, Exits, Scope
from fieldproof.compiler.values import (
    BROKEN,
    Pack,
    Unset,
    Value,
    describe,
    get_leaves,
    is_same_shape,
    replace_leaves,
)

_MAXIMUM_DEPTH = 32
"""Helpers inside helpers."""


class StatementLowering(CallLowering):
    """Statements. A lowering method returns whether the place after the statement can be reached."""

    def check_signature(self, function: ast.FunctionDef) -> None:
        """Report a function whose parameters are not plain positional ones."""
        arguments = function.args
        if (
            arguments.vararg
            or arguments.kwarg
            or arguments.kwonlyargs
            or arguments.posonlyargs
            or arguments.defaults
        ):
            self.refuse(
                Code.FUNCTION_SIGNATURE,
                function,
                f"{function.name} has parameters other than plain ones",
                "write each parameter as a name with a type, without default, * or /",
            )

    def inline(self, function: ast.FunctionDef, arguments: Sequence[Value], span: Span) -> Value:
        """Return what a function gives for these arguments, computed in place."""
        caller = self.scope
        if len(caller.callers) >= _MAXIMUM_DEPTH:
            return self.refuse(
                Code.TOO_LONG, span, "helpers call each other too deeply", "call fewer in a row"
            )
        names: dict[str, Value] = {}
        for parameter, value in zip(function.args.args, arguments, strict=True):
            if self._is_free_name(parameter, parameter.arg):
                names[parameter.arg] = value
            if parameter.annotation is not None:
                self.check_declared(value, parameter.annotation, parameter.arg, parameter)
        self.scope = Scope(
            names,
            anchor=self.compute_path(span),
            local=self.always,
            exits=Exits(),
            rounds=caller.rounds,
            callers=(*caller.callers, function.name),
        )
        goes_on = self.lower_body(function.body)
        returns = self.scope.exits.returns
        if goes_on:
            self.refuse(
                Code.RETURN,
                function.body[-1],
                f"{function.name} can end here without a return",
                "end every way through the function with a return",
            )
        value = self._join_returns(function, returns)
        self.scope = caller
        if function.returns is not None and self.scope.callers:
            self.check_declared(value, function.returns, f"the result of {function.name}", function.returns)
        return value

    def _join_returns(self, function: ast.FunctionDef, returns: list[Exit]) -> Value:
        values = [each.value for each in returns if each.value is not None]
        if not values or BROKEN in values:
            return BROKEN
        span = self.span(function)
        result = values[-1]
        for leaving, value in zip(reversed(returns[:-1]), reversed(values[:-1]), strict=True):
            joined = self.choose(leaving.condition, value, result, "the result", span)
            if isinstance(joined, Unset):
                return self.refuse(
                    Code.KIND,
                    function,
                    f"{function.name} returns {describe(value)} on one way and {describe(result)} on another",
                    "return the same kind of value everywhere",
                )
            result = joined
        return result

    def lower_body(self, statements: Sequence[ast.stmt]) -> bool:
        """Lower statements in order."""
        for number, statement in enumerate(statements):
            if not self._lower_statement(statement):
                if number + 1 < len(statements):
                    self.refuse(
                        Code.UNREACHABLE,
                        statements[number + 1],
                        "nothing leads here: the statement before always leaves",
                        "remove it",
                    )
                return False
        return True

    def _lower_statement(self, node: ast.stmt) -> bool:
        span = self.span(node)
        match node:
            case ast.Assign(targets, value):
                result = self.lower_expression(value)
                for target in targets:
                    self.bind(target, result)
            case ast.AnnAssign(target=target, annotation=annotation, value=ast.expr() as value):
                result = self.lower_expression(value)
                self.check_declared(result, annotation, ast.unparse(target), value)
                self.bind(target, result)
            case ast.AugAssign(target, operator, value):
                self._lower_augmented(node, target, operator, value, span)
            case ast.If():
                return self._lower_if(node, span)
            case ast.For():
                return self._lower_for(node)
            case ast.Assert():
                self._lower_assert(node, span)
            case ast.Return(value):
                return self._lower_return(node, value)
            case ast.Continue():
                self.scope.exits.continues.append(Exit(self.scope.local, self.scope.names))
                return False
            case ast.Break():
                self.scope.exits.breaks.append(Exit(self.scope.local, self.scope.names))
                return False
            case ast.Pass() | ast.Expr(ast.Constant(str())):
                pass
            case _:
                self._refuse_statement(node)
                return not isinstance(node, ast.Raise)
        return True

    def _refuse_statement(self, node: ast.stmt) -> None:
        names: dict[type[ast.stmt], tuple[str, str]] = {
            ast.While: ("while has no bound known beforehand", "write for ... in range(constant), and break"),
            ast.Try: ("try cannot catch anything: what raises makes the device void", "test with if before"),
            ast.Raise: ("raise stands for an assertion", 'write assert condition, "message"'),
            ast.With: ("with opens something outside the program", "compute from the arguments alone"),
            ast.Import: ("an import cannot stand in a function", "import at the top of the file"),
            ast.ImportFrom: ("an import cannot stand in a function", "import at the top of the file"),
            ast.FunctionDef: ("a function cannot stand in a function", "write it at the top of the file"),
            ast.ClassDef: ("a class cannot stand in a function", "use variables or a tuple"),
            ast.Delete: ("del has no meaning in a program", "leave the variable as it is"),
            ast.Global: ("a program changes nothing outside itself", "pass the value and return it"),
            ast.Nonlocal: ("a program changes nothing outside itself", "pass the value and return it"),
            ast.Match: ("match is not known here", "write if and elif"),
            ast.Expr: ("the value of this expression is not used", "assign it, or remove the line"),
            ast.AnnAssign: ("a declaration without a value means nothing here", "give it a value"),
        }
        what, remedy = names.get(
            type(node), (f"{type(node).__name__} is not known here", "use if, for, assert")
        )
        self.refuse(Code.STATEMENT, node, what, remedy)
        self.forget_assigned(node)

    def bind(self, target: ast.expr, value: Value) -> None:
        """Assign a value to a name or a tuple of names."""
        match target:
            case ast.Name(name):
                if self._is_free_name(target, name):
                    self.scope.names = {**self.scope.names, name: value}
            case ast.Tuple(elements) | ast.List(elements):
                if isinstance(value, Pack) and len(value.items) == len(elements):
                    for element, item in zip(elements, value.items, strict=True):
                        self.bind(element, item)
                    return
                if value is not BROKEN:
                    self.refuse(
                        Code.ASSIGNMENT,
                        target,
                        f"{describe(value)} cannot be taken apart into {len(elements)} names",
                        "give as many names as the tuple has items",
                    )
                for element in elements:
                    self.bind(element, BROKEN)
            case _:
                self.refuse(
                    Code.ASSIGNMENT,
                    target,
                    "only variables can be assigned: readings, attributes and tables never change",
                    "keep the value in a variable",
                )

    def _is_free_name(self, node: ast.AST, name: str) -> bool:
        if name not in self.base.module:
            return True
        self.refuse(
            Code.RESERVED_NAME,
            node,
            f"{name} is a constant or function, and cannot be a variable too",
            "choose another name",
        )
        return False

    def _lower_augmented(
        self, node: ast.stmt, target: ast.expr, operator: ast.operator, value: ast.expr, span: Span
    ) -> None:
        if not isinstance(target, ast.Name):
            self.bind(target, BROKEN)
            return
        before = self.lower_number(ast.copy_location(ast.Name(target.id, ast.Load()), target))
        change = self.lower_number(value)
        if before is None or change is None:
            self.bind(target, BROKEN)
            return
        self.bind(target, self.compute_operation(node, before, operator, change, span))

    def _lower_if(self, node: ast.If, span: Span) -> bool:
        condition = self.lower_truth(node.test)
        if condition is None:
            condition = self.always
        test_span = self.span(node.test)
        refused = self.add(Opcode.NOT, condition, span=test_span)
        names, local = self.scope.names, self.scope.local
        self.scope.local = self.add(Opcode.AND, local, condition, span=test_span)
        positive_goes_on = self.lower_body(node.body)
        positive, positive_local = self.scope.names, self.scope.local
        self.scope.names = names
        self.scope.local = self.add(Opcode.AND, local, refused, span=test_span)
        negative_goes_on = self.lower_body(node.orelse)
        negative, negative_local = self.scope.names, self.scope.local
        if positive_goes_on and negative_goes_on:
            self.join(condition, positive, negative, span)
            unchanged = (
                self.add(Opcode.AND, local, condition, span=test_span) == positive_local
                and self.add(Opcode.AND, local, refused, span=test_span) == negative_local
            )
            self.scope.local = (
                local if unchanged else self.add(Opcode.EITHER, positive_local, negative_local, span=span)
            )
            return True
        if positive_goes_on:
            self.scope.names, self.scope.local = positive, positive_local
        return positive_goes_on or negative_goes_on

    def _lower_assert(self, node: ast.Assert, span: Span) -> None:
        truth = self.lower_truth(node.test)
        message = "assertion failed"
        match node.msg:
            case None:
                pass
            case ast.Constant(str(text)):
                message = text
            case _:
                self.refuse(
                    Code.MESSAGE,
                    node.msg,
                    "the message of an assertion must be a plain text",
                    'write assert condition, "what is wrong"',
                )
        if truth is not None:
            self.raise_where(self.add(Opcode.NOT, truth, span=span), "AssertionError", message, span)

    def _lower_return(self, node: ast.Return, value: ast.expr | None) -> bool:
        if value is None:
            self.refuse(Code.RETURN, node, "a return needs a value", "write return 0 for no points")
        result = BROKEN if value is None else self.lower_expression(value)
        self.scope.exits.returns.append(Exit(self.scope.local, self.scope.names, result))
        return False

    def _lower_for(self, node: ast.For) -> bool:
        series = self.lower_series(node.iter)
        if node.orelse:
            self.refuse(
                Code.STATEMENT, node.orelse[0], "else after for is not known here", "write an if after it"
            )
        if series is None:
            # The body is looked at once all the same, so that its mistakes are shown too.
            series = Series(1, lambda _: BROKEN, None)
        rounds = self.scope.rounds * max(1, series.rounds)
        if rounds > MAXIMUM_STEPS:
            self.refuse(Code.TOO_LONG, node, f"the loops here take {rounds} rounds in all", "shorten them")
            return True
        if series.rounds == 0:
            return True
        return _LoopLowering(self, node, series, self.span(node.target)).lower()


class _LoopLowering:
    """Lowers one `for` statement."""

    def __init__(self, lowering: StatementLowering, node: ast.For, series: Series, span: Span) -> None:
        self._lowering = lowering
        self._node = node
        self._series = series
        self._span = span
        self._builder = lowering.base.builder
        self._before = dict(lowering.scope.names)
        changed = _find_assigned_names(node)
        self._changed = [
            name for name, value in self._before.items() if name in changed and get_leaves(value) is not None
        ]
        self._has_return = _contains(node.body, ast.Return, through_loops=True)
        self._has_break = _contains(node.body, ast.Break, through_loops=False)

    def lower(self) -> bool:
        lowering, builder, span = self._lowering, self._builder, self._span
        scope = lowering.scope
        outer = (scope.anchor, scope.local, scope.exits, scope.rounds)
        scope.anchor, scope.local = lowering.compute_path(span), lowering.always
        scope.rounds *= self._series.rounds
        scope.exits = Exits()
        zero = lowering.constant(0, span)
        index = builder.open_loop()
        inside: dict[str, list[int]] = {
            name: [builder.make_value() for _ in get_leaves(self._before[name]) or ()]
            for name in self._changed
        }
        left, returned = builder.make_value(), builder.make_value()
        get_present = self._series.get_present
        active = get_present(index) if get_present is not None else lowering.always
        if self._has_return or self._has_break:
            remains = lowering.add(Opcode.EQUAL, left, zero, span=span)
            active = lowering.add(Opcode.AND, active, remains, span=span)
        scope.local = active
        start = {name: replace_leaves(self._before[name], leaves) for name, leaves in inside.items()}
        scope.names = {**self._before, **start}
        lowering.bind(self._node.target, self._series.get_item(index))
        goes_on = lowering.lower_body(self._node.body)
        exits = scope.exits
        ends = [*exits.continues, *exits.breaks]
        if goes_on:
            ends.append(Exit(scope.local, scope.names))
        carried = self._carry_variables(start, inside, ends)
        after = dict(self._before)
        for name in self._changed:
            after[name] = replace_leaves(self._before[name], [each.result for each in carried[name]])
        flat = [each for group in carried.values() for each in group]
        flags = self._carry_flags(left, returned, exits)
        builder.close_loop(index, self._series.rounds, [*flat, *flags.carried], self._span)
        scope.anchor, scope.local, scope.exits, scope.rounds = outer
        for name in _find_assigned_names(self._node):
            if name not in self._before:
                after[name] = Unset(f"{name} is set inside the loop only, which may not run at all")
        scope.names = after
        if flags.value is not None:
            self._leave_function(flags.carried[1].result, flags.value)
        return True

    def _carry_variables(
        self, start: dict[str, Value], inside: dict[str, list[int]], ends: list[Exit]
    ) -> dict[str, list[Carried]]:
        carried: dict[str, list[Carried]] = {}
        for name in self._changed:
            following = self._join_ends(name, start[name], ends)
            before = get_leaves(self._before[name]) or ()
            carried[name] = [
                Carried(value, initial, next_value, self._builder.make_result())
                for value, initial, next_value in zip(inside[name], before, following, strict=True)
            ]
        return carried

    def _join_ends(self, name: str, start: Value, ends: list[Exit]) -> tuple[int, ...]:
        """Return a variable's numbers at the end of a round, however the round ended."""
        result = start
        for end in ends:
            value = end.names.get(name, start)
            if value is BROKEN or isinstance(value, Unset):
                self._report_unset(value)
                continue
            if not is_same_shape(value, start):
                self._lowering.refuse(
                    Code.KIND,
                    self._node.target,
                    f"{name} is {describe(start)} before the loop and {describe(value)} after a round",
                    "let a variable stand for the same kind of thing throughout",
                )
                continue
            if value != start:
                # Ends exclude each other: where none changes the variable, it stays as it was.
                result = self._lowering.choose(end.condition, value, result, name, self._span)
        return get_leaves(result) or ()

    def _report_unset(self, value: Value) -> None:
        if isinstance(value, Unset):
            self._lowering.refuse(
                Code.UNSET_NAME,
                self._node.target,
                value.reason,
                "give the variable a value of one kind on every way",
            )

    def _carry_flags(self, left: int, returned: int, exits: Exits) -> _Flags:
        """Carry whether the loop was left, and what was returned from inside it."""
        lowering, span = self._lowering, self._span
        if not (self._has_return or self._has_break):
            return _Flags([], None)
        zero = lowering.constant(0, span)
        now_left, now_returned = left, returned
        for each in (*exits.breaks, *exits.returns):
            now_left = lowering.add(Opcode.EITHER, now_left, each.condition, span=span)
        for each in exits.returns:
            now_returned = lowering.add(Opcode.EITHER, now_returned, each.condition, span=span)
        carried = [
            Carried(left, zero, now_left, self._builder.make_result()),
            Carried(returned, zero, now_returned, self._builder.make_result()),
        ]
        value = self._carry_returned(exits.returns, carried)
        return _Flags(carried, value)

    def _carry_returned(self, returns: list[Exit], carried: list[Carried]) -> Value | None:
        """Carry what was returned, number by number; None where nothing was or a mistake was reported."""
        values = [each.value for each in returns if each.value is not None]
        if not values or BROKEN in values:
            return None
        shape = values[0]
        leaves = get_leaves(shape)
        if leaves is None or not all(is_same_shape(shape, value) for value in values):
            self._lowering.refuse(
                Code.KIND,
                self._node,
                "what is returned inside this loop is not always of one kind, or no number",
                "return numbers or tuples of them, everywhere the same",
            )
            return None
        results = []
        for number in range(len(leaves)):
            inner = following = self._builder.make_value()
            for leaving, value in zip(returns, values, strict=True):
                found = (get_leaves(value) or ())[number]
                following = self._lowering.add(
                    Opcode.SELECT, leaving.condition, found, following, span=self._span
                )
            zero = self._lowering.constant(0, self._span)
            carried.append(Carried(inner, zero, following, self._builder.make_result()))
            results.append(carried[-1].result)
        return replace_leaves(shape, results)

    def _leave_function(self, returned: int, value: Value) -> None:
        """Go on after the loop only where nothing was returned inside it."""
        lowering, scope, span = self._lowering, self._lowering.scope, self._span
        leaving = lowering.add(Opcode.AND, scope.local, lowering.compute_truth(returned, span), span=span)
        scope.exits.returns.append(Exit(leaving, scope.names, value))
        stays = lowering.add(Opcode.EQUAL, returned, lowering.constant(0, span), span=span)
        scope.local = lowering.add(Opcode.AND, scope.local, stays, span=span)


class _Flags:
    """Carried marks of a loop that can be left."""

    __slots__ = ("carried", "value")

    def __init__(self, carried: list[Carried], value: Value | None) -> None:
        self.carried = carried
        self.value = value


def _find_assigned_names(node: ast.For) -> list[str]:
    """Names that a loop's head or body assigns, in the order of the source."""
    found: dict[str, None] = {}
    pending: list[ast.AST] = [node.target, *node.body]
    while pending:
        each = pending.pop(0)
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
            found[each.id] = None
        if not isinstance(each, ast.GeneratorExp):
            pending.extend(ast.iter_child_nodes(each))
    return list(found)


def _contains(statements: Sequence[ast.stmt], kind: type[ast.stmt], *, through_loops: bool) -> bool:
    for statement in statements:
        if isinstance(statement, kind):
            return True
        if isinstance(statement, ast.If) and (
            _contains(statement.body, kind, through_loops=through_loops)
            or _contains(statement.orelse, kind, through_loops=through_loops)
        ):
            return True
        if (
            through_loops
            and isinstance(statement, ast.For)
            and _contains(statement.body, kind, through_loops=True)
        ):
            return True
    return False
