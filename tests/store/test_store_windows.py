from dataclasses import replace

from store_entries import CLOSES_AT_MS, NETWORK, NOW_MS, OTHER_NETWORK, packet, seal

from fieldproof.protocol.verdict import Reason
from fieldproof.store import (
    Accepted,
    Artefact,
    DeviceWindow,
    Job,
    JobState,
    Rejected,
    Store,
    VoidEntry,
    WindowEntry,
)

LEASE_MS = 1_000


def fill(store: Store, window: int, sealed: tuple[int, ...], unsealed: tuple[int, ...] = ()) -> None:
    for number in sealed + unsealed:
        store.log.append_packet(packet(number, window), closes_at_ms=CLOSES_AT_MS)
    for number in sealed:
        outcome = store.log.append_seal(seal(number, window), closes_at_ms=CLOSES_AT_MS).result(60)
        assert isinstance(outcome, Accepted)


def proof(job: Job) -> Artefact:
    return Artefact(job.network_id, job.window, job.cohort, b"proof", b"inputs", NOW_MS)


def test_closing_a_window_makes_a_job_for_each_cohort_with_a_sealed_device(store: Store) -> None:
    fill(store, 5, sealed=(0, 3, 8), unsealed=(4, 20))
    closed = store.windows.close_windows(NETWORK, 6, closed_ms=NOW_MS + 9, cohort=4)
    assert closed == (WindowEntry(NETWORK, 5, NOW_MS, NOW_MS + 9),)
    assert [(entry.job.window, entry.job.cohort) for entry in store.jobs.get_jobs(NETWORK)] == [
        (5, 0),
        (5, 2),
    ]


def test_closing_again_closes_nothing_and_makes_no_second_job(store: Store) -> None:
    fill(store, 5, sealed=(0,))
    store.windows.close_windows(NETWORK, 6, closed_ms=NOW_MS, cohort=4)
    assert store.windows.close_windows(NETWORK, 6, closed_ms=NOW_MS + 1, cohort=4) == ()
    assert store.windows.close_windows(NETWORK, 3, closed_ms=NOW_MS + 1, cohort=4) == ()
    assert store.windows.get_closed_until(NETWORK) == 6
    assert len(store.jobs.get_jobs(NETWORK)) == 1


def test_a_closed_window_takes_nothing_even_if_it_never_held_a_packet(store: Store) -> None:
    store.windows.close_windows(NETWORK, 6, closed_ms=NOW_MS, cohort=4)
    outcome = store.log.append_packet(packet(window=5), closes_at_ms=CLOSES_AT_MS).result(60)
    assert isinstance(outcome, Rejected)
    assert outcome.reason is Reason.WINDOW_CLOSED
    open_window = store.log.append_packet(packet(window=6), closes_at_ms=CLOSES_AT_MS).result(60)
    assert isinstance(open_window, Accepted)


def test_windows_of_other_networks_stay_open(store: Store) -> None:
    entry = packet(network=OTHER_NETWORK)
    store.log.append_packet(entry, closes_at_ms=CLOSES_AT_MS).result(60)
    store.windows.close_windows(NETWORK, 6, closed_ms=NOW_MS, cohort=4)
    assert store.windows.get_windows(OTHER_NETWORK) == (WindowEntry(OTHER_NETWORK, 5, NOW_MS, None),)
    assert store.windows.get_closed_until(OTHER_NETWORK) == 0


def test_several_windows_due_at_once_close_in_order(store: Store) -> None:
    for window in (7, 5, 9):
        fill(store, window, sealed=(0,))
    closed = store.windows.close_windows(NETWORK, 9, closed_ms=NOW_MS, cohort=1)
    assert [entry.window for entry in closed] == [5, 7]
    assert [entry.window for entry in store.windows.get_windows(NETWORK)] == [5, 7, 9]


def test_a_job_is_taken_by_one_worker_until_its_lease_ends(store: Store) -> None:
    fill(store, 5, sealed=(0,))
    store.windows.close_windows(NETWORK, 6, closed_ms=NOW_MS, cohort=4)
    job = store.jobs.take("first", now_ms=NOW_MS, lease_ms=LEASE_MS)
    assert job == Job(NETWORK, 5, 0, attempts=1)
    assert store.jobs.take("second", now_ms=NOW_MS + LEASE_MS - 1, lease_ms=LEASE_MS) is None
    taken_over = store.jobs.take("second", now_ms=NOW_MS + LEASE_MS, lease_ms=LEASE_MS)
    assert taken_over == Job(NETWORK, 5, 0, attempts=2)


def test_a_worker_that_lost_its_lease_changes_nothing(store: Store) -> None:
    fill(store, 5, sealed=(0,))
    store.windows.close_windows(NETWORK, 6, closed_ms=NOW_MS, cohort=4)
    job = store.jobs.take("first", now_ms=NOW_MS, lease_ms=LEASE_MS)
    assert job is not None
    store.jobs.take("second", now_ms=NOW_MS + LEASE_MS, lease_ms=LEASE_MS)
    assert not store.jobs.extend(job, "first", lease_until_ms=NOW_MS * 2)
    assert not store.jobs.finish(job, "first", proof(job))
    assert not store.jobs.fail(job, "first", "late", retry_at_ms=None)
    assert store.artefacts.get_artefact(NETWORK, 5, 0) is None
    assert store.jobs.finish(job, "second", proof(job))
    assert store.artefacts.get_artefact(NETWORK, 5, 0) == proof(job)


def test_an_extended_lease_holds(store: Store) -> None:
    fill(store, 5, sealed=(0,))
    store.windows.close_windows(NETWORK, 6, closed_ms=NOW_MS, cohort=4)
    job = store.jobs.take("first", now_ms=NOW_MS, lease_ms=LEASE_MS)
    assert job is not None
    assert store.jobs.extend(job, "first", lease_until_ms=NOW_MS + 5 * LEASE_MS)
    assert store.jobs.take("second", now_ms=NOW_MS + 2 * LEASE_MS, lease_ms=LEASE_MS) is None


def test_a_failed_job_waits_for_its_time_and_one_given_up_stays_so(store: Store) -> None:
    fill(store, 5, sealed=(0,))
    store.windows.close_windows(NETWORK, 6, closed_ms=NOW_MS, cohort=4)
    job = store.jobs.take("w", now_ms=NOW_MS, lease_ms=LEASE_MS)
    assert job is not None
    assert store.jobs.fail(job, "w", "out of memory", retry_at_ms=NOW_MS + 500)
    assert store.jobs.take("w", now_ms=NOW_MS + 499, lease_ms=LEASE_MS) is None
    again = store.jobs.take("w", now_ms=NOW_MS + 500, lease_ms=LEASE_MS)
    assert again is not None
    assert again.attempts == 2
    assert store.jobs.fail(again, "w", "x" * 10_000, retry_at_ms=None)
    (entry,) = store.jobs.get_jobs(NETWORK)
    assert (entry.state, entry.worker, len(entry.last_error)) == (JobState.GIVEN_UP, None, 2_000)
    assert store.jobs.take("w", now_ms=10**12, lease_ms=LEASE_MS) is None


def test_older_windows_are_proven_first(store: Store) -> None:
    for window in (8, 5):
        fill(store, window, sealed=(0, 4))
    store.windows.close_windows(NETWORK, 9, closed_ms=NOW_MS, cohort=4)
    taken = [store.jobs.take("w", now_ms=NOW_MS, lease_ms=LEASE_MS) for _ in range(5)]
    assert [(job.window, job.cohort) for job in taken if job] == [(5, 0), (5, 1), (8, 0), (8, 1)]


def test_reasons_of_void_devices_are_kept(store: Store) -> None:
    place = DeviceWindow(NETWORK, 3, 5)
    store.windows.put_voids((VoidEntry(place, "first"), VoidEntry(DeviceWindow(NETWORK, 1, 5), "x")))
    store.windows.put_voids((VoidEntry(place, "second"),))
    voids = store.windows.get_voids(NETWORK, 5)
    assert [(void.place.device_number, void.reason) for void in voids] == [(1, "x"), (3, "second")]


def test_retention_deletes_closed_windows_up_to_the_first_that_is_not_proven(store: Store) -> None:
    for window in (5, 6, 7):
        fill(store, window, sealed=(0,))
    store.windows.close_windows(NETWORK, 7, closed_ms=NOW_MS, cohort=4)
    job = store.jobs.take("w", now_ms=NOW_MS, lease_ms=LEASE_MS)
    assert job is not None
    assert store.forget_windows(NETWORK, 100).until == 5
    store.jobs.finish(job, "w", proof(job))
    forgotten = store.forget_windows(NETWORK, 100)
    assert (forgotten.until, forgotten.packets, forgotten.seals) == (6, 1, 1)
    assert store.log.get_packets(DeviceWindow(NETWORK, 0, 5)) == ()
    assert len(store.log.get_packets(DeviceWindow(NETWORK, 0, 6))) == 1
    late = store.log.append_packet(packet(window=5), closes_at_ms=CLOSES_AT_MS).result(60)
    assert isinstance(late, Rejected)


def test_a_postponed_job_comes_back_and_its_attempt_does_not_count(store: Store) -> None:
    fill(store, 5, sealed=(0,))
    store.windows.close_windows(NETWORK, 6, closed_ms=NOW_MS, cohort=4)
    for turn in range(3):
        job = store.jobs.take("w", now_ms=NOW_MS + 500 * turn, lease_ms=LEASE_MS)
        assert job == Job(NETWORK, 5, 0, attempts=1)
        assert not store.jobs.postpone(job, "another", "not mine", until_ms=0)
        assert store.jobs.postpone(job, "w", "too soon", until_ms=NOW_MS + 500 * (turn + 1))
        assert store.jobs.take("w", now_ms=NOW_MS + 500 * turn + 499, lease_ms=LEASE_MS) is None
    (entry,) = store.jobs.get_jobs(NETWORK)
    assert (entry.state, entry.worker, entry.last_error) == (JobState.WAITING, None, "too soon")


def test_a_done_job_is_proven_anew_when_it_is_reopened(store: Store) -> None:
    fill(store, 5, sealed=(0,))
    store.windows.close_windows(NETWORK, 6, closed_ms=NOW_MS, cohort=4)
    job = store.jobs.take("w", now_ms=NOW_MS, lease_ms=LEASE_MS)
    assert job is not None
    assert not store.jobs.reopen(job), "it is not done"
    assert store.jobs.finish(job, "w", proof(job))
    assert store.jobs.reopen(job)
    again = store.jobs.take("w", now_ms=NOW_MS, lease_ms=LEASE_MS)
    assert again == job
    newer = replace(proof(job), proof=b"newer")
    assert store.jobs.finish(job, "w", newer)
    assert store.artefacts.get_artefact(NETWORK, 5, 0) == newer


def test_in_order_a_window_waits_for_those_before_it_in_its_cohort(store: Store) -> None:
    for window in (5, 6):
        fill(store, window, sealed=(0, 4))
    store.windows.close_windows(NETWORK, 7, closed_ms=NOW_MS, cohort=4)

    def take() -> Job | None:
        return store.jobs.take("w", now_ms=NOW_MS, lease_ms=LEASE_MS, in_order=True)

    first, other = take(), take()
    assert first is not None
    assert other is not None
    assert [(job.window, job.cohort) for job in (first, other)] == [(5, 0), (5, 1)]
    assert take() is None
    assert store.jobs.fail(first, "w", "later", retry_at_ms=NOW_MS + 10)
    assert take() is None, "window 5 of cohort 0 still waits"
    assert store.jobs.finish(other, "w", proof(other))
    following = take()
    assert following is not None
    assert (following.window, following.cohort) == (6, 1)
    again = store.jobs.take("w", now_ms=NOW_MS + 10, lease_ms=LEASE_MS, in_order=True)
    assert again is not None
    assert store.jobs.fail(again, "w", "for good", retry_at_ms=None)
    given_up = take()
    assert given_up is not None
    assert (given_up.window, given_up.cohort) == (6, 0)
