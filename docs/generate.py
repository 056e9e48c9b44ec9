"""Writes generated pages and tables anew; a test fails when they are not what the code says."""

import ast
import importlib
import inspect
import re
import textwrap
from fractions import Fraction
from pathlib import Path
from types import FunctionType

import click

from fieldproof import library
from fieldproof.chain.beacon import (
    Seats,
    compute_lasting_share,
    compute_odds,
    compute_odds_of_either,
    compute_pool_seats,
)
from fieldproof.cli import cli
from fieldproof.compiler import Code
from fieldproof.compiler.mistake_pages import load_page, render_page, render_setting
from fieldproof.protocol import Reason
from fieldproof.protocol.settings import NetworkSettings

FOLDER = Path(__file__).parent / "reference"
SAMPLING = "../concepts/chain-sampling.md"
POOLS = {
    (36, 24): (7, 8, 9, 10, 11, 12, 14, 16, 18, 20, 24),
    (6, 4): (1, 2, 3, 4),
    (100, 21): (6, 10, 15, 20, 25, 30, 33, 40, 50),
    (100, 67): (22, 24, 26, 28, 30, 33, 36, 40),
}
"""Pool and committee of each table of odds, and how many of the pool are dishonest in its rows."""


def render_cli() -> str:
    """Return the page of all commands: their own help, word by word."""
    lines = [
        "# Command line",
        "",
        "stdout is data, stderr is talk. Exit code 0: done, and what was asked holds; 1: it could not be",
        "done or does not hold, and stderr says `error:` and `hint:`; 2: the command was not understood;",
        "130: interrupted.",
        "",
    ]
    lines += _render_commands(cli, click.Context(cli, info_name="fieldproof"))
    return "\n".join(lines)


def _render_commands(group: click.Group, context: click.Context) -> list[str]:
    """Return the help of all commands of a group, and of those within them."""
    lines = []
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None:
            raise RuntimeError(f"bug: {name} is listed and not there")
        with click.Context(command, info_name=name, parent=context, terminal_width=100) as inner:
            lines += [f"## `{inner.command_path}`", "", "```", command.get_help(inner), "```", ""]
            if isinstance(command, click.Group):
                lines += _render_commands(command, inner)
    return lines


def render_settings() -> str:
    """Return the page of a network's settings: what an author writes, and what it becomes."""
    lines = ["# Settings of a network", ""]
    lines += ["What `Network(...)` takes beside `reading`, `attributes` and `program`.", ""]
    lines += ["| setting | default |", "| --- | --- |"]
    for name, parameter in inspect.signature(NetworkSettings.parse).parameters.items():
        has_default = parameter.default is not inspect.Parameter.empty
        lines.append(f"| `{name}` | {f'`{parameter.default!r}`' if has_default else 'must be given'} |")
    lines += [
        "",
        "Durations are `30s`, `5m`, `1h`, `1d`; amounts are decimals of tokens or coins in quotes.",
        "",
    ]
    lines += ["## What they become", "", "| field | meaning |", "| --- | --- |"]
    lines += [f"| `{name}` | {text} |" for name, text in _read_field_docs(NetworkSettings)]
    return "\n".join([*lines, ""])


def render_refusals() -> str:
    """Return the page of all reasons for which a gateway refuses."""
    lines = ["# Reasons of a refusal", "", "What the gateway answers, and what the sender can do.", ""]
    lines += ["| reason | what to do |", "| --- | --- |"]
    lines += [f"| `{reason.value}` | {reason.hint} |" for reason in Reason]
    return "\n".join([*lines, ""])


def render_errors() -> str:
    """Return the page of all mistakes that the compiler knows."""
    lines = [
        "# Mistakes",
        "",
        "`fieldproof check` shows all mistakes of a network at once, each with place, reason, remedy and a",
        "number. `fieldproof check --explain FP112` shows the section on a number. Numbers never change.",
        "",
        "An example of a few lines stands in this file, in place of the program or of what it defines:",
        "",
        "```python",
        render_setting(),
        "```",
        "",
        "| code | mistake |",
        "| --- | --- |",
    ]
    lines += [f"| [{code.number}](#{_make_anchor(code)}) | {code.title} |" for code in Code]
    return "\n".join([*lines, "", *(render_page(load_page(code)) for code in Code)])


def _make_anchor(code: Code) -> str:
    kept = "".join(
        letter for letter in f"{code.number} {code.title}".lower() if letter.isalnum() or letter in " -_"
    )
    return kept.replace(" ", "-")


def render_library() -> str:
    """Return the page of the library: what each module and each function says of itself."""
    lines = [
        "# The library of programs",
        "",
        "`from fieldproof.library import chord_m, earth_position_cm`: ordinary Python in the language of",
        "programs. Where a function raises, the device is void. Gates were counted by Barretenberg 5.0.0",
        "for one call on inputs as wide as schemas usually allow: all coordinates, numbers of 32 bits.",
        "Narrower ones cost less; what depends on the window's start alone is paid once for all devices.",
        "",
    ]
    modules: dict[str, list[FunctionType]] = {}
    for name in library.__all__:
        value = getattr(library, name)
        if isinstance(value, FunctionType):
            modules.setdefault(value.__module__, []).append(value)
    for name, functions in modules.items():
        module = importlib.import_module(name)
        lines += [f"## {name.rsplit('.', 1)[1].capitalize()}", "", inspect.getdoc(module) or "", ""]
        for function in functions:
            signature = inspect.signature(function)
            text, _, facts = (inspect.getdoc(function) or "").partition("\nTakes: ")
            lines += [f"### `{function.__name__}{signature}`", "", text, "| | |", "| --- | --- |"]
            for fact in re.split(r"\n(?=[A-Z][a-z]+: )", f"Takes: {facts}"):
                subject, _, rest = " ".join(fact.split()).partition(": ")
                lines.append(f"| {subject.lower()} | {rest} |")
            lines.append("")
    constants = [name for name in library.__all__ if isinstance(getattr(library, name), int)]
    lines += ["## Constants", "", "| name | value |", "| --- | --- |"]
    lines += [f"| `{name}` | {getattr(library, name):,} |" for name in constants]
    return "\n".join([*lines, ""])


def render_sampling() -> str:
    """Return the page on sampling with its tables computed anew."""
    page = (FOLDER / SAMPLING).read_text()
    odds = "\n".join(_render_odds(pool, committee, rows) for (pool, committee), rows in POOLS.items())
    for name, table in (("odds", odds), ("seats", _render_seats(36, 24))):
        start = f"<!-- {name} -->\n"
        before, after = page.split(start)
        page = f"{before}{start}\n{table}\n{after[after.index('<!-- end -->') :]}"
    return page


def _render_odds(pool: int, committee: int, rows: tuple[int, ...]) -> str:
    seats = Seats.of_committee(committee)
    lines = [
        f"**{committee} of {pool}**",
        "",
        f"| dishonest of {pool} | stop: {seats.stop} or more | stop, either | epochs "
        f"| fork: {seats.fork} or more | decide: {seats.decide} or more |",
        "| ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for dishonest in rows:
        stop, fork, decide = (
            compute_odds(pool, dishonest, committee, each) for each in (seats.stop, seats.fork, seats.decide)
        )
        columns = [stop, compute_odds_of_either(stop), compute_lasting_share(stop), fork, decide]
        lines.append(f"| {dishonest} | {' | '.join(map(_show_odds, columns))} |")
    return "\n".join([*lines, ""])


def _render_seats(pool: int, committee: int) -> str:
    seats = Seats.of_committee(committee)
    levels = (Fraction(1, 1_000), Fraction(1, 2), Fraction(1))
    lines = [
        f"| seats of {committee} | {' | '.join(map(_show_odds, levels))} |",
        "| --- | ---: | ---: | ---: |",
    ]
    for name, at_least in (("stop", seats.stop), ("fork", seats.fork), ("decide", seats.decide)):
        needed = [compute_pool_seats(pool, committee, at_least, level) for level in levels]
        cells = [f"{members} ({_show_odds(Fraction(members, pool))})" for members in needed]
        lines.append(f"| {at_least}, to {name} | {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def _show_odds(odds: Fraction) -> str:
    if odds in (0, 1):
        return "always" if odds else "never"
    if odds < Fraction(1, 100):
        return f"1 in {round(1 / odds):,}"
    if odds > Fraction(99, 100):
        return f"all but 1 in {round(1 / (1 - odds)):,}"
    return f"{round(odds * 1_000) / 10} %"


def _read_field_docs(owner: type) -> list[tuple[str, str]]:
    body = ast.parse(textwrap.dedent(inspect.getsource(owner))).body[0]
    if not isinstance(body, ast.ClassDef):
        raise TypeError(f"bug: {owner} is no class")
    found = []
    for field, after in zip(body.body, [*body.body[1:], None], strict=True):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            is_documented = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
            text = str(after.value.value) if is_documented else ""  # type: ignore[union-attr]
            found.append((field.target.id, " ".join(text.split())))
    return found


PAGES = {
    SAMPLING: render_sampling,
    "cli.md": render_cli,
    "errors.md": render_errors,
    "library.md": render_library,
    "refusals.md": render_refusals,
    "settings.md": render_settings,
}

if __name__ == "__main__":
    for page, render in PAGES.items():
        (FOLDER / page).write_text(render())
