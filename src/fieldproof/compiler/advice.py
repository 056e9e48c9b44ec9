"""What a program could do for fewer gates: places where a cheaper way to the same result is known.

Nothing here is a mistake. Each check knows one pattern, and keeps silent where it is not sure.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from fieldproof.compiler.advice_operations import suggest_from_operations
from fieldproof.compiler.capture import CapturedNetwork
from fieldproof.compiler.compiled import CompiledNetwork
from fieldproof.compiler.diagnostics import Reporter
from fieldproof.compiler.library_source import LIBRARY_FOLDER
from fieldproof.compiler.suggestion import Suggestion, make_suggestion

_GOING_THROUGH = frozenset({"enumerate", "list", "pairwise", "reversed", "sorted", "zip"})
_COMPREHENSIONS = (ast.GeneratorExp, ast.ListComp)


def advise(compiled: CompiledNetwork) -> tuple[Suggestion, ...]:
    """Return all suggestions for a program, in the order of the source."""
    found = [*suggest_from_source(compiled.network), *suggest_from_operations(compiled)]
    return tuple(sorted(found, key=lambda each: (each.span.path, each.span.line, each.span.column)))


def suggest_from_source(network: CapturedNetwork) -> Iterator[Suggestion]:
    """Give suggestions that follow from how the source is written."""
    for module in network.modules:
        if module.path.startswith(LIBRARY_FOLDER):
            continue
        constants = {name: value for name, value in module.constants if isinstance(value, int)}
        for function in module.functions:
            yield from _FunctionReader(Reporter(module.path, module.text), function, constants).read()


class _FunctionReader:
    """Looks through one function."""

    def __init__(self, reporter: Reporter, function: ast.FunctionDef, constants: Mapping[str, int]) -> None:
        self._reporter = reporter
        self._function = function
        self._constants = constants
        self._windows = {
            each.arg
            for each in function.args.args
            if isinstance(each.annotation, ast.Subscript)
            and isinstance(each.annotation.value, ast.Name)
            and each.annotation.value.id == "Window"
        }

    def read(self) -> Iterator[Suggestion]:
        """Give what is found."""
        yield from self._find_sorting()
        for loop in self._find_loops(self._function, is_inside=False):
            yield make_suggestion(
                self._reporter,
                loop,
                "a loop over the window inside another takes the square of its readings in steps",
                "keep what the inner loop looks for in variables, or go over zip(window, window[1:])",
            )
        for node in ast.walk(self._function):
            if isinstance(node, ast.Compare) and len(node.ops) == 1:
                yield from self._check_comparison(node)

    def _find_sorting(self) -> Iterator[Suggestion]:
        """A list that is sorted for one of its entries: least, greatest or the one in the middle."""
        direct: set[ast.AST] = set()
        for node in ast.walk(self._function):
            if isinstance(node, ast.Subscript) and _is_call(node.value, "sorted"):
                direct.add(node.value)
                yield from self._suggest_entries(node.value, [node.slice])
        for node in ast.walk(self._function):
            match node:
                case ast.Assign(targets=[ast.Name(name)], value=ast.Call() as call) if _is_call(
                    call, "sorted"
                ):
                    entries = self._find_entries(name)
                    if entries is not None:
                        yield from self._suggest_entries(call, entries)

    def _find_entries(self, name: str) -> list[ast.expr] | None:
        """Return the indices that a list is read at; None if it is used in another way, or set twice."""
        owned: dict[ast.AST, ast.expr] = {}
        for node in ast.walk(self._function):
            match node:
                case ast.Subscript(ast.Name() as owner, index) if owner.id == name:
                    owned[owner] = index
                case ast.Call(ast.Name("len"), [ast.Name() as owner]) if owner.id == name:
                    owned.setdefault(owner, node)
        uses = [node for node in ast.walk(self._function) if isinstance(node, ast.Name) and node.id == name]
        if sum(isinstance(node.ctx, ast.Store) for node in uses) != 1:
            return None
        reads = [node for node in uses if isinstance(node.ctx, ast.Load)]
        if not all(node in owned for node in reads):
            return None
        return [owned[node] for node in reads if not _is_call(owned[node], "len")]

    def _suggest_entries(self, call: ast.expr, entries: list[ast.expr]) -> Iterator[Suggestion]:
        words = [_name_entry(each) for each in entries]
        known = sorted({each for each in words if each is not None})
        if not words or len(known) == 0 or None in words:
            return
        yield make_suggestion(
            self._reporter,
            call,
            f"the list is sorted only for its {' and its '.join(known)}",
            "write "
            + ", ".join(f"{_CALLS[each]}(...)" for each in known)
            + ", which costs a part of sorting",
        )

    def _find_loops(self, node: ast.AST, *, is_inside: bool) -> Iterator[ast.AST]:
        """Give loops over the window that stand inside another."""
        for child in ast.iter_child_nodes(node):
            over = []
            if isinstance(child, ast.For):
                over = [child.iter]
            elif isinstance(child, _COMPREHENSIONS):
                over = [each.iter for each in child.generators]
            count = sum(map(self._is_over_window, over))
            if count and (is_inside or count > 1):
                yield child.iter if isinstance(child, ast.For) else child
            yield from self._find_loops(child, is_inside=is_inside or count > 0)

    def _is_over_window(self, node: ast.expr) -> bool:
        match node:
            case ast.Name(name):
                return name in self._windows
            case ast.Subscript(value, ast.Slice()):
                return self._is_over_window(value)
            case ast.Call(ast.Name(name), arguments) if name in _GOING_THROUGH:
                return any(map(self._is_over_window, arguments))
            case _:
                return False

    def _check_comparison(self, node: ast.Compare) -> Iterator[Suggestion]:
        """A root or a quotient that is only compared."""
        if isinstance(node.ops[0], ast.Eq | ast.NotEq | ast.In | ast.NotIn | ast.Is | ast.IsNot):
            return
        for side in (node.left, node.comparators[0]):
            if _is_call(side, "isqrt"):
                yield make_suggestion(
                    self._reporter,
                    side,
                    "the root is only compared",
                    "compare the squares: for y not below 0, isqrt(x) < y is x < y * y, "
                    "and isqrt(x) <= y is x < (y + 1) * (y + 1)",
                )
            elif (
                isinstance(side, ast.BinOp)
                and isinstance(side.op, ast.FloorDiv)
                and not self._is_constant(side.right)
            ):
                yield make_suggestion(
                    self._reporter,
                    side,
                    "the quotient is only compared, and its divisor is a variable",
                    "multiply instead: for y above 0, x // y >= z is x >= z * y, "
                    "and x // y > z is x >= (z + 1) * y",
                )

    def _is_constant(self, node: ast.expr) -> bool:
        return all(
            not isinstance(each, ast.Name) or each.id in self._constants for each in ast.walk(node)
        ) and not any(isinstance(each, ast.Call | ast.Attribute | ast.Subscript) for each in ast.walk(node))


_CALLS = {"least entry": "min", "greatest entry": "max", "median": "median"}


def _is_call(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name


def _name_entry(index: ast.expr) -> str | None:
    """Return which entry of a sorted list an index means, where it is one that has a name."""
    match index:
        case ast.Constant(0):
            return "least entry"
        case ast.UnaryOp(ast.USub(), ast.Constant(1)):
            return "greatest entry"
        case ast.BinOp(length, ast.FloorDiv(), ast.Constant(2)):
            if isinstance(length, ast.BinOp) and isinstance(length.op, ast.Sub):
                length = length.left
            return "median" if _is_call(length, "len") else None
        case _:
            return None
