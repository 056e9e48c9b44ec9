"""A node's application that spoils the chunks of snapshots it serves: `spoiler.py FILE FOLDER`.

It puts a dot into FILE for each.
"""

import sys
from pathlib import Path

from fieldproof.chain.application.application import Application
from fieldproof.chain.messages.tendermint.abci import types_pb2 as abci
from fieldproof.chain.node.process import Behaviour, main

_spoilt = Path()


class SpoilingApplication(Application):
    """Does what it must, but for one bit."""

    async def handle(self, request: abci.Request) -> abci.Response:
        response = await super().handle(request)
        if chunk := response.load_snapshot_chunk.chunk:
            response.load_snapshot_chunk.chunk = bytes([chunk[0] ^ 1]) + chunk[1:]
            _count()
        return response


def _count() -> None:
    with _spoilt.open("a") as file:
        file.write(".")


if __name__ == "__main__":
    _spoilt = Path(sys.argv.pop(1))
    sys.exit(main(Behaviour(SpoilingApplication)))
