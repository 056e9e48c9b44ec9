from dataclasses import replace

import pytest

from fieldproof.protocol.transaction import Attempt, Inclusion, OutboxEntry, TransactionState
from fieldproof.store import Store

SENDER = b"\x11" * 20


def entry(key: str = "post:1:0", nonce: int = 0, **changes: object) -> OutboxEntry:
    attempt = Attempt(bytes(32), b"raw", nonce, 2**70, 2**65, 1)
    plain = OutboxEntry(
        key,
        31337,
        SENDER,
        nonce,
        bytes(20),
        b"data",
        2**100,
        21_000,
        (attempt,),
        TransactionState.STORED,
        None,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def test_an_entry_is_read_back_as_it_was(store: Store) -> None:
    kept = entry(
        state=TransactionState.MINED, inclusion=Inclusion(bytes(32), 7, bytes(32), 1, 2**70, True, None)
    )
    store.outbox.add_entry(kept)
    assert store.outbox.get_entry("post:1:0") == kept
    assert store.outbox.get_entry("post:1:1") is None
    assert store.verify() == 1


@pytest.mark.parametrize("second", [entry(nonce=1), entry(key="other")])
def test_a_taken_key_or_nonce_is_a_bug_and_changes_nothing(store: Store, second: OutboxEntry) -> None:
    store.outbox.add_entry(entry())
    with pytest.raises(ValueError, match="taken"):
        store.outbox.add_entry(second)
    assert store.outbox.get_entries_from(31337, SENDER, 0) == (entry(),)


def test_an_entry_is_replaced_with_its_state_and_nonce(store: Store) -> None:
    store.outbox.add_entry(entry())
    store.outbox.add_entry(entry("other", 1))
    changed = entry(nonce=5, state=TransactionState.SENT)
    store.outbox.replace_entry(changed)
    assert store.outbox.get_entry("post:1:0") == changed
    with pytest.raises(ValueError, match="taken"):
        store.outbox.replace_entry(entry(nonce=1))
    with pytest.raises(ValueError, match="no outbox entry"):
        store.outbox.replace_entry(entry("unknown", 9))


def test_entries_are_found_by_sender_state_and_nonce(store: Store) -> None:
    states = list(TransactionState)
    for nonce, state in enumerate(states):
        store.outbox.add_entry(entry(f"key {nonce}", nonce, state=state))
    store.outbox.add_entry(entry("another's", 50, sender=b"\x22" * 20))
    open_states = [found.state for found in store.outbox.get_open_entries(31337, SENDER)]
    assert open_states == [state for state in states if not state.is_final]
    assert [found.nonce for found in store.outbox.get_entries_from(31337, SENDER, 3)] == [3, 4]
    assert store.outbox.get_next_nonce(31337, SENDER) == len(states)
    assert store.outbox.get_next_nonce(1, SENDER) == 0
