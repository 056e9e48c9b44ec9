"""The reference string is what it claims to be, and says which one it is."""

from collections.abc import Callable
from pathlib import Path

import pytest
from py_ecc.optimized_bn128.optimized_curve import G2, multiply, normalize

from fieldproof.prove import ReferenceStringError, StringKind, bn254, ensure_development_string
from fieldproof.prove.reference_string import (
    DEVELOPMENT_G2,
    FILE_NAME,
    IGNITION_G2,
    load_ignition_string,
    verify_powers,
)

SECRET = 0x1234567890ABCDEF1234567890ABCDEF
COUNT = 64


def get_g2_words(secret: int) -> tuple[int, int, int, int]:
    x, y = normalize(multiply(G2, secret))
    (x0, x1), (y0, y1) = x.coeffs, y.coeffs
    return int(x1), int(x0), int(y1), int(y0)


def make_powers(secret: int, count: int = COUNT) -> bytes:
    order = 21888242871839275222246405745257275088548364400416034343698204186575808495617
    points, factor = [], 1
    for _ in range(count):
        points.append(bn254.multiply_sum([factor], [bn254.GENERATOR], 256))
        factor = factor * secret % order
    return b"".join(x.to_bytes(32) + y.to_bytes(32) for x, y in points)


def test_the_development_string_is_the_powers_of_two(tmp_path: Path) -> None:
    string = ensure_development_string(1 << 10, tmp_path)
    assert string.kind is StringKind.DEVELOPMENT
    assert "anyone can forge" in string.description
    data = (string.folder / FILE_NAME).read_bytes()
    assert len(data) == 64 * string.point_count == 64 << 16
    assert data[:64] == (1).to_bytes(32) + (2).to_bytes(32)
    assert get_g2_words(2) == DEVELOPMENT_G2
    verify_powers(data[: 64 * 256], DEVELOPMENT_G2)
    assert make_powers(2, 5000 // 250) == data[: 64 * 20]


@pytest.mark.parametrize("damage", [lambda data: data[:-1], lambda data: data[:-1] + bytes([data[-1] ^ 1])])
def test_a_damaged_file_is_made_again(damage: Callable[[bytes], bytes], tmp_path: Path) -> None:
    string = ensure_development_string(1, tmp_path)
    path = string.folder / FILE_NAME
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    ensure_development_string(1, tmp_path)
    assert path.read_bytes() == whole


def test_powers_of_a_secret_pass_and_nothing_else_does() -> None:
    data, words = make_powers(SECRET), get_g2_words(SECRET)
    verify_powers(data, words)
    with pytest.raises(ReferenceStringError, match="not the powers"):
        verify_powers(data, get_g2_words(SECRET + 1))
    with pytest.raises(ReferenceStringError, match="not the powers"):
        verify_powers(data, IGNITION_G2)
    other = make_powers(SECRET + 1)
    for point in (1, 17, COUNT - 1):
        at = 64 * point
        with pytest.raises(ReferenceStringError, match="not the powers"):
            verify_powers(data[:at] + other[at : at + 64] + data[at + 64 :], words)
    swapped = data[:64] + data[128:192] + data[64:128] + data[192:]
    with pytest.raises(ReferenceStringError, match="not the powers"):
        verify_powers(swapped, words)
    with pytest.raises(ReferenceStringError, match="not on the curve"):
        verify_powers(data[:-1] + bytes([data[-1] ^ 1]), words)
    with pytest.raises(ReferenceStringError, match="generator"):
        verify_powers(data[64:], words)


def test_the_development_string_does_not_pass_for_ignition(tmp_path: Path) -> None:
    path = ensure_development_string(1, tmp_path).folder / FILE_NAME
    with pytest.raises(ReferenceStringError, match="not the powers"):
        load_ignition_string(path, 512, tmp_path)


def test_a_short_or_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ReferenceStringError, match="cannot read") as caught:
        load_ignition_string(tmp_path / "none", 512, tmp_path)
    assert caught.value.hint is not None
    (tmp_path / "short").write_bytes(make_powers(2, 3))
    with pytest.raises(ReferenceStringError, match="holds 3 points, 512 are needed"):
        load_ignition_string(tmp_path / "short", 512, tmp_path)
