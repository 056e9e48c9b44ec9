"""Speaking to the gateway: send, send again, and believe only a receipt that its key signed."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from time import sleep as wait_seconds
from typing import Protocol

import httpx
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from fieldproof.core import EncodingError
from fieldproof.device.errors import ReceiptError, RefusedError, UnreachableError
from fieldproof.protocol import Reason, Receipt, ReceiptKind, verify_receipt

TIMEOUT_S = 10.0
ATTEMPTS = 5
FIRST_WAIT_S = 0.2
LONGEST_WAIT_S = 30.0
_PATHS = {ReceiptKind.PACKET: "/v1/packets", ReceiptKind.SEAL: "/v1/seals"}


class Gateway(Protocol):
    """Whatever takes packets and seals and answers with receipts."""

    def send(self, kind: ReceiptKind, raw: bytes) -> bytes:
        """Return the receipt as it came, not yet verified.

        Raises `RefusedError` when sending the same bytes again cannot help (at this moment), and
        `UnreachableError` when there was no answer.
        """


@dataclass(frozen=True, slots=True)
class Patience:
    """How often and for how long to try."""

    attempts: int = ATTEMPTS
    first_wait_s: float = FIRST_WAIT_S
    longest_wait_s: float = LONGEST_WAIT_S


class HttpGateway:
    """A gateway over HTTP; safe to use from several threads."""

    def __init__(
        self,
        url: str,
        *,
        patience: Patience = Patience(),
        sleep: Callable[[float], None] = wait_seconds,
    ) -> None:
        self._url = url
        self._client = httpx.Client(base_url=url, timeout=TIMEOUT_S)
        self._retrying = Retrying(
            retry=retry_if_exception_type(UnreachableError),
            stop=stop_after_attempt(patience.attempts),
            wait=wait_exponential_jitter(
                multiplier=patience.first_wait_s, max=patience.longest_wait_s, jitter=patience.first_wait_s
            ),
            sleep=sleep,
            reraise=True,
        )

    def send(self, kind: ReceiptKind, raw: bytes) -> bytes:
        """Send until there is a receipt or a refusal; with jitter, so that a fleet does not come at once."""
        return self._retrying.copy()(self._send_once, kind, raw)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _send_once(self, kind: ReceiptKind, raw: bytes) -> bytes:
        try:
            answer = self._client.post(_PATHS[kind], content=raw)
        except httpx.TransportError as error:
            raise UnreachableError(self._url, f"{type(error).__name__}: {error}") from error
        if answer.status_code == httpx.codes.OK:
            return answer.content
        try:
            problem = answer.json()
            reason = Reason(problem["reason"])
            detail, hint = str(problem["detail"])[:500], str(problem["hint"])[:500]
        except (json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError, ValueError) as error:
            raise UnreachableError(self._url, f"status {answer.status_code}") from error
        raise RefusedError(kind, reason, detail, hint=hint)


def check_receipt(data: bytes, gateway_address: bytes, expected: Receipt) -> None:
    """Raise `ReceiptError` unless `data` is the gateway's receipt for what was sent.

    The time received in `expected` is not looked at: only the gateway knows it.
    """
    try:
        receipt = verify_receipt(data, gateway_address)
    except EncodingError as error:
        raise ReceiptError(str(error)) from error
    sent = (expected.kind, expected.network_id, expected.device, expected.window, expected.payload_hash)
    if sent != (receipt.kind, receipt.network_id, receipt.device, receipt.window, receipt.payload_hash):
        raise ReceiptError("the receipt is for something else than was sent")
