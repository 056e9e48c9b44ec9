"""Lowering of statements: assignments, choices, loops, assertions, returns."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import replace

from fieldproof.compiler.declared import UNEXPLAINED
from fieldproof.compiler.diagnostics import Code, Span
from fieldproof.compiler.ir import Opcode
from fieldproof.compiler.library_source import LIBRARY_FOLDER
from fieldproof.compiler.lower_assignments import AssignmentLowering
from fieldproof.compiler.lower_loops import LoopLowering, find_assigned_names
from fieldproof.compiler.lower_scope import MAXIMUM_STEPS, Exit, Exits, Scope
from fieldproof.compiler.lower_series import Series
from fieldproof.compiler.outside import get_statement_code
from fieldproof.compiler.values import (
    BROKEN,
    Function,
    Listing,
    Pack,
    RoundsBound,
    Unset,
    Value,
    borrow,
    change_lists,
    describe,
    holds_borrowed,
    list_lists,
)

_MAXIMUM_DEPTH = 32
"""Helpers inside helpers."""


class StatementLowering(AssignmentLowering):
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

    def inline(self, function: Function, arguments: Sequence[Value], span: Span) -> Value:
        """Return what a function gives for these arguments, computed in place."""
        caller, node = self.scope, function.node
        if len(caller.callers) >= _MAXIMUM_DEPTH:
            return self.refuse(
                Code.TOO_DEEP, span, "helpers call each other too deeply", "call fewer in a row"
            )
        self.scope = Scope(
            {},
            anchor=self.compute_path(span),
            local=self.always,
            exits=Exits(),
            module=self.base.modules[function.module],
            rounds=caller.rounds,
            callers=(*caller.callers, node.name),
            called_at=caller.called_at or (span if function.module.startswith(LIBRARY_FOLDER) else None),
        )
        for parameter, value in zip(node.args.args, arguments, strict=True):
            if self.is_free_name(parameter, parameter.arg):
                self.scope.names[parameter.arg] = change_lists(value, _freeze)
            if parameter.annotation is not None:
                self.check_declared(value, parameter.annotation, parameter.arg, parameter)
        goes_on = self.lower_body(node.body)
        if goes_on:
            self.refuse(
                Code.RETURN,
                node.body[-1],
                f"{node.name} can end here without a return",
                "end every way through the function with a return",
            )
        value = self._join_returns(node, self.scope.exits.returns)
        if not any(each.is_lent for argument in arguments for each in list_lists(argument)):
            value = change_lists(value, lambda each: replace(each, is_lent=False))
        if node.returns is not None and caller.callers:
            self.check_declared(value, node.returns, f"the result of {node.name}", node.returns)
        self.scope = caller
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
                    Code.TWO_KINDS,
                    function,
                    f"{function.name} returns {describe(value)} on one way and {describe(result)} on another",
                    "return the same kind of value everywhere",
                )
            result = joined
        return result

    def lower_body(self, statements: Sequence[ast.stmt]) -> bool:
        """Lower statements in order."""
        for number, statement in enumerate(statements):
            if isinstance(statement, ast.While):
                self._lower_while(statement, statements[number - 1] if number else None)
                continue
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
                    self.bind(target, result if len(targets) == 1 else borrow(result))
            case ast.AnnAssign(target=target, annotation=annotation, value=ast.expr() as value):
                result = self.lower_expression(value)
                self.check_declared(result, annotation, ast.unparse(target), value)
                self.bind(target, self.widen_declared(result, annotation))
            case ast.AugAssign(target, operator, value):
                self.lower_augmented(node, target, operator, value, span)
            case ast.If():
                return self._lower_if(node, span)
            case ast.For():
                return self._lower_for(node)
            case ast.Match():
                return self._lower_match(node)
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
            ast.Expr: ("the value of this expression is not used", "assign it, or remove the line"),
            ast.AnnAssign: ("a declaration without a value means nothing here", "give it a value"),
        }
        what, remedy = names.get(
            type(node), (f"{type(node).__name__} is not known here", "use if, for, assert")
        )
        self.refuse(get_statement_code(node), node, what, remedy)
        self.forget_assigned(node)

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
        message = UNEXPLAINED
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
            self.refuse(Code.EMPTY_RETURN, node, "a return needs a value", "write return 0 for no points")
        result = BROKEN if value is None else self.lower_expression(value)
        if value is not None:
            self._refuse_twice(value, result)
            # What the caller gave is lent back; a list of this function belongs to nobody else any more.
            result = change_lists(result, lambda each: replace(each, is_borrowed=each.is_lent))
        self.scope.exits.returns.append(Exit(self.scope.local, self.scope.names, result))
        return False

    def _refuse_twice(self, node: ast.expr, result: Value) -> None:
        """A caller would not know that two parts of what is returned are one list."""
        if not isinstance(result, Pack) or isinstance(node, ast.Name | ast.Call):
            return
        elements = node.elts if isinstance(node, ast.Tuple) else [node, node]
        items = result.items if isinstance(node, ast.Tuple) else [result, result]
        named = [
            each.id
            for element, item in zip(elements, items, strict=False)
            if holds_borrowed(item)
            for each in ast.walk(element)
            if isinstance(each, ast.Name) and any(list_lists(self.scope.names.get(each.id, BROKEN)))
        ]
        if len(set(named)) < len(named):
            self.refuse(
                Code.ALIAS,
                node,
                "one list would be returned twice, and a change of one part would change the other",
                "write list(values) for a list of its own",
            )

    def _lower_for(self, node: ast.For) -> bool:
        series = self.lower_series(node.iter)
        if node.orelse:
            self.refuse(
                Code.LOOP_ELSE, node.orelse[0], "else after for is not known here", "write an if after it"
            )
        changed = set(find_assigned_names(node))
        for name in sorted(set(self._find_iterated_lists(node.iter)) & changed):
            self.refuse(
                Code.CHANGED_WHILE_LOOPING,
                node.iter,
                f"{name} changes while the loop goes over it",
                "loop over range(len(...)), or over list(...), a copy",
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
        return LoopLowering(self, node, series, self.span(node.target)).lower()

    def _find_iterated_lists(self, node: ast.expr) -> Iterator[str]:
        """Go through the names of lists that a loop reads round by round; of others it has a copy."""
        match node:
            case ast.Name(name) if isinstance(self.scope.names.get(name), Listing):
                yield name
            case ast.Call(ast.Name("enumerate" | "pairwise" | "reversed"), [first, *_]):
                yield from self._find_iterated_lists(first)
            case ast.Call(ast.Name(name), arguments, keywords) if name == "zip" or isinstance(
                self.scope.module.names.get(name), Function
            ):
                # A helper may give back what it was given.
                for each in (*arguments, *(keyword.value for keyword in keywords)):
                    yield from self._find_iterated_lists(each)
            case ast.IfExp(_, body, orelse):
                yield from self._find_iterated_lists(body)
                yield from self._find_iterated_lists(orelse)

    def _lower_while(self, node: ast.While, before: ast.stmt | None) -> None:
        """`rounds = Bound(n)`, and directly after it `while rounds(condition):`."""
        rounds = None
        match node.test, before:
            case ast.Call(ast.Name(name), [_], []), ast.Assign([ast.Name(bound)]) if name == bound:
                rounds = self.scope.names.get(name)
        if node.orelse:
            self.refuse(
                Code.LOOP_ELSE, node.orelse[0], "else after while is not known here", "write an if after it"
            )
        if not isinstance(rounds, RoundsBound):
            if rounds is not BROKEN:
                self.refuse(
                    Code.WHILE,
                    node,
                    "while has no bound known beforehand",
                    "write `rounds = Bound(20)`, and directly after it `while rounds(condition):`",
                )
            self.forget_assigned(node)
            return
        if self.scope.rounds * rounds.rounds > MAXIMUM_STEPS:
            self.refuse(Code.TOO_LONG, node, "the loops here take too many rounds in all", "shorten them")
            return
        series = Series(rounds.rounds, lambda _: BROKEN, None)
        LoopLowering(self, node, series, self.span(node.test)).lower()

    def _lower_match(self, node: ast.Match) -> bool:
        """A match on numbers is a chain of ifs."""
        subject = f"match in line {node.lineno}"
        self.scope.names = {**self.scope.names, subject: self.lower_expression(node.subject)}
        rest: list[ast.stmt] = []
        for case in reversed(node.cases):
            test = self._make_test(case.pattern, subject)
            if case.guard is not None:
                both = [case.guard] if test is None else [test, case.guard]
                test = both[0] if len(both) == 1 else ast.BoolOp(ast.And(), both)
            if test is None:
                rest = case.body
                continue
            choice = ast.If(ast.copy_location(test, case.pattern), case.body, rest)
            rest = [ast.copy_location(choice, case.pattern)]
        for statement in rest:
            ast.fix_missing_locations(statement)
        return self.lower_body(rest)

    def _make_test(self, pattern: ast.pattern, subject: str) -> ast.expr | None:
        """Return the condition under which a pattern fits; None where it always does."""
        name = ast.copy_location(ast.Name(subject, ast.Load()), pattern)
        match pattern:
            case ast.MatchValue(value):
                return ast.copy_location(ast.Compare(name, [ast.Eq()], [value]), pattern)
            case ast.MatchOr(patterns):
                tests = [self._make_test(each, subject) for each in patterns]
                known = [each for each in tests if each is not None]
                return ast.copy_location(ast.BoolOp(ast.Or(), known), pattern) if known else None
            case ast.MatchAs(None, None):
                return None
            case _:
                self.refuse(
                    Code.PATTERN,
                    pattern,
                    "a case names numbers or members of an enumeration",
                    "write case 1 | 2:, case Kind.BEACON: or case _:",
                )
                return ast.copy_location(ast.Constant(value=False), pattern)


def _freeze(listing: Listing) -> Listing:
    return replace(listing, is_borrowed=False, is_frozen=True, is_lent=True)
