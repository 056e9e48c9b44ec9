"""One real network of four validators for three epochs: what wallets, contracts and strangers see of it."""

import asyncio
import hashlib
import json
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from eth_account import Account
from web3 import AsyncHTTPProvider, AsyncWeb3

from chain.network.comparison import list_differences, read_differences
from chain.test_commitment import fold
from fieldproof.chain import (
    ConsensusRpc,
    Devnet,
    DevnetPlan,
    Leaf,
    Sender,
    StakingContract,
    create_devnet,
    read_commitments,
    record_committee,
    verify_epochs,
)
from fieldproof.chain.commitment import Member, compute_members_hash
from fieldproof.chain.contracts import COMMITTEE, REWARDS, load_contract
from fieldproof.chain.node.keys import load_secret
from fieldproof.chain.proofs import BEACON_ROOTS
from fieldproof.chain.toolchain import Programs
from fieldproof.cli.chain.prove import VALUES
from fieldproof.core import SystemClock
from fieldproof.core.keccak import keccak256
from fieldproof.settle import (
    CHAIN_ID,
    Anvil,
    AnvilSettings,
    Call,
    CallRevertedError,
    ChainClient,
    KeySigner,
    get_development_account,
)

SCRIPT = Path(__file__).with_name("client_script.py")
CLIENT_KEY = hashlib.sha256(b"client").digest()
EPOCH_BLOCKS = 12
EPOCHS = 3

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(600)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def devnet(
    programs: Programs, anvil_program: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Devnet]:
    # Sockets have short names only.
    folder = tmp_path_factory.mktemp("net")
    faucets = (get_development_account(0).address, KeySigner(CLIENT_KEY).address)
    plan = DevnetPlan(4, 3, EPOCH_BLOCKS, faucets)
    devnet = Devnet(await create_devnet(folder, plan, programs, anvil_program), programs)
    try:
        await devnet.start()
        yield devnet
    finally:
        await devnet.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def consensus(devnet: Devnet) -> AsyncIterator[ConsensusRpc]:
    async with ConsensusRpc(devnet.consensus_url) as consensus:
        yield consensus


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client(devnet: Devnet, consensus: ConsensusRpc) -> AsyncIterator[ChainClient]:
    async with await ChainClient.connect(devnet.rpc_url, chain_id=CHAIN_ID) as client:
        await wait_for_height(consensus, 2)
        yield client


async def wait_for_height(consensus: ConsensusRpc, height: int) -> None:
    while (await consensus.query("state"))["height"] < height:
        await asyncio.sleep(0.25)


async def test_a_wallets_transfer_is_final_with_its_first_block(client: ChainClient, devnet: Devnet) -> None:
    web3 = AsyncWeb3(AsyncHTTPProvider(devnet.rpc_url))
    signer = get_development_account(0)
    receiver = b"\x11" * 20
    found = await Sender(client, signer).send(Call(receiver, b"", 10**18))
    assert await web3.eth.get_balance(AsyncWeb3.to_checksum_address("0x" + receiver.hex())) == 10**18
    block = await web3.eth.get_block("finalized")
    assert block["number"] >= found.block_number
    await web3.provider.disconnect()


async def test_what_one_account_sends_from_several_places_at_once_is_all_mined(client: ChainClient) -> None:
    senders = [Sender(client, get_development_account(0)) for _ in range(4)]
    receivers = [bytes([place]) * 20 for place in range(0x21, 0x25)]
    sent = [sender.send(Call(to, b"", 10**18)) for sender, to in zip(senders, receivers, strict=True)]
    await asyncio.gather(*sent)
    assert [await client.get_balance(receiver) for receiver in receivers] == [10**18] * 4


async def test_an_ordinary_client_sees_what_the_reference_says_and_nothing_else_that_is_not_as_on_anvil(
    devnet: Devnet, client: ChainClient, anvil_program: Path, tmp_path: Path
) -> None:
    settings = AnvilSettings(anvil_program, tmp_path / "anvil.json", block_time_s=1)
    async with await Anvil.start(settings) as anvil:
        await anvil.set_balance(KeySigner(CLIENT_KEY).address, 10**24)
        theirs, ours = [await run_client_script(url) for url in (anvil.url, devnet.rpc_url)]
    found = list_differences(theirs, ours)
    assert found == read_differences(), "\n".join(found)


async def run_client_script(url: str) -> dict[str, Any]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(SCRIPT), url, CLIENT_KEY.hex(), stdout=asyncio.subprocess.PIPE
    )
    answer, _ = await process.communicate()
    assert process.returncode == 0
    return json.loads(answer)


class CountingRpc(ConsensusRpc):
    """A node, and how often it was asked for which commit."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.commits = Counter[str]()

    async def request(self, method: str, **parameters: str) -> Any:
        if method == "commit":
            self.commits[parameters["height"]] += 1
        return await super().request(method, **parameters)


async def test_four_votes_elect_a_committee_of_three_anew_each_epoch(
    client: ChainClient, consensus: ConsensusRpc, devnet: Devnet
) -> None:
    await wait_for_height(consensus, EPOCHS * EPOCH_BLOCKS + 2)
    async with CountingRpc(devnet.consensus_url) as counting:
        found = verify_epochs(client, counting, range(EPOCHS + 1), SystemClock())
        epochs = [epoch async for epoch in found]
    # From genesis on, once.
    assert max(counting.commits.values()) == 1
    assert len(counting.commits) <= 2 * (EPOCHS + 1)
    assert [epoch.height for epoch in epochs] == [1 + EPOCH_BLOCKS * number for number in range(EPOCHS + 1)]
    assert len({epoch.seed for epoch in epochs}) == EPOCHS + 1
    assert all(len(epoch.committee) == 3 for epoch in epochs)
    assert not any(epoch.is_missed for epoch in epochs)
    assert all(epoch.dealings == 4 for epoch in epochs[1:])


async def test_a_contract_learns_the_committee_with_a_proof_and_from_nobody(
    client: ChainClient, consensus: ConsensusRpc
) -> None:
    sender = Sender(client, get_development_account(0))
    found = await read_commitments(consensus, client)
    with pytest.raises(CallRevertedError, match=r"ConsensusInvalidLeaf\(leaf=4"):
        await record_committee(sender, replace(found, committee=found.committee[1:]))
    await record_committee(sender, found)
    with pytest.raises(CallRevertedError, match="CommitteeAlreadyRecorded"):
        await record_committee(sender, found)
    functions = load_contract("Committee").functions
    (seed,) = await client.read(COMMITTEE, functions["getSeed"], found.epoch)
    assert seed == found.leaves[Leaf.SEED]
    seated = {member.operator for member in found.committee}
    for operator in {member.operator for member in found.pool} | {bytes(20)}:
        (is_member,) = await client.read(COMMITTEE, functions["isMember"], found.epoch, operator)
        assert is_member is (operator in seated)


async def test_commands_bring_an_earlier_epoch_to_contracts_and_prove_all_that_consensus_committed_to(
    client: ChainClient, consensus: ConsensusRpc, devnet: Devnet
) -> None:
    await wait_for_height(consensus, 2 * EPOCH_BLOCKS + 1)
    folder, urls = devnet.nodes[0].folder, ("--rpc", devnet.rpc_url, "--consensus", devnet.consensus_url)
    height = str(EPOCH_BLOCKS + 3)
    keystore = ("--keystore", str(folder.operator_key))
    environment = {"FIELDPROOF_PASSWORD_FILE": str(folder.password)}
    recorded = await run_command("record", "--height", height, *keystore, *urls, **environment)
    assert recorded["epoch"] == 1
    seed = load_contract("Committee").functions["getSeed"]
    assert recorded["seed"] == "0x" + (await client.read(COMMITTEE, seed, 1))[0].hex()
    for value in ("committee", "pool", "faults"):
        proof = await run_command("prove", value, "--height", height, *urls)
        leaf = VALUES.index(value)
        assert (proof["height"], proof["leaf"], proof["known_to_contracts"]) == (int(height), leaf, True)
        way = tuple(bytes.fromhex(sibling[2:]) for sibling in proof["siblings"])
        root = fold(keccak256(b"\0" + bytes.fromhex(proof["value"][2:])), leaf, way)
        assert await client.call(Call(BEACON_ROOTS, proof["next_time_s"].to_bytes(32, "big"))) == root
        assert "0x" + hash_parts(proof).hex() == proof["value"]


def hash_parts(proof: dict[str, Any]) -> bytes:
    """Return the hash of what a value is made of."""
    if "faults" in proof:
        assert proof["faults"] == []
        return keccak256(b"\2" + bytes(64))
    return compute_members_hash(tuple(parse_member(item) for item in proof["members"]))


def parse_member(document: dict[str, Any]) -> Member:
    texts = {name: str(value) for name, value in document.items()}
    return Member(
        **{name: bytes.fromhex(text[2:]) if text[:2] == "0x" else int(text) for name, text in texts.items()}
    )


async def run_command(*arguments: str, **environment: str) -> Any:
    process = await asyncio.create_subprocess_exec(
        *(Path(sys.executable).with_name("fieldproof"), "chain", *arguments, "--json"),
        env=os.environ | environment,
        stdout=asyncio.subprocess.PIPE,
    )
    answer, _ = await process.communicate()
    assert process.returncode == 0
    return json.loads(answer)


async def test_a_candidate_claims_what_the_nodes_credit_to_it(client: ChainClient, devnet: Devnet) -> None:
    folder = devnet.nodes[0].folder
    operator = Sender(
        client, KeySigner(load_secret(folder.operator_key, folder.password.read_text().strip()))
    )
    while (await client.read(REWARDS, load_contract("Rewards").functions["getProgress"]))[0] < EPOCHS:
        await asyncio.sleep(0.25)
    asked = (load_contract("Rewards").functions["getClaimable"], operator.address, (operator.address,))
    (earned,) = await client.read(REWARDS, *asked)
    assert earned > 0
    assert earned % 10**9 == 0
    before = await client.get_balance(operator.address)
    await StakingContract(client).claim(operator, (operator.address,))
    # Besides: the gas of the claim and of what the operator's node sends meanwhile, the tips of the blocks
    # that it proposes, and perhaps one epoch more than these three.
    assert earned - 10**16 < await client.get_balance(operator.address) - before < 2 * earned
    assert (await client.read(REWARDS, *asked))[0] < earned
    assert await client.get_balance(REWARDS) >= 0


async def test_a_transaction_with_blobs_comes_into_no_block_and_halts_nothing(
    client: ChainClient, devnet: Devnet
) -> None:
    account = Account.from_key(hashlib.sha256(b"blobs").digest())
    web3 = AsyncWeb3(AsyncHTTPProvider(devnet.rpc_url))
    await Sender(client, get_development_account(0)).send(
        Call(bytes.fromhex(account.address[2:]), b"", 10**21)
    )
    fees = {"maxFeePerGas": 10**10, "maxPriorityFeePerGas": 2 * 10**9, "maxFeePerBlobGas": 10**10}
    wanted = {"type": 3, "chainId": CHAIN_ID, "nonce": 0, "to": "0x" + "11" * 20, "gas": 30_000, **fees}
    signed = account.sign_transaction(wanted, blobs=[bytes(131_072)])
    await web3.eth.send_raw_transaction(signed.raw_transaction)
    height = await web3.eth.block_number
    async with asyncio.timeout(60):
        while await web3.eth.block_number < height + 8:
            await asyncio.sleep(0.25)
    assert await client.get_inclusion(bytes(signed.hash)) is None
    assert await client.get_balance(bytes.fromhex(account.address[2:])) == 10**21
    await web3.provider.disconnect()


async def test_a_refusal_names_the_contracts_reason(client: ChainClient) -> None:
    sender, stranger = Sender(client, get_development_account(0)), b"\x42" * 20
    with pytest.raises(CallRevertedError, match=r"StakingUnknownCandidate\(operator=0x4242") as refused:
        await StakingContract(client).stake(sender, stranger, 10**18, 0, renews=False)
    assert refused.value.name == "StakingUnknownCandidate"
