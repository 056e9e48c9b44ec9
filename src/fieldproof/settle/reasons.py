"""Why a contract refused, in words."""

from collections.abc import Mapping
from typing import Any

from fieldproof.core.abi import AbiItem, decode_arguments, parse_type
from fieldproof.core.errors import EncodingError
from fieldproof.settle.interfaces import load_interface

_ERROR = AbiItem("Error", (parse_type("string"),), names=("message",))
_PANIC = AbiItem("Panic", (parse_type("uint256"),), names=("code",))
_WORD_BYTES = 32
_CONTRACTS = ("Settlement", "DeviceRegistry", "RewardToken", "NetworkFactory")


def describe_revert(message: str, data: bytes, others: Mapping[bytes, AbiItem] | None = None) -> str:
    """Return the error that `data` names, with its arguments, or the node's own `message`.

    `others`: errors of contracts that are not this package's, by selector.
    """
    known = {_ERROR.selector: _ERROR, _PANIC.selector: _PANIC, **(others or {})}
    for name in _CONTRACTS:
        known |= load_interface(name).errors
    error = known.get(data[:4])
    if error is None:
        return f"{message}{f' (0x{data.hex()[:200]})' if data else ''}"
    try:
        values = decode_arguments(error.inputs, data[4:])
    except EncodingError:
        return f"{error.name} with malformed arguments"
    if error is _ERROR:
        return str(values[0])
    shown = (f"{name}={_show(value)}" for name, value in zip(error.names, values, strict=True))
    return f"{error.name}({', '.join(shown)})"


def _show(value: Any) -> str:
    if not isinstance(value, bytes):
        return str(value)
    # Contracts name settings and the like in short strings of fixed length; what is shorter is an address.
    text = value.rstrip(b"\0") if len(value) == _WORD_BYTES else b""
    return text.decode() if text and text.isascii() and text.decode().isprintable() else f"0x{value.hex()}"
