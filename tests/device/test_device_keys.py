import json
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from fieldproof.core import Algorithm, verify_signature
from fieldproof.device import KeyFileError, SoftwareKeys, sign_registration
from fieldproof.protocol import Registration, SealContent, is_seal_valid

CONTENT = SealContent(bytes(32), 1, 2, 3, 4, bytes(16), 5)


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_keys_sign_what_everybody_can_verify(algorithm: Algorithm) -> None:
    keys = SoftwareKeys.generate(algorithm)
    signature = keys.sign(b"message")
    assert verify_signature(algorithm, keys.identity.key, b"message", signature)
    assert keys.identity.did.startswith("did:key:z")
    assert is_seal_valid(keys.sign_seal(CONTENT), keys.seal_key)
    registration = Registration(31337, bytes(20), bytes(20), keys.identity, keys.seal_key, (7,), 0, 1)
    assert registration.is_signed_by_device(sign_registration(registration, keys), verify_signature)
    with pytest.raises(ValueError, match="other keys"):
        sign_registration(replace(registration, seal_key=(0, 0)), keys)


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_a_key_file_holds_the_keys_and_nobody_else_may_read_it(tmp_path: Path, algorithm: Algorithm) -> None:
    path = tmp_path / "new" / "device.key"
    keys = SoftwareKeys.load_or_create(path, algorithm)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = SoftwareKeys.load_or_create(path, algorithm)
    assert (again.identity, again.seal_key) == (keys.identity, keys.seal_key)
    with pytest.raises(KeyFileError, match="never overwritten"):
        SoftwareKeys.generate().save(path)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o777])
def test_a_key_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "device.key"
    SoftwareKeys.generate().save(path)
    path.chmod(mode)
    with pytest.raises(KeyFileError, match="others may read it") as error:
        SoftwareKeys.load(path)
    assert f"chmod 600 {path}" in str(error.value.hint)


@pytest.mark.parametrize(
    "change",
    [
        lambda content: "",
        lambda content: "[]",
        lambda content: content[:-20],
        lambda content: content.replace("ES256", "RS256"),
        lambda content: content.replace('"version": 1', '"version": 2'),
        lambda content: json.dumps({**json.loads(content), "seal": "0"}),
        lambda content: json.dumps({**json.loads(content), "identity": "00" * 32}),
        lambda content: "\xff",
    ],
)
def test_what_is_no_key_file_is_refused_without_showing_it(tmp_path: Path, change: object) -> None:
    path = tmp_path / "device.key"
    SoftwareKeys.generate().save(path)
    content = path.read_text()
    path.write_text(change(content), encoding="latin-1")  # type: ignore[operator]
    with pytest.raises(KeyFileError) as error:
        SoftwareKeys.load(path)
    assert json.loads(content)["identity"] not in str(error.value)


def test_secrets_are_not_shown() -> None:
    keys = SoftwareKeys(Algorithm.ES256, b"\x05" * 32, 1234567)
    assert repr(keys) == f"SoftwareKeys({keys.identity.did})"


def test_a_missing_key_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match=r"none\.key"):
        SoftwareKeys.load(tmp_path / "none.key")
