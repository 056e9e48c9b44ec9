"""The structured reference string that proofs are made under: powers of a secret number on BN254.

Two kinds. *Ignition*: from Aztec's ceremony of 176 parties in a file that the operator names; checked by a
pairing of a random combination of its points. *Development*: the secret is the number 2, known to
everybody, so **anyone can forge a proof under it**; verifiers for it work on chain id 31337 only.

A file holds 64 bytes a point, x then y, big-endian, from the first power (1, 2) on.
"""

import hashlib
import os
import secrets
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from fieldproof.prove import bn254
from fieldproof.prove.errors import ReferenceStringError

FILE_NAME = "bn254_g1.dat"
_POINT_BYTES = 64
_RANDOM_BITS = 96

G2Words = tuple[int, int, int, int]
"""A point of the second group as a verifier contract writes it: x.c1, x.c0, y.c1, y.c0."""

IGNITION_G2: G2Words = (
    0x260E01B251F6F1C7E7FF4E580791DEE8EA51D87A358E038B4EFE30FAC09383C1,
    0x0118C4D5B837BCC2BC89B5B398B5974E9F5944073B32078B7E231FEC938883B0,
    0x04FC6369F7110FE3D25156C1BB9A72859CF2A04641F99BA4EE413C80DA6A5FE4,
    0x22FEBDA3C0C0632A56475B4214E5615E11E6DD3F96E6CEA2854A87D4DACC5E55,
)
DEVELOPMENT_G2: G2Words = (
    0x203E205DB4F19B37B60121B83A7333706DB86431C6D835849957ED8C3928AD79,
    0x27DC7234FD11D3E8C36C59277C3E6F149D5CD3CFA9A62AEE49F8130962B4B3B9,
    0x195E8AA5B7827463722B8C153931579D3505566B4EDF48D498E185F0509DE152,
    0x04BB53B8977E5F92A0BC372742C4830944A59B4FE6B1C0466E2A6DAD122B5D2E,
)


class StringKind(Enum):
    """Where a reference string comes from."""

    DEVELOPMENT = "development"
    IGNITION = "Ignition"

    @property
    def g2_words(self) -> G2Words:
        """The secret times the second group's generator, which verifiers check against."""
        return IGNITION_G2 if self is StringKind.IGNITION else DEVELOPMENT_G2


@dataclass(frozen=True, slots=True)
class ReferenceString:
    """A checked reference string in a folder of its own, as bb reads it."""

    kind: StringKind
    folder: Path
    """Holds the file `bn254_g1.dat`; given to bb as CRS_PATH."""
    point_count: int
    """Powers in the file. A circuit needs the power of two above its gates."""

    @property
    def description(self) -> str:
        """One line for people; shown whenever something is proven or deployed under the string."""
        if self.kind is StringKind.IGNITION:
            return f"reference string: Aztec Ignition, {self.point_count} points"
        return (
            f"reference string: DEVELOPMENT, {self.point_count} points; "
            "anyone can forge proofs under it (chain id 31337 only)"
        )


def ensure_development_string(point_count: int, cache: Path) -> ReferenceString:
    """Return the development string with at least `point_count` points, made in `cache` where missing.

    2^18 points take about 2 s and 16 MiB. A file that is damaged is made again.
    """
    exponent = max(16, (point_count - 1).bit_length())
    folder = cache / f"reference-string-development-{exponent}"
    string = ReferenceString(StringKind.DEVELOPMENT, folder, 1 << exponent)
    path = folder / FILE_NAME
    checksum = folder / f"{FILE_NAME}.sha256"
    if not _is_intact(path, checksum, string.point_count):
        folder.mkdir(parents=True, exist_ok=True)
        data = b"".join(
            x.to_bytes(32) + y.to_bytes(32) for x, y in bn254.compute_doublings(string.point_count)
        )
        _replace(path, data)
        _replace(checksum, hashlib.sha256(data).hexdigest().encode())
    return string


def load_ignition_string(path: Path, point_count: int, cache: Path) -> ReferenceString:
    """Check the first `point_count` points of an operator's file and return them as a reference string.

    The check takes about a minute for 2^18 points, once: checked points are kept in `cache` by their hash.
    Raises `ReferenceStringError` when the file is too short or its points are not Ignition's.
    """
    length = point_count * _POINT_BYTES
    try:
        with path.open("rb") as file:
            data = file.read(length)
    except OSError as failure:
        raise ReferenceStringError(
            f"cannot read the reference string {path}: {failure.strerror}",
            hint="Name the file bn254_g1.dat of Aztec's Ignition ceremony.",
        ) from failure
    if len(data) < length:
        raise ReferenceStringError(
            f"{path} holds {len(data) // _POINT_BYTES} points, {point_count} are needed",
            hint="Take a longer piece of the Ignition file.",
        )
    digest = hashlib.sha256(data).hexdigest()
    folder = cache / f"reference-string-ignition-{digest[:32]}"
    string = ReferenceString(StringKind.IGNITION, folder, point_count)
    checksum = folder / f"{FILE_NAME}.sha256"
    if not _is_intact(folder / FILE_NAME, checksum, point_count):
        verify_powers(data, IGNITION_G2)
        folder.mkdir(parents=True, exist_ok=True)
        _replace(folder / FILE_NAME, data)
        _replace(checksum, digest.encode())
    return string


def verify_powers(data: bytes, g2_words: G2Words) -> None:
    """Check that `data` holds G, x·G, x²·G … for the x behind `g2_words`, or raise `ReferenceStringError`.

    Every point must be on the curve and the first be the generator. Then Σ rᵢ·Pᵢ₊₁ must be x times
    Σ rᵢ·Pᵢ for random rᵢ of 96 bits: a wrong point passes with a chance of 2⁻⁹⁶.
    """
    points = _parse_points(data)
    if len(points) < 2 or points[0] != bn254.GENERATOR:
        raise ReferenceStringError("the reference string does not begin with the curve's generator")
    for index, point in enumerate(points):
        if not bn254.is_on_curve(point):
            raise ReferenceStringError(f"point {index} of the reference string is not on the curve")
    factors = [secrets.randbits(_RANDOM_BITS) for _ in points[1:]]
    lower = bn254.multiply_sum(factors, points[:-1], _RANDOM_BITS)
    upper = bn254.multiply_sum(factors, points[1:], _RANDOM_BITS)
    if not bn254.is_multiple_of_same(lower, upper, g2_words):
        raise ReferenceStringError(
            "the points of the reference string are not the powers that verifiers check against",
            hint="Get the file again from a source you trust.",
        )


def _parse_points(data: bytes) -> Sequence[bn254.Point]:
    return [
        (int.from_bytes(data[at : at + 32]), int.from_bytes(data[at + 32 : at + 64]))
        for at in range(0, len(data), _POINT_BYTES)
    ]


def _is_intact(path: Path, checksum: Path, point_count: int) -> bool:
    try:
        if path.stat().st_size != point_count * _POINT_BYTES:
            return False
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == checksum.read_text()
    except OSError:
        return False


def _replace(path: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(name, path)
