"""When a node's consensus counts as standing still, by what a server answers for CometBFT."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from fieldproof.chain import ConsensusRpc
from fieldproof.chain.node.progress import STUCK_AFTER_S, Progress


class Answers:
    """What CometBFT says, and the time."""

    def __init__(self) -> None:
        self.height, self.peers, self.is_syncing, self.now_s = 7, [9, 8], False, 1000.0

    def answer(self, method: str) -> dict[str, object]:
        if method == "status":
            return {"sync_info": {"latest_block_height": str(self.height), "catching_up": self.is_syncing}}
        peers = [{"peer_state": {"round_state": {"height": str(height)}}} for height in self.peers]
        return {"peers": peers}


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def url(answers: Answers) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps({"result": answers.answer(self.path.split("?")[0].strip("/"))}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


async def look(answers: Answers, url: str, after_s: float) -> list[bool]:
    """Look at once, and twice after a while."""
    async with ConsensusRpc(url) as consensus:
        progress = Progress(consensus, lambda: answers.now_s)
        seen = [await progress.is_stuck()]
        answers.now_s += after_s
        return [*seen, await progress.is_stuck(), await progress.is_stuck()]


async def test_a_node_behind_a_peer_is_stuck_after_the_bound_and_that_is_said_once(
    answers: Answers, url: str
) -> None:
    assert await look(answers, url, STUCK_AFTER_S) == [False, True, False]


async def test_before_the_bound_it_is_not(answers: Answers, url: str) -> None:
    assert await look(answers, url, STUCK_AFTER_S - 0.001) == [False, False, False]


@pytest.mark.parametrize("peers", [[], [8, 8]])
async def test_a_chain_that_halted_leaves_no_node_behind(
    answers: Answers, url: str, peers: list[int]
) -> None:
    answers.peers = peers
    assert not any(await look(answers, url, 10 * STUCK_AFTER_S))


async def test_a_node_that_syncs_is_left_alone(answers: Answers, url: str) -> None:
    answers.is_syncing = True
    assert not any(await look(answers, url, 10 * STUCK_AFTER_S))


async def test_a_node_without_an_answer_is_left_alone(answers: Answers) -> None:
    assert not any(await look(answers, "http://127.0.0.1:9", 10 * STUCK_AFTER_S))
