"""The beacon: a seed for each epoch that anyone can check and nobody can predict or bend, and the draw.

Publicly verifiable secret sharing without a trusted dealer: members deal, the set is closed, dealers open
or the others do it for them. It knows of no consensus, no block and no contract: who deals when, and which
dealing counts, is for others to say. docs/reference/chain.md gives every byte.
"""

from fieldproof.chain.beacon.dealing import Dealing, compute_dealing, compute_dealing_length, verify_dealing
from fieldproof.chain.beacon.draw import draw_committee
from fieldproof.chain.beacon.errors import BeaconError, Reason, RefusedError, RoundError, TooFewSharesError
from fieldproof.chain.beacon.group import Point
from fieldproof.chain.beacon.key import BeaconKey
from fieldproof.chain.beacon.opening import (
    PROVEN_POINT_LENGTH,
    Opening,
    Share,
    compute_opening,
    compute_share,
    recover_secret_point,
    verify_opening,
    verify_share,
)
from fieldproof.chain.beacon.round import MAXIMUM_POOL, Round
from fieldproof.chain.beacon.sampling import (
    Seats,
    compute_lasting_share,
    compute_odds,
    compute_odds_of_either,
    compute_pool_seats,
)
from fieldproof.chain.beacon.seed import compute_missed_seed, compute_seed

__all__ = [
    "MAXIMUM_POOL",
    "PROVEN_POINT_LENGTH",
    "BeaconError",
    "BeaconKey",
    "Dealing",
    "Opening",
    "Point",
    "Reason",
    "RefusedError",
    "Round",
    "RoundError",
    "Seats",
    "Share",
    "TooFewSharesError",
    "compute_dealing",
    "compute_dealing_length",
    "compute_lasting_share",
    "compute_missed_seed",
    "compute_odds",
    "compute_odds_of_either",
    "compute_opening",
    "compute_pool_seats",
    "compute_seed",
    "compute_share",
    "draw_committee",
    "recover_secret_point",
    "verify_dealing",
    "verify_opening",
    "verify_share",
]
