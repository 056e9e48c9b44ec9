"""Which height belongs to which epoch, and what happens at which of its blocks.

Positions count an epoch's blocks from 0. Source: docs/reference/chain.md, "Heights and epochs".
"""

from dataclasses import dataclass

LEAST_EPOCH_BLOCKS = 12
"""Below it, dealings or openings would have fewer than three blocks."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """The order of an epoch of `epoch_blocks` blocks."""

    epoch_blocks: int

    def get_epoch(self, height: int) -> int:
        """Return the epoch of a height, which is at least 1."""
        return (height - 1) // self.epoch_blocks

    def get_position(self, height: int) -> int:
        """Return the position of a height in its epoch."""
        return (height - 1) % self.epoch_blocks

    def get_first_height(self, epoch: int) -> int:
        """Return the height of an epoch's first block."""
        return epoch * self.epoch_blocks + 1

    @property
    def close(self) -> int:
        """The last position whose dealings count; behind it the qualified set stands."""
        return self.epoch_blocks // 3

    @property
    def draw(self) -> int:
        """The position of the draw: what CometBFT hears there acts two blocks later."""
        return self.epoch_blocks - 2

    def is_dealing(self, position: int) -> bool:
        """Whether dealings in a block of this position count."""
        return 1 <= position <= self.close

    def is_opening(self, position: int) -> bool:
        """Whether openings and shares in a block of this position count."""
        return self.close < position <= self.draw
