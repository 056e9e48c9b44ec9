"""The real Noir compiler and witness solver."""

from compiler.conftest import compile_noir, solver, toolchain

__all__ = ["compile_noir", "solver", "toolchain"]
