"""The seed of an epoch: from the opened points, or, where they did not come, from the seed before."""

from collections.abc import Sequence

from fieldproof.chain.beacon.errors import RoundError
from fieldproof.chain.beacon.group import POINT_LENGTH, Point, encode_domain
from fieldproof.chain.beacon.round import Round
from fieldproof.core import keccak256

_SEED = encode_domain("fieldproof beacon seed")
_MISSED = encode_domain("fieldproof beacon missed")


def compute_seed(beacon_round: Round, points: Sequence[Point]) -> bytes:
    """Return the seed made of the secret points of all qualified dealings, one each, in any order.

    Unpredictable before the openings as long as one of the dealers is honest and fewer than a threshold of
    members collude. Dealers who all collude may let the sum be infinity; that is written as 33 zero bytes.
    """
    if not points:
        raise RoundError("a seed is made of at least one opened point; without any it is the missed one")
    total = Point.add(points)
    encoded = bytes(POINT_LENGTH) if total is None else total.encode()
    return keccak256(_encode(_SEED, beacon_round) + encoded + beacon_round.previous_seed)


def compute_missed_seed(beacon_round: Round) -> bytes:
    """Return the seed of an epoch whose beacon failed: it follows from the seed before, known to all."""
    return keccak256(_encode(_MISSED, beacon_round) + beacon_round.previous_seed)


def _encode(domain: bytes, beacon_round: Round) -> bytes:
    return domain + beacon_round.chain_id.to_bytes(32) + beacon_round.epoch.to_bytes(8)
