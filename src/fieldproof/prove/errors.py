"""What can go wrong between a program's Noir and a proof that its contract accepts.

FieldproofError
└── ProveError
    ├── ToolchainError          Node, npm, bb, solc, forge or anvil is missing or cannot be installed
    ├── ProcessError            a tool's process ended or answered with an error
    │   └── LimitError          it was ended because it passed its limit of time or resident memory
    ├── ReferenceStringError    a reference string's file is not what it claims to be
    ├── CircuitError            Noir or Solidity that does not compile
    │   └── SoundnessError      it compiles, and the compiler reports that it may be unsound
    ├── NotYetError             a job that something else must come before
    ├── UnsatisfiedError        no witness for these inputs: some constraint does not hold
    └── RefusedProofError       the real verifier contract does not accept the proof
"""

from fieldproof.core.errors import FieldproofError


class ProveError(FieldproofError):
    """Root of the room's errors."""


class ToolchainError(ProveError):
    """A tool is missing or cannot be installed."""


class ProcessError(ProveError):
    """A tool's process ended unasked, or answered with an error."""


class LimitError(ProcessError):
    """A process was ended because it passed its limit of time or resident memory."""


class ReferenceStringError(ProveError):
    """A reference string's file is not what it claims to be."""


class CircuitError(ProveError):
    """Noir or Solidity that does not compile; the message carries the compiler's own."""


class SoundnessError(CircuitError):
    """Noir that compiles while the compiler reports that it may be unsound."""


class NotYetError(ProveError):
    """A job cannot begin yet; the message says what must come first. It is tried again, without end."""


class UnsatisfiedError(ProveError):
    """No witness exists for these inputs: a constraint does not hold."""


class RefusedProofError(ProveError):
    """The real verifier contract does not accept the proof; it must not be sent."""
