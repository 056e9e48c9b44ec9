import asyncio
import time
from collections.abc import Sequence
from typing import Any

import pytest

from fieldproof.core.ports import find_free_ports
from fieldproof.settle import (
    Anvil,
    Call,
    CallRevertedError,
    ChainClient,
    NoCodeError,
    RetrySettings,
    RpcRefusedError,
    RpcUnreachableError,
    WrongChainError,
    get_development_account,
    load_interface,
)

QUICK = RetrySettings(tries=3, first_pause_s=0.05, timeout_s=2)


async def test_another_chain_than_expected_is_refused(anvil: Anvil) -> None:
    with pytest.raises(WrongChainError, match=r"serves chain 31337, this network lives on chain 1\b"):
        await ChainClient.connect(anvil.url, chain_id=1)


async def test_a_dead_node_is_given_up_after_the_bound_and_the_bound_is_named() -> None:
    url = f"http://user:secret@127.0.0.1:{find_free_ports(1)[0]}/v3/api-key?token=hidden"
    started = time.monotonic()
    with pytest.raises(RpcUnreachableError, match="3 tries within") as caught:
        await ChainClient.connect(url, chain_id=31337, retry=QUICK)
    assert 0.15 <= time.monotonic() - started < 5
    for secret in ("user", "secret", "api-key", "hidden"):
        assert secret not in str(caught.value)


async def test_a_node_that_comes_back_in_time_is_not_an_error(anvil: Anvil) -> None:
    (port,) = find_free_ports(1)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream_reader, upstream_writer = await asyncio.open_connection(
            "127.0.0.1", int(anvil.url.rsplit(":", 1)[1])
        )

        async def copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
            while data := await source.read(65536):
                sink.write(data)
                await sink.drain()
            sink.close()

        await asyncio.gather(copy(reader, upstream_writer), copy(upstream_reader, writer))

    connecting = asyncio.create_task(
        ChainClient.connect(f"http://127.0.0.1:{port}", chain_id=31337, retry=RetrySettings(5, 0.1, 2))
    )
    await asyncio.sleep(0.15)
    server = await asyncio.start_server(answer, "127.0.0.1", port)
    client = await connecting
    assert (await client.get_latest_block()).number == 0
    await client.close()
    server.close()


async def test_something_that_is_no_node_is_given_up() -> None:
    async def babble(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(babble, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(RpcUnreachableError):
        await ChainClient.connect(f"http://127.0.0.1:{port}", chain_id=31337, retry=QUICK)
    server.close()


async def test_an_address_without_a_contract_is_named(anvil: Anvil) -> None:
    nowhere = b"\x42" * 20
    with pytest.raises(NoCodeError, match="no code at 0x4242"):
        await anvil.client.verify_code("the Settlement", nowhere)
    with pytest.raises(NoCodeError):
        await anvil.client.read(nowhere, load_interface("Settlement").functions["networkId"])


async def test_a_contract_that_refuses_is_quoted(anvil: Anvil) -> None:
    factory = load_interface("NetworkFactory")
    with pytest.raises(CallRevertedError, match=r"FactoryNoCode\(implementation=0x0909"):
        await anvil.client.call(Call(None, factory.encode_creation(b"\x09" * 20, b"\x09" * 20, b"\x09" * 20)))


async def test_many_calls_are_one_request_and_are_answered_in_their_order(anvil: Anvil) -> None:
    accounts = [(get_development_account(index).address,) for index in range(3)]
    hexes = [("0x" + account.hex(), "latest") for (account,) in accounts]
    await anvil.set_balance(accounts[1][0], 7)
    balances = await anvil.client.request_many("eth_getBalance", hexes)
    assert [int(balance, 16) for balance in balances] == [
        await anvil.client.get_balance(account) for (account,) in accounts
    ]
    assert int(balances[1], 16) == 7
    with pytest.raises(RpcRefusedError, match="eth_getBalance"):
        await anvil.client.request_many("eth_getBalance", [*hexes, ("nonsense",)])


async def test_more_reads_than_a_request_takes_are_answered_in_their_order(
    anvil: Anvil, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fieldproof.settle.client.READS_PER_REQUEST", 2)
    requests: list[int] = []
    request_many = anvil.client.request_many

    async def count(method: str, many: Sequence[tuple[Any, ...]]) -> list[Any]:
        requests.append(len(many))
        return await request_many(method, many)

    monkeypatch.setattr(anvil.client, "request_many", count)
    # A contract that answers with what it is asked: calldata from the fifth byte on, one word.
    await anvil.client.request("anvil_setCode", "0x" + "42" * 20, "0x6020600460003760206000f3")
    window_at = load_interface("Settlement").functions["windowAt"]
    answers = await anvil.client.read_many(b"\x42" * 20, window_at, [(number,) for number in range(5)])
    assert answers == [(number,) for number in range(5)]
    assert requests == [2, 2, 1]


async def test_an_error_of_the_node_is_no_reason_to_try_again(anvil: Anvil) -> None:
    with pytest.raises(RpcRefusedError, match="eth_nonsense"):
        await anvil.client.request("eth_nonsense")
