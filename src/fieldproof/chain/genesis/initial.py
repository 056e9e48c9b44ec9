"""What our contracts are told before the first block: their parameters, then their first candidates."""

from dataclasses import astuple, dataclass

from fieldproof.chain.contracts import CONTRACTS, REWARDS, STAKING, load_contract, load_runtime
from fieldproof.chain.genesis.spec import Party, Spec, decode_hex

WEI = 10**18
"""Of one coin."""

GWEI = 10**9

SYSTEM = b"\xff" * 19 + b"\xfe"
"""Sender of what nobody in particular sends."""


@dataclass(frozen=True, slots=True)
class InitialCall:
    """A transaction that is executed on this machine; only what it leaves behind goes into genesis."""

    title: str
    """What it does, for messages."""
    contract: bytes
    data: bytes
    sender: bytes
    value_wei: int = 0


def load_contracts() -> dict[bytes, bytes]:
    """Return address and code of each of our contracts."""
    return {address: load_runtime(name) for name, address in CONTRACTS.items()}


def list_initial_calls(spec: Spec) -> list[InitialCall]:
    """Return the calls in the order in which they are executed; candidates follow their operators' order."""
    parties = sorted(spec.parties, key=lambda party: decode_hex(party.operator))
    return [_set_up_staking(spec), _set_up_rewards(spec), *(_register(party) for party in parties)]


def _set_up_staking(spec: Spec) -> InitialCall:
    parameters = {
        "epochBlocks": spec.epoch_blocks,
        "unbondingS": spec.unbonding_s,
        "jailS": spec.jail_s,
        "offenceShare": spec.double_sign_slash,
        "noDealingShare": spec.no_dealing_slash,
        "leastSelfStakeWei": spec.least_self_stake * WEI,
    }
    data = load_contract("Staking").functions["initialize"].encode_call(parameters)
    return InitialCall("setting up Staking", STAKING, data, SYSTEM)


def _set_up_rewards(spec: Spec) -> InitialCall:
    rewards = (spec.block_reward_gwei * GWEI, spec.epoch_reward_gwei * GWEI)
    data = load_contract("Rewards").functions["initialize"].encode_call(spec.epoch_blocks, *rewards)
    return InitialCall("setting up Rewards", REWARDS, data, SYSTEM)


def _register(party: Party) -> InitialCall:
    """Register a party as its owner would: without a lock, so that votes are what it staked."""
    data = (
        load_contract("Staking")
        .functions["register"]
        .encode_call(
            decode_hex(party.operator),
            astuple(party.consensus.parse()),
            astuple(party.beacon.parse()),
            party.commission,
            0,
            False,
        )
    )
    title = f"the registration of {party.operator}"
    return InitialCall(title, STAKING, data, decode_hex(party.owner), party.stake * WEI)
