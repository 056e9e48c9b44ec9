"""Dealings: a secret shared among the pool so that anyone can check it.

Source: I. Cascudo, B. David, "SCRAPE: Scalable Randomness Attested by Public Entities", 2017, the variant
that rests on decisional Diffie–Hellman.

A dealer makes a polynomial p with as many coefficients as shares reconstruct. Its secret is S = p(0)·G.
Member i, counted from 1, gets the commitment p(i)·H and the encrypted share p(i)·(its key). One proof shows
that each such pair hides one number, a word of the dual code that all the numbers lie on one polynomial of
that degree.

The polynomial is derived from the dealer's beacon key and the round, so a node that lost all but its key
deals and opens the same again. It follows that whoever steals the key knows its secrets of all rounds, and
that a chain begun anew must not repeat chain id, seed, pool and keys of one whose secrets were opened.
A threshold of members who collude know every secret at once.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from fieldproof.chain.beacon.errors import Reason, RefusedError
from fieldproof.chain.beacon.group import (
    ORDER,
    POINT_LENGTH,
    SCALAR_LENGTH,
    SECOND_BASE,
    Point,
    decode_scalar,
    encode_domain,
    hash_to_scalar,
    sum_products,
)
from fieldproof.chain.beacon.key import BeaconKey
from fieldproof.chain.beacon.polynomial import compute_dual_word, compute_weights, evaluate
from fieldproof.chain.beacon.proof import recover_announcement
from fieldproof.chain.beacon.round import Round

_POLYNOMIAL = encode_domain("fieldproof beacon polynomial")
_CHALLENGE = encode_domain("fieldproof beacon dealing")
_CODE_WORD = encode_domain("fieldproof beacon code word")


@dataclass(frozen=True, slots=True)
class Dealing:
    """What a dealer publishes; the members stand in the pool's order."""

    challenge: int
    """Hash of the round, the dealer, all commitments, shares and announcements."""
    commitments: tuple[Point, ...]
    """p(i)·H."""
    shares: tuple[Point, ...]
    """p(i)·(key of member i)."""
    responses: tuple[int, ...]
    """nonce i − challenge · p(i)."""

    def encode(self) -> bytes:
        """Return challenge, commitments, shares, responses: 32 + 98 bytes for each member."""
        challenge, *responses = (
            scalar.to_bytes(SCALAR_LENGTH) for scalar in (self.challenge, *self.responses)
        )
        return challenge + _encode_points(self.commitments + self.shares) + b"".join(responses)

    @classmethod
    def decode(cls, data: bytes, size: int) -> Self:
        """Read a dealing for a pool of `size`; raises `RefusedError` where the bytes are not the one form."""
        if len(data) != compute_dealing_length(size):
            raise RefusedError(
                Reason.WRONG_LENGTH,
                f"a dealing for {size} members has {compute_dealing_length(size)} bytes, not {len(data)}",
            )
        shares_at = SCALAR_LENGTH + size * POINT_LENGTH
        responses_at = shares_at + size * POINT_LENGTH
        return cls(
            decode_scalar(data[:SCALAR_LENGTH]),
            tuple(map(Point.decode, _split(data[SCALAR_LENGTH:shares_at], POINT_LENGTH))),
            tuple(map(Point.decode, _split(data[shares_at:responses_at], POINT_LENGTH))),
            tuple(map(decode_scalar, _split(data[responses_at:], SCALAR_LENGTH))),
        )

    def compute_secret_commitment(self, threshold: int) -> Point | None:
        """Return p(0)·H, or None where it is infinity; holds for a dealing of that threshold."""
        places = range(1, threshold + 1)
        return sum_products(compute_weights(places), self.commitments[:threshold])


def compute_dealing_length(size: int) -> int:
    """Return how many bytes a dealing for `size` members has."""
    return SCALAR_LENGTH + size * (2 * POINT_LENGTH + SCALAR_LENGTH)


def compute_dealing(beacon_round: Round, dealer: int, key: BeaconKey) -> Dealing:
    """Share a new secret; the same key deals the same in the same round, byte by byte.

    Raises `RoundError` where `key` is not the key of the member at `dealer`.
    """
    coefficients = derive_coefficients(beacon_round, dealer, key)
    values = [evaluate(coefficients, place) for place in range(1, beacon_round.size + 1)]
    return deal_values(beacon_round, dealer, key, values)


def deal_values(beacon_round: Round, dealer: int, key: BeaconKey, values: Sequence[int]) -> Dealing:
    """Commit to these values, encrypt them to the members and prove it; they need not lie on a polynomial."""
    commitments = [SECOND_BASE.multiply(value) for value in values]
    shares = [point.multiply(value) for point, value in zip(beacon_round.points, values, strict=True)]
    transcript = _encode_transcript(beacon_round, dealer, commitments, shares)
    statement = _CHALLENGE + hashlib.sha256(transcript).digest()
    nonces = [key.derive_nonce(statement, _encode_index(index)) for index in range(len(values))]
    announcements = [SECOND_BASE.multiply(nonce) for nonce in nonces]
    announcements += [point.multiply(nonce) for point, nonce in zip(beacon_round.points, nonces, strict=True)]
    challenge = hash_to_scalar(transcript, _encode_points(announcements))
    responses = [(nonce - challenge * value) % ORDER for nonce, value in zip(nonces, values, strict=True)]
    return Dealing(challenge, tuple(commitments), tuple(shares), tuple(responses))


def derive_coefficients(beacon_round: Round, dealer: int, key: BeaconKey) -> list[int]:
    """Return the dealer's polynomial in this round, the secret first.

    Raises `RoundError` where `key` is not the key of the member at `dealer`.
    """
    key.check_member(beacon_round, dealer)
    bound = beacon_round.digest + beacon_round.operators[dealer]
    indices = range(beacon_round.threshold)
    return [key.derive_scalar(_POLYNOMIAL, bound, _encode_index(index)) for index in indices]


def verify_dealing(beacon_round: Round, dealer: int, dealing: Dealing) -> None:
    """Raise `RefusedError` unless `dealing` is by the member at `dealer`, for this round, and recoverable.

    What passes here has a secret that any threshold of members agree on, whatever its dealer does next.
    """
    size = beacon_round.size
    if not len(dealing.commitments) == len(dealing.shares) == len(dealing.responses) == size:
        raise RefusedError(Reason.WRONG_LENGTH, f"the dealing is not for {size} members")
    _verify_proof(beacon_round, dealer, dealing)
    word = compute_dual_word(_hash_to_coefficients(beacon_round, dealer, dealing), size)
    if sum_products(word, dealing.commitments) is not None:
        raise RefusedError(
            Reason.WRONG_DEGREE, f"{beacon_round.threshold} shares do not determine the others"
        )
    if dealing.compute_secret_commitment(beacon_round.threshold) is None:
        raise RefusedError(Reason.ZERO_DEALING, "the secret is zero")


def _verify_proof(beacon_round: Round, dealer: int, dealing: Dealing) -> None:
    announcements = [
        recover_announcement(SECOND_BASE, commitment, dealing.challenge, response)
        for commitment, response in zip(dealing.commitments, dealing.responses, strict=True)
    ]
    announcements += [
        recover_announcement(point, share, dealing.challenge, response)
        for point, share, response in zip(beacon_round.points, dealing.shares, dealing.responses, strict=True)
    ]
    transcript = _encode_transcript(beacon_round, dealer, dealing.commitments, dealing.shares)
    if hash_to_scalar(transcript, _encode_points(announcements)) != dealing.challenge:
        raise RefusedError(Reason.WRONG_PROOF, "the proof that shares and commitments agree does not hold")


def _hash_to_coefficients(beacon_round: Round, dealer: int, dealing: Dealing) -> list[int]:
    """Return the coefficients behind the code word: nobody knows them before the dealing is whole."""
    bound = _encode_bound(_CODE_WORD, beacon_round, dealer) + hashlib.sha256(dealing.encode()).digest()
    indices = range(beacon_round.size - beacon_round.threshold)
    return [hash_to_scalar(bound, _encode_index(index)) for index in indices]


def _encode_transcript(
    beacon_round: Round, dealer: int, commitments: Sequence[Point], shares: Sequence[Point]
) -> bytes:
    bound = _encode_bound(_CHALLENGE, beacon_round, dealer)
    return bound + _encode_points(commitments) + _encode_points(shares)


def _encode_bound(domain: bytes, beacon_round: Round, dealer: int) -> bytes:
    return domain + beacon_round.digest + beacon_round.operators[beacon_round.check_member(dealer)]


def _encode_points(points: Sequence[Point]) -> bytes:
    return b"".join(point.encode() for point in points)


def _encode_index(index: int) -> bytes:
    return index.to_bytes(4)


def _split(data: bytes, length: int) -> list[bytes]:
    return [data[start : start + length] for start in range(0, len(data), length)]
