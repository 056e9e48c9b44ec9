"""The beginning of a chain: its specification, its contracts' first storage, its two genesis files."""

from fieldproof.chain.genesis.build import GenesisFiles, build_genesis
from fieldproof.chain.genesis.checks import check_spec
from fieldproof.chain.genesis.spec import (
    Account,
    Key,
    Party,
    Spec,
    format_party,
    load_party,
    load_spec,
    merge_parties,
    parse_party,
)

__all__ = [
    "Account",
    "GenesisFiles",
    "Key",
    "Party",
    "Spec",
    "build_genesis",
    "check_spec",
    "format_party",
    "load_party",
    "load_spec",
    "merge_parties",
    "parse_party",
]
