"""Between Fieldproof and an EVM chain: client, keys, durable submission, the network's contracts."""

from fieldproof.settle.anvil import CHAIN_ID, Anvil, AnvilSettings
from fieldproof.settle.client import ChainClient, RetrySettings
from fieldproof.settle.errors import (
    AnvilError,
    CallRevertedError,
    DevelopmentVerifierError,
    EmptyPurseError,
    FeeTooHighError,
    KeystoreError,
    NoCodeError,
    NotConfirmedError,
    RpcError,
    RpcRefusedError,
    RpcUnreachableError,
    SettleError,
    TransactionRevertedError,
    WrongChainError,
    format_coins,
)
from fieldproof.settle.interfaces import load_interface
from fieldproof.settle.outbox import Outbox
from fieldproof.settle.submitter import SUBMISSION_POINTS, SubmissionSettings, Submitter
from fieldproof.settle.values import Block, Call, Fees, Log, SignedTransaction, UnsignedTransaction
from fieldproof.settle.wallet import KeySigner, Signer, read_password

__all__ = [
    "CHAIN_ID",
    "SUBMISSION_POINTS",
    "Anvil",
    "AnvilError",
    "AnvilSettings",
    "Block",
    "Call",
    "CallRevertedError",
    "ChainClient",
    "DevelopmentVerifierError",
    "EmptyPurseError",
    "FeeTooHighError",
    "Fees",
    "KeySigner",
    "KeystoreError",
    "Log",
    "NoCodeError",
    "NotConfirmedError",
    "Outbox",
    "RetrySettings",
    "RpcError",
    "RpcRefusedError",
    "RpcUnreachableError",
    "SettleError",
    "SignedTransaction",
    "Signer",
    "SubmissionSettings",
    "Submitter",
    "TransactionRevertedError",
    "UnsignedTransaction",
    "WrongChainError",
    "format_coins",
    "load_interface",
    "read_password",
]
