"""The pinned tools: what they are, where they are kept, how they get there."""

from fieldproof.prove.toolchain.install import ensure, find_toolchain, get_cache_folder
from fieldproof.prove.toolchain.paths import VERSIONS, Toolchain, get_node

__all__ = ["VERSIONS", "Toolchain", "ensure", "find_toolchain", "get_cache_folder", "get_node"]
