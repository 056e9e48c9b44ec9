"""Signed readings from physical devices in, proven rewards on any EVM chain out.

The words in which a network is written stand here: `from fieldproof import Network, Reading, field, …`.
They are looked up on first use, so that rooms which need none of them stay light.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fieldproof.compiler.authoring import (
        I8,
        I16,
        I32,
        I64,
        U8,
        U16,
        U32,
        U64,
        Array,
        Bool,
        Bound,
        Cohort,
        Fixed,
        Int,
        Member,
        each_device,
        interpolate,
        isqrt,
        median,
        percentile,
        program,
        rank,
    )
    from fieldproof.protocol.author import Attributes, Network, Reading, Window, field

__version__ = "0.1.0"

__all__ = [
    "I8",
    "I16",
    "I32",
    "I64",
    "U8",
    "U16",
    "U32",
    "U64",
    "Array",
    "Attributes",
    "Bool",
    "Bound",
    "Cohort",
    "Fixed",
    "Int",
    "Member",
    "Network",
    "Reading",
    "Window",
    "each_device",
    "field",
    "interpolate",
    "isqrt",
    "median",
    "percentile",
    "program",
    "rank",
]

_FROM_PROTOCOL = {"Attributes", "Network", "Reading", "Window", "field"}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'fieldproof' has no attribute {name!r}")
    from importlib import import_module

    room = "fieldproof.protocol.author" if name in _FROM_PROTOCOL else "fieldproof.compiler.authoring"
    return getattr(import_module(room), name)
