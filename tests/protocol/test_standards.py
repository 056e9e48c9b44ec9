"""Others' examples: COSE messages of its working group, and a real device that signs its exact bytes."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from fieldproof.core import P256, Algorithm, EncodingError, cbor, verify_signature
from fieldproof.core.signatures import encode_point
from fieldproof.ingest.signatures import verify_native
from fieldproof.protocol import SignedMessage, decode_signed
from fieldproof.protocol.cose import TAG

DATA = Path(__file__).parents[3] / "shared" / "data"
COSE = DATA / "standards" / "cose"
PEBBLE = DATA / "pebble-signed-records.txt"
PEBBLE_KEY = bytes.fromhex(
    "0430a8f41d35ba3cfe39cc1effab498683796e53191abf1226c3637c801556bdf8"
    "7ffe428c9ad533d802b8487b319ffc2435a100536ac5fba87052354f52ba1713"
)

cose_examples = pytest.mark.skipif(not COSE.exists(), reason="the standards' examples are not at hand")
pebble_records = pytest.mark.skipif(not PEBBLE.exists(), reason="the recorded data is not at hand")


def read_example(name: str) -> dict[str, dict[str, str]]:
    example: dict[str, dict[str, str]] = json.loads((COSE / f"{name}.json").read_text())
    return example


def take_apart(name: str, algorithm: Algorithm) -> tuple[SignedMessage, bytes]:
    """The message of an example, which puts its key id where we allow none, and what it says is signed."""
    example = read_example(name)
    parts = cbor.decode(bytes.fromhex(example["output"]["cbor"]), tag=TAG)
    assert isinstance(parts, list)
    protected, _, payload, signature = parts
    message = SignedMessage(algorithm, b"11", payload, signature, protected)
    return message, bytes.fromhex(example["intermediates"]["ToBeSign_hex"])


P256_EXAMPLE_KEY = encode_point(
    (
        0xBAC5B11CAD8F99F9C72B05CF4B9E26D244DC189F745228255A219A86D6A09EFF,
        0x20138BF82DC1B6D562BE0FA54AB7804A3A64B6D72CCFED6B6FB6ED28BBFC117E,
    )
)
ED25519_EXAMPLE_KEY = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")


@cose_examples
@pytest.mark.parametrize("verify", [verify_signature, verify_native])
def test_the_standards_ecdsa_example_verifies_with_a_low_s(verify: object) -> None:
    message, to_be_signed = take_apart("ecdsa-sig-01", Algorithm.ES256)
    assert message.to_be_signed == to_be_signed
    s = int.from_bytes(message.signature[32:])
    assert s > P256.order // 2
    low = message.signature[:32] + (P256.order - s).to_bytes(32)
    assert callable(verify)
    assert verify(Algorithm.ES256, P256_EXAMPLE_KEY, to_be_signed, low)
    assert not verify(Algorithm.ES256, P256_EXAMPLE_KEY, to_be_signed, message.signature)
    assert not verify(Algorithm.ES256, P256_EXAMPLE_KEY, to_be_signed + b"\0", low)


@cose_examples
@pytest.mark.parametrize("verify", [verify_signature, verify_native])
def test_the_standards_ed25519_example_verifies(verify: object) -> None:
    message, to_be_signed = take_apart("eddsa-sig-01", Algorithm.EDDSA)
    assert message.to_be_signed == to_be_signed
    assert callable(verify)
    assert verify(Algorithm.EDDSA, ED25519_EXAMPLE_KEY, to_be_signed, message.signature)
    assert not verify(Algorithm.EDDSA, ED25519_EXAMPLE_KEY, to_be_signed[:-1], message.signature)


@cose_examples
def test_examples_that_the_standard_fails_are_refused_and_so_are_the_freedoms_that_it_leaves() -> None:
    """Every example has a key id in its unprotected header, where anyone could change it."""
    names = [path.stem for path in sorted(COSE.glob("*.json"))]
    assert len(names) == 11
    for name in names:
        with pytest.raises(EncodingError):
            decode_signed(bytes.fromhex(read_example(name)["output"]["cbor"]))


@cose_examples
@pytest.mark.parametrize("name", ["sign-pass-02", "sign-fail-02", "sign-fail-06", "sign-fail-07"])
def test_damaged_and_externally_bound_examples_do_not_verify_as_ours(name: str) -> None:
    message, _ = take_apart(name, Algorithm.ES256)
    s = int.from_bytes(message.signature[32:])
    low = replace(message, signature=message.signature[:32] + min(s, P256.order - s).to_bytes(32))
    assert not verify_native(Algorithm.ES256, P256_EXAMPLE_KEY, low.to_be_signed, low.signature)


def swap_digits(text: str) -> int:
    """The device writes the two hexadecimal digits of every byte in each other's place."""
    return int("".join(text[at + 1] + text[at] for at in range(0, len(text), 2)), 16)


@pebble_records
def test_a_real_devices_records_verify_over_their_exact_bytes_and_not_when_written_anew() -> None:
    key = encode_point((int.from_bytes(PEBBLE_KEY[1:33]), int.from_bytes(PEBBLE_KEY[33:])))
    lines = PEBBLE.read_text().splitlines()
    assert len(lines) == 30
    high = 0
    for line in lines:
        signature = json.loads(line)["signature"]
        exact = line[len('{"message":') : line.index(',"signature":')].encode()
        r, s = swap_digits(signature["r"]), swap_digits(signature["s"])
        high += s > P256.order // 2
        low = r.to_bytes(32) + min(s, P256.order - s).to_bytes(32)
        assert verify_native(Algorithm.ES256, key, exact, low)
        written_anew = json.dumps(json.loads(exact), separators=(",", ":")).encode()
        assert not verify_native(Algorithm.ES256, key, written_anew, low)
    assert high == 18
