"""`cast_script.py CAST URL KEY CODE`: what somebody with cast and no more sees of an EVM chain, as JSON.

Names are those of client_script.py.
"""

import json
import os
import subprocess
import sys
from typing import Any

CAST, URL, KEY, CODE = sys.argv[1:]
RECEIVER = "0x" + "54" * 20
WORD = f"0x{5:064x}"
ZERO = f"0x{0:064x}"


def main() -> None:
    seen = {"chain id": int(cast("chain-id")), **see_transfer(), **see_contract(), **see_blocks()}
    print(json.dumps(seen))


def see_transfer() -> dict[str, Any]:
    before = int(cast("balance", RECEIVER))
    receipt = send(RECEIVER, "--value", "7")
    sent = json.loads(cast("tx", receipt["transactionHash"], "--json"))
    block = json.loads(cast("block", receipt["blockNumber"], "--json"))
    paid = number(receipt["effectiveGasPrice"])
    return {
        "transfer, two prices (EIP-1559)": {
            "status": number(receipt["status"]),
            "gas": number(receipt["gasUsed"]),
            "type": number(receipt["type"]),
            "received": int(cast("balance", RECEIVER)) - before,
        },
        "a tip is paid on top of the base fee": paid
        == number(block["baseFeePerGas"]) + number(sent["maxPriorityFeePerGas"]),
        "refusal, a nonce that was used": describe("send", RECEIVER, "--nonce", "0", "--private-key", KEY),
    }


def see_contract() -> dict[str, Any]:
    created = send("--create", CODE)
    address = created["contractAddress"]
    receipt = send(address, WORD)
    failed = send(address, ZERO, "--gas-limit", "100000")
    sender = ("--from", cast("wallet", "address", KEY))
    found = json.loads(
        cast("logs", "--address", address, "--from-block", str(number(created["blockNumber"])), "--json")
    )
    return {
        "a contract's code": cast("code", address)[2:],
        "gas of its creation": number(created["gasUsed"]),
        "gas of a call": number(receipt["gasUsed"]),
        "what a call returns": cast("call", address, "--data", WORD, *sender),
        "estimated gas of a call": int(cast("estimate", address, WORD, *sender)),
        "what it stored": cast("storage", address, "0"),
        "logs of the receipt": [log["data"] for log in receipt["logs"]],
        "logs that are asked for": [log["data"] for log in found],
        "status of a call that reverts": number(failed["status"]),
        "a call that reverts": describe("call", address, "--data", ZERO, *sender),
    }


def see_blocks() -> dict[str, Any]:
    history = json.loads(cast("rpc", "eth_feeHistory", "0x2", "latest", "[50]"))
    latest, finalized, safe = (int(cast("block-number", tag)) for tag in ("latest", "finalized", "safe"))
    return {
        "fee history": sorted(history),
        "`finalized` is `latest`": abs(latest - finalized) <= 1,
        "`safe` is `latest`": abs(latest - safe) <= 1,
    }


def send(*arguments: str) -> dict[str, Any]:
    """Send a transaction and return its receipt."""
    receipt: dict[str, Any] = json.loads(cast("send", "--json", "--private-key", KEY, *arguments))
    return receipt


def cast(command: str, *arguments: str) -> str:
    finished = run(command, *arguments)
    if finished.returncode:
        raise SystemExit(f"cast {command}: {finished.stderr}")
    return finished.stdout.strip()


def describe(command: str, *arguments: str) -> str:
    """Return whether a command succeeds, or the code of the error that it shows."""
    finished = run(command, *arguments)
    _, _, shown = finished.stderr.partition("error code ")
    return f"error {shown.partition(':')[0]}" if finished.returncode else "answered"


def run(command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"ETH_RPC_URL": URL}
    return subprocess.run(
        [CAST, command, *arguments], env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def number(text: str) -> int:
    return int(text, 16)


if __name__ == "__main__":
    main()
