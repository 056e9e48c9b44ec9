"""What is shown once the set of dealings is closed: a dealer's opening, or the shares of the others for it.

Both are a point with a proof. Neither is secret from then on, and neither may be made before.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from fieldproof.chain.beacon.dealing import Dealing, derive_coefficients, verify_dealing
from fieldproof.chain.beacon.errors import Reason, RefusedError, RoundError, TooFewSharesError
from fieldproof.chain.beacon.group import (
    BASE,
    POINT_LENGTH,
    SCALAR_LENGTH,
    SECOND_BASE,
    Point,
    encode_domain,
    sum_products,
)
from fieldproof.chain.beacon.key import BeaconKey
from fieldproof.chain.beacon.polynomial import compute_weights
from fieldproof.chain.beacon.proof import Proof, Statement
from fieldproof.chain.beacon.round import Round

PROVEN_POINT_LENGTH = POINT_LENGTH + 2 * SCALAR_LENGTH
_OPENING = encode_domain("fieldproof beacon opening")
_SHARE = encode_domain("fieldproof beacon share")


@dataclass(frozen=True, slots=True)
class _ProvenPoint:
    point: Point
    proof: Proof

    def encode(self) -> bytes:
        """Return point, challenge, response: 97 bytes."""
        return self.point.encode() + self.proof.encode()

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Read 97 bytes; raises `RefusedError` where they are not the one form."""
        if len(data) != PROVEN_POINT_LENGTH:
            detail = f"an opening or a share has {PROVEN_POINT_LENGTH} bytes, not {len(data)}"
            raise RefusedError(Reason.WRONG_LENGTH, detail)
        return cls(Point.decode(data[:POINT_LENGTH]), Proof.decode(data[POINT_LENGTH:]))


class Opening(_ProvenPoint):
    """S = p(0)·G by its dealer, with the proof that its logarithm is that of p(0)·H."""

    __slots__ = ()


class Share(_ProvenPoint):
    """p(i)·G by member i for a silent dealer, with the proof that it is the encrypted share, decrypted."""

    __slots__ = ()


def compute_opening(beacon_round: Round, dealer: int, key: BeaconKey) -> Opening:
    """Open the dealing of `compute_dealing`, from the key alone. To be called after the close, never before.

    Raises `RoundError` where `key` is not the key of the member at `dealer`.
    """
    secret = derive_coefficients(beacon_round, dealer, key)[0]
    point = Point.from_scalar(secret)
    statement = _state_opening(beacon_round, dealer, SECOND_BASE.multiply(secret), point)
    return Opening(point, statement.prove(secret, key))


def verify_opening(beacon_round: Round, dealer: int, dealing: Dealing, opening: Opening) -> None:
    """Raise `RefusedError` unless `opening` shows the secret of `dealing`, which must be verified."""
    commitment = dealing.compute_secret_commitment(beacon_round.threshold)
    if commitment is None:
        raise RefusedError(Reason.ZERO_DEALING, "the secret is zero")
    _state_opening(beacon_round, dealer, commitment, opening.point).verify(opening.proof)


def compute_share(beacon_round: Round, member: int, dealer: int, dealing: Dealing, key: BeaconKey) -> Share:
    """Decrypt the share of `dealing` for the member at `member`: after the close, for silent dealers only.

    Verifies the dealing first: decrypting what others chose would otherwise tell them about shares that
    are still secret. Raises `RefusedError` for such a dealing, `RoundError` for another member's key.
    """
    key.check_member(beacon_round, member)
    verify_dealing(beacon_round, dealer, dealing)
    point = key.decrypt(dealing.shares[member])
    return Share(point, _state_share(beacon_round, member, dealer, dealing, point).prove(key.secret, key))


def verify_share(beacon_round: Round, member: int, dealer: int, dealing: Dealing, share: Share) -> None:
    """Raise `RefusedError` unless `share` is the member's of `dealing`, which must be verified."""
    _state_share(beacon_round, member, dealer, dealing, share.point).verify(share.proof)


def recover_secret_point(beacon_round: Round, shares: Mapping[int, Share]) -> Point:
    """Return the point that the dealer would have opened, from verified shares of one dealing, by member.

    Any threshold of them gives the same; raises `TooFewSharesError` below it.
    """
    members = sorted(beacon_round.check_member(member) for member in shares)[: beacon_round.threshold]
    if len(members) < beacon_round.threshold:
        raise TooFewSharesError(len(members), beacon_round.threshold)
    weights = compute_weights(member + 1 for member in members)
    point = sum_products(weights, (shares[member].point for member in members))
    if point is None:
        raise RoundError("the shares belong to no dealing that was verified")
    return point


def _state_opening(beacon_round: Round, dealer: int, commitment: Point, point: Point) -> Statement:
    operator = beacon_round.operators[beacon_round.check_member(dealer)]
    context = _OPENING + beacon_round.digest + operator
    return Statement(context, (SECOND_BASE, BASE), (commitment, point))


def _state_share(beacon_round: Round, member: int, dealer: int, dealing: Dealing, point: Point) -> Statement:
    """State that the member's key takes the shown point to the encrypted one."""
    member, dealer = beacon_round.check_member(member), beacon_round.check_member(dealer)
    context = _SHARE + beacon_round.digest + beacon_round.operators[dealer] + beacon_round.operators[member]
    return Statement(context, (BASE, point), (beacon_round.points[member], dealing.shares[member]))
