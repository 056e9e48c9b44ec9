"""The real Noir compiler."""

from compiler.conftest import compile_noir

__all__ = ["compile_noir"]
