"""CometBFT's genesis, with the application's own inside."""

import base64
import datetime
from typing import Any

from fieldproof.chain.application.genesis import Genesis, format_genesis
from fieldproof.chain.application.state import Parameters, compute_leaves
from fieldproof.chain.commitment import Member, compute_application_hash
from fieldproof.chain.genesis.spec import Spec, decode_hex
from fieldproof.chain.node.layout import BLOCK_BYTES

SLOWEST_BLOCK_S = 10
"""On average, over the age of evidence: a chain whose blocks take longer is at a standstill."""

_NANOSECONDS = 10**9


def build_application_genesis(spec: Spec, execution_hash: bytes, pool: tuple[Member, ...]) -> Genesis:
    """Return the application's genesis: `pool` is what the contracts say at block 0."""
    parameters = Parameters(
        chain_id=spec.chain_id,
        epoch_blocks=spec.epoch_blocks,
        committee_size=spec.committee_size,
        pool_size=spec.pool_size,
        gas_limit=spec.gas_limit,
        block_reward_gwei=spec.block_reward_gwei,
        epoch_reward_gwei=spec.epoch_reward_gwei,
        fault_expiry_blocks=spec.fault_expiry_blocks,
    )
    return Genesis(parameters, spec.time_s, execution_hash, decode_hex(spec.seed), pool)


def build_consensus_genesis(spec: Spec, genesis: Genesis) -> dict[str, Any]:
    """Return CometBFT's genesis."""
    state = genesis.state
    moment = datetime.datetime.fromtimestamp(spec.time_s, datetime.UTC)
    return {
        "genesis_time": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "chain_id": spec.cometbft_chain_id,
        "initial_height": "1",
        "consensus_params": {
            "block": {"max_bytes": str(BLOCK_BYTES), "max_gas": "-1"},
            "evidence": {
                # CometBFT forgets what has both ages; the one in seconds counts, of slow blocks too.
                "max_age_num_blocks": str(max(1, spec.evidence_s // SLOWEST_BLOCK_S)),
                "max_age_duration": str(spec.evidence_s * _NANOSECONDS),
                "max_bytes": str(2**20),
            },
            "validator": {"pub_key_types": ["secp256k1eth"]},
            "version": {"app": "1"},
            "abci": {"vote_extensions_enable_height": "0"},
        },
        "validators": [_describe_validator(member) for member in state.committee],
        "app_hash": compute_application_hash(compute_leaves(genesis.parameters, state).values).hex().upper(),
        "app_state": format_genesis(genesis),
    }


def _describe_validator(member: Member) -> dict[str, Any]:
    return {
        "address": member.consensus.hex().upper(),
        "pub_key": {
            "type": "tendermint/PubKeySecp256k1eth",
            "value": base64.b64encode(member.consensus_key).decode(),
        },
        "power": "1",
        "name": member.operator.hex(),
    }
