"""The product's contracts as their compiler describes them."""

from functools import cache
from importlib.resources import files

from fieldproof.core.abi import ContractInterface


@cache
def load_interface(name: str) -> ContractInterface:
    """Return the interface of one of the contracts that come with this package, such as "Settlement"."""
    return ContractInterface.parse(
        (files("fieldproof") / "settle" / "contracts" / f"{name}.json").read_text()
    )
