"""Proofs for contracts, of every value after every height, from what a node answers and nothing else; and
which of them are brought."""

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, cast

import pytest
from eth_utils.crypto import keccak

from chain.application.application_samples import (
    PARAMETERS,
    accuse,
    make_genesis,
    make_payload,
    process,
)
from chain.test_commitment import fold
from fieldproof.chain import (
    ConsensusRpc,
    ConsensusRpcError,
    Leaf,
    ProofError,
    Sender,
    StakingContract,
    StakingError,
    read_commitments,
)
from fieldproof.chain.application.payload import DecidedBlock
from fieldproof.chain.application.proposals import Proposal, compute_attributes
from fieldproof.chain.application.queries import answer_query
from fieldproof.chain.application.state import State, compute_leaves
from fieldproof.chain.application.store import ApplicationStore, EpochRecord
from fieldproof.chain.application.transition import compute_result
from fieldproof.chain.commitment import compute_application_hash
from fieldproof.chain.contracts import load_contract
from fieldproof.chain.messages.tendermint.abci import types_pb2 as abci
from fieldproof.cli.chain.prove import VALUES
from fieldproof.core.abi import AbiItem, decode_arguments
from fieldproof.settle import Block, Call, CallRevertedError, ChainClient

GENESIS = make_genesis()
HEIGHTS = 50
"""Over four epochs of twelve blocks; faults of the first expire within."""
ACCUSED = {3: 0, 12: 1, 25: 2, 33: 0, 36: 1}
"""Height → place in the committee of who is caught there: an epoch's first block, its last, and others.

That nobody deals is a fault, too, in each epoch's fifth block.
"""


class Node(ConsensusRpc):
    """A node that stands at a height, without a network."""

    def __init__(self, store: ApplicationStore, state: State) -> None:
        self.store, self.state = store, state

    async def query(self, path: str, data: str = "") -> Any:
        request = abci.RequestQuery(path=path, data=data.encode())
        response = answer_query(GENESIS, self.state, self.store, request)
        if response.code:
            raise ConsensusRpcError(response.log)
        return json.loads(response.value)


class Execution:
    """Blocks as geth shows them: each carries the application's hash before it."""

    def __init__(self, changes: dict[int, bytes] | None = None) -> None:
        self.changes = changes or {}

    async def request(self, method: str, number: str, _: bool) -> dict[str, str]:
        assert method == "eth_getBlockByNumber"
        height = int(number, 16)
        root = self.changes.get(height, compute_root(run_chain()[height - 1]))
        return {"parentBeaconBlockRoot": "0x" + root.hex(), "timestamp": hex(1000 + height)}

    async def get_block(self, number: int) -> Block:
        return Block(number, run_chain()[number].execution_hash, 1000 + number)


def compute_root(state: State) -> bytes:
    return compute_application_hash(compute_leaves(PARAMETERS, state).values)


@cache
def run_chain() -> list[State]:
    """Return the states after each height, from 0 on."""
    states = [GENESIS.state]
    while (state := states[-1]).height < HEIGHTS:
        place = ACCUSED.get(state.height + 1)
        misconduct = () if place is None else accuse(state.committee[place])
        states.append(process(state, misconduct=misconduct)[0])
    return states


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Any:
    store = ApplicationStore.open(tmp_path_factory.mktemp("node") / "application.sqlite")
    for before, state in zip(run_chain(), run_chain()[1:], strict=False):
        if PARAMETERS.schedule.get_position(state.height) == 0:
            proposal = Proposal(state.height, 0, before.validators[0])
            block = DecidedBlock(
                make_payload(compute_attributes(PARAMETERS, before, proposal, bytes(32)), before), bytes(32)
            )
            result = compute_result(PARAMETERS, before) if before.height else None
            record = EpochRecord.of_state(PARAMETERS, state, is_missed=False, result=result)
            store.save(state, block, record)
    yield Node(store, run_chain()[-1])
    store.close()


def as_client(execution: Execution) -> ChainClient:
    return cast(ChainClient, execution)


@pytest.mark.parametrize("height", range(1, HEIGHTS + 1))
async def test_every_value_of_every_height_is_proven(node: Node, height: int) -> None:
    state = run_chain()[height]
    found = await read_commitments(node, as_client(Execution()), height)
    assert found.application_hash == compute_root(state)
    assert (found.epoch, found.next_time_s) == ((height - 1) // 12, 1001 + height)
    assert (found.committee, found.pool, found.faults) == (state.committee, state.frozen_pool, state.faults)
    for leaf, value in zip(Leaf, compute_leaves(PARAMETERS, state).values, strict=True):
        proof = found.prove(leaf)
        assert proof.value == value
        assert fold(keccak(b"\x00" + value), leaf, proof.siblings) == compute_root(state)


async def test_a_height_of_the_present_epoch_is_proven_from_the_present_state(node: Node) -> None:
    present = Node(node.store, run_chain()[45])
    for height in (37, 38, 44, 45, None):
        found = await read_commitments(present, as_client(Execution()), height)
        assert found.application_hash == compute_root(run_chain()[height or 45])


def test_faults_come_and_go_at_all_kinds_of_positions() -> None:
    pairs = zip(run_chain(), run_chain()[1:], strict=False)
    changes = {after.height for before, after in pairs if before.faults != after.faults}
    assert changes == {*ACCUSED, *range(5, HEIGHTS, 12), 38, 50}


async def test_one_operators_faults_are_proven_among_all(node: Node) -> None:
    found = await read_commitments(node, as_client(Execution()), 30)
    operator = found.faults[1].operator
    proofs = [found.prove_fault(fault) for fault in found.list_faults(operator)]
    assert 0 < len(proofs) < len(found.list_faults()) == len(found.faults)
    for proof in proofs:
        assert (proof.fault, proof.count) == (found.faults[proof.index], len(found.faults))
        assert proof.fault.operator == operator
        assert proof.leaf == found.prove(Leaf.FAULTS)


@pytest.mark.parametrize("height", [0, HEIGHTS + 1])
async def test_what_is_not_decided_is_refused(node: Node, height: int) -> None:
    with pytest.raises(ProofError, match=f"block {height} is not decided; the last one is {HEIGHTS}"):
        await read_commitments(node, as_client(Execution()), height)


@pytest.mark.parametrize("height", [1, 20, HEIGHTS])
async def test_no_proof_is_given_that_a_contract_would_refuse(node: Node, height: int) -> None:
    liar = as_client(Execution({height + 1: bytes(32)}))
    with pytest.raises(ProofError, match="is not what the next one commits to"):
        await read_commitments(node, liar, height)


async def test_an_epoch_whose_beginning_the_node_did_not_see_is_an_error(node: Node, tmp_path: Path) -> None:
    store = ApplicationStore.open(tmp_path / "empty.sqlite")
    with pytest.raises(ConsensusRpcError, match="does not know how that epoch began"):
        await read_commitments(Node(store, replace(node.state)), as_client(Execution()), 20)
    store.close()


def test_the_command_names_every_value_by_its_place() -> None:
    assert [name.replace("-", "_").upper() for name in VALUES] == [leaf.name for leaf in Leaf]


class Contracts(Execution):
    """Staking and Rewards in the middle of a life: what they were shown already, and what others bring."""

    def __init__(self, punished: set[bytes], progress: int) -> None:
        super().__init__()
        self.punished, self.progress = punished, progress
        self.refuses = False
        self.brought_meanwhile = 0
        """Epochs that somebody else brings between a look and what follows it."""

    async def read_many(
        self, _address: bytes, function: AbiItem, many: Sequence[tuple[bytes]]
    ) -> list[tuple[bool]]:
        assert function.name == "isPunished"
        return [(fault in self.punished,) for (fault,) in many]

    async def read(self, _address: bytes, function: AbiItem) -> tuple[int, bytes]:
        assert function.name == "getProgress"
        return self.progress, bytes(32)


class Account:
    """Credits what a transaction brings, where the contract takes it."""

    def __init__(self, contracts: Contracts) -> None:
        self.contracts = contracts

    async def send(self, call: Call) -> None:
        first, self.contracts.brought_meanwhile = self.contracts.brought_meanwhile, 0
        self.contracts.progress += first
        if self.contracts.refuses or first:
            raise CallRevertedError("the transaction", "ConsensusProofInvalid")
        settle = load_contract("Rewards").functions["settle"]
        results, _, _ = decode_arguments(settle.inputs, call.data[4:])
        assert results[0][0] == self.contracts.progress
        self.contracts.progress += len(results)


async def test_what_was_punished_is_not_proven_again(node: Node) -> None:
    faults = run_chain()[HEIGHTS].faults
    contracts = Contracts({faults[0].id, faults[2].id}, 0)
    staking = StakingContract(as_client(contracts))
    found = await staking.list_unpunished(node)
    assert [proof.fault for proof in found] == [faults[1], *faults[3:]]
    operator = faults[-1].operator
    of_one = await staking.list_unpunished(node, operator)
    assert of_one == [proof for proof in found if proof.fault.operator == operator] != found
    contracts.punished = {fault.id for fault in faults}
    with pytest.raises(StakingError, match="no unpunished fault"):
        await staking.slash(cast(Sender, None), node, operator)


@pytest.mark.parametrize(("brought_meanwhile", "credited"), [(0, 3), (1, 2), (3, 0)])
async def test_epochs_that_somebody_else_brings_first_are_no_failure(
    node: Node, brought_meanwhile: int, credited: int
) -> None:
    over = (HEIGHTS - 1) // PARAMETERS.epoch_blocks
    contracts = Contracts(set(), over - 3)
    contracts.brought_meanwhile = brought_meanwhile
    staking, account = StakingContract(as_client(contracts)), cast(Sender, Account(contracts))
    assert await staking.settle(account, node) == credited
    assert contracts.progress == over


async def test_what_the_contract_refuses_though_nobody_was_first_is_a_failure(node: Node) -> None:
    contracts = Contracts(set(), 1)
    contracts.refuses = True
    with pytest.raises(CallRevertedError):
        await StakingContract(as_client(contracts)).settle(cast(Sender, Account(contracts)), node)
