"""State carried between windows: what postings left, against what the program gives."""

from collections.abc import Iterator, Mapping

from fieldproof.core import Arithmetic, FieldproofError
from fieldproof.protocol import CarriedState, DeviceState, StateLayout, compute_state_root
from fieldproof.settle import Posting

Deviation = tuple[int | None, str]
"""Slot of the device, or None for the whole cohort, and what is wrong."""


class StateBook:
    """The packed states of all cohorts, as the chain's postings leave them one after another.

    Each posting is held to the one before it, so that a false state is named once, where it comes from.
    """

    def __init__(self, layout: StateLayout, arithmetic: Arithmetic) -> None:
        self._layout = layout
        self._arithmetic = arithmetic
        self._words: dict[int, tuple[int, ...]] = {}

    def compute_initial_root(self) -> int:
        """Return the root that a Settlement must begin with."""
        return compute_state_root(self._layout.initial_words, arithmetic=self._arithmetic)

    def get_states(self, cohort: int) -> tuple[DeviceState, ...] | None:
        """Return the states of a cohort as the postings so far leave them; None if they pack none."""
        return self._unpack(self._words.get(cohort, self._layout.initial_words))

    def name_state(self, cohort: int, slot: int) -> CarriedState | None:
        """Return what a device carries after the postings so far; None if they pack no state."""
        states = self.get_states(cohort)
        return None if states is None else self._layout.name_values(states[slot])

    def process(self, posting: Posting, computed: Mapping[int, DeviceState]) -> Iterator[Deviation]:
        """Take a posting and say what is wrong with its states.

        `computed` are those that the program gives, by slot, as far as they are known.
        """
        before = self.get_states(posting.cohort)
        self._words[posting.cohort] = posting.state
        after = self._unpack(posting.state)
        if after is None:
            yield None, "the posted words are no packed state of the cohort"
            return
        if compute_state_root(posting.state, arithmetic=self._arithmetic) != posting.next_state:
            yield None, "the posted state root is not that of the posted words"
        if before is None:
            return
        for slot, state in enumerate(after):
            if not posting.sealed >> slot & 1:
                if state != before[slot]:
                    yield (
                        slot,
                        f"it did not seal, and its state went from {self._describe(before[slot])} to "
                        + (self._describe(state)),
                    )
            elif slot in computed:
                if state != computed[slot]:
                    yield (
                        slot,
                        f"the program leaves {self._describe(computed[slot])}, the posting says "
                        + (self._describe(state)),
                    )
            elif state not in (before[slot], DeviceState(posting.window + 1, state.values)):
                yield slot, f"the posting says {self._describe(state)}, which no program can leave"

    def _unpack(self, words: tuple[int, ...]) -> tuple[DeviceState, ...] | None:
        try:
            return self._layout.unpack(words)
        except FieldproofError:
            return None

    def _describe(self, state: DeviceState) -> str:
        values = zip(self._layout.fields, state.values, strict=True)
        last = f"window {state.next_window - 1}" if state.next_window else "no window"
        return ", ".join((last, *(f"{field.name} {value}" for field, value in values)))
