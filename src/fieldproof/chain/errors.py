"""What can go wrong in a node of the chain.

FieldproofError
└── ChainError
    ├── ToolchainError      Go, CometBFT or geth is missing or cannot be built
    ├── EngineError         the execution client answers what it must not
    │   ├── InvalidPayloadError   a block that was decided does not execute
    │   └── ExecutionLostError    the execution client lost its state and must begin anew
    ├── StateError          the application's file is not what it claims to be
    ├── GenesisError        a chain that cannot begin as its specification says
    ├── ConsensusRpcError   CometBFT does not answer, or answers what it must not
    ├── StakingError        stake, votes or faults that are not there
    ├── ProofError          a statement about consensus that cannot be proven
    ├── VerificationError   the chain did not do what its own data says it had to
    ├── RefusedHeaderError  a header that nobody may trust   (chain.light.verifier)
    └── NodeError           a node's folder or process is not as it must be
"""

from fieldproof.core.errors import FieldproofError


class ChainError(FieldproofError):
    """Root of the room's errors."""


class ToolchainError(ChainError):
    """Go, CometBFT or geth is missing or cannot be built."""


class EngineError(ChainError):
    """The execution client answers what it must not."""


class InvalidPayloadError(EngineError):
    """A block that the committee decided does not execute: this node must stop rather than go on."""


class ExecutionLostError(EngineError):
    """The execution client lost its state and takes no block: its data must go, and it is fed again."""


class StateError(ChainError):
    """The application's file is not what it claims to be."""


class GenesisError(ChainError):
    """A chain that cannot begin as its specification says."""


class ConsensusRpcError(ChainError):
    """CometBFT's RPC does not answer, or answers what it must not."""


class StakingError(ChainError):
    """Stake, votes or faults that are not there."""


class ProofError(ChainError):
    """A statement about consensus that cannot be proven."""


class VerificationError(ChainError):
    """The chain did not do what its own data says it had to."""


class NodeError(ChainError):
    """A node's folder or one of its processes is not as it must be."""
