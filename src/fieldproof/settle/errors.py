"""Errors of the settle room.

FieldproofError
└── SettleError
    ├── RpcError
    │   ├── RpcUnreachableError      nobody answers at the URL
    │   └── RpcRefusedError          the node answered with an error
    ├── WrongChainError              the URL leads to another chain
    ├── NoCodeError                  no contract at an address
    ├── EmptyPurseError              an account cannot pay for a transaction
    ├── CallRevertedError            a contract refuses what would be sent; nothing was sent
    ├── TransactionRevertedError     a contract refused what was sent; gas was spent
    ├── FeeTooHighError              the chain asks more for gas than the settings allow
    ├── NotConfirmedError            a transaction was not confirmed in the time allowed; it goes on
    ├── DevelopmentVerifierError     a verifier that anyone can satisfy, on a chain where that costs money
    ├── KeystoreError                no key can be had from a file
    └── AnvilError                   the embedded chain does not start or has ended
"""

from fieldproof.core import FieldproofError


class SettleError(FieldproofError):
    """Something between us and the chain."""


class RpcError(SettleError):
    """A request to a node did not succeed."""


class RpcUnreachableError(RpcError):
    """Nobody answered, after a bounded number of tries."""

    def __init__(self, url: str, tries: int, seconds: float, cause: str) -> None:
        super().__init__(
            f"the chain's RPC at {url} did not answer: {tries} tries within {seconds:.1f} s ({cause})",
            hint="Check that the node runs and that the URL is right, then start again: nothing is lost.",
        )
        self.url = url
        self.tries = tries


class RpcRefusedError(RpcError):
    """The node answered with an error."""

    def __init__(self, method: str, message: str, data: bytes = b"") -> None:
        super().__init__(f"the node refused {method}: {message[:500]}")
        self.method = method
        self.message = message
        self.data = data
        """What a contract gave as the reason, if it was one that refused."""


class WrongChainError(SettleError):
    """The node belongs to another chain than the network."""

    def __init__(self, url: str, expected: int, found: int) -> None:
        super().__init__(
            f"the RPC at {url} serves chain {found}, this network lives on chain {expected}",
            hint=f"Use the URL of a node of chain {expected}.",
        )
        self.expected = expected
        self.found = found


class NoCodeError(SettleError):
    """There is no contract where one is expected."""

    def __init__(self, name: str, address: bytes, chain_id: int) -> None:
        super().__init__(
            f"there is no code at 0x{address.hex()}, where {name} should be, on chain {chain_id}",
            hint="Check the address; a chain that was started anew has lost its contracts.",
        )
        self.address = address


class EmptyPurseError(SettleError):
    """An account cannot pay."""

    def __init__(self, account: bytes, needed_wei: int, balance_wei: int) -> None:
        super().__init__(
            f"account 0x{account.hex()} needs {format_coins(needed_wei)} and has {format_coins(balance_wei)}",
            hint=f"Send at least {format_coins(max(0, needed_wei - balance_wei))} to 0x{account.hex()}.",
        )
        self.account = account
        self.needed_wei = needed_wei
        self.balance_wei = balance_wei


class CallRevertedError(SettleError):
    """A contract refuses a call; nothing was sent and nothing was paid."""

    def __init__(self, what: str, reason: str) -> None:
        super().__init__(f"{what} is refused by the contract: {reason}")
        self.reason = reason
        self.name = reason.partition("(")[0]
        """Of the contract's error, where it has one."""


class TransactionRevertedError(SettleError):
    """A transaction was mined and failed."""

    def __init__(self, key: str, transaction_hash: bytes, reason: str) -> None:
        super().__init__(f"{key}: transaction 0x{transaction_hash.hex()} was mined and failed: {reason}")
        self.key = key
        self.transaction_hash = transaction_hash
        self.reason = reason


class FeeTooHighError(SettleError):
    """Gas costs more than the operator allows."""

    def __init__(self, asked_wei: int, allowed_wei: int) -> None:
        super().__init__(
            f"the chain asks {asked_wei} wei for a unit of gas, the settings allow {allowed_wei}",
            hint="Wait until gas is cheaper, or raise the maximum fee.",
        )


class NotConfirmedError(SettleError):
    """A transaction takes longer than the caller wants to wait."""

    def __init__(self, key: str, seconds: float, state: str) -> None:
        super().__init__(
            f"{key} is not confirmed after {seconds:.0f} s, it is {state}",
            hint="Nothing is lost: the transaction is stored and goes on with the next start.",
        )
        self.key = key


class DevelopmentVerifierError(SettleError):
    """A verifier for which anyone can make proofs is for local chains only."""

    def __init__(self, chain_id: int) -> None:
        super().__init__(
            f"this verifier is made for the development reference string, not for chain {chain_id}",
            hint="Build the verifier with the Ignition points; a development one is for chain 31337 alone.",
        )


class KeystoreError(SettleError):
    """A keystore file or its password cannot be used."""


class AnvilError(SettleError):
    """The embedded chain does not start, or has ended."""


def format_coins(amount_wei: int) -> str:
    """Return an amount of the chain's coin, exact, such as "0.25 coins"."""
    return f"{format_amount(amount_wei)} coins"


def format_amount(amount_wei: int) -> str:
    """Return an amount of coins or tokens of 18 decimals, exact, such as "0.25"."""
    whole, part = divmod(amount_wei, 10**18)
    digits = f"{part:018d}".rstrip("0")
    return f"{whole}{'.' + digits if digits else ''}"
