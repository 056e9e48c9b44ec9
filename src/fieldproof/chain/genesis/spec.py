"""What a new chain is made of: one TOML file, the parties' files merged into it.

The same file gives the same genesis, byte by byte, on any machine: everything in it is ordered before it is
used.
"""

import tomllib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Self, TypeVar

import tomli_w

from fieldproof.chain.errors import GenesisError
from fieldproof.chain.node.keys import Possession

T = TypeVar("T")

DEFAULT_GAS_LIMIT = 36_000_000
"""Of a block."""

_KINDS: dict[Any, str] = {int: "a whole number", str: "text"}


@dataclass(frozen=True, slots=True)
class Key:
    """A public key and its owner's word over the operator; numbers in hex."""

    x: str
    y: str
    r: str
    s: str
    v: int

    def parse(self) -> Possession:
        """Return the numbers, or raise `GenesisError`."""
        try:
            words = [int(text, 16).to_bytes(32, "big") for text in (self.x, self.y, self.r, self.s)]
        except (ValueError, OverflowError, TypeError) as failure:
            raise GenesisError(f"a key of the specification is not in hex: {failure}") from failure
        return Possession(int.from_bytes(words[0]), int.from_bytes(words[1]), words[2], words[3], self.v)


@dataclass(frozen=True, slots=True)
class Party:
    """A candidate from the first block on."""

    operator: str
    """The account of its node, hex."""
    owner: str
    """The account that its stake belongs to, hex."""
    consensus: Key
    beacon: Key
    stake: int
    """Self-stake, in whole coins."""
    commission: int = 1000
    """Share of its voters' rewards that it keeps, in hundredths of a percent."""


@dataclass(frozen=True, slots=True)
class Account:
    """Coins from the first block on."""

    address: str
    coins: int
    """Whole coins of 10^18 wei."""


@dataclass(frozen=True, slots=True)
class Spec:
    """A new chain."""

    name: str
    """CometBFT's chain id is this and the EVM's: name-chain_id."""
    chain_id: int
    time_s: int
    """When it begins, seconds since 1970."""
    seed: str
    """32 bytes in hex that nobody could choose, such as a later block hash of another chain."""
    epoch_blocks: int = 3600
    committee_size: int = 24
    pool_size: int = 36
    gas_limit: int = DEFAULT_GAS_LIMIT
    block_reward_gwei: int = 1_000_000_000
    epoch_reward_gwei: int = 0
    fault_expiry_blocks: int = 1_209_600
    """For how long a fault can be brought against its stake, and seats of the past are known."""
    unbonding_s: int = 1_814_400
    """Between giving up a stake and having it back: longer than evidence counts."""
    evidence_s: int = 1_209_600
    """For how long CometBFT takes evidence: as many blocks, which take a second each or longer."""
    jail_s: int = 604_800
    """How long a double signer is out of the pool."""
    double_sign_slash: int = 1000
    """Share of stake and votes that a double signature costs, in hundredths of a percent."""
    no_dealing_slash: int = 10
    """The same for not dealing when the beacon failed for it."""
    least_self_stake: int = 1000
    """Whole coins before a candidate may be elected."""
    accounts: tuple[Account, ...] = ()
    parties: tuple[Party, ...] = field(default=())

    @property
    def cometbft_chain_id(self) -> str:
        """The id that consensus signs over."""
        return f"{self.name}-{self.chain_id}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read TOML, or raise `GenesisError`."""
        try:
            document = tomllib.loads(text)
        except tomllib.TOMLDecodeError as failure:
            raise GenesisError(f"the specification is not TOML: {failure}") from failure
        document["accounts"] = tuple(_build(Account, item) for item in _take_tables(document, "accounts"))
        document["parties"] = tuple(_build_party(item) for item in _take_tables(document, "parties"))
        return _build(cls, document)

    def format(self) -> str:
        """Return the TOML, in the one order."""
        document = asdict(self)
        document["accounts"] = [asdict(item) for item in sorted(self.accounts, key=lambda item: item.address)]
        document["parties"] = [asdict(item) for item in sorted(self.parties, key=lambda item: item.operator)]
        return tomli_w.dumps(document)


def decode_hex(text: str) -> bytes:
    """Return the bytes of hex digits, with 0x before them or without; `ValueError` for all else."""
    return bytes.fromhex(text.removeprefix("0x"))


def format_party(party: Party) -> str:
    """Return one party's file."""
    return tomli_w.dumps(asdict(party))


def parse_party(text: str) -> Party:
    """Read one party's file, or raise `GenesisError`."""
    try:
        return _build_party(tomllib.loads(text))
    except tomllib.TOMLDecodeError as failure:
        raise GenesisError(f"the party's file is not TOML: {failure}") from failure


def load_party(path: Path) -> Party:
    """Read one party's file, or raise `GenesisError`."""
    try:
        return parse_party(path.read_text())
    except OSError as failure:
        raise GenesisError(f"{path} cannot be read: {failure.strerror}") from failure


def load_spec(path: Path) -> Spec:
    """Read a specification's file, or raise `GenesisError`."""
    try:
        return Spec.parse(path.read_text())
    except OSError as failure:
        raise GenesisError(f"{path} cannot be read: {failure.strerror}") from failure


def merge_parties(spec: Spec, parties: Iterable[Party], operator_coins: int) -> Spec:
    """Return the specification with these parties too: the same in whatever order they come.

    Each one's operator begins with `operator_coins`, for its dealings, unless `accounts` names it already.
    Raises `GenesisError` where two files speak of one operator and differ: which counts is not for us to say.
    """
    merged = {_normalize(party.operator): party for party in spec.parties}
    named = {_normalize(account.address) for account in spec.accounts}
    accounts = {}
    for party in parties:
        operator = _normalize(party.operator)
        if merged.setdefault(operator, party) != party:
            raise GenesisError(
                f"two parties have one operator, {party.operator}, and differ",
                hint="To replace a party, remove the old one from the specification first.",
            )
        if operator not in named:
            accounts[operator] = Account(party.operator, operator_coins)
    return replace(
        spec,
        accounts=(*spec.accounts, *(accounts[operator] for operator in sorted(accounts))),
        parties=tuple(merged[operator] for operator in sorted(merged)),
    )


def _normalize(address: str) -> str:
    return address.lower().removeprefix("0x")


def _take_tables(document: dict[str, Any], name: str) -> list[dict[str, Any]]:
    tables = document.get(name, [])
    if not isinstance(tables, list) or not all(isinstance(item, dict) for item in tables):
        raise GenesisError(f"{name} of the specification must be a list of tables")
    return tables


def _build_party(document: dict[str, Any]) -> Party:
    keys = {}
    for name in ("consensus", "beacon"):
        table = document.get(name, {})
        if not isinstance(table, dict):
            raise GenesisError(f"{name} of the specification must be a table")
        keys[name] = _build(Key, table)
    return _build(Party, {**document, **keys})


def _build(kind: type[T], document: dict[str, Any]) -> T:
    known = {item.name: item.type for item in fields(kind)}  # type: ignore[arg-type]  # all are dataclasses
    for name, value in document.items():
        if name not in known:
            raise GenesisError(f"unknown in the specification: {name}", hint=f"Known are {', '.join(known)}.")
        if known[name] in _KINDS and type(value) is not known[name]:
            raise GenesisError(f"{name} of the specification must be {_KINDS[known[name]]}, not {value!r}")
    try:
        return kind(**document)
    except TypeError as failure:
        raise GenesisError(f"the specification is not whole: {failure}") from failure
