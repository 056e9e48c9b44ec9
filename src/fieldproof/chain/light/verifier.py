"""The rules of the light client in Python: the same that the contract holds to, for whoever has no contract.

A later header is trusted if its committee is the one that the newest trusted header names as next, and more
than two thirds of it signed. What this does not guarantee: a committee that is still within the trusting
period can sign what never happened, with more than two thirds of its members, at the price of their stakes.
"""

from enum import StrEnum

from coincurve import PublicKey

from fieldproof.chain.errors import ChainError
from fieldproof.chain.light.encoding import compute_header_hash, compute_validators_hash, encode_vote
from fieldproof.chain.light.values import (
    HASH_LENGTH,
    NANOSECONDS,
    LightBlock,
    TrustedHeader,
    TrustSettings,
    VoteKind,
)
from fieldproof.core.curves import SECP256K1
from fieldproof.core.keccak import keccak256
from fieldproof.core.signatures import compute_address

SIGNATURE_LENGTH = 65


class Refusal(StrEnum):
    """Why a header is not taken."""

    EXPIRED = "the newest trusted header is older than the trusting period"
    FROM_THE_FUTURE = "its time is further ahead of the clock than the drift allows"
    OTHER_CHAIN = "it belongs to another chain"
    HEIGHT_NOT_RISING = "its height is not above the newest trusted one"
    TIME_NOT_RISING = "its time is not after the newest trusted one"
    NO_HASH = "a hash of it has another length than 32 bytes"
    WRONG_VALIDATORS = "its committee is not the one that was named as next"
    OTHER_BLOCK = "the commit is for another block, or for none"
    WRONG_SIGNATURE = "a signature is not its validator's"
    HIGH_S = "a signature has a high s"
    WRONG_ORDER = "the validators that signed are not in the order of their addresses"
    TOO_FEW_SIGNERS = "no more than two thirds of the committee signed"


class RefusedHeaderError(ChainError):
    """A header that nobody may trust."""

    def __init__(self, height: int, refusal: Refusal) -> None:
        super().__init__(f"the header of height {height} is refused: {refusal.value}")
        self.height = height
        self.refusal = refusal


def verify_light_block(
    settings: TrustSettings, trusted: TrustedHeader, block: LightBlock, now_s: int
) -> TrustedHeader:
    """Return what is trusted once `block` is taken, or raise `RefusedHeaderError`. Costs 1 ms a signature."""
    refusal = (
        _find_wrong_time(settings, trusted, block, now_s)
        or _find_wrong_header(settings, trusted, block)
        or _find_wrong_commit(block)
        or _find_wrong_votes(settings.chain_id, block)
    )
    if refusal is not None:
        raise RefusedHeaderError(block.header.height, refusal)
    return TrustedHeader.of(block.header)


def _find_wrong_time(
    settings: TrustSettings, trusted: TrustedHeader, block: LightBlock, now_s: int
) -> Refusal | None:
    if now_s >= trusted.time_ns // NANOSECONDS + settings.trusting_period_s:
        return Refusal.EXPIRED
    if block.header.time_ns >= (now_s + settings.maximum_drift_s) * NANOSECONDS:
        return Refusal.FROM_THE_FUTURE
    return None


def _find_wrong_header(settings: TrustSettings, trusted: TrustedHeader, block: LightBlock) -> Refusal | None:
    header = block.header
    if header.chain_id != settings.chain_id:
        return Refusal.OTHER_CHAIN
    if header.height <= trusted.height:
        return Refusal.HEIGHT_NOT_RISING
    if header.time_ns <= trusted.time_ns:
        return Refusal.TIME_NOT_RISING
    if len(header.app_hash) != HASH_LENGTH or len(header.next_validators_hash) != HASH_LENGTH:
        return Refusal.NO_HASH
    is_equal = all(validator.power == 1 for validator in block.validators)
    hashes = {trusted.next_validators_hash, header.validators_hash, compute_validators_hash(block.validators)}
    return None if is_equal and len(hashes) == 1 else Refusal.WRONG_VALIDATORS


def _find_wrong_commit(block: LightBlock) -> Refusal | None:
    commit = block.commit
    if not commit.block_id.is_complete or commit.height != block.header.height:
        return Refusal.OTHER_BLOCK
    return None if compute_header_hash(block.header) == commit.block_id.hash else Refusal.OTHER_BLOCK


def _find_wrong_votes(chain_id: str, block: LightBlock) -> Refusal | None:
    signers, previous = 0, bytes(20)
    if len(block.commit.votes) != len(block.validators):
        return Refusal.OTHER_BLOCK
    for validator, vote in zip(block.validators, block.commit.votes, strict=True):
        if vote.kind is not VoteKind.COMMIT:
            continue
        if int.from_bytes(vote.signature[32:64]) > SECP256K1.order // 2:
            return Refusal.HIGH_S
        signer = recover_signer(encode_vote(chain_id, block.commit, vote), vote.signature)
        if signer is None or signer.format() != validator.key:
            return Refusal.WRONG_SIGNATURE
        address = compute_address(signer.point())
        # CometBFT orders a set of equal power by address: so nobody is counted twice.
        if address <= previous:
            return Refusal.WRONG_ORDER
        previous = address
        signers += 1
    return None if 3 * signers > 2 * len(block.validators) else Refusal.TOO_FEW_SIGNERS


def recover_signer(message: bytes, signature: bytes) -> PublicKey | None:
    """Return the key that signed Keccak-256 of a message with r, s and v (0 or 1); None if there is none."""
    if len(signature) != SIGNATURE_LENGTH or signature[64] > 1:
        return None
    try:
        return PublicKey.from_signature_and_message(signature, keccak256(message), hasher=None)
    except ValueError:
        return None
