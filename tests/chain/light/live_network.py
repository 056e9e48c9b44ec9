"""A real network of CometBFTs with a small application whose committee changes with every epoch.

All that the application says follows from the height, so it keeps nothing; keys hang on nothing but their
number.
"""

import asyncio
import base64
import hashlib
import json
import time
from dataclasses import replace
from pathlib import Path

import httpx
from coincurve import PrivateKey

from fieldproof.chain.application.server import AbciServer
from fieldproof.chain.commitment import compute_application_hash
from fieldproof.chain.messages.tendermint.abci import types_pb2 as abci
from fieldproof.chain.messages.tendermint.crypto.keys_pb2 import PublicKey
from fieldproof.chain.node import keys
from fieldproof.chain.node.layout import create_folder, write_cometbft
from fieldproof.chain.node.settings import NodeFolder, NodeSettings, Ports
from fieldproof.core.launcher import guard_command
from fieldproof.core.ports import find_free_ports

CHAIN_ID = "fieldproof-light-31337"
NODES = 6
COMMITTEES = ({0, 1, 2, 3}, {2, 3, 4, 5}, {0, 1, 4, 5}, {0, 2, 3, 4}, {1, 2, 3, 5}, {0, 1, 2, 4})
"""By epoch; the first once more after the last."""
EPOCH_BLOCKS = 5
START_WITHIN_S = 120.0


def make_secret(number: int) -> bytes:
    return hashlib.sha256(f"fieldproof light client vectors {number}".encode()).digest()


def make_leaves(height: int) -> list[bytes]:
    """The eight values of the application's hash after a height."""
    leaves = [hashlib.sha256(f"leaf {leaf} after {height}".encode()).digest() for leaf in range(8)]
    return [leaves[0], height.to_bytes(32), *leaves[2:]]


def make_public_key(number: int) -> bytes:
    return PrivateKey(make_secret(number)).public_key.format()


async def answer(request: abci.Request) -> abci.Response:
    match request.WhichOneof("value"):
        case "echo":
            return abci.Response(echo=abci.ResponseEcho(message=request.echo.message))
        case "flush":
            return abci.Response(flush=abci.ResponseFlush())
        case "info":
            return abci.Response(info=abci.ResponseInfo())
        case "init_chain":
            app_hash = compute_application_hash(make_leaves(0))
            return abci.Response(init_chain=abci.ResponseInitChain(app_hash=app_hash))
        case "prepare_proposal":
            transaction = request.prepare_proposal.height.to_bytes(8)
            return abci.Response(prepare_proposal=abci.ResponsePrepareProposal(txs=[transaction]))
        case "process_proposal":
            accepted = abci.ResponseProcessProposal.ACCEPT
            return abci.Response(process_proposal=abci.ResponseProcessProposal(status=accepted))
        case "finalize_block":
            return abci.Response(finalize_block=finalize(request.finalize_block.height))
        case "commit":
            return abci.Response(commit=abci.ResponseCommit())
        case name:
            raise AssertionError(f"CometBFT was not expected to ask for {name}")


def finalize(height: int) -> abci.ResponseFinalizeBlock:
    updates = []
    if height % EPOCH_BLOCKS == EPOCH_BLOCKS - 1:
        epoch = (height - 1) // EPOCH_BLOCKS
        before, after = (COMMITTEES[number % len(COMMITTEES)] for number in (epoch, epoch + 1))
        updates = [
            abci.ValidatorUpdate(
                pub_key=PublicKey(secp256k1eth=make_public_key(number)), power=int(number in after)
            )
            for number in sorted(before ^ after)
        ]
    return abci.ResponseFinalizeBlock(
        tx_results=[abci.ExecTxResult(gas_used=height)],
        validator_updates=updates,
        app_hash=compute_application_hash(make_leaves(height)),
    )


class LiveNetwork:
    """Nodes that run until `stop`."""

    def __init__(self, path: Path, cometbft: Path) -> None:
        self._cometbft = cometbft
        self._nodes = [create_node(path / f"node{number}", number) for number in range(NODES)]
        peers = [peer for _, _, peer in self._nodes]
        genesis = json.dumps(make_genesis())
        for folder, settings, peer in self._nodes:
            folder.genesis.write_text(genesis)
            others = tuple(other for other in peers if other != peer)
            write_cometbft(folder, replace(settings, consensus_peers=others))
        self._servers: list[asyncio.Task[None]] = []
        self._processes: list[asyncio.subprocess.Process] = []

    @property
    def rpc_url(self) -> str:
        return f"http://127.0.0.1:{self._nodes[0][1].ports.consensus_rpc}"

    async def start(self) -> None:
        for folder, _, _ in self._nodes:
            self._servers.append(asyncio.create_task(AbciServer(answer, folder.socket).serve()))
        await asyncio.sleep(0.5)
        for folder, _, _ in self._nodes:
            command = guard_command([self._cometbft, "start", "--home", folder.cometbft])
            with (folder.logs / "cometbft.log").open("wb") as log:
                self._processes.append(await asyncio.create_subprocess_exec(*command, stdout=log, stderr=log))

    async def wait_for(self, height: int) -> None:
        async with asyncio.timeout(START_WITHIN_S), httpx.AsyncClient(trust_env=False) as client:
            while True:
                try:
                    status = (await client.get(f"{self.rpc_url}/status")).json()["result"]
                    if int(status["sync_info"]["latest_block_height"]) >= height:
                        return
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.1)

    async def stop_node(self, number: int) -> None:
        process = self._processes[number]
        if process.returncode is None:
            process.terminate()
            await process.wait()

    async def stop(self) -> None:
        for number in range(len(self._processes)):
            await self.stop_node(number)
        for server in self._servers:
            server.cancel()
        await asyncio.gather(*self._servers, return_exceptions=True)


def create_node(path: Path, number: int) -> tuple[NodeFolder, NodeSettings, str]:
    settings = NodeSettings(name=path.name, ports=Ports(*find_free_ports(len(Ports.__slots__))))
    peer_id, _ = create_folder(path, settings)
    folder = NodeFolder(path)
    keys.write_consensus_key(folder.consensus_key, make_secret(number))
    return folder, settings, f"{peer_id}@127.0.0.1:{settings.ports.consensus_peers}"


def make_genesis() -> dict[str, object]:
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 2))
    return {
        "genesis_time": moment,
        "chain_id": CHAIN_ID,
        "initial_height": "1",
        "consensus_params": {
            "block": {"max_bytes": "1048576", "max_gas": "-1"},
            "evidence": {
                "max_age_num_blocks": "1000",
                "max_age_duration": "1000000000000",
                "max_bytes": "10000",
            },
            "validator": {"pub_key_types": ["secp256k1eth"]},
            "version": {"app": "1"},
            "abci": {"vote_extensions_enable_height": "0"},
        },
        "validators": [
            {
                "pub_key": {
                    "type": "tendermint/PubKeySecp256k1eth",
                    "value": base64.b64encode(make_public_key(number)).decode(),
                },
                "power": "1",
            }
            for number in sorted(COMMITTEES[0])
        ],
    }
