"""The state that a cohort has on its chain: the words behind the root that its contract holds."""

from fieldproof.protocol import StateLayout, compute_state_root
from fieldproof.run.errors import RunError
from fieldproof.settle import CohortProgress, SettlementContract


class StateReader:
    """Finds packed states by their roots, from the chain alone: whoever takes over can go on."""

    def __init__(self, layout: StateLayout, settlement: SettlementContract, first_block: int) -> None:
        self._layout = layout
        self._settlement = settlement
        self._first_block = first_block
        self._known: dict[int, tuple[int, tuple[int, ...]]] = {}
        """Cohort → the root that was asked for last, and its words."""

    async def get_words(self, cohort: int, progress: CohortProgress) -> tuple[int, ...]:
        """Return the packed state of a cohort as its contract holds it now.

        Raises `RunError` if the chain shows no words for the root: it is being rearranged, or its node keeps
        no events that old.
        """
        root, words = self._known.get(cohort, (None, ()))
        if root != progress.state_root:
            words = await self._find_words(cohort, progress)
            if compute_state_root(words) != progress.state_root:
                raise RunError(
                    f"the words of state that the node shows for cohort {cohort} have another root"
                )
            self._known[cohort] = (progress.state_root, words)
        return words

    async def _find_words(self, cohort: int, progress: CohortProgress) -> tuple[int, ...]:
        if progress.next_window == 0:
            return self._layout.initial_words
        found = await self._settlement.find_state(cohort, progress.state_root, self._first_block)
        if found is None:
            raise RunError(
                f"no posting of cohort {cohort} left the state that the contract holds",
                hint="Ask a node that keeps all events since the network was made.",
            )
        return found
