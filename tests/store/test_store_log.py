import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from store_entries import CLOSES_AT_MS, NETWORK, NOW_MS, OTHER_NETWORK, packet, seal

from fieldproof.protocol.verdict import Reason
from fieldproof.store import (
    Accepted,
    DeviceWindow,
    Outcome,
    PacketEntry,
    Rejected,
    SealEntry,
    Store,
    WindowCounts,
    open_store,
)


def append(store: Store, entry: PacketEntry | SealEntry, closes_at_ms: int = CLOSES_AT_MS) -> Outcome:
    if isinstance(entry, PacketEntry):
        return store.log.append_packet(entry, closes_at_ms=closes_at_ms).result(60)
    return store.log.append_seal(entry, closes_at_ms=closes_at_ms).result(60)


def reason(outcome: Outcome) -> Reason:
    assert isinstance(outcome, Rejected), outcome
    return outcome.reason


def test_what_was_appended_is_read_back_as_it_was(store: Store) -> None:
    entries = [packet(first=0), packet(first=3), packet(first=6, count=1)]
    for entry in (entries[2], entries[0], entries[1]):
        assert append(store, entry) == Accepted(entry.receipt, repeated=False)
    sealed = seal(count=7, digest=2**253)
    assert append(store, sealed) == Accepted(sealed.receipt, repeated=False)
    assert store.log.get_packets(entries[0].place) == tuple(entries)
    assert store.log.get_seal(entries[0].place) == sealed
    assert store.log.get_device_numbers(NETWORK, 5) == (0,)
    assert store.log.count_window(NETWORK, 5) == WindowCounts(devices=1, packets=3, readings=7, seals=1)
    assert store.verify() == 4


def test_nothing_is_found_where_nothing_is(store: Store) -> None:
    place = DeviceWindow(NETWORK, 1, 2)
    assert store.log.get_packets(place) == ()
    assert store.log.get_seal(place) is None
    assert store.log.get_seals(NETWORK, 2, range(16)) == ()
    assert store.log.count_window(NETWORK, 2) == WindowCounts(0, 0, 0, 0)


def test_the_same_payload_again_gets_the_first_receipt_whatever_its_signature(store: Store) -> None:
    first = packet()
    append(store, first)
    again = PacketEntry(
        first.place, 0, 3, 0, 2000, first.payload_hash, b"other signature", NOW_MS + 5, b"other receipt"
    )
    assert append(store, again) == Accepted(first.receipt, repeated=True)
    assert store.log.get_packets(first.place) == (first,)


def test_the_same_payload_again_gets_its_receipt_even_after_the_window_closed(store: Store) -> None:
    entry, closing = packet(), seal()
    append(store, entry)
    append(store, closing)
    store.windows.close_windows(NETWORK, 6, closed_ms=NOW_MS, cohort=4)
    assert append(store, entry, closes_at_ms=0) == Accepted(entry.receipt, repeated=True)
    assert append(store, closing, closes_at_ms=0) == Accepted(closing.receipt, repeated=True)


@pytest.mark.parametrize(("first", "count"), [(3, 1), (3, 3), (1, 3), (5, 3), (0, 20), (4, 1)])
def test_other_readings_for_the_same_indices_are_refused(store: Store, first: int, count: int) -> None:
    append(store, packet(first=3, count=3))
    other = packet(first=first, count=count, payload=b"other")
    assert reason(append(store, other)) is Reason.INDEX_CONFLICT
    assert len(store.log.get_packets(other.place)) == 1


def test_the_same_indices_of_another_device_window_or_network_do_not_conflict(store: Store) -> None:
    for entry in (packet(), packet(device=1), packet(window=6), packet(network=OTHER_NETWORK)):
        assert isinstance(append(store, entry), Accepted)


@pytest.mark.parametrize(("first", "times"), [(3, (2000, 9000)), (3, (1500, 1600)), (0, (0, 5000))])
def test_times_must_rise_across_packets(store: Store, first: int, times: tuple[int, int]) -> None:
    kept = packet(first=0) if first else packet(first=3, times=(5000, 6000))
    append(store, kept)
    assert reason(append(store, packet(first=first, times=times))) is Reason.TIMES_NOT_RISING


def test_a_refused_packet_may_be_sent_again_with_other_readings(store: Store) -> None:
    append(store, packet(first=0))
    append(store, packet(first=3, times=(0, 1)))
    assert isinstance(append(store, packet(first=3)), Accepted)


def test_a_window_with_a_hole_cannot_be_sealed(store: Store) -> None:
    append(store, packet(first=0))
    append(store, packet(first=4))
    assert reason(append(store, seal(count=6))) is Reason.SEAL_INCOMPLETE
    assert reason(append(store, seal(count=7))) is Reason.SEAL_INCOMPLETE
    append(store, packet(first=3, count=1))
    assert isinstance(append(store, seal(count=7)), Accepted)


@pytest.mark.parametrize("count", [0, 2, 4])
def test_a_seal_over_another_count_is_refused(store: Store, count: int) -> None:
    append(store, packet())
    assert reason(append(store, seal(count=count))) is Reason.SEAL_INCOMPLETE


def test_a_sealed_window_takes_no_more_packets(store: Store) -> None:
    append(store, packet())
    append(store, seal())
    assert reason(append(store, packet(first=3))) is Reason.ALREADY_SEALED


@pytest.mark.parametrize("change", [{"digest": 78}, {"gateway": 1}, {"count": 2}])
def test_the_first_of_two_seals_stands(store: Store, change: dict[str, int]) -> None:
    append(store, packet())
    first = seal()
    append(store, first)
    assert reason(append(store, seal(**{"count": 3, **change}))) is Reason.CONFLICTING_SEAL
    assert store.log.get_seal(first.place) == first


def test_the_end_of_the_grace_closes_a_window_to_the_millisecond(store: Store) -> None:
    assert reason(append(store, packet(received_ms=500), closes_at_ms=500)) is Reason.WINDOW_CLOSED
    assert isinstance(append(store, packet(received_ms=499), closes_at_ms=500), Accepted)
    assert reason(append(store, seal(received_ms=500), closes_at_ms=500)) is Reason.WINDOW_CLOSED


def test_seals_of_a_cohort_come_by_rising_number(store: Store) -> None:
    for number in (9, 4, 7, 3, 8):
        append(store, packet(device=number))
        append(store, seal(device=number))
    numbers = [entry.place.device_number for entry in store.log.get_seals(NETWORK, 5, range(4, 8))]
    assert numbers == [4, 7]


def test_of_many_senders_of_the_same_index_exactly_one_wins(store: Store) -> None:
    barrier = threading.Barrier(8)
    outcomes: list[Outcome] = []

    def send(number: int) -> None:
        barrier.wait()
        outcomes.append(append(store, packet(payload=f"sender {number}".encode())))

    threads = [threading.Thread(target=send, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    accepted = [outcome for outcome in outcomes if isinstance(outcome, Accepted)]
    assert len(accepted) == 1
    assert {reason(outcome) for outcome in outcomes if outcome not in accepted} == {Reason.INDEX_CONFLICT}
    assert store.log.get_packets(packet().place)[0].receipt == accepted[0].receipt


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(1, 4)), max_size=12), st.integers(0, 14))
def test_the_log_agrees_with_a_plain_model(
    tmp_path_factory: pytest.TempPathFactory, sends: list[tuple[int, int]], sealed_count: int
) -> None:
    with open_store(tmp_path_factory.mktemp("model")) as store:
        taken: set[int] = set()
        for number, (first, count) in enumerate(sends):
            indices = set(range(first, first + count))
            outcome = append(store, packet(first=first, count=count, payload=b"%d" % number))
            assert isinstance(outcome, Accepted) == (not indices & taken)
            if isinstance(outcome, Accepted):
                taken |= indices
        kept = store.log.get_packets(packet().place)
        assert [
            i for entry in kept for i in range(entry.first_index, entry.first_index + entry.count)
        ] == sorted(taken)
        is_whole = taken == set(range(sealed_count))
        assert isinstance(append(store, seal(count=sealed_count)), Accepted) == is_whole


def test_an_append_that_cannot_be_written_costs_its_neighbours_nothing(store: Store) -> None:
    beyond_sqlite = packet(device=1, window=2**63)
    futures = [
        store.log.append_packet(entry, closes_at_ms=CLOSES_AT_MS)
        for entry in (packet(device=0), beyond_sqlite, packet(device=2))
    ]
    assert isinstance(futures[0].result(60), Accepted)
    with pytest.raises(OverflowError):
        futures[1].result(60)
    assert isinstance(futures[2].result(60), Accepted)
