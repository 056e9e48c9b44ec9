"""What the chain's commands need of this machine: CometBFT and geth built, Foundry for genesis."""

from collections.abc import Callable
from pathlib import Path

from fieldproof.chain import Programs, ensure_programs
from fieldproof.prove import get_cache_folder
from fieldproof.run.tools import install_tools


def install_chain_programs(progress: Callable[[str], None] = lambda _: None) -> Programs:
    """Return CometBFT and geth, building them first where they are missing."""
    return ensure_programs(get_cache_folder(), progress)


def install_genesis_tools(progress: Callable[[str], None] = lambda _: None) -> Path:
    """Return the anvil in which genesis lets the contracts run, installing it first where it is missing."""
    return install_tools(progress).toolchain.anvil
