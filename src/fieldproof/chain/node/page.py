"""One Prometheus page of a node: those of its three processes, joined, each figure labelled with its part.

A process that does not answer leaves its figures out, and `fieldproof_chain_up` says so: the page of a node
in trouble is the one that matters most.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import ClassVar

import httpx

from fieldproof.chain.errors import NodeError
from fieldproof.chain.node.settings import Ports

FETCH_WITHIN_S = 2.0
"""Three processes that hang are still given up before a Prometheus gives up the page (10 s)."""

_UP = "fieldproof_chain_up"
_SAMPLE = re.compile(r"([A-Za-z_:][\w:]*)\s*(?:\{(.*)\})?\s+(\S.*)")


@dataclass(slots=True)
class _Family:
    """What is said of one metric, by all parts."""

    head: list[str] = field(default_factory=list)
    samples: list[str] = field(default_factory=list)


def join_pages(pages: Mapping[str, str | None]) -> str:
    """Return one page of several, by their part's name; None where a part does not answer."""
    families: dict[str, _Family] = {}
    for part, page in pages.items():
        _add_page(families, part, page or "")
    lines = [f"# HELP {_UP} Whether a process of the node answers", f"# TYPE {_UP} gauge"]
    lines += [f'{_UP}{{part="{part}"}} {int(page is not None)}' for part, page in pages.items()]
    for family in families.values():
        lines += family.head + family.samples
    return "\n".join(lines) + "\n"


def _add_page(families: dict[str, _Family], part: str, page: str) -> None:
    """Sort a page's lines under their metrics. HELP and TYPE of whoever comes first stand."""
    name, is_new = "", False
    for line in page.splitlines():
        if line.startswith(("# HELP ", "# TYPE ")):
            described = line.split(maxsplit=3)[2]
            if described != name:
                name, is_new = described, described not in families
            if is_new:
                families.setdefault(name, _Family()).head.append(line)
        elif (sample := _SAMPLE.fullmatch(line)) is not None:
            # Buckets, sums and counts belong to what was described last; what is nobody's is its own.
            found, labels, value = sample.groups()
            family = families.setdefault(name if name and found.startswith(name) else found, _Family())
            marked = f'part="{part}"' + (f",{labels}" if labels else "")
            family.samples.append(f"{found}{{{marked}}} {value}")


def list_sources(ports: Ports) -> dict[str, str]:
    """Return where each process shows its figures."""
    return {
        "geth": f"http://127.0.0.1:{ports.execution_metrics}/debug/metrics/prometheus",
        "application": f"http://127.0.0.1:{ports.application_metrics}/metrics",
        "cometbft": f"http://127.0.0.1:{ports.consensus_metrics}/metrics",
    }


class MetricsServer:
    """Serves the joined page on loopback, from threads of its own."""

    def __init__(self, ports: Ports) -> None:
        sources = list_sources(ports)

        class Handler(_Handler):
            parts = sources

        try:
            self._server = ThreadingHTTPServer(("127.0.0.1", ports.metrics), Handler)
        except OSError as failure:
            raise NodeError(f"the metrics cannot be served on port {ports.metrics}: {failure}") from failure
        self._thread = Thread(target=self._server.serve_forever, name="metrics", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    parts: ClassVar[Mapping[str, str]]

    def do_GET(self) -> None:
        if self.path != "/metrics":
            self.send_error(404)
            return
        page = join_pages({part: _fetch(url) for part, url in self.parts.items()}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_: object) -> None:  # one line a scrape helps nobody
        pass


def _fetch(url: str) -> str | None:
    try:
        answer = httpx.get(url, timeout=FETCH_WITHIN_S, trust_env=False)
        answer.raise_for_status()
    except httpx.HTTPError:
        return None
    return answer.text
