import copy
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldproof.chain.consensus_rpc import ConsensusRpc
from fieldproof.chain.errors import ConsensusRpcError
from fieldproof.chain.light import (
    History,
    LightBlock,
    RefusedHeaderError,
    find_block,
    read_header,
    read_light_block,
    verify_light_block,
)
from fieldproof.chain.light.answers import parse_signed_header, parse_validators
from fieldproof.chain.light.reading import read_latest_height
from fieldproof.core import ManualClock

from . import recorded
from .recorded import Server, serve

CLOCK = ManualClock(recorded.get_time_s() * 1000)


@pytest.fixture
def server() -> Iterator[Server]:
    with serve() as running:
        yield running


async def test_a_block_is_read_with_its_validators(server: Server) -> None:
    async with ConsensusRpc(server.url) as rpc:
        assert await read_latest_height(rpc) == recorded.HEIGHT
        assert await read_light_block(rpc, 21) == recorded.get_block(21)
        assert await read_header(rpc, 5) == recorded.get_block(5).header


@pytest.mark.parametrize(
    ("trusted", "found"), [(1, 5), (4, 5), (5, 10), (9, 10), (10, 15), (15, 20), (20, 23)]
)
async def test_the_last_block_of_the_next_committee_is_found(
    server: Server, trusted: int, found: int
) -> None:
    async with ConsensusRpc(server.url) as rpc:
        block = await find_block(rpc, recorded.get_trusted(trusted), 23)
    assert block.header.height == found


async def test_a_block_of_the_same_committee_is_found_at_once(server: Server) -> None:
    async with ConsensusRpc(server.url) as rpc:
        await find_block(rpc, recorded.get_trusted(20), 24)
    assert server.asked == ["header", "commit", "validators"]


@pytest.mark.parametrize("height", [2, 5, 6, 17, 25])
async def test_any_header_is_reached_from_the_first(server: Server, height: int) -> None:
    async with ConsensusRpc(server.url) as rpc:
        history = History(rpc, recorded.SETTINGS, recorded.get_trusted(), CLOCK)
        assert await history.take(height) == recorded.get_block(height)
    assert history.trusted == recorded.get_trusted(height)


async def test_nothing_leads_back_to_an_earlier_header(server: Server) -> None:
    async with ConsensusRpc(server.url) as rpc:
        history = History(rpc, recorded.SETTINGS, recorded.get_trusted(5), CLOCK)
        for height in (4, 5):
            with pytest.raises(ValueError, match="not above the trusted 5"):
                await history.take(height)


async def test_a_forged_hash_of_the_application_is_noticed(server: Server) -> None:
    def forge(method: str, result: Any) -> Any:
        if method == "commit":
            result = copy.deepcopy(result)
            result["signed_header"]["header"]["app_hash"] = "AB" * 32
        return {"result": result}

    server.forge = forge
    async with ConsensusRpc(server.url) as rpc:
        history = History(rpc, recorded.SETTINGS, recorded.get_trusted(), CLOCK)
        with pytest.raises(RefusedHeaderError, match="height 5 is refused"):
            await history.take(25)


async def test_another_block_than_the_one_asked_for_is_noticed(server: Server) -> None:
    server.forge = lambda method, _: {"result": recorded.answer(method, {"height": "7"})}
    async with ConsensusRpc(server.url) as rpc:
        for request in (read_header(rpc, 6), read_light_block(rpc, 6)):
            with pytest.raises(ConsensusRpcError, match="asked for block 6 and gives block 7"):
                await request


async def test_another_chain_behind_the_url_is_noticed(server: Server) -> None:
    elsewhere = replace(recorded.get_trusted(5), next_validators_hash=bytes(32))
    async with ConsensusRpc(server.url) as rpc:
        with pytest.raises(ConsensusRpcError, match="block 6 does not follow from the trusted 5"):
            await find_block(rpc, elsewhere, 25)


@pytest.mark.parametrize(
    "document",
    [b"", b"<html>", b"[]", b"{}", b'{"result": 5}', b'{"error": {"message": "height 9 is gone"}}'],
)
async def test_an_answer_that_is_none_is_an_error_of_the_rpc(server: Server, document: bytes) -> None:
    server.forge = lambda *_: document
    async with ConsensusRpc(server.url) as rpc:
        for request in (read_latest_height(rpc), read_header(rpc, 1), read_light_block(rpc, 1)):
            with pytest.raises(ConsensusRpcError):
                await request


async def test_the_reason_of_a_refusal_is_shown(server: Server) -> None:
    server.forge = lambda *_: {"error": {"message": "height 9 is gone"}}
    async with ConsensusRpc(server.url) as rpc:
        with pytest.raises(ConsensusRpcError, match="height 9 is gone"):
            await read_header(rpc, 9)


async def test_a_node_that_is_away_is_an_error_of_the_rpc() -> None:
    with serve() as server:
        pass
    async with ConsensusRpc(server.url) as rpc:
        with pytest.raises(ConsensusRpcError, match=r"does not answer \(ConnectError"):
            await read_latest_height(rpc)


async def test_a_set_without_end_is_given_up(server: Server) -> None:
    def forge(method: str, result: Any) -> Any:
        return {"result": result | {"total": "5000"} if method == "validators" else result}

    server.forge = forge
    async with ConsensusRpc(server.url) as rpc:
        with pytest.raises(ConsensusRpcError, match="more than 1000 validators, or counts wrongly"):
            await read_light_block(rpc, 1)


async def test_a_set_of_several_pages_is_put_together(server: Server) -> None:
    def forge(method: str, result: Any) -> Any:
        if method != "validators":
            return {"result": result}
        half = len([name for name in server.asked if name == "validators"])
        return {"result": {"validators": result["validators"][2 * half - 2 : 2 * half], "total": "4"}}

    server.forge = forge
    async with ConsensusRpc(server.url) as rpc:
        assert await read_light_block(rpc, 1) == recorded.get_block(1)


@given(data=st.data())
def test_whatever_stands_in_an_answer_is_read_or_refused_and_never_trusted(data: st.DataObject) -> None:
    recorded_block = copy.deepcopy(recorded.NETWORK["blocks"][4])
    answers = {
        "commit": recorded_block["commit"]["signed_header"],
        "validators": recorded_block["validators"],
    }
    holder, key = data.draw(st.sampled_from(list(list_places(answers))))
    holder[key] = data.draw(WHATEVER)
    with suppress(ConsensusRpcError, RefusedHeaderError):
        header, commit = parse_signed_header(answers["commit"])
        read = LightBlock(header, commit, tuple(parse_validators(answers["validators"])[0]))
        trusted = verify_light_block(recorded.SETTINGS, recorded.get_trusted(), read, recorded.get_time_s())
        assert trusted == recorded.get_trusted(5)


WHATEVER = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["0", "-1", str(2**63), "AB", "AB" * 32, "0001-01-01T00:00:00Z", "AAAA"])
    | st.lists(st.integers(), max_size=2)
    | st.dictionaries(st.text(max_size=3), st.integers(), max_size=2)
)


def list_places(document: Any) -> Iterator[tuple[Any, Any]]:
    """Every member of every object and list, with what holds it."""
    items = document.items() if isinstance(document, dict) else enumerate(document)
    for key, value in items:
        yield document, key
        if isinstance(value, dict | list):
            yield from list_places(value)
