"""Comparisons of what a network's source says with what a chain says."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fieldproof.core import keccak256
from fieldproof.protocol import UNIT_WEI, compute_state_root
from fieldproof.prove import PreparedCircuit, StringKind
from fieldproof.run.blueprint import Blueprint
from fieldproof.settle import Call, ChainClient, load_interface

_CLONE = re.compile(
    re.escape(bytes.fromhex("363d3d373d3d3d363d73"))
    + b"(.{20})"
    + re.escape(bytes.fromhex("5af43d82803e903d91602b57fd5bf3")),
    re.DOTALL,
)
"""Code of a minimal proxy (ERC-1167): it can do nothing but what the contract at its address does."""
_KEY_HASH = re.compile(r"\bVK_HASH = 0x([0-9a-f]{64});")


@dataclass(frozen=True, slots=True)
class Agreement:
    """One thing that was derived from the source and read from the chain."""

    item: str
    derived: str
    """From the source."""
    deployed: str
    """From the chain."""
    agrees: bool


def compare_bytes(item: str, derived: bytes, deployed: bytes) -> Agreement:
    """Compare bytes, shown in hexadecimal."""
    return Agreement(item, derived.hex(), deployed.hex(), derived == deployed)


def compare_versions(blueprint: Blueprint, recorded: tuple[str, ...] | None) -> Iterator[Agreement]:
    """Compare the present pinned versions with those that the deployer noted, if there are any."""
    if recorded is not None:
        ours, theirs = ", ".join(blueprint.versions), ", ".join(recorded)
        yield Agreement("pinned versions", ours, theirs, ours == theirs)


def compare_settings(blueprint: Blueprint, said: Mapping[str, Any]) -> Iterator[Agreement]:
    """Compare what a Settlement was born with: its clock, its money, and where states begin."""
    settings = blueprint.settings
    for item, derived, deployed in (
        ("devices of a cohort", settings.cohort, said["capacity"]),
        ("window in seconds", settings.window_s, said["windowLength"]),
        ("grace in seconds", settings.grace_s, said["grace"]),
        ("settling deadline in seconds", settings.settle_s, said["settlingDeadline"]),
        ("pool of a window in units", settings.pool_wei // UNIT_WEI, said["emissionUnits"]),
        ("unit in wei", UNIT_WEI, said["unitWei"]),
        ("words of packed state", len(blueprint.initial_state), said["stateWords"]),
    ):
        yield Agreement(item, f"{derived:,}", f"{deployed:,}", derived == deployed)
    root = compute_state_root(blueprint.initial_state)
    yield compare_bytes("root of the first states", root.to_bytes(32), said["initialStateRoot"].to_bytes(32))


def compare_terms(blueprint: Blueprint, said: Mapping[str, Any]) -> Iterator[Agreement]:
    """Compare what it takes to register a device."""
    settings = blueprint.settings
    for item, derived, deployed in (
        ("devices at most", settings.devices, said["maxDevices"]),
        ("fee of a registration in wei", settings.registration_fee_wei, said["feeWei"]),
        ("stake of a registration in wei", settings.registration_stake_wei, said["stakeWei"]),
    ):
        yield Agreement(item, f"{derived:,}", f"{deployed:,}", derived == deployed)
    maxima = tuple(spec.maximum_raw for spec in blueprint.schema.attributes)
    found = tuple(said["attributeMaxima"])
    yield Agreement("greatest attributes", _list(maxima), _list(found), maxima == found)


def _list(numbers: Iterable[int]) -> str:
    return ", ".join(f"{each:,}" for each in numbers) or "none"


def compare_verifier(circuit: PreparedCircuit, code: bytes) -> Iterator[Agreement]:
    """Compare a verifier's code as a whole, and what of it the circuit and the reference string decide."""
    verifier, string = circuit.verifier, circuit.reference_string
    found = _KEY_HASH.search(verifier.source)
    if found is not None:
        key_hash = bytes.fromhex(found[1])
        is_there = _is_in(key_hash, code)
        yield Agreement(
            "circuit, by its key's hash", key_hash.hex(), _say(is_there, key_hash.hex()), is_there
        )
    kind = find_string(code)
    found_name = "another" if kind is None else kind.value
    yield Agreement("reference string", string.kind.value, found_name, kind is string.kind)
    yield Agreement(
        "verifier's code",
        f"{verifier.runtime_code_hash.hex()} ({verifier.runtime_bytes:,} bytes)",
        f"{keccak256(code).hex()} ({len(code):,} bytes)",
        keccak256(code) == verifier.runtime_code_hash,
    )


def find_string(code: bytes) -> StringKind | None:
    """Return the reference string that a verifier checks proofs against; None if it is neither of ours."""
    for kind in StringKind:
        if all(_is_in(word.to_bytes(32), code) for word in kind.g2_words):
            return kind
    return None


def _is_in(word: bytes, code: bytes) -> bool:
    """Whether code holds a word; solc writes one without its leading zeros."""
    return word.lstrip(b"\0") in code


def _say(is_there: bool, value: str) -> str:
    return value if is_there else "another"


async def compare_clone(client: ChainClient, address: bytes, name: str) -> Agreement:
    """Compare a contract's code: it must be a clone of the one that comes with this package."""
    expected = await client.call(Call(None, load_interface(name).encode_creation()))
    clone = _CLONE.fullmatch(await client.get_code(address))
    code = await client.get_code(clone[1]) if clone else b""
    return compare_bytes(f"{name}'s code", keccak256(expected), keccak256(code))
