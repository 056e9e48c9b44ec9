"""`fieldproof explain`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fieldproof.cli.output import json_option, write_json

if TYPE_CHECKING:
    from fieldproof.compiler.explain import Explanation
    from fieldproof.compiler.provenance import Origin
    from fieldproof.compiler.sights import Sight


@click.command("explain", epilog="Example: fieldproof explain rooftops/network.py:55")
@click.argument("place", metavar="FILE:LINE")
@json_option
def command(place: str, as_json: bool) -> None:
    """Say what the values in a line of a network's source can be, and which expressions made them grow.

    The chain behind a value goes back to fields, attributes, constants and the loops that added up. Below it
    stands why comparisons and divisions of the line take as many bits as they do. Nothing is compiled by
    Noir. Exit code 1 if the line computes nothing, or if the program has mistakes other than values that
    grow too large.
    """
    from fieldproof.compiler import capture
    from fieldproof.compiler.explain import Explainer, render_text
    from fieldproof.run.folder import read_sources

    path, _, number = place.rpartition(":")
    if not path or not number.isdecimal():
        raise click.UsageError(f"{place} names no line; write FILE:LINE, as network.py:42.")
    file = Path(path)
    if not file.is_file():
        raise click.UsageError(f"There is no file {path}.")
    network = capture(read_sources(file.parent))
    explanation = Explainer(network).explain(file.name, int(number))
    if as_json:
        write_json(_to_json(explanation))
    else:
        click.echo(render_text(explanation))


def _to_json(explanation: "Explanation") -> dict[str, object]:
    return {
        "path": explanation.path,
        "line": explanation.line,
        "source": explanation.source,
        "values": [_origin_to_json(each) for each in explanation.values],
        "operations": [{"text": each.text, "bits": each.bits} for each in explanation.notes],
        "gates": {each.name: round(each.gates, 1) for each in explanation.costs},
        "mistakes": list(explanation.mistakes),
    }


def _origin_to_json(origin: "Origin") -> dict[str, object]:
    return {
        "expression": origin.text,
        "line": origin.line,
        **_sight_to_json(origin.sight),
        "reason": origin.reason,
        "from": [_origin_to_json(each) for each in origin.parts],
    }


def _sight_to_json(sight: "Sight") -> dict[str, object]:
    return {
        "kind": sight.kind or "a number",
        "low": None if sight.bounds is None else sight.bounds.low,
        "high": None if sight.bounds is None else sight.bounds.high,
        "parts": {name: _sight_to_json(part) for name, part in sight.parts},
    }
