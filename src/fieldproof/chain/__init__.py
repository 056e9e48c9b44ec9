"""Roll-DPoS: an EVM chain whose committee is drawn anew each epoch, by a beacon that nobody can steer.

CometBFT decides, geth executes; this room is what stands between and around them.
"""

from fieldproof.chain.commitment import Leaf
from fieldproof.chain.committee import record_committee
from fieldproof.chain.consensus_rpc import ConsensusRpc
from fieldproof.chain.devnet import (
    Devnet,
    DevnetNode,
    DevnetPlan,
    create_devnet,
    create_follower,
    create_twin,
    load_devnet,
    read_devnet_plan,
)
from fieldproof.chain.errors import (
    ChainError,
    ConsensusRpcError,
    NodeError,
    ProofError,
    StakingError,
    VerificationError,
)
from fieldproof.chain.genesis import (
    GenesisFiles,
    Party,
    Spec,
    build_genesis,
    format_party,
    load_party,
    load_spec,
    merge_parties,
)
from fieldproof.chain.node.backup import MARGIN_BLOCKS, BackupFacts, backup, get_safe_height, restore
from fieldproof.chain.node.candidate import create_candidate_keys
from fieldproof.chain.node.keys import read_consensus_key
from fieldproof.chain.node.layout import create_folder
from fieldproof.chain.node.settings import NodeFolder, NodeSettings
from fieldproof.chain.node.signer import Signer
from fieldproof.chain.node.supervisor import NodeSupervisor
from fieldproof.chain.proofs import Commitments, read_application_hash, read_commitments
from fieldproof.chain.sender import Sender
from fieldproof.chain.staking import CandidateStanding, StakeBucket, StakingContract
from fieldproof.chain.toolchain import Programs, describe_programs, ensure_programs
from fieldproof.chain.verification import CheckedEpoch, check_genesis, verify_epoch, verify_epochs

__all__ = [
    "MARGIN_BLOCKS",
    "BackupFacts",
    "CandidateStanding",
    "ChainError",
    "CheckedEpoch",
    "Commitments",
    "ConsensusRpc",
    "ConsensusRpcError",
    "Devnet",
    "DevnetNode",
    "DevnetPlan",
    "GenesisFiles",
    "Leaf",
    "NodeError",
    "NodeFolder",
    "NodeSettings",
    "NodeSupervisor",
    "Party",
    "Programs",
    "ProofError",
    "Sender",
    "Signer",
    "Spec",
    "StakeBucket",
    "StakingContract",
    "StakingError",
    "VerificationError",
    "backup",
    "build_genesis",
    "check_genesis",
    "create_candidate_keys",
    "create_devnet",
    "create_folder",
    "create_follower",
    "create_twin",
    "describe_programs",
    "ensure_programs",
    "format_party",
    "get_safe_height",
    "load_devnet",
    "load_party",
    "load_spec",
    "merge_parties",
    "read_application_hash",
    "read_commitments",
    "read_consensus_key",
    "read_devnet_plan",
    "record_committee",
    "restore",
    "verify_epoch",
    "verify_epochs",
]
