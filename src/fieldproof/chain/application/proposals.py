"""What an execution block must be, computed from the state before it by whoever proposes or checks it."""

from dataclasses import dataclass

from fieldproof.chain.application.payload import Attributes, Payload, Withdrawal
from fieldproof.chain.application.state import Parameters, State
from fieldproof.chain.commitment import compute_randao
from fieldproof.chain.contracts import REWARDS

_BLOB_TRANSACTION = 3
"""First byte of a transaction that carries blobs (EIP-4844): there is nobody to carry them."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What CometBFT says of a block to come."""

    height: int
    time_s: int
    """Seconds of the header's time."""
    proposer: bytes
    """Its consensus address."""


def compute_attributes(
    parameters: Parameters, state: State, proposal: Proposal, app_hash: bytes
) -> Attributes:
    """Return the attributes that the block of a proposal must have; `app_hash` is the one after `state`."""
    position = parameters.schedule.get_position(proposal.height)
    begins = position == 0 and state.drawn is not None
    seed = state.drawn.seed if begins and state.drawn else state.seed
    committee = state.drawn.committee if begins and state.drawn else state.committee
    operators = {member.consensus: member.operator for member in (*state.committee, *committee)}
    reward = parameters.block_reward_gwei + (parameters.epoch_reward_gwei if position == 0 else 0)
    return Attributes(
        time_s=max(state.time_s + 1, proposal.time_s),
        randao=compute_randao(seed, proposal.height),
        fee_recipient=operators[proposal.proposer],
        withdrawal=Withdrawal(proposal.height - 1, REWARDS, reward),
        beacon_root=app_hash,
    )


def find_fault(parameters: Parameters, state: State, wanted: Attributes, payload: Payload) -> str | None:
    """Return what a payload has that it must not have; None if nothing. It is executed elsewhere."""
    checks = {
        "parent": payload.parent_hash == state.execution_hash,
        "number": payload.number == state.height + 1,
        "time": payload.time_s == wanted.time_s,
        "randao": payload.randao == wanted.randao,
        "fee recipient": payload.fee_recipient == wanted.fee_recipient,
        "withdrawals": payload.withdrawals == (wanted.withdrawal,),
        "gas limit": payload.gas_limit == parameters.gas_limit,
        "blobs": payload.blob_gas_used == 0
        and not any(item[:1] == bytes([_BLOB_TRANSACTION]) for item in payload.transactions),
    }
    wrong = [name for name, holds in checks.items() if not holds]
    return ", ".join(wrong) or None
