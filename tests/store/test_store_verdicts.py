import pytest
from store_entries import NETWORK, NOW_MS

from fieldproof.protocol.verdict import Reason
from fieldproof.store import Store, VerdictEntry
from fieldproof.store.sqlite.verdicts import (
    CONTRADICTIONS_KEPT_PER_WINDOW,
    DETAIL_CHARACTERS,
    SIGNED_KEPT_PER_DEVICE,
    TRIM_EVERY,
    UNSIGNED_EVIDENCE_BYTES,
    UNSIGNED_KEPT,
)


def verdict(
    reason: Reason = Reason.BAD_SIGNATURE,
    *,
    is_signed: bool = False,
    network: bytes | None = NETWORK,
    device: int | None = 3,
    window: int | None = 5,
    evidence: bytes = b"evidence",
    detail: str = "detail",
) -> VerdictEntry:
    return VerdictEntry(reason, detail, NOW_MS, evidence, is_signed, network, device, window)


def record(store: Store, *verdicts: VerdictEntry) -> None:
    for future in [store.verdicts.record_verdict(entry) for entry in verdicts]:
        future.result(60)


def test_a_refusal_is_read_back_as_it_was(store: Store) -> None:
    entry = verdict(Reason.INDEX_CONFLICT, is_signed=True, evidence=bytes(65_536))
    record(store, entry)
    assert store.verdicts.get_verdicts(NETWORK, 3) == (entry,)
    assert store.verdicts.get_verdicts(NETWORK, 4) == ()
    assert store.verdicts.count_verdicts(NETWORK) == {Reason.INDEX_CONFLICT: 1}


def test_a_strangers_flood_is_counted_whole_and_kept_within_bounds(store: Store) -> None:
    flood = 2 * UNSIGNED_KEPT
    bulky = verdict(Reason.MALFORMED, network=None, device=None, window=None, evidence=bytes(60_000))
    record(store, *[bulky] * flood)
    kept = store.verdicts.get_verdicts(None)
    assert UNSIGNED_KEPT <= len(kept) <= UNSIGNED_KEPT + TRIM_EVERY
    assert {len(entry.evidence) for entry in kept} == {UNSIGNED_EVIDENCE_BYTES}
    assert store.verdicts.count_verdicts(None) == {Reason.MALFORMED: flood}


def test_a_flood_never_pushes_out_signed_evidence(store: Store) -> None:
    evidence = verdict(Reason.CONFLICTING_SEAL, is_signed=True, evidence=bytes(10_000))
    record(store, evidence, *[verdict()] * (UNSIGNED_KEPT + 2 * TRIM_EVERY))
    assert evidence in store.verdicts.get_verdicts(NETWORK)


def test_a_devices_own_flood_is_bounded_and_its_first_contradictions_stay(store: Store) -> None:
    contradictions = [
        verdict(Reason.INDEX_CONFLICT, is_signed=True, detail=str(number)) for number in range(50)
    ]
    others = [verdict(Reason.WINDOW_IN_FUTURE, is_signed=True, window=number) for number in range(200)]
    record(store, *contradictions, *others)
    kept = store.verdicts.get_verdicts(NETWORK, 3)
    assert kept[:CONTRADICTIONS_KEPT_PER_WINDOW] == tuple(contradictions[:CONTRADICTIONS_KEPT_PER_WINDOW])
    assert len(kept) == CONTRADICTIONS_KEPT_PER_WINDOW + SIGNED_KEPT_PER_DEVICE
    assert kept[-1] == others[-1]


def test_one_devices_flood_costs_another_nothing(store: Store) -> None:
    other = verdict(Reason.WINDOW_CLOSED, is_signed=True, device=4)
    record(store, other, *[verdict(Reason.WINDOW_CLOSED, is_signed=True)] * 200)
    assert store.verdicts.get_verdicts(NETWORK, 4) == (other,)


@pytest.mark.parametrize("window", [2**63, 2**64 - 1])
def test_a_made_up_window_of_any_size_can_be_recorded(store: Store, window: int) -> None:
    record(store, verdict(Reason.WINDOW_IN_FUTURE, is_signed=True, window=window, detail="d" * 5_000))
    (kept,) = store.verdicts.get_verdicts(NETWORK)
    assert kept.window is None
    assert len(kept.detail) == DETAIL_CHARACTERS
