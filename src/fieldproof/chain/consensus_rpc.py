"""What is asked of CometBFT's RPC."""

import base64
import json
from typing import Any, Self

import httpx

from fieldproof.chain.errors import ConsensusRpcError

_TIMEOUT_S = 10.0


class ConsensusRpc:
    """One CometBFT. An asynchronous context manager."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        self._client = httpx.AsyncClient(timeout=_TIMEOUT_S, trust_env=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def request(self, method: str, **parameters: str) -> Any:
        """Return the result of a method, or raise `ConsensusRpcError`."""
        try:
            response = await self._client.get(f"{self._url}/{method}", params=parameters)
            answer = response.json()
        except (httpx.HTTPError, ValueError) as failure:
            cause = type(failure).__name__
            raise ConsensusRpcError(f"CometBFT at {self._url} does not answer ({cause})") from failure
        if not isinstance(answer, dict) or not isinstance(answer.get("result"), dict):
            error = answer.get("error") if isinstance(answer, dict) else None
            said = f"{error.get('message')}: {error.get('data')}" if isinstance(error, dict) else "no result"
            raise ConsensusRpcError(f"CometBFT refuses {method}: {said}")
        return answer["result"]

    async def query(self, path: str, data: str = "") -> Any:
        """Ask the application, see `application.queries`."""
        answer = await self.request("abci_query", path=f'"{path}"', data="0x" + data.encode().hex())
        response = answer["response"]
        if response.get("code"):
            raise ConsensusRpcError(f"the application has no answer to {path} {data}: {response.get('log')}")
        return json.loads(base64.b64decode(response["value"]))

    async def get_height(self) -> int:
        """Return the last height."""
        return int((await self.request("status"))["sync_info"]["latest_block_height"])

    async def get_chain_id(self) -> int:
        """Return the EVM's chain id."""
        return int(json.loads(await self.get_application_genesis())["parameters"]["chain_id"])

    async def get_consensus_chain_id(self) -> str:
        """Return the id that consensus signs over."""
        return str((await self.request("genesis"))["genesis"]["chain_id"])

    async def get_application_genesis(self) -> bytes:
        """Return the application's part of genesis, JSON."""
        return json.dumps((await self.request("genesis"))["genesis"]["app_state"]).encode()
