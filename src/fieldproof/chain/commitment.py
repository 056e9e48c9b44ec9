"""What the application's hash commits to, and how a contract or a stranger checks one value of it.

Source: docs/reference/chain.md, "The application's hash". Pure functions; vectors/chain.json holds values of
all of them.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from enum import IntEnum
from functools import lru_cache

from fieldproof.core.abi import encode_arguments, parse_type
from fieldproof.core.keccak import keccak256

WORD = 32
LEAF = b"\x00"
NODE = b"\x01"
ROOT = b"\x02"
"""First byte of what is hashed: no leaf can be taken for a node, no node for a root."""

_UINT256 = parse_type("uint256")
_BYTES32 = parse_type("bytes32")
_STRING = parse_type("string")
_MEMBER_TYPES = ("address", "address", "uint8", "bytes32", "uint8", "bytes32", "uint256")
_FAULT_TYPES = ("bytes32", "uint8", "address", "uint64", "uint64", "uint64")
_ENTRY_TYPES = ("address", "uint256", "uint32", "uint32")


class FaultKind(IntEnum):
    """What a candidate is charged with. The first two are CometBFT's own numbers."""

    DOUBLE_SIGN = 1
    """It signed two votes of one round."""
    LIGHT_CLIENT_ATTACK = 2
    """It signed a header that the chain does not have."""
    NO_DEALING = 3
    """It did not deal, in an epoch whose beacon failed for want of dealings."""


class Leaf(IntEnum):
    """The places of the values in the tree."""

    EXECUTION_HASH = 0
    HEIGHT = 1
    EPOCH = 2
    SEED = 3
    COMMITTEE = 4
    POOL = 5
    FAULTS = 6
    RESULTS = 7


@dataclass(frozen=True, slots=True)
class Member:
    """A candidate as it stood when a pool was frozen."""

    operator: bytes
    """The account of its node, 20 bytes."""
    consensus: bytes
    """The address of its consensus key, 20 bytes."""
    consensus_prefix: int
    """2 or 3."""
    consensus_x: bytes
    beacon_prefix: int
    """2 or 3."""
    beacon_x: bytes
    votes: int
    """Weighted, in wei."""

    @property
    def consensus_key(self) -> bytes:
        """The consensus key, compressed, 33 bytes."""
        return bytes([self.consensus_prefix]) + self.consensus_x


@dataclass(frozen=True, slots=True)
class Fault:
    """A charge that can be brought against a candidate's stake once."""

    id: bytes
    kind: FaultKind
    operator: bytes
    epoch: int
    height: int
    """Of the block in which it was recorded, like its epoch and time."""
    time_s: int


@dataclass(frozen=True, slots=True)
class Entry:
    """What one member of an epoch's pool did."""

    operator: bytes
    votes: int
    proposed: int
    """Blocks it proposed."""
    expected: int
    """Blocks it had to propose; 0 outside of the committee."""


@dataclass(frozen=True, slots=True)
class Result:
    """What the members of an epoch's pool did."""

    epoch: int
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Leaves:
    """The eight values."""

    execution_hash: bytes
    height: int
    epoch: int
    seed: bytes
    committee: bytes
    pool: bytes
    faults: bytes
    results: bytes

    @property
    def values(self) -> tuple[bytes, ...]:
        """The values as words, in order."""
        return tuple(item.to_bytes(WORD, "big") if isinstance(item, int) else item for item in astuple(self))


def compute_application_hash(values: Sequence[bytes]) -> bytes:
    """Return the root over the eight values."""
    return _compute_levels([_hash_leaf(value) for value in values])[-1][0]


def prove_leaf(values: Sequence[bytes], leaf: Leaf) -> tuple[bytes, ...]:
    """Return the three hashes beside the way from a leaf to the application's hash, lowest first."""
    return _prove(_compute_levels([_hash_leaf(value) for value in values]), leaf)


@lru_cache(maxsize=16)
def compute_members_hash(members: tuple[Member, ...]) -> bytes:
    """Return the hash of a committee or a pool."""
    kind = parse_type("tuple[]", [{"name": "", "type": name} for name in _MEMBER_TYPES])
    return keccak256(encode_arguments([kind], [tuple(astuple(member) for member in members)]))


def compute_fault_id(kind: FaultKind, operator: bytes, height: int) -> bytes:
    """Return what a fault is known by: no contract takes it twice."""
    kinds = [parse_type("uint8"), parse_type("address"), parse_type("uint64")]
    return keccak256(encode_arguments(kinds, [int(kind), operator, height]))


def compute_faults_root(faults: tuple[Fault, ...]) -> bytes:
    """Return the root of all standing faults."""
    tree = _compute_faults_levels(faults)[-1][0] if faults else bytes(WORD)
    return keccak256(ROOT + len(faults).to_bytes(WORD, "big") + tree)


def prove_fault(faults: tuple[Fault, ...], index: int) -> tuple[bytes, ...]:
    """Return the hashes beside the way from a fault to the tree under the root, lowest first."""
    return _prove(_compute_faults_levels(faults), index)


def extend_results(chain: bytes, result: Result) -> bytes:
    """Return the chain of results with one epoch more."""
    return keccak256(encode_arguments([_BYTES32, _BYTES32], [chain, compute_result_hash(result)]))


def compute_result_hash(result: Result) -> bytes:
    """Return what the chain of results holds of one epoch: who brings earlier ones shows later ones by it."""
    entries = {"name": "", "type": "tuple[]", "components": [{"name": "", "type": t} for t in _ENTRY_TYPES]}
    kind = parse_type("tuple", [{"name": "", "type": "uint64"}, entries])
    value = (result.epoch, tuple(astuple(entry) for entry in result.entries))
    return keccak256(encode_arguments([kind], [value]))


def compute_randao(seed: bytes, height: int) -> bytes:
    """Return the randomness of a block: known once the seed is, the epoch before."""
    return keccak256(encode_arguments([_STRING, _BYTES32, _UINT256], ["fieldproof randao", seed, height]))


def compute_possession_message(
    purpose: str, chain_id: int, staking: bytes, operator: bytes, owner: bytes
) -> bytes:
    """Return the 32 bytes that a key signs to show that its owner has it; see docs/reference/chain.md."""
    kinds = [_STRING, _UINT256, *[parse_type("address")] * 3]
    return keccak256(encode_arguments(kinds, [purpose, chain_id, staking, operator, owner]))


def _hash_leaf(value: bytes) -> bytes:
    return keccak256(LEAF + value)


@lru_cache(maxsize=1 << 15)
def _hash_fault(fault: Fault) -> bytes:
    kinds = [parse_type(name) for name in _FAULT_TYPES]
    return _hash_leaf(encode_arguments(kinds, astuple(fault)))


@lru_cache(maxsize=4)
def _compute_faults_levels(faults: tuple[Fault, ...]) -> list[list[bytes]]:
    """Return the tree, which every block commits to and few change."""
    leaves = [_hash_fault(fault) for fault in faults]
    width = 1 << (len(leaves) - 1).bit_length()
    return _compute_levels(leaves + [bytes(WORD)] * (width - len(leaves)))


def _compute_levels(leaves: list[bytes]) -> list[list[bytes]]:
    levels = [leaves]
    while len(levels[-1]) > 1:
        below = levels[-1]
        levels.append([keccak256(NODE + below[i] + below[i + 1]) for i in range(0, len(below), 2)])
    return levels


def _prove(levels: list[list[bytes]], index: int) -> tuple[bytes, ...]:
    return tuple(level[(index >> depth) ^ 1] for depth, level in enumerate(levels[:-1]))
