"""The interface to the durable outbox; the room `store` keeps it, `run` connects the two.

One process at a time works on an outbox (the store's lock sees to that): it hands out the nonces.
"""

from collections.abc import Sequence
from typing import Protocol

from fieldproof.protocol.transaction import OutboxEntry


class Outbox(Protocol):
    """Entries by key. A call that writes returns only when the write is durable (fsync done).

    Calls come from any thread, never two at once for one sender. `OutboxEntry.to_bytes` is one ready way
    to keep an entry; `key`, `chain_id`, `sender`, `nonce` and `state` are what is searched by.
    """

    def get_entry(self, key: str) -> OutboxEntry | None:
        """Return the entry of `key`, or None if there never was one."""

    def add_entry(self, entry: OutboxEntry) -> None:
        """Keep a new entry; a taken `key` or (chain id, sender, nonce) raises `ValueError`: a bug."""

    def replace_entry(self, entry: OutboxEntry) -> None:
        """Replace the entry with the same key; a key that is not there raises `ValueError`: a bug.

        The nonce may change with it (to one that is not taken, or `ValueError`).
        """

    def get_open_entries(self, chain_id: int, sender: bytes) -> Sequence[OutboxEntry]:
        """Return the entries whose state is not final, by rising nonce."""

    def get_entries_from(self, chain_id: int, sender: bytes, nonce: int) -> Sequence[OutboxEntry]:
        """Return all entries with this nonce or a higher one, whatever their state, by rising nonce."""

    def get_next_nonce(self, chain_id: int, sender: bytes) -> int:
        """Return one more than the highest nonce of the sender's entries; 0 without any."""
