"""The arithmetic behind digests and seals, as one interface with a plain way and faster ones.

The plain way needs nothing but Python. `prove` offers one that asks Barretenberg; `run` chooses.
"""

from collections.abc import Sequence
from typing import Protocol

from fieldproof.core import poseidon2
from fieldproof.core.curves import GRUMPKIN, Point


class Arithmetic(Protocol):
    """Poseidon2 and Grumpkin. Every implementation gives the same values for the same inputs."""

    def sponge(self, inputs: Sequence[int]) -> int:
        """Hash field elements to one field element."""

    def multiply(self, scalar: int, point: Point) -> Point:
        """Return scalar · point on Grumpkin."""


class PythonArithmetic:
    """`Arithmetic` in plain Python: about 3,000 permutations and 150 multiplications a second."""

    def sponge(self, inputs: Sequence[int]) -> int:
        """Hash field elements to one field element."""
        return poseidon2.sponge(inputs)

    def multiply(self, scalar: int, point: Point) -> Point:
        """Return scalar · point on Grumpkin."""
        return GRUMPKIN.multiply(scalar, point)


PYTHON: Arithmetic = PythonArithmetic()
