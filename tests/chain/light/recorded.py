"""The network of vectors/light_network.json: its blocks, and a server that answers as its CometBFT did."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from fieldproof.chain.light import LightBlock, TrustedHeader, TrustSettings
from fieldproof.chain.light.answers import parse_signed_header, parse_validators

NETWORK = json.loads((Path(__file__).parents[3] / "vectors" / "light_network.json").read_text())
SETTINGS = TrustSettings(NETWORK["chain_id"], trusting_period_s=3600, maximum_drift_s=5)
HEIGHT = len(NETWORK["blocks"])


@cache
def get_block(height: int) -> LightBlock:
    recorded = NETWORK["blocks"][height - 1]
    header, commit = parse_signed_header(recorded["commit"]["signed_header"])
    return LightBlock(header, commit, tuple(parse_validators(recorded["validators"])[0]))


def get_trusted(height: int = 1) -> TrustedHeader:
    return TrustedHeader.of(get_block(height).header)


def get_time_s(height: int = HEIGHT) -> int:
    """A moment after a block, on the second."""
    return get_block(height).header.time_ns // 10**9 + 1


def answer(method: str, parameters: dict[str, str]) -> Any:
    recorded = NETWORK["blocks"][int(parameters.get("height", HEIGHT)) - 1]
    match method:
        case "status":
            return {"sync_info": {"latest_block_height": str(HEIGHT)}}
        case "header":
            return {"header": recorded["commit"]["signed_header"]["header"]}
        case "commit" | "validators":
            return recorded[method]
    raise AssertionError(f"a light client does not ask for {method}")


class Server:
    """Answers on loopback, and counts what it was asked for; `forge` changes an answer."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.asked: list[str] = []
        self.forge = lambda method, result: {"jsonrpc": "2.0", "id": -1, "result": result}


@contextmanager
def serve() -> Iterator[Server]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            method = parts.path.strip("/")
            server.asked.append(method)
            document = server.forge(method, answer(method, dict(parse_qsl(parts.query))))
            body = document if isinstance(document, bytes) else json.dumps(document).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        server = Server(listening.server_port)
        thread = threading.Thread(target=listening.serve_forever, args=[0.01])
        thread.start()
        yield server
        listening.shutdown()
        thread.join()
