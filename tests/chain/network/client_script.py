"""`client_script.py URL KEY`: what a client that knows web3.py and no more sees of an EVM chain, as JSON.

Numbers that hang on the moment, such as hashes and heights, are left out: what two chains of one kind show
is equal.
"""

import json
import sys
import time
from collections.abc import Callable
from typing import Any

from eth_account.signers.local import LocalAccount
from web3 import Account, HTTPProvider, Web3
from web3.exceptions import Web3Exception, Web3RPCError

RECEIVER = Web3.to_checksum_address("0x" + "51" * 20)
GWEI = 10**9
STORES_AND_LOGS = bytes.fromhex(
    "601a600c600039601a6000f3" + "600035805f55805f525f60205fa160155760205ffd5b60205ff3"
)
"""A contract that stores the word it is given, logs it under the topic 0, returns it, and reverts with it
where it is 0."""


def main() -> None:
    url, key = sys.argv[1:]
    web3, account = Web3(HTTPProvider(url)), Account.from_key(key)
    seen: dict[str, Any] = {}
    for look in (see_node, see_transfers, see_contract, see_refusals, see_blocks):
        seen |= look(web3, account)
    print(json.dumps(seen, indent=1))


def see_node(web3: Web3, account: LocalAccount) -> dict[str, Any]:
    return {
        "chain id": web3.eth.chain_id,
        "program": web3.client_version.split("/")[0].lower(),
        "is syncing": web3.eth.syncing,
        "accounts of the node": len(web3.eth.accounts),
        "`evm_mine`": describe_request(web3, "evm_mine"),
        "`debug_traceTransaction`": describe_request(web3, "debug_traceTransaction", "0x" + "00" * 32),
        "`engine_exchangeCapabilities`": describe_request(web3, "engine_exchangeCapabilities", []),
        "beacon roots (EIP-4788)": len(web3.eth.get_code("0x000F3df6D732807Ef1319fB7B8bB8522d0Beac02")) > 0,
        "block hashes (EIP-2935)": len(web3.eth.get_code("0x0000F90827F1C53a10cb7A02335B175320002935")) > 0,
    }


def see_transfers(web3: Web3, account: LocalAccount) -> dict[str, Any]:
    price = {"gasPrice": 10 * GWEI}
    kinds: dict[str, dict[str, Any]] = {
        "legacy": price,
        "access list (EIP-2930)": {**price, "accessList": [], "type": 1},
        "two prices (EIP-1559)": {"maxFeePerGas": 10 * GWEI, "maxPriorityFeePerGas": GWEI, "type": 2},
    }
    seen: dict[str, Any] = {}
    for name, fields in kinds.items():
        before = web3.eth.get_balance(RECEIVER)
        receipt = send(web3, account, {"to": RECEIVER, "value": 7, "gas": 21_000, **fields})
        seen[f"transfer, {name}"] = {
            "status": receipt["status"],
            "gas": receipt["gasUsed"],
            "type": receipt["type"],
            "received": web3.eth.get_balance(RECEIVER) - before,
        }
    seen["fields of a receipt"] = sorted(receipt)
    seen["fields of a transaction"] = sorted(web3.eth.get_transaction(receipt["transactionHash"]))
    paid = receipt["gasUsed"] * receipt["effectiveGasPrice"]
    seen["a tip is paid on top of the base fee"] = paid == 21_000 * (
        web3.eth.get_block(receipt["blockNumber"])["baseFeePerGas"] + GWEI
    )
    history = web3.eth.fee_history(2, "latest", [50])
    seen["fee history"] = sorted(history)
    return seen


def see_contract(web3: Web3, account: LocalAccount) -> dict[str, Any]:
    created = send(web3, account, {"data": STORES_AND_LOGS, "gas": 200_000, "gasPrice": 10 * GWEI})
    address = created["contractAddress"]
    word = (5).to_bytes(32, "big")
    call = {"to": address, "from": account.address, "data": word}
    receipt = send(web3, account, {"to": address, "data": word, "gas": 100_000, "gasPrice": 10 * GWEI})
    failed = send(web3, account, {"to": address, "data": bytes(32), "gas": 100_000, "gasPrice": 10 * GWEI})
    found = {"address": address, "fromBlock": created["blockNumber"], "toBlock": "latest"}
    proof = web3.eth.get_proof(address, ["0x" + "00" * 32], "latest")
    return {
        "a contract's code": web3.eth.get_code(address).hex(),
        "gas of its creation": created["gasUsed"],
        "gas of a call": receipt["gasUsed"],
        "what a call returns": web3.eth.call(call).hex(),
        "estimated gas of a call": web3.eth.estimate_gas(call),
        "what it stored": web3.eth.get_storage_at(address, 0).hex(),
        "logs of the receipt": [log["data"].hex() for log in receipt["logs"]],
        "logs that are asked for": [log["data"].hex() for log in web3.eth.get_logs(found)],
        "fields of a log": sorted(receipt["logs"][0]),
        "status of a call that reverts": failed["status"],
        "proven storage": [item["value"].hex() for item in proof["storageProof"]],
        "a call that reverts": describe(lambda: web3.eth.call({**call, "data": bytes(32)})),
        "a call of long ago": describe(lambda: web3.eth.get_balance(address, 0)),
        "access list of a call": describe_request(
            web3, "eth_createAccessList", {"to": address, "data": "0x" + word.hex()}
        ),
    }


def see_refusals(web3: Web3, account: LocalAccount) -> dict[str, Any]:
    nonce = web3.eth.get_transaction_count(account.address)
    base = {"to": RECEIVER, "value": 1, "gas": 21_000, "gasPrice": 10 * GWEI, "nonce": nonce}
    cases = {
        "a nonce that was used": {**base, "nonce": 0},
        "more coins than there are": {**base, "value": 10**40},
        "less gas than a transfer takes": {**base, "gas": 20_000},
        "more gas than a block has": {**base, "gas": 10**12},
        "another chain's id": {**base, "chainId": 1},
    }
    return {
        f"refusal, {name}": describe(lambda fields=fields: submit(web3, account, fields))
        for name, fields in cases.items()
    }


def see_blocks(web3: Web3, account: LocalAccount) -> dict[str, Any]:
    first = web3.eth.block_number
    wait(lambda: web3.eth.block_number >= first + 3)
    blocks = [web3.eth.get_block(first + number) for number in range(1, 4)]
    times = [block["timestamp"] for block in blocks]
    latest = web3.eth.get_block("latest")["number"]
    block = blocks[0]
    return {
        "there are blocks without transactions": not all(block["transactions"] for block in blocks),
        "each block is later than the one before": times == sorted(set(times)),
        "fields of a block": sorted(block),
        "`finalized` is `latest`": latest - web3.eth.get_block("finalized")["number"] <= 1,
        "`safe` is `latest`": latest - web3.eth.get_block("safe")["number"] <= 1,
        "`pending` follows `latest`": 0 <= web3.eth.get_block("pending")["number"] - latest <= 2,
        "gas limit of a block": block["gasLimit"],
        "withdrawals of a block": len(block["withdrawals"]),
        "random number of a block": any(block["mixHash"]),
        "beacon root of a block": any(block["parentBeaconBlockRoot"]),
        "fee recipient of a block": int(block["miner"], 16) > 0,
        "extra data of a block": len(block["extraData"]) > 0,
    }


def send(web3: Web3, account: LocalAccount, fields: dict[str, Any]) -> Any:
    """Send a transaction and return its receipt."""
    nonce = web3.eth.get_transaction_count(account.address)
    return web3.eth.wait_for_transaction_receipt(submit(web3, account, {"nonce": nonce, **fields}), 60)


def submit(web3: Web3, account: LocalAccount, fields: dict[str, Any]) -> Any:
    signed = account.sign_transaction({"chainId": web3.eth.chain_id, "value": 0, **fields})
    return web3.eth.send_raw_transaction(signed.raw_transaction)


def describe(look: Callable[[], Any]) -> str:
    """Return whether a question is answered, or the code of its error."""
    try:
        look()
    except Web3RPCError as failure:
        return f"error {failure.rpc_response['error']['code']}"
    except Web3Exception as failure:
        return type(failure).__name__
    return "answered"


def describe_request(web3: Web3, method: str, *parameters: Any) -> str:
    answer = web3.provider.make_request(method, parameters)
    return f"error {answer['error']['code']}" if "error" in answer else "answered"


def wait(holds: Callable[[], bool]) -> None:
    for _ in range(600):
        if holds():
            return
        time.sleep(0.1)
    raise TimeoutError("the chain stands still")


if __name__ == "__main__":
    main()
