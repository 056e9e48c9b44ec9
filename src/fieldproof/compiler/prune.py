"""Leaves out what nothing needs: a reading brings all its fields, of which a program reads few."""

from __future__ import annotations

from dataclasses import replace

from fieldproof.compiler.ir import Declaration, Event, Item, Loop, Operation, Program, get_used_values, walk


def prune(program: Program) -> Program:
    """Return the program without the computations that decide nothing."""
    return replace(program, body=_prune_items(program.body, find_used_values(program)))


def _prune_items(items: tuple[Item, ...], used: frozenset[int]) -> tuple[Item, ...]:
    kept: list[Item] = []
    for item in items:
        if isinstance(item, Operation):
            if item.result in used:
                kept.append(item)
        elif isinstance(item, Loop):
            carried = tuple(each for each in item.carried if each.value in used or each.result in used)
            body = _prune_items(item.body, used)
            if carried or any(not isinstance(each, Operation) for each in body):
                kept.append(replace(item, carried=carried, body=body))
        else:
            kept.append(item)
    return tuple(kept)


def find_used_values(program: Program) -> frozenset[int]:
    """Return the values that decide the outputs, a raise, or whether a promise is kept."""
    carried = {
        each.result: each for item in walk(program.body) if isinstance(item, Loop) for each in item.carried
    }
    by_inner = {each.value: each for each in carried.values()}
    operations = {item.result: item for item in walk(program.body) if isinstance(item, Operation)}
    pending = list(program.outputs)
    for item in walk(program.body):
        if isinstance(item, Event | Declaration):
            pending.extend(get_used_values(item))
    used: set[int] = set()
    while pending:
        value = pending.pop()
        if value in used:
            continue
        used.add(value)
        if value in operations:
            pending.extend(operations[value].operands)
        handed = carried.get(value) or by_inner.get(value)
        if handed is not None:
            pending.extend((handed.initial, handed.following, handed.value))
    return frozenset(used)
