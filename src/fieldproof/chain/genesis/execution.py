"""The execution client's genesis: rules of Osaka from block 0, system contracts, our contracts, accounts.

Our contracts get their storage by running: their code is put where it belongs in a chain of its own on this
machine, and told its parameters there. Nothing of that chain but storage and balances goes into genesis.
"""

import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fieldproof.chain.genesis.initial import list_initial_calls
from fieldproof.chain.genesis.spec import Spec
from fieldproof.chain.genesis.system import SYSTEM_CONTRACTS
from fieldproof.settle import Anvil, AnvilSettings

WEI = 10**18

_BLOBS = {"target": 6, "max": 9, "baseFeeUpdateFraction": 5_007_716}
_FORK_BLOCKS = (
    *("homestead", "eip150", "eip155", "eip158", "byzantium", "constantinople", "petersburg", "istanbul"),
    *("berlin", "london", "mergeNetsplit"),
)
_FORK_TIMES = ("shanghai", "cancun", "prague", "osaka")
_BASE_FEE_WEI = 10**9
_FUNDS_WEI = 10**30


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
        "difficulty": "0x0",
        "nonce": "0x0",
        "extraData": "0x",
        "alloc": dict(sorted(alloc.items())),
    }


async def _run_contracts(spec: Spec, anvil: Path, folder: Path) -> dict[str, Any]:
    """Return what our contracts are once they were told their parameters."""
    settings = AnvilSettings(program=anvil, state_file=folder / "contracts.json", genesis_s=spec.time_s)
    calls = list_initial_calls(spec)
    async with await Anvil.start(settings) as chain:
        request = chain.client.request
        for call in calls:
            await request("anvil_setCode", _hex(call.contract), _hex(call.code))
        for call in calls:
            if not call.data:
                continue
            await chain.set_balance(call.sender, _FUNDS_WEI)
            await request("anvil_impersonateAccount", _hex(call.sender))
            transaction = {"from": _hex(call.sender), "to": _hex(call.contract), "data": _hex(call.data)}
            await request("eth_call", transaction | {"value": hex(call.value_wei)}, "latest")
            await request(
                "eth_sendTransaction", transaction | {"value": hex(call.value_wei), "gas": hex(1 << 24)}
            )
            await chain.mine()
        dump = bytes.fromhex((await request("anvil_dumpState"))[2:])
    accounts = {
        name.lower(): account for name, account in json.loads(gzip.decompress(dump))["accounts"].items()
    }
    return {_hex(call.contract): _format_account(accounts[_hex(call.contract)]) for call in calls}


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
