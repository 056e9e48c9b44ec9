"""What surrounds a node and is not as it must be: a clear error with what to do, and nothing is lost."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from fieldproof.core import FieldproofError
from fieldproof.ingest import ClockError, PortTakenError
from fieldproof.run import (
    Blueprint,
    NetworkFolder,
    Node,
    NodeSettings,
    RunError,
    Settled,
    Tools,
    load_operator,
)
from fieldproof.settle import (
    Anvil,
    AnvilError,
    AnvilSettings,
    ChainClient,
    DevelopmentVerifierError,
    EmptyPurseError,
    KeystoreError,
    NoCodeError,
    Posted,
    RetrySettings,
    RpcUnreachableError,
    WrongChainError,
)
from fieldproof.store import JobState, StoreInUseError

from .conftest import Template, make_keystores
from .networks import AT_ONCE, GRACE_S, POSTED, WINDOW_S
from .world import ENVIRONMENT, GENESIS_S, NOWHERE, PASSWORD, SharedClock, keep_mining, read_events


def make_settings(url: str | None, **changes: object) -> NodeSettings:
    settings = NodeSettings(rpc_url=url, genesis_s=GENESIS_S, poll_s=0.05, environment=ENVIRONMENT)
    return replace(settings, **changes)  # type: ignore[arg-type]


async def start_and_stop(
    folder: Path, tools: Tools, settings: NodeSettings, clock: SharedClock, source: str = POSTED
) -> None:
    blueprint = Blueprint.build({"network.py": source})
    async with Node.start(NetworkFolder(folder), blueprint, tools, settings, clock=clock):
        pass


async def refuse_to_start(
    folder: Path,
    tools: Tools,
    settings: NodeSettings,
    clock: SharedClock,
    expected: type[FieldproofError],
    source: str = POSTED,
) -> FieldproofError:
    """The node does not start, says why and what to do, and leaves nothing behind that runs."""
    with pytest.raises(expected) as caught:
        await start_and_stop(folder, tools, settings, clock, source)
    assert caught.value.hint, str(caught.value)
    assert NetworkFolder(folder).find_running() is None
    return caught.value


@pytest.fixture
async def deployed(template: Template, tools: Tools, tmp_path: Path) -> AsyncIterator[tuple[Template, Anvil]]:
    """A copy of the deployed network on a chain of its own, a little before its first window."""
    copy = template.copy(tmp_path)
    async with await Anvil.start(AnvilSettings(tools.toolchain.anvil, copy.state)) as anvil:
        time_s = (await anvil.client.get_latest_block()).time_s + 10
        copy.fleet.clock.advance(time_s)
        await anvil.set_time(time_s)
        async with keep_mining(anvil):
            yield copy, anvil


Deployed = tuple[Template, Anvil]


def change_record(folder: Path, **changes: object) -> None:
    """Alter the record of where the network stands."""
    path = folder / ".fieldproof" / "deployment.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


async def play_window(copy: Template, anvil: Anvil, node: Node) -> None:
    """Let the whole fleet send and seal window 0, and let its grace pass."""
    fleet = copy.fleet
    ends_s = GENESIS_S + WINDOW_S
    for tank in fleet.tanks:
        fleet.record_rows(tank.number, 0, ((0, 10), (60_000, 20), (120_000, 30)))
    await anvil.set_time(ends_s)
    fleet.clock.advance(ends_s)
    for tank in fleet.tanks:
        report = await asyncio.to_thread(fleet.send, tank.number, node.gateway_url)
        assert report.seals == (0,)
    await anvil.set_time(ends_s + GRACE_S + 1)
    fleet.clock.advance(ends_s + GRACE_S + 1)


class Line:
    """A wire to a chain that can be cut."""

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        self._target = (parts.hostname, parts.port)
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def mend(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        assert self._server is not None
        self._server.close()
        for writer in self._writers:
            writer.close()
        await asyncio.sleep(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(*self._target)
        self._writers |= {writer, far_writer}
        try:
            await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))
        finally:
            self._writers -= {writer, far_writer}


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()


@asynccontextmanager
async def open_line(anvil: Anvil) -> AsyncIterator[Line]:
    line = Line(anvil.url)
    await line.mend()
    yield line
    await line.cut()


@asynccontextmanager
async def run_foreign_chain(tools: Tools, clock: SharedClock) -> AsyncIterator[str]:
    """Run a chain with id 5: somebody else's, on which tokens may be worth something."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    options = ["--port", str(port), "--chain-id", "5", "--timestamp", str(clock.now_ms() // 1000), "--quiet"]
    process = await asyncio.create_subprocess_exec(tools.toolchain.anvil, *options)
    try:
        url = f"http://127.0.0.1:{port}"
        await (await ChainClient.connect(url, chain_id=5, retry=RetrySettings(tries=8))).close()
        yield url
    finally:
        process.terminate()
        await process.wait()


async def test_an_rpc_that_is_down_at_the_start(folder: Path, tools: Tools, clock: SharedClock) -> None:
    error = await refuse_to_start(folder, tools, make_settings(NOWHERE), clock, RpcUnreachableError)
    assert NOWHERE in str(error)


async def test_an_rpc_of_another_chain(deployed: Deployed, tools: Tools) -> None:
    copy, anvil = deployed
    settings = make_settings(anvil.url, chain_id=1)
    error = await refuse_to_start(copy.folder, tools, settings, copy.fleet.clock, WrongChainError)
    assert "31337" in str(error)


async def test_a_network_that_was_deployed_on_another_chain(deployed: Deployed, tools: Tools) -> None:
    copy, anvil = deployed
    change_record(copy.folder, chain_id=1)
    settings = make_settings(anvil.url)
    error = await refuse_to_start(copy.folder, tools, settings, copy.fleet.clock, RunError)
    assert "chain 1" in str(error)


async def test_a_chain_that_was_started_anew(
    template: Template, tools: Tools, tmp_path: Path, anvil: Anvil, clock: SharedClock
) -> None:
    copy = template.copy(tmp_path / "copy")
    error = await refuse_to_start(copy.folder, tools, make_settings(anvil.url), clock, NoCodeError)
    assert "the Settlement" in str(error)


async def test_the_contract_of_another_network(deployed: Deployed, tools: Tools, tmp_path: Path) -> None:
    copy, anvil = deployed
    other = tmp_path / "other"
    other.mkdir()
    make_keystores(other)
    settings = make_settings(anvil.url)
    await start_and_stop(other, tools, settings, copy.fleet.clock, AT_ONCE)
    record = NetworkFolder(other).load_deployment()
    assert record is not None
    change_record(copy.folder, settlement="0x" + record.deployment.settlement.hex())
    error = await refuse_to_start(copy.folder, tools, settings, copy.fleet.clock, RunError)
    assert record.deployment.network_id.hex() in str(error)
    assert copy.fleet.record.deployment.network_id.hex() in str(error)


@pytest.mark.parametrize("ahead_s", [-180, 180])
async def test_a_clock_that_is_minutes_off(deployed: Deployed, tools: Tools, ahead_s: int) -> None:
    copy, anvil = deployed
    copy.fleet.clock.offset_ms += ahead_s * 1000
    error = await refuse_to_start(copy.folder, tools, make_settings(anvil.url), copy.fleet.clock, ClockError)
    assert ("ahead of" if ahead_s > 0 else "behind") in str(error)


async def test_a_port_that_is_taken(deployed: Deployed, tools: Tools) -> None:
    copy, anvil = deployed
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        settings = make_settings(anvil.url, port=port)
        error = await refuse_to_start(copy.folder, tools, settings, copy.fleet.clock, PortTakenError)
    assert str(port) in str(error)


async def test_a_second_node_on_the_same_folder(deployed: Deployed, tools: Tools) -> None:
    copy, anvil = deployed
    settings = make_settings(anvil.url)
    folder = NetworkFolder(copy.folder)
    async with Node.start(folder, copy.fleet.blueprint, tools, settings, clock=copy.fleet.clock) as node:
        with pytest.raises(StoreInUseError) as caught:
            await start_and_stop(copy.folder, tools, settings, copy.fleet.clock)
        assert caught.value.hint
        running = folder.find_running()
        assert running is not None
        assert running.gateway_url == node.gateway_url, "the first one is still the one that is found"
        assert (await asyncio.to_thread(copy.fleet.send, 0, node.gateway_url)).refusals == ()


async def test_a_source_that_changed_after_deployment(deployed: Deployed, tools: Tools) -> None:
    copy, anvil = deployed
    changed = POSTED.replace("<= 50", "<= 51")
    settings = make_settings(anvil.url)
    error = await refuse_to_start(copy.folder, tools, settings, copy.fleet.clock, RunError, changed)
    assert "never changes" in str(error)


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: len(text) // 2],
        lambda _: "[]",
        lambda _: "7",
        lambda text: text.replace('"registry": "0x', '"registry": "0xzz'),
        lambda text: text.replace('"settlement": "0x', '"settlement": "0xab'),
        lambda text: text.replace('"network_id"', '"network"'),
        lambda text: text.replace('"format": 1', '"format": 2'),
    ],
)
async def test_a_damaged_record_of_the_deployment(
    deployed: Deployed, tools: Tools, damage: Callable[[str], str]
) -> None:
    copy, anvil = deployed
    path = copy.folder / ".fieldproof" / "deployment.json"
    text = path.read_text()
    assert damage(text) != text
    path.write_text(damage(text))
    error = await refuse_to_start(copy.folder, tools, make_settings(anvil.url), copy.fleet.clock, RunError)
    assert "deployment.json" in str(error)


async def test_a_password_that_does_not_open_the_keystores(deployed: Deployed, tools: Tools) -> None:
    copy, anvil = deployed
    settings = make_settings(anvil.url, environment={"FIELDPROOF_PASSWORD": "another"})
    await refuse_to_start(copy.folder, tools, settings, copy.fleet.clock, KeystoreError)
    settings = make_settings(anvil.url, environment={})
    await refuse_to_start(copy.folder, tools, settings, copy.fleet.clock, KeystoreError)


async def test_an_empty_purse_is_filled_and_the_deployment_goes_on(
    folder: Path, tools: Tools, anvil: Anvil, clock: SharedClock
) -> None:
    make_keystores(folder)
    settings = make_settings(anvil.url)
    error = await refuse_to_start(folder, tools, settings, clock, EmptyPurseError)
    operator = load_operator(NetworkFolder(folder), PASSWORD)
    assert operator.address.hex() in str(error.hint)
    await anvil.set_balance(operator.address, 10**19)
    await start_and_stop(folder, tools, settings, clock)
    assert NetworkFolder(folder).load_deployment() is not None


async def test_a_development_verifier_is_refused_where_it_would_cost_money(
    folder: Path, tools: Tools, clock: SharedClock
) -> None:
    make_keystores(folder)
    async with run_foreign_chain(tools, clock) as url:
        settings = make_settings(url, chain_id=5)
        error = await refuse_to_start(folder, tools, settings, clock, DevelopmentVerifierError)
    assert "chain 5" in str(error)
    assert NetworkFolder(folder).load_deployment() is None


async def test_the_state_of_the_embedded_chain_is_damaged(
    folder: Path, tools: Tools, clock: SharedClock
) -> None:
    state = folder / ".fieldproof" / "chain" / "state.json"
    state.parent.mkdir(parents=True)
    state.write_text('{"block": ')
    await refuse_to_start(folder, tools, make_settings(None), clock, AnvilError)


async def test_a_part_that_dies_of_a_bug_ends_the_whole_node(deployed: Deployed, tools: Tools) -> None:
    copy, anvil = deployed
    fleet = copy.fleet

    def break_down(_: Settled) -> None:
        raise ZeroDivisionError

    async def run_until_it_ends() -> None:
        folder, settings = NetworkFolder(copy.folder), make_settings(anvil.url)
        async with Node.start(
            folder, fleet.blueprint, tools, settings, clock=fleet.clock, on_settled=break_down
        ) as node:
            await play_window(copy, anvil, node)
            async with asyncio.timeout(60):
                await asyncio.Event().wait()

    with pytest.raises(ZeroDivisionError):
        await run_until_it_ends()
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0, "whoever ran the node may go on"
    assert NetworkFolder(copy.folder).find_running() is None


async def test_an_rpc_that_goes_away_for_a_while_loses_no_reading(deployed: Deployed, tools: Tools) -> None:
    copy, anvil = deployed
    fleet = copy.fleet
    async with (
        open_line(anvil) as line,
        Node.start(
            NetworkFolder(copy.folder), fleet.blueprint, tools, make_settings(line.url), clock=fleet.clock
        ) as node,
    ):
        await line.cut()
        await play_window(copy, anvil, node)
        network_id = node.deployment.network_id
        async with asyncio.timeout(60):
            while not any(entry.last_error for entry in node.store.jobs.get_jobs(network_id)):
                await asyncio.sleep(0.1)
        errors = [entry.last_error or "" for entry in node.store.jobs.get_jobs(network_id)]
        assert any("did not answer" in error for error in errors)
        await line.mend()
        # A new attempt waits for a moment that the clock may bring at once.
        time_s = fleet.clock.now_ms() // 1000 + 5
        await anvil.set_time(time_s)
        fleet.clock.advance(time_s)
        async with asyncio.timeout(60):
            while sum(isinstance(e, Posted) for e in await read_events(anvil.client, fleet.record)) < 2:
                await asyncio.sleep(0.1)
        states = {entry.state for entry in node.store.jobs.get_jobs(network_id)}
        assert states == {JobState.DONE}
    assert fleet.check_log(1) == 15
