"""Options that the chain's commands share."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

Function = TypeVar("Function", bound=Callable[..., Any])


def consensus_option(function: Function) -> Function:
    """Add `--consensus`: the URL of a CometBFT RPC."""
    return click.option(
        "--consensus",
        metavar="URL",
        default="http://127.0.0.1:26657",
        show_default=True,
        help="A CometBFT's RPC.",
    )(function)


def rpc_option(function: Function) -> Function:
    """Add `--rpc`: the URL of the chain's JSON-RPC."""
    return click.option(
        "--rpc",
        metavar="URL",
        default="http://127.0.0.1:8545",
        show_default=True,
        help="The chain's JSON-RPC.",
    )(function)
