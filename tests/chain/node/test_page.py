"""One Prometheus page for three processes: nothing is lost, nothing said twice, and absence is shown."""

import json
import re
from collections import Counter
from dataclasses import fields
from pathlib import Path
from threading import Thread
from wsgiref.simple_server import make_server

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from chain.guide import GUIDE, read_guide_settings
from fieldproof.chain import NodeError
from fieldproof.chain.node.page import MetricsServer, join_pages
from fieldproof.chain.node.settings import NodeSettings, Ports
from fieldproof.core.ports import find_free_ports

PAGES = Path(__file__).parent / "pages"
DASHBOARD = GUIDE.with_name("chain-dashboard.json")
RECORDED = {part: (PAGES / f"{part}.txt").read_text() for part in ("geth", "application", "cometbft")}

WORDS = {"rate", "increase", "histogram_quantile", "sum", "by", "le", "request"}
"""What may stand in a query and is no metric."""

P2P = {"cometbft_p2p_peers"}
"""On the page once there is a peer: the recorded node had none; the running devnet is asked for them."""


def list_names(page: str) -> set[str]:
    return {re.split(r"[ {]", line)[0] for line in page.splitlines() if line and line[0] != "#"}


def list_queries() -> list[str]:
    panels = json.loads(DASHBOARD.read_text())["panels"]
    return [target["expr"] for panel in panels for target in panel["targets"]]


def list_metrics(query: str) -> set[str]:
    plain = re.sub(r"\{[^}]*\}|\[[^\]]*\]|\b\d[\w.]*", " ", query)
    return set(re.findall(r"[A-Za-z_:][\w:]*", plain)) - WORDS


def test_every_figure_of_every_process_is_on_the_page_once() -> None:
    joined = join_pages(RECORDED)
    wanted = [line for page in RECORDED.values() for line in page.splitlines() if line and line[0] != "#"]
    found = [line for line in joined.splitlines() if line[0] != "#"]
    assert len(found) == len(wanted) + len(RECORDED)
    assert len({line.rsplit(" ", 1)[0] for line in found}) == len(found)
    assert list_names(joined) == {"fieldproof_chain_up"}.union(*map(list_names, RECORDED.values()))


def test_each_metric_is_described_once_and_its_figures_stand_together() -> None:
    joined = join_pages(RECORDED | {"twin": RECORDED["cometbft"]})
    kinds = Counter(line.split()[2] for line in joined.splitlines() if line.startswith("# TYPE"))
    assert max(kinds.values()) == 1
    families = Counter(family.name for family in text_string_to_metric_families(joined))
    assert families["go_goroutines"] == 1
    (goroutines,) = (
        family for family in text_string_to_metric_families(joined) if family.name == "go_goroutines"
    )
    assert {sample.labels["part"] for sample in goroutines.samples} == {"cometbft", "twin"}


def test_a_library_that_reads_the_page_finds_the_values_that_were_recorded() -> None:
    families = {family.name: family for family in text_string_to_metric_families(join_pages(RECORDED))}
    (height,) = families["fieldproof_chain_height"].samples
    assert f"fieldproof_chain_height {height.value}" in RECORDED["application"]
    (head,) = families["chain_head_block"].samples
    assert (head.labels, f"chain_head_block {int(head.value)}\n" in RECORDED["geth"]) == (
        {"part": "geth"},
        True,
    )


@pytest.mark.parametrize("away", sorted(RECORDED))
def test_a_process_that_is_away_leaves_its_figures_out_and_is_said_to_be_down(away: str) -> None:
    pages: dict[str, str | None] = {part: None if part == away else RECORDED[part] for part in RECORDED}
    joined = join_pages(pages)
    assert {f'fieldproof_chain_up{{part="{part}"}} {int(part != away)}' for part in RECORDED} <= set(
        joined.splitlines()
    )
    assert joined.count(f'part="{away}"') == 1


def test_a_page_without_descriptions_keeps_its_figures() -> None:
    assert 'odd{part="geth"} 1' in join_pages({"geth": 'odd 1\nfar{a="b } c"} 2'}).splitlines()
    assert 'far{part="geth",a="b } c"} 2' in join_pages({"geth": 'odd 1\nfar{a="b } c"} 2'}).splitlines()


def test_the_page_is_served_whatever_the_processes_do() -> None:
    ports = Ports(*find_free_ports(len(Ports.__slots__)))

    def answer(_: object, start: object) -> list[bytes]:
        start("200 OK", [("Content-Type", "text/plain")])  # type: ignore[operator]
        return [RECORDED["application"].encode()]

    application = make_server("127.0.0.1", ports.application_metrics, answer)
    thread = Thread(target=application.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    server = MetricsServer(ports)
    try:
        page = httpx.get(f"http://127.0.0.1:{ports.metrics}/metrics", trust_env=False)
        assert page.headers["content-type"].startswith("text/plain; version=0.0.4")
        assert 'fieldproof_chain_up{part="application"} 1' in page.text
        assert 'fieldproof_chain_up{part="geth"} 0' in page.text
        assert httpx.get(f"http://127.0.0.1:{ports.metrics}/other", trust_env=False).status_code == 404
        with pytest.raises(NodeError, match=f"on port {ports.metrics}"):
            MetricsServer(ports)
    finally:
        server.stop()
        application.shutdown()
        application.server_close()
        thread.join()


@pytest.mark.parametrize("query", list_queries())
def test_every_query_of_the_dashboard_names_metrics_of_the_page(query: str) -> None:
    metrics = list_metrics(query)
    assert metrics
    assert metrics <= list_names(join_pages(RECORDED)) | P2P


def test_a_query_of_a_metric_that_is_not_there_would_be_seen() -> None:
    assert list_metrics('rate(nobodys_metric{part="geth"}[2m]) / 1e9') == {"nobodys_metric"}


def test_the_guide_names_metrics_of_the_page_and_settings_of_a_node() -> None:
    guide = GUIDE.read_text()
    named = set(re.findall(r"fieldproof_chain_\w+", guide))
    assert len(named) >= 4
    assert named <= list_names(join_pages(RECORDED))
    document = read_guide_settings()
    assert len(document) >= 9
    assert set(document) <= {item.name for item in fields(NodeSettings)}
    assert set(document["ports"]) <= set(Ports.__slots__)  # type: ignore[call-overload]
