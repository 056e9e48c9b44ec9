import pytest
from gateway_rig import DEVICES, entry

from fieldproof.core import ManualClock
from fieldproof.ingest import ClockError, DeviceDirectory, is_registration_proven, verify_clock
from fieldproof.protocol import Reason, Refusal, Registration

BLOCK_S = 1_790_000_000


@pytest.mark.parametrize("offset_ms", [-5_000, 0, 5_000, 5_999])
def test_a_clock_near_the_chains_is_good(offset_ms: int) -> None:
    verify_clock(ManualClock(BLOCK_S * 1000 + offset_ms), lambda: BLOCK_S)


@pytest.mark.parametrize(
    ("offset_ms", "words"), [(-5_001, "5.0 s behind"), (6_000, "ahead of"), (180_000, "180.0 s ahead of")]
)
def test_a_clock_that_is_off_is_refused(offset_ms: int, words: str) -> None:
    with pytest.raises(ClockError, match=words):
        verify_clock(ManualClock(BLOCK_S * 1000 + offset_ms), lambda: BLOCK_S)


def test_a_directory_follows_the_registry() -> None:
    directory = DeviceDirectory([entry(0, DEVICES[0]), entry(1, DEVICES[1])])
    did = DEVICES[0].identity.did
    directory.update([entry(0, DEVICES[0], active_until=7), entry(4, DEVICES[0], active_from=9)])
    assert [directory.find_by_did(did, window).device_number for window in (6, 7, 8, 9)] == [0, 4, 4, 4]
    directory.update([], removed=[4])
    assert directory.find_by_did(did, 9).device_number == 0
    directory.update([entry(0, DEVICES[2])])
    assert directory.find_by_did(DEVICES[2].identity.did, 0).device_number == 0
    with pytest.raises(Refusal) as refusal:
        directory.find_by_did(did, 0)
    assert refusal.value.reason is Reason.UNKNOWN_DEVICE
    assert len(directory) == 2


def test_an_unproven_registration_of_a_devices_key_does_not_take_its_place() -> None:
    """The registry cannot check EdDSA: for a fee anybody registers another's key, in their own name."""
    keys = DEVICES[2]
    stranger = entry(9, keys, is_proven=False)
    directory = DeviceDirectory([entry(2, keys, active_from=5, active_until=8), stranger])
    for window in (4, 5, 7, 8):
        assert directory.find_by_did(keys.identity.did, window).device_number == 2
    directory.update([entry(11, keys, active_from=8), entry(12, keys, is_proven=False)])
    found = [directory.find_by_did(keys.identity.did, window).device_number for window in (5, 7, 8, 99)]
    assert found == [2, 2, 11, 11]
    directory.update([], removed=[2, 11])
    assert directory.find_by_did(keys.identity.did, 5).device_number == 12


def test_an_eddsa_registration_is_checked_here_and_the_others_on_chain() -> None:
    for number in (0, 1, 2):
        keys = DEVICES[number]
        registration = Registration(31337, bytes(20), bytes(20), keys.identity, keys.seal_key, (), 0, BLOCK_S)
        signature = keys.sign(registration.encode_message())
        assert is_registration_proven(registration, signature)
        assert is_registration_proven(registration, bytes(64)) == (number != 2)
