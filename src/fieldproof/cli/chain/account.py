"""What commands share that send transactions from an account."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fieldproof.cli.chain.options import Function, rpc_option

if TYPE_CHECKING:
    from fieldproof.chain import Sender, StakingContract
    from fieldproof.settle import ChainClient

WEI = 10**18


def account_options(function: Function) -> Function:
    """Add `--keystore`, `--rpc` and `--chain-id`."""
    keystore = click.option(
        "--keystore",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        required=True,
        help="Keystore (version 3) of the account; its password from FIELDPROOF_PASSWORD or its file.",
    )
    chain_id = click.option(
        "--chain-id", default=31337, show_default=True, help="Id that the chain must have."
    )
    return keystore(rpc_option(chain_id(function)))


def lock_options(function: Function) -> Function:
    """Add `--days` and `--auto-renew`."""
    days = click.option("--days", type=click.IntRange(0, 1050), default=91, show_default=True, help="Lock.")
    renews = click.option(
        "--auto-renew",
        is_flag=True,
        help="The lock's days do not begin, until `unstake --end-renewal`.",
    )
    return days(renews(function))


def parse_address(text: str) -> bytes:
    """Return an address of 20 bytes, or raise a usage error."""
    try:
        address = bytes.fromhex(text.removeprefix("0x"))
    except ValueError:
        address = b""
    if len(address) != 20:
        raise click.BadParameter(f"{text} is no address of 20 bytes in hex")
    return address


def format_hex(data: bytes) -> str:
    """Return an address or a hash as people write it."""
    return "0x" + data.hex()


@dataclass(frozen=True, slots=True)
class Account:
    """An account on a chain, and the staking contract there."""

    client: "ChainClient"
    sender: "Sender"
    staking: "StakingContract"


@asynccontextmanager
async def open_account(keystore: Path, rpc: str, chain_id: int) -> AsyncIterator[Account]:
    """Open the account of a keystore on a chain."""
    from fieldproof.chain import Sender, StakingContract
    from fieldproof.settle import ChainClient, KeySigner, read_password

    signer = KeySigner.load(keystore, read_password(os.environ))
    async with await ChainClient.connect(rpc, chain_id=chain_id) as client:
        yield Account(client, Sender(client, signer), StakingContract(client))


def describe_inclusion(found: Any) -> dict[str, object]:
    """Return where a transaction was mined."""
    return {
        "transaction": "0x" + found.transaction_hash.hex(),
        "block": found.block_number,
        "gas_used": found.gas_used,
    }
