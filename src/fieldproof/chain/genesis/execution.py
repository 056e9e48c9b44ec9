"""The execution client's genesis: rules of Osaka from block 0, system contracts, our contracts, accounts.

Our contracts get their storage by running: their code is put where it belongs in a chain of its own on this
machine, and told its parameters there. Nothing of that chain but storage and balances goes into genesis.
"""

import asyncio
import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fieldproof.chain.errors import GenesisError
from fieldproof.chain.genesis.initial import WEI, InitialCall, list_initial_calls, load_contracts
from fieldproof.chain.genesis.spec import Spec
from fieldproof.chain.genesis.system import SYSTEM_CONTRACTS
from fieldproof.settle import Anvil, AnvilSettings

LARGEST_TRANSACTION_GAS = 1 << 24
"""Of EIP-7825, which Osaka brings."""

_BLOBS = {"target": 0, "max": 0, "baseFeeUpdateFraction": 1}
EXCESS_BLOB_GAS = 80
"""Over the fraction, the exponent of the price of blobs, which stays with a target of 0: 7e39 wei for one.
There are fewer, and clients keep prices in 128 bits.

Nobody carries blobs here, and every node refuses a block with one (`application.proposals`). So geth must put
none into a block, or whoever sent one would halt the chain. Geth 1.17.8 divides by the maximum at low prices.
"""
_FORK_BLOCKS = (
    *("homestead", "eip150", "eip155", "eip158", "byzantium", "constantinople", "petersburg", "istanbul"),
    *("berlin", "london", "mergeNetsplit"),
)
_FORK_TIMES = ("shanghai", "cancun", "prague", "osaka")
_BASE_FEE_WEI = 10**9
_LOOK_EVERY_S = 0.02
_FUNDS_WEI = 10**24
"""More than any call costs."""


async def build_execution_genesis(spec: Spec, anvil: Path, folder: Path) -> dict[str, Any]:
    """Return geth's genesis; `folder` is for the chain on this machine, and is left as it was."""
    alloc: dict[str, Any] = {
        f"0x{address}": {"balance": "0x0", "code": f"0x{code}", "nonce": "0x1"}
        for address, code in SYSTEM_CONTRACTS.items()
    }
    alloc |= await _run_contracts(spec, anvil, folder)
    for account in sorted(spec.accounts, key=lambda item: item.address.lower()):
        alloc["0x" + account.address.lower().removeprefix("0x")] = {"balance": hex(account.coins * WEI)}
    config: dict[str, Any] = {"chainId": spec.chain_id, "terminalTotalDifficulty": 0}
    config |= {f"{fork}Block": 0 for fork in _FORK_BLOCKS} | {f"{fork}Time": 0 for fork in _FORK_TIMES}
    config["blobSchedule"] = dict.fromkeys(("cancun", "prague", "osaka"), _BLOBS)
    return {
        "config": config,
        "timestamp": hex(spec.time_s),
        "gasLimit": hex(spec.gas_limit),
        "baseFeePerGas": hex(_BASE_FEE_WEI),
        "excessBlobGas": hex(EXCESS_BLOB_GAS),
        "blobGasUsed": "0x0",
        "difficulty": "0x0",
        "nonce": "0x0",
        "extraData": "0x",
        "alloc": dict(sorted(alloc.items())),
    }


async def _run_contracts(spec: Spec, anvil: Path, folder: Path) -> dict[str, Any]:
    """Return what our contracts are once they were told their parameters and their first candidates."""
    settings = AnvilSettings(program=anvil, state_file=folder / "contracts.json", genesis_s=spec.time_s)
    contracts = load_contracts()
    async with await Anvil.start(settings) as chain:
        request = chain.client.request
        # Proofs of possession name the new chain, and its time stands still before its first block.
        await request("anvil_setChainId", spec.chain_id)
        await request("anvil_setBlockTimestampInterval", 0)
        await request("anvil_autoImpersonateAccount", True)
        await request("evm_setAutomine", False)
        for contract, code in contracts.items():
            await request("anvil_setCode", _hex(contract), _hex(code))
        for call in list_initial_calls(spec):
            await _run_call(chain, call)
        dump = bytes.fromhex((await request("anvil_dumpState"))[2:])
    document = json.loads(gzip.decompress(dump))
    accounts = {name.lower(): account for name, account in document["accounts"].items()}
    return {_hex(contract): _format_account(accounts[_hex(contract)]) for contract in contracts}


async def _run_call(chain: Anvil, call: InitialCall) -> None:
    """Send a call. Nothing in a specification that was checked makes one fail."""
    await chain.set_balance(call.sender, call.value_wei + _FUNDS_WEI)
    transaction = {
        "from": _hex(call.sender),
        "to": _hex(call.contract),
        "data": _hex(call.data),
        "value": hex(call.value_wei),
        "gas": hex(LARGEST_TRANSACTION_GAS),
    }
    digest = await chain.client.request("eth_sendTransaction", transaction)
    await chain.mine()
    while (receipt := await chain.client.request("eth_getTransactionReceipt", digest)) is None:
        await asyncio.sleep(_LOOK_EVERY_S)  # It mines at once, and answers sooner.
    if int(receipt["status"], 16) != 1:
        raise GenesisError(f"{call.title} fails in the contracts: this is a bug")


def _format_account(account: Mapping[str, Any]) -> dict[str, Any]:
    storage = {_word(key): _word(value) for key, value in account["storage"].items() if int(value, 16)}
    balance = account["balance"]
    formatted: dict[str, Any] = {
        "balance": balance if isinstance(balance, str) else hex(balance),
        "code": account["code"],
        "nonce": "0x1",
    }
    return formatted | ({"storage": dict(sorted(storage.items()))} if storage else {})


def _word(text: str) -> str:
    return f"0x{int(text, 16):064x}"


def _hex(data: bytes) -> str:
    return "0x" + data.hex()
