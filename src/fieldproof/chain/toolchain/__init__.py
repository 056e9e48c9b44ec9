"""CometBFT and geth: which versions, where they come from, how they are built."""

from fieldproof.chain.toolchain.build import Programs, ensure_programs, find_programs
from fieldproof.chain.toolchain.go import Progress
from fieldproof.chain.toolchain.versions import VERSIONS, ProgramVersion, describe_programs

__all__ = [
    "VERSIONS",
    "ProgramVersion",
    "Programs",
    "Progress",
    "describe_programs",
    "ensure_programs",
    "find_programs",
]
