"""Lowering of `for` and `while`: what a round hands to the next, how rounds, loops and functions are left."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from fieldproof.compiler.diagnostics import Code, Span
from fieldproof.compiler.ir import Carried, Opcode
from fieldproof.compiler.lower_calls import CallLowering
from fieldproof.compiler.lower_scope import Exit, Exits
from fieldproof.compiler.lower_series import Series
from fieldproof.compiler.values import (
    BROKEN,
    Maybe,
    Number,
    Unset,
    Value,
    change_lists,
    describe,
    get_leaves,
    is_same_shape,
    join_marks,
    list_lists,
    list_presences,
    replace_leaves,
)


class LoopLowering:
    """Lowers one loop."""

    def __init__(self, lowering: CallLowering, node: ast.For | ast.While, series: Series, span: Span) -> None:
        self._lowering = lowering
        self._node = node
        self._series = series
        self._span = span
        self._builder = lowering.base.builder
        self._where = node.target if isinstance(node, ast.For) else node.test
        self._before = dict(lowering.scope.names)
        changed = find_assigned_names(node)
        self._changed = [
            name for name, value in self._before.items() if name in changed and get_leaves(value) is not None
        ]
        self._fixed = [
            name
            for name, value in self._before.items()
            if name in changed and get_leaves(value) is None and not isinstance(value, Unset)
        ]
        """Names of what no round can hand to the next, such as a table: they must stay what they are."""
        for name in self._changed:
            self._before[name] = change_lists(
                self._before[name], lambda each: lowering.lay_out(each, span, is_counted=False)
            )
        self._has_return = _contains(node.body, ast.Return, through_loops=True)
        self._has_break = isinstance(node, ast.While) or _contains(node.body, ast.Break, through_loops=False)

    def lower(self) -> bool:
        """Lower the loop; return whether the place after it can be reached."""
        lowering, builder, span = self._lowering, self._builder, self._span
        scope = lowering.scope
        outer = (scope.anchor, scope.local, scope.exits, scope.rounds)
        scope.anchor, scope.local = lowering.compute_path(span), lowering.always
        scope.rounds *= self._series.rounds
        scope.exits = Exits()
        zero = lowering.constant(0, span)
        index = builder.open_loop(self._series.rounds)
        inside: dict[str, list[int]] = {
            name: [builder.make_value(leaf) for leaf in get_leaves(self._before[name]) or ()]
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
        for value in start.values():
            builder.bits.update(list_presences(value))
        scope.names = {**self._before, **start}
        if isinstance(self._node, ast.For):
            lowering.bind(self._node.target, self._series.get_item(index))
        else:
            self._leave_where_condition_fails()
        goes_on = lowering.lower_body(self._node.body)
        exits = scope.exits
        ends = [*exits.continues, *exits.breaks]
        if goes_on:
            ends.append(Exit(scope.local, scope.names))
        carried = self._carry_variables(start, inside, ends)
        self._check_fixed(ends)
        after = dict(self._before)
        for name in self._changed:
            after[name] = replace_leaves(self._before[name], [each.result for each in carried[name]])
            builder.bits.update(list_presences(after[name]))
        flat = [each for group in carried.values() for each in group]
        flags = self._carry_flags(left, returned, exits)
        builder.close_loop(index, self._series.rounds, [*flat, *flags.carried], self._span)
        scope.anchor, scope.local, scope.exits, scope.rounds = outer
        for name in find_assigned_names(self._node):
            if name not in self._before:
                after[name] = Unset(f"{name} is set inside the loop only, which may not run at all")
        scope.names = after
        if flags.value is not None:
            self._leave_function(flags.carried[1].result, flags.value)
        if isinstance(self._node, ast.While):
            self._raise_where_condition_holds(flags.carried[0].result)
        return True

    def _leave_where_condition_fails(self) -> None:
        """Lower the test of a while: where it fails the loop is left as by a break."""
        lowering, scope = self._lowering, self._lowering.scope
        truth = self._lower_test()
        refused = lowering.add(Opcode.NOT, truth, span=self._span)
        leaving = lowering.add(Opcode.AND, scope.local, refused, span=self._span)
        scope.exits.breaks.append(Exit(leaving, scope.names))
        scope.local = lowering.add(Opcode.AND, scope.local, truth, span=self._span)

    def _lower_test(self) -> int:
        test = self._node.test if isinstance(self._node, ast.While) else None
        condition = test.args[0] if isinstance(test, ast.Call) and len(test.args) == 1 else None
        truth = None if condition is None else self._lowering.lower_truth(condition)
        return self._lowering.always if truth is None else truth

    def _raise_where_condition_holds(self, left: int) -> None:
        """After its last round a while that goes on has passed its bound."""
        lowering, span = self._lowering, self._span
        stays = lowering.add(Opcode.NOT, lowering.compute_truth(left, span), span=span)
        with lowering.branch(stays, span):
            lowering.raise_where(
                self._lower_test(), "OverflowError", f"more than {self._series.rounds} rounds", span
            )

    def _carry_variables(
        self, start: dict[str, Value], inside: dict[str, list[int]], ends: list[Exit]
    ) -> dict[str, list[Carried]]:
        carried: dict[str, list[Carried]] = {}
        for name in self._changed:
            following = self._join_ends(name, start[name], ends)
            before = get_leaves(self._before[name]) or ()
            carried[name] = [
                Carried(value, initial, next_value, self._builder.make_result(initial))
                for value, initial, next_value in zip(inside[name], before, following, strict=True)
            ]
        return carried

    def _check_fixed(self, ends: list[Exit]) -> None:
        for name in self._fixed:
            before = self._before[name]
            others = [end.names[name] for end in ends if end.names.get(name, before) != before]
            if before is not BROKEN and others and BROKEN not in others:
                self._lowering.refuse(
                    Code.TWO_KINDS,
                    self._where,
                    f"{name} is {describe(before)} before the loop and something else after a round",
                    "use another name inside the loop: only numbers, lists and objects can change there",
                )

    def _join_ends(self, name: str, start: Value, ends: list[Exit]) -> tuple[int, ...]:
        """Return a variable's numbers at the end of a round, however the round ended."""
        result = start
        for end in ends:
            value = self._lowering.unite(end.names.get(name, start), start, self._span)
            if value is BROKEN or isinstance(value, Unset):
                self._report_unset(value)
                continue
            if not is_same_shape(value, start):
                becomes_none = isinstance(start, Number) and isinstance(value, Maybe)
                self._lowering.refuse(
                    Code.TWO_KINDS,
                    self._where,
                    f"{name} is {describe(start)} before the loop and {describe(value)} after a round",
                    f"declare before the loop that it may be None, as in {name}: int | None = 0"
                    if becomes_none
                    else "let a variable stand for the same kind of thing throughout",
                )
                continue
            if any(
                end_list.is_frozen and not start_list.is_frozen
                for end_list, start_list in zip(list_lists(value), list_lists(start), strict=True)
            ):
                self._lowering.refuse(
                    Code.ALIAS,
                    self._where,
                    f"{name} is a list of its own before the loop and somebody else's after a round",
                    "write list(values) for a list of its own",
                )
                continue
            if value != start:
                # Ends exclude each other: where none changes the variable, it stays as it was.
                result = self._lowering.choose(end.condition, value, result, name, self._span)
        return get_leaves(self._lowering.unite(result, start, self._span)) or ()

    def _report_unset(self, value: Value) -> None:
        if isinstance(value, Unset):
            self._lowering.refuse(
                Code.UNSET_NAME,
                self._where,
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
            Carried(left, zero, now_left, self._builder.make_result(zero)),
            Carried(returned, zero, now_returned, self._builder.make_result(zero)),
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
                Code.TWO_KINDS,
                self._node,
                "what is returned inside this loop is not always of one kind, or no number",
                "return numbers or tuples of them, everywhere the same",
            )
            return None
        results = []
        for number in range(len(leaves)):
            zero = self._lowering.constant(0, self._span)
            length = self._builder.lengths.get(leaves[number])
            if length is not None:
                zero = self._lowering.add(Opcode.FILL, zero, span=self._span, payload=length)
            inner = following = self._builder.make_value(zero)
            for leaving, value in zip(returns, values, strict=True):
                found = (get_leaves(value) or ())[number]
                following = self._lowering.add(
                    Opcode.SELECT, leaving.condition, found, following, span=self._span
                )
            carried.append(Carried(inner, zero, following, self._builder.make_result(zero)))
            results.append(carried[-1].result)
        for value in values[1:]:
            shape = join_marks(shape, value)
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


def find_assigned_names(node: ast.For | ast.While) -> list[str]:
    """Names that a loop's head or body assigns, whole or in part, in the order of the source."""
    found: dict[str, None] = {}
    pending: list[ast.AST] = [*([node.target] if isinstance(node, ast.For) else []), *node.body]
    while pending:
        each = pending.pop(0)
        match each:
            case ast.Name(name, ast.Store()) | ast.Subscript(ast.Name(name), ctx=ast.Store()):
                found[name] = None
        if not isinstance(each, ast.GeneratorExp | ast.ListComp):
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
        if isinstance(statement, ast.Match) and any(
            _contains(case.body, kind, through_loops=through_loops) for case in statement.cases
        ):
            return True
        if (
            through_loops
            and isinstance(statement, ast.For | ast.While)
            and _contains(statement.body, kind, through_loops=True)
        ):
            return True
    return False
