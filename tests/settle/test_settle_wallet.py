import json
import logging
import stat
from pathlib import Path

import pytest
from eth_account import Account

from fieldproof.settle import KeySigner, KeystoreError, read_password

KEY = bytes.fromhex("11" * 32)


def write_keystore(path: Path, password: str) -> None:
    # Few rounds: the format's own cost is not what is tested.
    path.write_text(json.dumps(Account.encrypt(KEY, password, kdf="pbkdf2", iterations=2)))


def test_a_saved_key_is_read_back_and_only_its_owner_may_read_the_file(tmp_path: Path) -> None:
    signer, path = KeySigner.create(), tmp_path / "key.json"
    signer.save(path, "correct horse")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert KeySigner.load(path, "correct horse").address == signer.address
    with pytest.raises(KeystoreError, match="exists already"):
        signer.save(path, "other")


def test_a_wrong_password_is_said_without_it(tmp_path: Path) -> None:
    write_keystore(tmp_path / "key.json", "right")
    with pytest.raises(KeystoreError, match="does not open") as caught:
        KeySigner.load(tmp_path / "key.json", "wrong-password")
    assert "wrong-password" not in str(caught.value)


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"version": 1}', '{"version": 3}', '{"version": 3, "crypto": {}}']
)
def test_what_is_no_keystore_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "key.json").write_text(content)
    with pytest.raises(KeystoreError):
        KeySigner.load(tmp_path / "key.json", "any")


def test_a_missing_keystore_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeystoreError, match="cannot be read"):
        KeySigner.load(tmp_path / "key.json", "any")


def test_a_key_is_never_shown(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    signer = KeySigner(KEY)
    with pytest.raises(KeystoreError) as caught:
        KeySigner(b"\xee" * 31)
    for text in (repr(signer), str(signer), repr(caught.value), caplog.text):
        assert "1111" not in text
        assert "eeee" not in text
    assert caught.value.__cause__ is None


def test_the_password_comes_from_a_file_or_the_environment(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("from file\nsecond line\n")
    (tmp_path / "other").write_bytes(b"from other\r\n")
    environment = {"FIELDPROOF_PASSWORD": "from environment"}
    assert read_password(environment) == "from environment"
    assert (
        read_password(environment | {"FIELDPROOF_PASSWORD_FILE": str(tmp_path / "password")}) == "from file"
    )
    assert read_password(environment, tmp_path / "other") == "from other"
    with pytest.raises(KeystoreError, match="no password"):
        read_password({})
    with pytest.raises(KeystoreError, match="cannot be read"):
        read_password({}, tmp_path / "missing")
