"""Makes a program smaller while it keeps a property: statements and parts of expressions are left out."""

import ast
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

Files = Mapping[str, str]
Choice = Callable[[Sequence[Files]], int | None]
_SECONDS = 60.0


def shrink(files: Files, choose: Choice, seconds: float = _SECONDS, batch: int = 1) -> Files:
    """Return a smaller program that still has a property, the smallest found in the time.

    `choose` gets as many smaller programs as a batch has, and names one that has the property, if any has.
    """
    ends_at = time.monotonic() + seconds
    while True:
        before = files
        for path in files:
            place = 0
            while time.monotonic() < ends_at:
                count = _count_changes(files[path])
                if place >= count:
                    break
                places = range(place, min(place + batch, count))
                candidates = [_change(files, path, each) for each in places]
                candidates = [each for each in candidates if _measure(each) < _measure(files)]
                chosen = choose(candidates) if candidates else None
                if chosen is None:
                    place = places.stop
                else:
                    files = candidates[chosen]
        if files == before:
            return files


def choose_first(has_property: Callable[[Files], bool]) -> Choice:
    """Return a choice of the first program that has a property."""

    def choose(candidates: Sequence[Files]) -> int | None:
        return next((number for number, each in enumerate(candidates) if has_property(each)), None)

    return choose


def _count_changes(text: str) -> int:
    return len(_list_changes(ast.parse(text)))


def _list_changes(tree: ast.Module) -> list[Callable[[ast.Module], None]]:
    return [*_list_statement_changes(tree), *_list_expression_changes(tree)]


def _change(files: Files, path: str, place: int) -> Files:
    """The program with one of the changes that its file can have."""
    tree = ast.parse(files[path])
    _list_changes(tree)[place](tree)
    return _drop_unused({**files, path: ast.unparse(ast.fix_missing_locations(tree)) + "\n"})


def _measure(files: Files) -> int:
    return sum(map(len, files.values()))


def _list_bodies(tree: ast.Module) -> list[list[ast.stmt]]:
    return [
        body
        for function in tree.body
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        for name in ("body", "orelse")
        if isinstance(body := getattr(node, name, None), list) and body and isinstance(body[0], ast.stmt)
    ]


def _list_statement_changes(tree: ast.Module) -> Iterator[Callable[[ast.Module], None]]:
    for number, body in enumerate(_list_bodies(tree)):
        for place, statement in enumerate(body):
            inner = [getattr(statement, "body", None), getattr(statement, "orelse", None)]
            replacements = [[], *(each for each in inner if isinstance(each, list) and each)]
            if isinstance(statement, ast.Match):
                replacements += [case.body for case in statement.cases]
            for choice in range(len(replacements)):
                yield _make_statement_change(number, place, choice)


def _make_statement_change(number: int, place: int, choice: int) -> Callable[[ast.Module], None]:
    def change(tree: ast.Module) -> None:
        body = _list_bodies(tree)[number]
        statement = body[place]
        inner = [getattr(statement, "body", None), getattr(statement, "orelse", None)]
        replacements = [[], *(each for each in inner if isinstance(each, list) and each)]
        if isinstance(statement, ast.Match):
            replacements += [case.body for case in statement.cases]
        body[place : place + 1] = replacements[choice]
        if not body:
            body.append(ast.Pass())

    return change


def _list_expressions(tree: ast.Module) -> list[tuple[ast.AST, str, int | None]]:
    """Where expressions stand in functions: node, field, and place in a list."""
    found: list[tuple[ast.AST, str, int | None]] = []
    for function in tree.body:
        if not isinstance(function, ast.FunctionDef):
            continue
        for statement in function.body:
            for node in ast.walk(statement):
                for name, value in ast.iter_fields(node):
                    if isinstance(value, ast.expr):
                        found.append((node, name, None))
                    elif isinstance(value, list):
                        found += [
                            (node, name, place)
                            for place, each in enumerate(value)
                            if isinstance(each, ast.expr)
                        ]
    return found


def _list_expression_changes(tree: ast.Module) -> Iterator[Callable[[ast.Module], None]]:
    for number, (node, name, place) in enumerate(_list_expressions(tree)):
        value = getattr(node, name) if place is None else getattr(node, name)[place]
        if isinstance(value, ast.Constant) or isinstance(getattr(value, "ctx", None), ast.Store):
            continue
        parts = _list_parts(value)
        for choice in range(len(parts) + 2):
            yield _make_expression_change(number, choice)


def _list_parts(value: ast.AST) -> list[ast.expr]:
    """Expressions that can stand in place of the one that they are in; a slice stands in brackets only."""
    parts = ast.iter_child_nodes(value)
    return [each for each in parts if isinstance(each, ast.expr) and not isinstance(each, ast.Slice)]


def _make_expression_change(number: int, choice: int) -> Callable[[ast.Module], None]:
    def change(tree: ast.Module) -> None:
        node, name, place = _list_expressions(tree)[number]
        value = getattr(node, name) if place is None else getattr(node, name)[place]
        parts = _list_parts(value)
        replacement = [*parts, ast.Constant(0), ast.Constant(1)][choice]
        if place is None:
            setattr(node, name, replacement)
        else:
            getattr(node, name)[place] = replacement

    return change


def _drop_unused(files: Files) -> Files:
    """Leave out helpers that nothing calls, and imports of them."""
    trees = {path: ast.parse(text) for path, text in files.items()}
    while True:
        used = {
            each.id
            for tree in trees.values()
            for each in ast.walk(tree)
            if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)
        }
        dropped = False
        for tree in trees.values():
            for statement in list(tree.body):
                if (
                    isinstance(statement, ast.FunctionDef)
                    and not statement.decorator_list
                    and statement.name not in used
                ):
                    tree.body.remove(statement)
                    dropped = True
                elif isinstance(statement, ast.ImportFrom) and statement.module == "rules":
                    kept = [each for each in statement.names if each.name in used]
                    dropped = dropped or len(kept) < len(statement.names)
                    statement.names = kept
                    if not kept:
                        tree.body.remove(statement)
        if not dropped:
            return {path: ast.unparse(tree) + "\n" for path, tree in trees.items()}
