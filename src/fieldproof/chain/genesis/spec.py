"""What a new chain is made of: one TOML file, the parties' files merged into it.

The same file gives the same genesis, byte by byte, on any machine: everything in it is ordered before it is
used.
"""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Self, TypeVar

import tomli_w

from fieldproof.chain.application.schedule import LEAST_EPOCH_BLOCKS
from fieldproof.chain.errors import GenesisError

T = TypeVar("T")

LARGEST_POOL = 100
"""Members of a pool: what the beacon's transactions are sized for."""

LEAST_GAS_LIMIT = 5_000_000
_HEX = re.compile(r"(0x)?[0-9a-f]*")


@dataclass(frozen=True, slots=True)
class Key:
    """A public key and its owner's word over the operator; numbers in hex."""

    x: str
    y: str
    r: str
    s: str
    v: int

    @property
    def compressed(self) -> str:
        """The key in 33 bytes, hex."""
        return f"0x{2 + int(self.y, 16) % 2:02x}{int(self.x, 16):064x}"


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
    gas_limit: int = 36_000_000
    block_reward_gwei: int = 1_000_000_000
    epoch_reward_gwei: int = 0
    fault_expiry_blocks: int = 604_800
    """For how long a fault can be brought against its stake."""
    unbonding_s: int = 1_814_400
    """Between giving up a stake and having it back: longer than evidence counts."""
    evidence_s: int = 1_209_600
    """For how long CometBFT takes evidence."""
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
        document["accounts"] = tuple(_build(Account, item) for item in document.get("accounts", ()))
        document["parties"] = tuple(_build_party(item) for item in document.get("parties", ()))
        return _build(cls, document)

    def format(self) -> str:
        """Return the TOML, in the one order."""
        document = asdict(self)
        document["accounts"] = [asdict(item) for item in sorted(self.accounts, key=lambda item: item.address)]
        document["parties"] = [asdict(item) for item in sorted(self.parties, key=lambda item: item.operator)]
        return tomli_w.dumps(document)


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


def merge_parties(spec: Spec, parties: Iterable[Party]) -> Spec:
    """Return the specification with these parties too, in the one order; a newer file replaces an older."""
    merged = {party.operator.lower(): party for party in (*spec.parties, *parties)}
    return replace(spec, parties=tuple(merged[operator] for operator in sorted(merged)))


def check_spec(spec: Spec) -> None:
    """Raise `GenesisError` for the first thing that no chain can begin with."""
    checks = (
        (
            re.fullmatch(r"[a-z0-9][a-z0-9-]{0,30}", spec.name) is not None,
            "name",
            "lower case letters and digits",
        ),
        (0 < spec.chain_id < 2**63, "chain_id", "a positive number"),
        (_is_hex(spec.seed, 32), "seed", "32 bytes in hex"),
        (spec.epoch_blocks >= LEAST_EPOCH_BLOCKS, "epoch_blocks", f"at least {LEAST_EPOCH_BLOCKS}"),
        (1 <= spec.committee_size <= spec.pool_size, "committee_size", "from 1 to pool_size"),
        (spec.pool_size <= LARGEST_POOL, "pool_size", f"at most {LARGEST_POOL}"),
        (spec.gas_limit >= LEAST_GAS_LIMIT, "gas_limit", f"at least {LEAST_GAS_LIMIT}"),
        (0 < spec.evidence_s < spec.unbonding_s, "unbonding_s", "longer than evidence_s"),
        (0 <= spec.double_sign_slash <= 10_000, "double_sign_slash", "at most 10,000, which is all"),
        (0 <= spec.no_dealing_slash <= 10_000, "no_dealing_slash", "at most 10,000, which is all"),
        (len(spec.parties) > 0, "parties", "at least one"),
    )
    for holds, name, rule in checks:
        if not holds:
            raise GenesisError(f"{name} of the specification must be {rule}")
    _check_parties(spec)


def _check_parties(spec: Spec) -> None:
    for party in spec.parties:
        for name in ("operator", "owner"):
            if not _is_hex(getattr(party, name), 20):
                raise GenesisError(f"{name} of a party must be 20 bytes in hex")
        if party.stake < spec.least_self_stake:
            raise GenesisError(f"the stake of {party.operator} must be at least {spec.least_self_stake}")
        if not 0 <= party.commission <= 10_000:
            raise GenesisError(f"the commission of {party.operator} must be at most 10,000")
    for name, values in (
        ("operator", [party.operator for party in spec.parties]),
        ("consensus key", [party.consensus.x for party in spec.parties]),
        ("beacon key", [party.beacon.x for party in spec.parties]),
    ):
        if len(set(values)) != len(values):
            raise GenesisError(f"two parties have one {name}")


def _is_hex(text: str, length: int) -> bool:
    return _HEX.fullmatch(text.lower()) is not None and len(text.removeprefix("0x")) == 2 * length


def _build_party(document: dict[str, Any]) -> Party:
    keys = {name: _build(Key, document.get(name, {})) for name in ("consensus", "beacon")}
    return _build(Party, {**document, **keys})


def _build(kind: type[T], document: dict[str, Any]) -> T:
    known = [item.name for item in fields(kind)]  # type: ignore[arg-type]  # all are dataclasses
    unknown = sorted(set(document) - set(known))
    if unknown:
        raise GenesisError(
            f"unknown in the specification: {unknown[0]}", hint=f"Known are {', '.join(known)}."
        )
    try:
        return kind(**document)
    except TypeError as failure:
        raise GenesisError(f"the specification is not whole: {failure}") from failure
