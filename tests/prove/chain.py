"""A local chain for one test session and the calls that proofs need, straight over JSON-RPC."""

import json
import subprocess
import time
import urllib.request
from collections.abc import Sequence
from typing import Any

from eth_abi import encode  # type: ignore[attr-defined]

from fieldproof.core.keccak import keccak256
from fieldproof.core.ports import find_free_ports
from fieldproof.prove.toolchain import Toolchain
from fieldproof.prove.verifier import CompiledVerifier

_SELECTOR = keccak256(b"verify(bytes,bytes32[])")[:4]


class Chain:
    """anvil on a port of this machine."""

    def __init__(self, port: int, process: "subprocess.Popen[bytes] | None") -> None:
        self.port = port
        self._process = process
        deadline = time.monotonic() + 20
        while True:
            try:
                self._account = self.request("eth_accounts")[0]
                return
            except OSError:
                assert time.monotonic() < deadline, "anvil does not answer"
                time.sleep(0.05)

    @classmethod
    def start(cls, toolchain: Toolchain, chain_id: int = 31337) -> "Chain":
        (port,) = find_free_ports(1)
        command = [toolchain.anvil, "--port", str(port), "--silent", "--enable-tx-gas-limit"]
        return cls(port, subprocess.Popen([*command, "--chain-id", str(chain_id), "--threads", "1"]))

    @classmethod
    def connect(cls, port: int) -> "Chain":
        return cls(port, None)

    def request(self, method: str, *params: object) -> Any:
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
        url = f"http://127.0.0.1:{self.port}"
        request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as response:
            reply = json.load(response)
        if "error" in reply:
            raise RevertedError(reply["error"]["message"])
        return reply["result"]

    def deploy(self, verifier: CompiledVerifier) -> "DeployedVerifier":
        code = bytearray(verifier.creation_code)
        for library in verifier.libraries:
            address = self._create(library.creation_code)
            for position in library.positions:
                code[position : position + 20] = bytes.fromhex(address[2:])
        return DeployedVerifier(self, self._create(bytes(code)))

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _create(self, code: bytes) -> str:
        sent = self.request("eth_sendTransaction", {"from": self._account, "data": "0x" + code.hex()})
        deadline = time.monotonic() + 30
        while (receipt := self.request("eth_getTransactionReceipt", sent)) is None:
            assert time.monotonic() < deadline, "anvil mines no block"
            time.sleep(0.05)
        assert receipt["status"] == "0x1"
        return str(receipt["contractAddress"])


class RevertedError(Exception):
    pass


class DeployedVerifier:
    def __init__(self, chain: Chain, address: str) -> None:
        self.chain = chain
        self.address = address

    def get_code(self) -> bytes:
        return bytes.fromhex(self.chain.request("eth_getCode", self.address, "latest")[2:])

    def accepts(self, proof: bytes, inputs: Sequence[int]) -> bool:
        try:
            return int(self.chain.request("eth_call", self._make_call(proof, inputs), "latest"), 16) == 1
        except RevertedError:
            return False

    def estimate_gas(self, proof: bytes, inputs: Sequence[int]) -> int:
        return int(self.chain.request("eth_estimateGas", self._make_call(proof, inputs)), 16)

    async def verify(self, proof: bytes, inputs: Sequence[int]) -> bool:
        return self.accepts(proof, inputs)

    def _make_call(self, proof: bytes, inputs: Sequence[int]) -> dict[str, str]:
        words = [value.to_bytes(32) for value in inputs]
        data = _SELECTOR + encode(["bytes", "bytes32[]"], [proof, words])
        return {"to": self.address, "data": "0x" + data.hex()}
