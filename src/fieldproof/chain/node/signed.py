"""What a consensus key signed last, on the disk before anyone else has the signature.

The file is CometBFT's own (`priv_validator_state.json`), and so are the rules: never a lower height, round or
step, and at the same ones the same signature again, also where only the time differs.
"""

import base64
import io
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any, Self, TypeVar

from google.protobuf.message import DecodeError
from google.protobuf.proto import parse_length_prefixed

from fieldproof.chain.errors import NodeError
from fieldproof.chain.messages.framing import frame_message
from fieldproof.chain.messages.tendermint.types.canonical_pb2 import CanonicalProposal, CanonicalVote

Canonical = TypeVar("Canonical", CanonicalVote, CanonicalProposal)


class RefusedSignatureError(NodeError):
    """A signature that could contradict another one of the same key."""


class Step(IntEnum):
    """The signatures of a round, in order."""

    PROPOSE = 1
    PREVOTE = 2
    PRECOMMIT = 3


@dataclass(frozen=True, slots=True)
class _Last:
    height: int
    round: int
    step: int
    sign_bytes: bytes
    signature: bytes

    @property
    def place(self) -> tuple[int, int, int]:
        """Only ever rises."""
        return self.height, self.round, self.step


class SignedState:
    """The file of one key."""

    def __init__(self, path: Path, last: _Last) -> None:
        self._path = path
        self._last = last

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the file, or raise `NodeError`: without it nobody knows what was signed."""
        try:
            document: dict[str, Any] = json.loads(path.read_text())
            last = _Last(
                int(document["height"]),
                int(document["round"]),
                int(document["step"]),
                bytes.fromhex(document.get("signbytes", "")),
                base64.b64decode(document.get("signature", ""), validate=True),
            )
        except (OSError, ValueError, KeyError, TypeError) as failure:
            hint = "Move it here together with the key; never make a new one for a key that has signed."
            raise NodeError(f"{path} does not say what the key signed last", hint=hint) from failure
        return cls(path, last)

    def sign(
        self, height: int, round_number: int, step: Step, message: Canonical, sign: Callable[[bytes], bytes]
    ) -> tuple[Canonical, bytes]:
        """Return what is signed and the signature, new or again; else raise `RefusedSignatureError`."""
        place, last = (height, round_number, int(step)), self._last
        if place < last.place:
            raise RefusedSignatureError(
                f"{_describe(place)} comes before {_describe(last.place)}, signed already"
            )
        data = frame_message(message)
        if place == last.place:
            return self._repeat(message), last.signature
        signature = sign(data)
        self._save(_Last(*place, data, signature))
        return message, signature

    def _repeat(self, message: Canonical) -> Canonical:
        """Return what was signed last, if `message` differs from it in its time alone."""
        try:
            signed = parse_length_prefixed(type(message), io.BytesIO(self._last.sign_bytes))
        except DecodeError:
            signed = None
        same = type(message)()
        if signed is not None:
            same.CopyFrom(signed)
            same.timestamp.CopyFrom(message.timestamp)
        if signed is None or same != message:
            raise RefusedSignatureError(f"{_describe(self._last.place)} was signed with other content")
        return signed

    def _save(self, last: _Last) -> None:
        """Have it on the disk, whole, before it counts."""
        document = {
            "height": str(last.height),
            "round": last.round,
            "step": last.step,
            "signature": base64.b64encode(last.signature).decode(),
            "signbytes": last.sign_bytes.hex().upper(),
        }
        draft = self._path.with_suffix(".new")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(json.dumps(document))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        self._last = last


def _describe(place: tuple[int, int, int]) -> str:
    height, round_number, step = place
    name = Step(step).name.lower() if step else "nothing"
    return f"height {height}, round {round_number}, {name}"
