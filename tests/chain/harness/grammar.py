"""The sequences of calls that an application can expect: made from CometBFT's grammar, and held against it.

abci.abnf is the grammar that CometBFT 0.40.0 publishes in spec/abci/abci++_comet_expected_behavior.md, to the
letter (Apache License 2.0).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

TEXT = (Path(__file__).parent / "abci.abnf").read_text()

_TOKEN = re.compile(r'\s*(%s"<(?P<call>\w+)>"|\(inf\)|[a-z][a-z-]*|\d*\*|[()\[\]/])')


@dataclass(frozen=True, slots=True)
class Call:
    """One ABCI call."""

    name: str


@dataclass(frozen=True, slots=True)
class Rule:
    """Another rule, by its name."""

    name: str


@dataclass(frozen=True, slots=True)
class InOrder:
    """One after the other."""

    parts: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class OneOf:
    """Any one of these."""

    parts: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Repeated:
    """From `least` to `most` times, without end where `most` is None."""

    part: "Expression"
    least: int
    most: int | None


Expression = Call | Rule | InOrder | OneOf | Repeated


class Chooser(Protocol):
    """Decides what the grammar leaves open."""

    def count(self, first: str, least: int, most: int | None) -> int:
        """Return how often to repeat what begins with the rule `first`."""
        ...

    def pick(self, number: int) -> int:
        """Return which of `number` alternatives to take."""
        ...


def parse(text: str) -> dict[str, Expression]:
    """Return the rules of an ABNF grammar, as far as this one uses ABNF."""
    rules = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, _, body = line.partition("=")
        tokens = [match.group(1) for match in _TOKEN.finditer(body)]
        expression = _parse_alternatives(tokens)
        if tokens:
            raise ValueError(f"not understood in {name}: {tokens}")
        rules[name.strip()] = expression
    return rules


def _parse_alternatives(tokens: list[str]) -> Expression:
    options = [_parse_sequence(tokens)]
    while tokens and tokens[0] == "/":
        tokens.pop(0)
        options.append(_parse_sequence(tokens))
    return options[0] if len(options) == 1 else OneOf(tuple(options))


def _parse_sequence(tokens: list[str]) -> Expression:
    parts = []
    while tokens and tokens[0] not in ("/", ")", "]"):
        parts.append(_parse_item(tokens))
    return parts[0] if len(parts) == 1 else InOrder(tuple(parts))


def _parse_item(tokens: list[str]) -> Expression:
    token = tokens.pop(0)
    if token == "(inf)":
        return Repeated(_parse_item(tokens), 0, None)
    if token.endswith("*"):
        return Repeated(_parse_item(tokens), int(token[:-1] or 0), None)
    if token in ("(", "["):
        inner = _parse_alternatives(tokens)
        tokens.pop(0)
        return inner if token == "(" else Repeated(inner, 0, 1)
    if token.startswith("%"):
        return Call(token[4:-2])
    return Rule(token)


RULES = parse(TEXT)


def expand(name: str, chooser: Chooser) -> list[str]:
    """Return the calls of one sequence of a rule."""
    return list(_expand(Rule(name), chooser))


def _expand(expression: Expression, chooser: Chooser) -> Iterator[str]:
    match expression:
        case Call(name):
            yield name
        case Rule(name):
            yield from _expand(RULES[name], chooser)
        case InOrder(parts):
            for part in parts:
                yield from _expand(part, chooser)
        case OneOf(parts):
            yield from _expand(parts[chooser.pick(len(parts))], chooser)
        case Repeated(part, least, most):
            for _ in range(chooser.count(_find_first(part), least, most)):
                yield from _expand(part, chooser)


def _find_first(expression: Expression) -> str:
    while isinstance(expression, InOrder | OneOf):
        expression = expression.parts[0]
    return expression.name if isinstance(expression, Call | Rule) else ""


Rest = tuple[Expression, ...]
"""What must follow."""

START = frozenset[Rest]({(Rule("start"),)})


@cache
def follow(states: frozenset[Rest], call: str) -> frozenset[Rest]:
    """Return what may follow once `call` was made; empty where the grammar has no such sequence."""
    following = set()
    for rest in _reach(states):
        if rest and rest[0] == Call(call):
            following.add(rest[1:])
    return frozenset(following)


@cache
def _reach(states: frozenset[Rest]) -> frozenset[Rest]:
    """Return all that can be reached without a call."""
    waiting, seen = list(states), set(states)
    while waiting:
        for rest in _unfold(waiting.pop()):
            if rest not in seen:
                seen.add(rest)
                waiting.append(rest)
    return frozenset(seen)


def _unfold(rest: Rest) -> list[Rest]:
    if not rest:
        return []
    first, behind = rest[0], rest[1:]
    match first:
        case Rule(name):
            return [(RULES[name], *behind)]
        case InOrder(parts):
            return [(*parts, *behind)]
        case OneOf(parts):
            return [(part, *behind) for part in parts]
        case Repeated(part, 0, most):
            again = () if most == 1 else (first,)
            return [behind, (part, *again, *behind)]
        case Repeated(part, least, None):
            return [(part, Repeated(part, least - 1, None), *behind)]
    return []
