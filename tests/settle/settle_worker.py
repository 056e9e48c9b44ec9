"""Sends one transaction and kills itself with SIGKILL at the named point: URL FOLDER POINT."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from fieldproof.core import SystemClock
from fieldproof.settle import Call, ChainClient, KeySigner, SubmissionSettings, Submitter
from fieldproof.store import open_store

KEY = bytes.fromhex("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80")
"""Of the embedded chain's first rich account; public."""
TARGET = b"\x07" * 20


async def main(url: str, folder: str, point: str) -> None:
    def reached(name: str) -> None:
        if name == point:
            os.kill(os.getpid(), signal.SIGKILL)

    with open_store(Path(folder)) as store:
        async with await ChainClient.connect(url, chain_id=31337) as client:
            submitter = Submitter(
                client,
                KeySigner(KEY),
                store.outbox,
                clock=SystemClock(),
                settings=SubmissionSettings(poll_s=0.05),
                reached=reached,
            )
            await submitter.submit("pay", Call(TARGET, b"", 5))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
