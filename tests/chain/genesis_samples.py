"""A small chain's specification, made of secrets that follow from numbers."""

import hashlib
from dataclasses import replace

from fieldproof.chain.genesis import Account, Key, Party, Spec
from fieldproof.chain.node.keys import BEACON_PURPOSE, CONSENSUS_PURPOSE, prove_possession
from fieldproof.settle import KeySigner

CHAIN_ID = 77_001
TIME_S = 1_800_000_000


def make_secret(name: str) -> bytes:
    return hashlib.sha256(f"fieldproof genesis {name}".encode()).digest()


def make_key(secret: bytes, purpose: str, chain_id: int, operator: bytes, owner: bytes) -> Key:
    made = prove_possession(secret, purpose, chain_id, operator, owner)
    return Key(f"0x{made.x:064x}", f"0x{made.y:064x}", "0x" + made.r.hex(), "0x" + made.s.hex(), made.v)


def make_party(number: int, chain_id: int = CHAIN_ID) -> Party:
    operator = KeySigner(make_secret(f"operator {number}")).address
    owner = KeySigner(make_secret(f"owner {number}")).address
    roles = chain_id, operator, owner
    return Party(
        operator="0x" + operator.hex(),
        owner="0x" + owner.hex(),
        consensus=make_key(make_secret(f"consensus {number}"), CONSENSUS_PURPOSE, *roles),
        beacon=make_key(make_secret(f"beacon {number}"), BEACON_PURPOSE, *roles),
        stake=10_000 + number,
        commission=100 * number,
    )


def make_spec(parties: int = 4) -> Spec:
    made = tuple(make_party(number) for number in range(parties))
    return Spec(
        name="sample",
        chain_id=CHAIN_ID,
        time_s=TIME_S,
        seed=make_secret("seed").hex(),
        epoch_blocks=20,
        fault_expiry_blocks=1_814_400,
        committee_size=3,
        pool_size=4,
        block_reward_gwei=2_000_000_000,
        epoch_reward_gwei=50_000_000_000,
        accounts=(
            Account("0x" + "aa" * 20, 1_000),
            Account("0x" + "0b" * 20, 7),
            *(Account(party.operator, 30) for party in made),
        ),
        parties=made,
    )


def with_party(spec: Spec, **changes: object) -> Spec:
    """Return the specification with its first party changed."""
    first, *others = spec.parties
    return replace(spec, parties=(replace(first, **changes), *others))
