"""From fields in protocol.md's order to the named inputs of a circuit's `main`."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fieldproof.prove.errors import ProveError
from fieldproof.prove.noir import Artifact
from fieldproof.prove.solver import Input


def shape_inputs(artifact: Artifact, fields: Sequence[int]) -> Mapping[str, Input]:
    """Deal the fields of statement and witness out to the parameters of `main`, in order.

    Raises `ProveError` when there are more or fewer than the circuit takes: they belong to another one.
    """
    parameters = json.loads(artifact.program)["abi"]["parameters"]
    source = iter(fields)
    try:
        inputs = {parameter["name"]: _take(source, parameter["type"]) for parameter in parameters}
    except StopIteration:
        raise ProveError(f"the circuit takes more than the {len(fields)} fields given") from None
    left = sum(1 for _ in source)
    if left:
        raise ProveError(f"the circuit takes {len(fields) - left} fields, {len(fields)} were given")
    return inputs


def count_public_inputs(artifact: Artifact) -> int:
    """Return the number of fields of the statement."""
    parameters = json.loads(artifact.program)["abi"]["parameters"]
    return sum(_count(item["type"]) for item in parameters if item["visibility"] == "public")


def _take(source: Iterator[int], kind: Mapping[str, Any]) -> Input:
    if kind["kind"] == "field":
        return next(source)
    if kind["kind"] == "array":
        return [_take(source, kind["type"]) for _ in range(kind["length"])]
    raise ProveError(f"an input of a circuit is a field or an array, not {kind['kind']}")


def _count(kind: Mapping[str, Any]) -> int:
    return kind["length"] * _count(kind["type"]) if kind["kind"] == "array" else 1
