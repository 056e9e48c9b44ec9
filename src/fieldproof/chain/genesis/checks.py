"""What a specification must be before a chain is made of it: what the contracts would refuse, and more."""

import re

from fieldproof.chain.application.schedule import LEAST_EPOCH_BLOCKS
from fieldproof.chain.contracts import CONTRACTS
from fieldproof.chain.errors import GenesisError
from fieldproof.chain.genesis.spec import Account, Party, Spec, decode_hex
from fieldproof.chain.genesis.system import SYSTEM_CONTRACTS
from fieldproof.chain.node.keys import BEACON_PURPOSE, CONSENSUS_PURPOSE, is_possession_proven

LARGEST_POOL = 100
"""Members of a pool: what the beacon's transactions are sized for."""

LEAST_GAS_LIMIT = 5_000_000
LARGEST_SHARE = 10_000
"""All, in hundredths of a percent."""

LONGEST_CHAIN_ID = 50
"""Characters of CometBFT's chain id."""

LARGEST_BALANCE = 10**12
"""Whole coins that an account or a stake can have."""

_HEX = re.compile(r"(0x)?[0-9a-fA-F]*")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
_SECONDS = 2**32


def check_spec(spec: Spec) -> None:
    """Raise `GenesisError` for the first thing that no chain can begin with."""
    named = _NAME.fullmatch(spec.name) is not None and len(spec.cometbft_chain_id) <= LONGEST_CHAIN_ID
    shares = f"from 0 to {LARGEST_SHARE}, which is all"
    longest_answer = spec.evidence_s + 2 * spec.epoch_blocks
    reward_gwei = spec.block_reward_gwei + spec.epoch_reward_gwei
    rules = (
        (named, "name", f"lower case letters and digits, {LONGEST_CHAIN_ID} with the chain id"),
        (0 < spec.chain_id < 2**63, "chain_id", "a positive number below 2^63"),
        (0 < spec.time_s < _SECONDS, "time_s", "seconds since 1970"),
        (_is_hex(spec.seed, 32), "seed", "32 bytes in hex"),
        (spec.epoch_blocks >= LEAST_EPOCH_BLOCKS, "epoch_blocks", f"at least {LEAST_EPOCH_BLOCKS}"),
        (1 <= spec.committee_size <= spec.pool_size, "committee_size", "from 1 to pool_size"),
        (spec.pool_size <= LARGEST_POOL, "pool_size", f"at most {LARGEST_POOL}"),
        (LEAST_GAS_LIMIT <= spec.gas_limit < 2**63, "gas_limit", f"at least {LEAST_GAS_LIMIT}"),
        (spec.block_reward_gwei >= 0, "block_reward_gwei", "0 or more"),
        (spec.epoch_reward_gwei >= 0, "epoch_reward_gwei", "0 or more"),
        (reward_gwei < 2**64, "block_reward_gwei", "with epoch_reward_gwei below 2^64"),
        (spec.evidence_s > 0, "evidence_s", "a positive number"),
        # Else a second piece of evidence for one crime would find the first forgotten, or the seat.
        (
            spec.fault_expiry_blocks >= max(spec.evidence_s, spec.epoch_blocks),
            "fault_expiry_blocks",
            "at least an epoch and evidence_s",
        ),
        (
            longest_answer < spec.unbonding_s < _SECONDS,
            "unbonding_s",
            "longer than evidence_s and two epochs",
        ),
        (0 <= spec.jail_s < _SECONDS, "jail_s", "0 or more"),
        (0 <= spec.double_sign_slash <= LARGEST_SHARE, "double_sign_slash", shares),
        (0 <= spec.no_dealing_slash <= LARGEST_SHARE, "no_dealing_slash", shares),
        (0 < spec.least_self_stake <= LARGEST_BALANCE, "least_self_stake", f"from 1 to {LARGEST_BALANCE}"),
        (len(spec.parties) > 0, "parties", "at least one"),
    )
    for holds, name, rule in rules:
        if not holds:
            raise GenesisError(f"{name} of the specification must be {rule}")
    for party in spec.parties:
        _check_party(spec, party)
    _check_different_parties(spec.parties)
    _check_accounts(spec.accounts)
    _check_operators_can_pay(spec)


def _check_party(spec: Spec, party: Party) -> None:
    for name in ("operator", "owner"):
        text = getattr(party, name)
        if not _is_hex(text, 20) or not any(decode_hex(text)):
            raise GenesisError(f"{name} of a party must be 20 bytes in hex, not {text!r}")
    if not spec.least_self_stake <= party.stake <= LARGEST_BALANCE:
        rule = f"from {spec.least_self_stake} to {LARGEST_BALANCE}"
        raise GenesisError(f"the stake of {party.operator} must be {rule}, not {party.stake}")
    if not 0 <= party.commission <= LARGEST_SHARE:
        raise GenesisError(
            f"the commission of {party.operator} must be at most {LARGEST_SHARE}, not {party.commission}"
        )
    operator, owner = decode_hex(party.operator), decode_hex(party.owner)
    for title, key, purpose in (
        ("consensus key", party.consensus, CONSENSUS_PURPOSE),
        ("beacon key", party.beacon, BEACON_PURPOSE),
    ):
        if not is_possession_proven(key.parse(), purpose, spec.chain_id, operator, owner):
            raise GenesisError(
                f"the {title} of {party.operator} is not proven",
                hint="A proof is made for one chain id, one operator and one owner.",
            )


def _check_different_parties(parties: tuple[Party, ...]) -> None:
    """Operators are used once, and so are keys, whatever for."""
    for title, values in (
        ("operator", [decode_hex(party.operator) for party in parties]),
        ("key", [key.parse().x for party in parties for key in (party.consensus, party.beacon)]),
    ):
        if len(set(values)) != len(values):
            raise GenesisError(f"one {title} stands twice in the parties of the specification")


def _check_accounts(accounts: tuple[Account, ...]) -> None:
    taken = {*CONTRACTS.values(), *map(bytes.fromhex, SYSTEM_CONTRACTS)}
    for account in accounts:
        if not _is_hex(account.address, 20):
            raise GenesisError(f"address of an account must be 20 bytes in hex, not {account.address!r}")
        if not 0 <= account.coins <= LARGEST_BALANCE:
            raise GenesisError(f"the coins of {account.address} must be at most {LARGEST_BALANCE}")
        address = decode_hex(account.address)
        if address in taken:
            raise GenesisError(f"the account {account.address} stands twice or is a contract in genesis")
        taken.add(address)


def _check_operators_can_pay(spec: Spec) -> None:
    """Whoever begins without a coin deals nothing; and stake pays no gas."""
    paying = {decode_hex(account.address) for account in spec.accounts if account.coins > 0}
    for party in spec.parties:
        if decode_hex(party.operator) not in paying:
            raise GenesisError(
                f"the operator {party.operator} has no coins to pay for its dealings",
                hint="Give it some in `accounts` of the specification; "
                "`fieldproof chain genesis add-validator` does so for whoever is not named there.",
            )


def _is_hex(text: str, length: int) -> bool:
    return _HEX.fullmatch(text) is not None and len(text.removeprefix("0x")) == 2 * length
