"""What nodes mean when they do not take a transaction. JSON-RPC has no codes for it, only words."""

from enum import Enum, auto


class Refused(Enum):
    """Why a node did not take a transaction."""

    KNOWN = auto()
    """It has this very transaction already."""
    NONCE_USED = auto()
    """A transaction with this nonce was mined."""
    UNDERPRICED = auto()
    """It offers too little, or too little more than the one that it replaces."""
    EMPTY_PURSE = auto()
    """The account cannot pay for it."""
    OTHER = auto()


_WORDS = (
    (Refused.KNOWN, ("already known", "alreadyknown", "known transaction", "already imported")),
    (Refused.NONCE_USED, ("nonce too low", "nonce is too low", "oldnonce", "old nonce")),
    (
        Refused.UNDERPRICED,
        ("underpriced", "less than block base fee", "fee too low", "feetoolow", "gas price too low"),
    ),
    (Refused.EMPTY_PURSE, ("insufficient funds", "insufficientfunds", "insufficient balance")),
)
"""Words of geth, reth, erigon, nethermind, besu and anvil, in lower case."""


def classify_refusal(message: str) -> Refused:
    """Return what a node's message says."""
    lower = message.lower()
    return next((kind for kind, words in _WORDS if any(word in lower for word in words)), Refused.OTHER)
