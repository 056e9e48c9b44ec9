from collections.abc import Iterator
from pathlib import Path

import pytest
from live_gateway import LiveGateway, run_gateway

from fieldproof.device import HttpGateway, Patience


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LiveGateway]:
    with run_gateway(tmp_path / "gateway") as live:
        yield live


@pytest.fixture
def gateway(live: LiveGateway) -> Iterator[HttpGateway]:
    gateway = HttpGateway(live.url, patience=Patience(attempts=2, first_wait_s=0.01, longest_wait_s=0.02))
    yield gateway
    gateway.close()
