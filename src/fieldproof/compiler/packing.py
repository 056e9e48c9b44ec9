"""The digest of a window in Noir: which values make up each packed word, in a loop where they repeat.

Where each word ends is decided here: of a loop that finds out by itself, the Noir compiler's time would grow
with the square of its rounds.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from fieldproof.protocol import PACKED_BITS

_ABSORBED = 3
"""Words that the sponge takes between two permutations."""


@dataclass(frozen=True, slots=True)
class Word:
    """Values that stand in one packed word: row by row from one of them."""

    slot: int
    column: int
    count: int


@dataclass(frozen=True, slots=True)
class Layout:
    """Packed words: some, then rounds of words that are alike but for their slots, then what is left."""

    head: tuple[Word, ...]
    repeated: tuple[Word, ...]
    """Those of the first round."""
    rounds: int
    step: int
    """Slots from one round to the next."""
    tail: tuple[Word, ...]

    @property
    def length(self) -> int:
        """All words."""
        return len(self.head) + self.rounds * len(self.repeated) + len(self.tail)


def find_words(widths: Sequence[int], slots: int) -> tuple[Word, ...]:
    """Return the packed words of a window (protocol.md, "Schema"); a value that does not fit opens one."""
    words, first, used = [], 0, 0
    for place in range(slots * len(widths)):
        width = widths[place % len(widths)]
        if used + width > PACKED_BITS:
            words.append((first, place - first))
            first, used = place, 0
        used += width
    words.append((first, slots * len(widths) - first))
    return tuple(Word(place // len(widths), place % len(widths), count) for place, count in words)


def find_layout(widths: Sequence[int], slots: int) -> Layout:
    """Return the packed words of a window with their repetition."""
    words = find_words(widths, slots)
    start, period = _find_repetition(words[:-1])
    rounds = (len(words) - 1 - start) // period if period else 0
    if rounds < 2:
        return Layout((), (), 0, 0, words)
    end = start + rounds * period
    step = words[start + period].slot - words[start].slot
    return Layout(words[:start], words[start : start + period], rounds, step, words[end:])


def _find_repetition(words: Sequence[Word]) -> tuple[int, int]:
    """Return where words begin to repeat, and after how many: both in whole calls of the sponge.

    A word that begins in the same column as another is like it, the last one of the window excepted.
    """
    seen: dict[int, int] = {}
    for place, word in enumerate(words):
        if word.column in seen:
            first = seen[word.column]
            return -(-first // _ABSORBED) * _ABSORBED, math.lcm(place - first, _ABSORBED)
        seen[word.column] = place
    return 0, 0


def write_digest(widths: Sequence[int], slots: int) -> list[str]:
    """Return the function `digest` of a circuit with so many `SLOTS`, for columns of these widths."""
    layout = find_layout(widths, slots)
    scales = ", ".join(hex(1 << width) for width in widths)
    lines = [
        f"global SCALES: [Field; {len(widths)}] = [{scales}];",
        "",
        "/// Digest of a device's packed readings.",
        f"fn digest(salt: Field, mask: [bool; SLOTS], columns: [[Field; SLOTS]; {len(widths)}]) -> Field {{",
        f"    let mut sponge = hash::begin_digest(salt, {layout.length});",
    ]
    if layout.head:
        lines += ["    sponge = hash::absorb(sponge, [", *_write_words(layout.head, 2), "    ]);"]
    if layout.rounds:
        lines += [
            f"    for round in 0..{layout.rounds} {{",
            f"        let slot = {layout.step} * round;",
            "        sponge = hash::absorb(sponge, [",
            *_write_words(layout.repeated, 3, "slot"),
            "        ]);",
            "    }",
        ]
    return [*lines, "    hash::finish(sponge, [", *_write_words(layout.tail, 2), "    ])", "}"]


def _write_words(words: Sequence[Word], depth: int, base: str = "") -> list[str]:
    lines = []
    for word in words:
        slot = f"{base} + {word.slot}" if base and word.slot else base or f"{word.slot}"
        lines.append(
            f"{'    ' * depth}readings::word(columns, mask, SCALES, {slot}, {word.column}, {word.count}),"
        )
    return lines
