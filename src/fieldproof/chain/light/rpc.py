"""Reading CometBFT's RPC. Nothing that it says is believed here: whoever asks checks signatures.

Every failure is a `ConsensusRpcError` at once: who follows a chain comes back with the next round.
"""

from typing import Any, Self, cast

import httpx

from fieldproof.chain.errors import ConsensusRpcError
from fieldproof.chain.light.answers import (
    parse_header,
    parse_latest_height,
    parse_signed_header,
    parse_validators,
)
from fieldproof.chain.light.values import Header, LightBlock, Validator

TIMEOUT_S = 20.0

PAGE = 100
"""Most validators that CometBFT gives at once."""

MAXIMUM_PAGES = 10
"""A committee is drawn from a pool of at most 1,000."""


class ConsensusRpc:
    """One CometBFT node. Use it as an asynchronous context manager."""

    def __init__(self, url: str) -> None:
        self._client = httpx.AsyncClient(base_url=url, timeout=TIMEOUT_S, trust_env=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def get_latest_height(self) -> int:
        """Return the height of the newest block."""
        return parse_latest_height(await self._get("status"))

    async def get_header(self, height: int) -> Header:
        """Return the header of a height."""
        return parse_header((await self._get("header", height=height)).get("header"))

    async def get_light_block(self, height: int) -> LightBlock:
        """Return the header of a height, the commit for it and its validators."""
        signed = (await self._get("commit", height=height)).get("signed_header")
        header, commit = parse_signed_header(signed)
        return LightBlock(header, commit, tuple(await self._get_validators(height)))

    async def _get_validators(self, height: int) -> list[Validator]:
        validators: list[Validator] = []
        for page in range(1, MAXIMUM_PAGES + 1):
            answer = await self._get("validators", height=height, page=page, per_page=PAGE)
            found, total = parse_validators(answer)
            validators += found
            if len(validators) >= total:
                return validators
        raise ConsensusRpcError(
            f"CometBFT has more than {PAGE * MAXIMUM_PAGES} validators, or counts wrongly"
        )

    async def _get(self, method: str, **parameters: int) -> dict[str, Any]:
        try:
            answer = (await self._client.get(f"/{method}", params=parameters)).json()
        except (httpx.HTTPError, ValueError) as failure:
            cause = type(failure).__name__
            raise ConsensusRpcError(f"CometBFT does not answer {method}: {cause}") from failure
        if not isinstance(answer, dict) or not isinstance(answer.get("result"), dict):
            error = answer.get("error") if isinstance(answer, dict) else None
            raise ConsensusRpcError(f"CometBFT refuses {method}: {error!r:.300}")
        return cast(dict[str, Any], answer["result"])
