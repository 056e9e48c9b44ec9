"""Identities and registrations: one name for each key, and a signature that is worth nothing elsewhere."""

from dataclasses import fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldproof.core import FIELD_ORDER, GRUMPKIN, Algorithm, EncodingError, FieldproofError, base58
from fieldproof.ingest.signatures import verify_native
from fieldproof.protocol import Identity, Registration, compute_chain_start, compute_leaf, extend_chain

from .protocol_samples import KEYS, STRANGERS, SigningKey

SECRETS = st.integers(1, 2**255 - 20).map(lambda number: number.to_bytes(32))


@given(algorithm=st.sampled_from(Algorithm), secret=SECRETS)
@settings(deadline=None, max_examples=30)
def test_every_key_has_one_name(algorithm: Algorithm, secret: bytes) -> None:
    identity = SigningKey(algorithm, secret).identity
    assert Identity.from_did(identity.did) == identity
    assert Identity.from_words(*identity.words) == identity
    number, x, y = identity.words
    assert number == {Algorithm.ES256: 1, Algorithm.ES256K: 2, Algorithm.EDDSA: 3}[algorithm]
    assert max(x, y) < 2**256
    assert len(identity.hash) == 32


def test_examples_of_the_did_key_specification_are_read() -> None:
    # W3C CCG, "The did:key Method", test vectors.
    for did, algorithm in (
        ("did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp", Algorithm.EDDSA),
        ("did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme", Algorithm.ES256K),
        ("did:key:zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169", Algorithm.ES256),
    ):
        identity = Identity.from_did(did)
        assert identity.algorithm is algorithm
        assert identity.did == did


@given(st.text(max_size=200))
def test_random_text_is_no_identity(text: str) -> None:
    for did in (text, "did:key:z" + text):
        with pytest.raises(EncodingError):
            Identity.from_did(did)


@given(st.binary(max_size=60), st.sampled_from([b"", b"\x80\x24", b"\xe7\x01", b"\xed\x01", b"\xec\x01"]))
def test_random_bytes_as_a_key_are_read_in_one_way_or_refused(data: bytes, prefix: bytes) -> None:
    did = "did:key:z" + base58.encode(prefix + data)
    try:
        identity = Identity.from_did(did)
    except EncodingError:
        return
    assert identity.did == did


@pytest.mark.parametrize("algorithm", [Algorithm.ES256, Algorithm.ES256K])
@pytest.mark.parametrize(
    "key",
    [b"", bytes(32), bytes(33), b"\x02" + b"\xff" * 32, b"\x04" + bytes(32), b"\x02" + bytes(31), bytes(65)],
)
def test_bytes_that_are_no_point_are_no_key(algorithm: Algorithm, key: bytes) -> None:
    with pytest.raises(EncodingError):
        Identity(algorithm, key)


@pytest.mark.parametrize("number", [0, 4, 255])
def test_a_number_of_no_algorithm_is_refused(number: int) -> None:
    with pytest.raises(EncodingError):
        Identity.from_words(number, 1, 0)


@pytest.mark.parametrize(("number", "x"), [(1, 2**256), (3, 2**256), (2, -1), (1, 0), (2, 0)])
@pytest.mark.parametrize("y", [0, 1, 2**256 + 1])
def test_words_of_no_key_are_refused(number: int, x: int, y: int) -> None:
    with pytest.raises(FieldproofError):
        Identity.from_words(number, x, y)


@pytest.mark.parametrize("algorithm", Algorithm)
def test_words_that_name_a_key_in_a_second_way_are_refused(algorithm: Algorithm) -> None:
    number, x, y = KEYS[algorithm].identity.words
    with pytest.raises(FieldproofError):
        Identity.from_words(number, x, y + 2)


SEAL_KEY = GRUMPKIN.multiply(77, GRUMPKIN.generator)
REGISTRATION = Registration(
    chain_id=31_337,
    registry=bytes(range(20)),
    owner=bytes(range(20, 40)),
    identity=KEYS[Algorithm.ES256].identity,
    seal_key=SEAL_KEY,
    attributes=(5, 9),
    nonce=0,
    deadline=1_800_000_000,
)
OTHER_VALUES: dict[str, object] = {
    "chain_id": 1,
    "registry": bytes(20),
    "owner": bytes(20),
    "identity": STRANGERS[Algorithm.ES256].identity,
    "seal_key": GRUMPKIN.negate(SEAL_KEY),
    "attributes": (9, 5),
    "nonce": 1,
    "deadline": 1_800_000_001,
}


def test_the_table_of_attacks_names_every_field_of_a_registration() -> None:
    assert {spec.name for spec in fields(Registration)} == set(OTHER_VALUES)


@pytest.mark.parametrize("algorithm", Algorithm)
def test_a_registration_is_worth_nothing_for_anything_else(algorithm: Algorithm) -> None:
    registration = replace(REGISTRATION, identity=KEYS[algorithm].identity)
    message = registration.encode_message()
    assert len(message) == 320
    signature = KEYS[algorithm].sign(message)
    assert registration.is_signed_by_device(signature, verify_native)
    for name, value in OTHER_VALUES.items():
        other = replace(registration, **{name: value})  # type: ignore[arg-type]
        assert other.encode_message() != message, name
        assert not other.is_signed_by_device(signature, verify_native), name
    for damaged in (b"", signature[:63], signature + b"\0", bytes(64)):
        assert not registration.is_signed_by_device(damaged, verify_native)


def test_attributes_are_told_apart_in_number_and_order() -> None:
    messages = {
        replace(REGISTRATION, attributes=attributes).encode_message()
        for attributes in ((), (0,), (0, 0), (5, 9), (9, 5), (5, 9, 0))
    }
    assert len(messages) == 6


@pytest.mark.parametrize("key", [(0, 0), (1, 1), (SEAL_KEY[0] + FIELD_ORDER, SEAL_KEY[1])])
def test_a_seal_key_off_the_curve_is_not_registered(key: tuple[int, int]) -> None:
    with pytest.raises(FieldproofError, match="Grumpkin"):
        replace(REGISTRATION, seal_key=key).encode_message()


def test_a_key_commitment_binds_chain_registry_cohort_number_key_attributes_and_order() -> None:
    starts = {
        compute_chain_start(chain_id, registry, cohort)
        for chain_id, registry, cohort in (
            (31_337, bytes(20), 0),
            (1, bytes(20), 0),
            (31_337, bytes(19) + b"\1", 0),
            (31_337, bytes(20), 1),
        )
    }
    negated = GRUMPKIN.negate(SEAL_KEY)
    leaves = [
        compute_leaf(0, SEAL_KEY, 0),
        compute_leaf(1, SEAL_KEY, 0),
        compute_leaf(0, negated, 0),
        compute_leaf(0, SEAL_KEY, 1),
    ]
    start = min(starts)
    chains = {extend_chain(extend_chain(start, a), b) for a in leaves for b in leaves if a != b}
    assert (len(starts), len(set(leaves)), len(chains)) == (4, 4, 12)
    assert not chains & {extend_chain(start, leaf) for leaf in leaves}


@pytest.mark.parametrize("device", [-1, 2**32])
def test_a_device_number_has_32_bits(device: int) -> None:
    with pytest.raises(FieldproofError, match="device number"):
        compute_leaf(device, SEAL_KEY, 0)
