"""The Solidity verifier of a circuit: written by bb, bound to a reference string, compiled by solc.

bb writes Ignition's point of the second group into every verifier. For the development string its four
words are replaced, and the contract's own code then refuses any chain but 31337: under that string anyone
can forge. Nothing outside the code can turn such a verifier into one that holds money.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib import resources

from fieldproof.core.keccak import keccak256
from fieldproof.prove.errors import CircuitError, ProveError
from fieldproof.prove.process import Limits, run_limited
from fieldproof.prove.reference_string import IGNITION_G2, ReferenceString, StringKind
from fieldproof.prove.toolchain import VERSIONS, Toolchain

CONTRACT_NAME = "Verifier"
DEVELOPMENT_CHAIN_ID = 31337
MAXIMUM_CODE_BYTES = 24_576
COMPILE_LIMITS = Limits(seconds=300, resident_bytes=4 * 2**30)

_FILE_NAME = "Verifier.sol"
_BB_CONTRACT_NAME = "HonkVerifier"
_EVM_VERSION = "cancun"
_BODY = re.compile(r"(function verify\([^{;]*\breturns \(bool(?: \w+)?\)\s*\{)")


class VerifierKind(Enum):
    """Which of bb's two verifiers; docs/decisions/verifier.md argues the default."""

    OPTIMIZED = "optimized"
    """Assembly in one contract, for a quarter of the gas."""
    PLAIN = "plain"
    """Solidity throughout, with libraries that are deployed first."""


@dataclass(frozen=True, slots=True)
class Library:
    """A library that must be deployed before the verifier that calls it."""

    name: str
    creation_code: bytes
    positions: tuple[int, ...]
    """Where in the verifier's creation code the library's 20-byte address goes."""


@dataclass(frozen=True, slots=True)
class CompiledVerifier:
    """A verifier ready to be deployed."""

    creation_code: bytes
    """Complete where `libraries` is empty; else with zeros where their addresses go."""
    runtime_code_hash: bytes
    """Keccak-256 of the deployed code (with zeros in place of libraries' addresses)."""
    runtime_bytes: int
    source: str
    libraries: tuple[Library, ...]


@cache
def compute_recipe_hash() -> str:
    """Return a hash over all that turns a circuit into a verifier: this module and the tools' versions.

    Caches are named by it, so that none outlives a change of the checks that are put into a verifier.
    """
    recipe = resources.files(__package__).joinpath("verifier.py").read_bytes()
    return hashlib.sha256(recipe + json.dumps(VERSIONS, sort_keys=True).encode()).hexdigest()


def build_verifier(
    source: str, kind: VerifierKind, reference_string: ReferenceString, toolchain: Toolchain
) -> CompiledVerifier:
    """Bind bb's verifier to a reference string and compile it; about two seconds.

    Raises `CircuitError` when solc refuses it or when it is larger than a contract may be.
    """
    bound = bind_source(source, reference_string)
    return _compile(bound, kind, toolchain)


def bind_source(source: str, reference_string: ReferenceString) -> str:
    """Return bb's source under our contract name and for the reference string.

    Raises `ProveError` when the source is not of the expected shape: better none than a wrong one.
    """
    bound = _replace_once(source, f"contract {_BB_CONTRACT_NAME} is", f"contract {CONTRACT_NAME} is")
    if reference_string.kind is StringKind.IGNITION:
        for word in IGNITION_G2:
            _replace_once(bound, f"0x{word:064x}", "")
        return bound
    for old, new in zip(IGNITION_G2, reference_string.kind.g2_words, strict=True):
        bound = _replace_once(bound, f"0x{old:064x}", f"0x{new:064x}")
    check = f'require(block.chainid == {DEVELOPMENT_CHAIN_ID}, "development verifier");'
    bound, count = _BODY.subn(rf"\1\n        {check}\n", bound)
    if count != 1:
        raise ProveError(f"bb's verifier has {count} bodies of verify(), not one: is bb's version right?")
    return bound


def _replace_once(text: str, old: str, new: str) -> str:
    if text.count(old) != 1:
        raise ProveError(
            f"bb's verifier has {text.count(old)} places with {old[:24]!r}, not one: is bb's version right?"
        )
    return text.replace(old, new)


def _compile(source: str, kind: VerifierKind, toolchain: Toolchain) -> CompiledVerifier:
    request = {
        "language": "Solidity",
        "sources": {_FILE_NAME: {"content": source}},
        "settings": {
            "optimizer": {"enabled": True, "runs": 1 if kind is VerifierKind.OPTIMIZED else 200},
            "evmVersion": _EVM_VERSION,
            # Without a hash of the source in it the code is the same wherever it is built.
            "metadata": {"bytecodeHash": "none", "appendCBOR": False},
            "outputSelection": {_FILE_NAME: {"*": ["evm.bytecode", "evm.deployedBytecode.object"]}},
        },
    }
    standard_input = json.dumps(request).encode()
    finished = run_limited([toolchain.solc, "--standard-json"], COMPILE_LIMITS, stdin=standard_input)
    if finished.exit_status != 0:
        raise CircuitError(f"solc failed: {finished.stderr.decode('utf-8', 'replace')[-2000:]}")
    output = json.loads(finished.stdout)
    errors = [item["formattedMessage"] for item in output.get("errors", ()) if item["severity"] == "error"]
    if errors:
        raise CircuitError(f"solc refuses the verifier:\n{errors[0]}")
    contracts = output["contracts"][_FILE_NAME]
    evm = contracts[CONTRACT_NAME]["evm"]
    runtime = _to_bytes(evm["deployedBytecode"]["object"])
    if len(runtime) > MAXIMUM_CODE_BYTES:
        raise CircuitError(
            f"the verifier has {len(runtime)} bytes, a contract may have {MAXIMUM_CODE_BYTES}",
            hint="Use the optimized verifier.",
        )
    libraries = tuple(
        Library(
            name,
            _to_bytes(contracts[name]["evm"]["bytecode"]["object"]),
            tuple(place["start"] for place in places),
        )
        for name, places in sorted(evm["bytecode"]["linkReferences"].get(_FILE_NAME, {}).items())
    )
    return CompiledVerifier(
        _to_bytes(evm["bytecode"]["object"]), keccak256(runtime), len(runtime), source, libraries
    )


def _to_bytes(code: str) -> bytes:
    # solc writes a library's place as __$hash$__, forty characters that are no digits.
    return bytes.fromhex(re.sub(r"__\$[0-9a-f]{34}\$__", "0" * 40, code))
