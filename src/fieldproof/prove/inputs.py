"""From a statement's fields and a named witness to the inputs of a circuit's `main`."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fieldproof.prove.errors import ProveError
from fieldproof.prove.noir import Artifact
from fieldproof.prove.solver import Input


def shape_inputs(
    artifact: Artifact, statement: Sequence[int], witness: Mapping[str, object]
) -> dict[str, Input]:
    """Deal the statement's fields out to the public parameters in order, the witness by name.

    Raises `ProveError` when they do not fit the circuit: they belong to another one.
    """
    source = iter(statement)
    inputs: dict[str, Input] = {}
    left = dict(witness)
    for parameter in _get_parameters(artifact):
        name, kind = parameter["name"], parameter["type"]
        try:
            if parameter["visibility"] == "public":
                inputs[name] = _take(source, kind)
            else:
                inputs[name] = _check(name, left.pop(name), kind)
        except StopIteration:
            raise ProveError(
                f"the circuit takes more than the {len(statement)} public inputs given"
            ) from None
        except KeyError:
            raise ProveError(f"the witness has no {name}, which the circuit takes") from None
    spare = sum(1 for _ in source)
    if spare or left:
        raise ProveError(
            f"the circuit does not take {spare} of the public inputs and of the witness {sorted(left)}"
        )
    return inputs


def count_public_inputs(artifact: Artifact) -> int:
    """Return the number of fields of the statement."""
    return sum(_count(each["type"]) for each in _get_parameters(artifact) if each["visibility"] == "public")


def _get_parameters(artifact: Artifact) -> list[dict[str, Any]]:
    parameters: list[dict[str, Any]] = json.loads(artifact.program)["abi"]["parameters"]
    return parameters


def _take(source: Iterator[int], kind: Mapping[str, Any]) -> Input:
    return [_take(source, kind["type"]) for _ in range(kind["length"])] if _is_array(kind) else next(source)


def _check(name: str, value: object, kind: Mapping[str, Any]) -> Input:
    if not _is_array(kind):
        if not isinstance(value, int):
            raise ProveError(f"{name} of the witness has {value!r} where the circuit takes a field")
        return value
    if not isinstance(value, (list, tuple)) or len(value) != kind["length"]:
        raise ProveError(f"{name} of the witness has not the {kind['length']} entries that the circuit takes")
    return [_check(name, entry, kind["type"]) for entry in value]


def _count(kind: Mapping[str, Any]) -> int:
    return int(kind["length"]) * _count(kind["type"]) if _is_array(kind) else 1


def _is_array(kind: Mapping[str, Any]) -> bool:
    if kind["kind"] not in ("array", "field"):
        raise ProveError(f"an input of a circuit is a field or an array, not {kind['kind']}")
    return bool(kind["kind"] == "array")
