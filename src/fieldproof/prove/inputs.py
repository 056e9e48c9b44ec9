"""From a statement's fields and a named witness to the inputs of a circuit's `main`."""

import math
from collections.abc import Iterator, Mapping, Sequence

from fieldproof.prove.errors import ProveError
from fieldproof.prove.noir import Artifact
from fieldproof.prove.solver import Input


def shape_inputs(
    artifact: Artifact, statement: Sequence[int], witness: Mapping[str, object]
) -> dict[str, Input]:
    """Deal the statement's fields out to the public parameters in order, the witness by name.

    Raises `ProveError` when they do not fit the circuit: they belong to another one.
    """
    needed = count_public_inputs(artifact)
    if len(statement) != needed:
        raise ProveError(f"the circuit takes {needed} public inputs, {len(statement)} were given")
    private = {each.name for each in artifact.parameters if not each.is_public}
    if private != witness.keys():
        raise ProveError(f"the circuit takes {sorted(private)} as witness, {sorted(witness)} were given")
    source = iter(statement)
    return {
        each.name: _take(source, each.shape)
        if each.is_public
        else _check(each.name, witness[each.name], each.shape)
        for each in artifact.parameters
    }


def count_public_inputs(artifact: Artifact) -> int:
    """Return the number of fields of the statement."""
    return sum(math.prod(each.shape) for each in artifact.parameters if each.is_public)


def _take(source: Iterator[int], shape: tuple[int, ...]) -> Input:
    return [_take(source, shape[1:]) for _ in range(shape[0])] if shape else next(source)


def _check(name: str, value: object, shape: tuple[int, ...]) -> Input:
    if not shape:
        if not isinstance(value, int):
            raise ProveError(f"{name} of the witness has {value!r} where the circuit takes a field")
        return value
    if not isinstance(value, (list, tuple)) or len(value) != shape[0]:
        raise ProveError(f"{name} of the witness has not the {shape[0]} entries that the circuit takes")
    return [_check(name, entry, shape[1:]) for entry in value]
