"""What anyone may ask."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from chain.application.application_samples import (
    PARAMETERS,
    accuse,
    advance,
    make_genesis,
    make_payload,
    process,
)
from fieldproof.chain.application.payload import DecidedBlock
from fieldproof.chain.application.proposals import Proposal, compute_attributes
from fieldproof.chain.application.queries import answer_query
from fieldproof.chain.application.store import ApplicationStore, EpochRecord
from fieldproof.chain.commitment import compute_application_hash
from fieldproof.chain.messages.tendermint.abci import types_pb2 as abci

GENESIS = make_genesis()
BEFORE = advance(GENESIS.state, 12)
STATE = process(BEFORE, misconduct=accuse(BEFORE.committee[0]))[0]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ApplicationStore]:
    store = ApplicationStore.open(tmp_path / "application.sqlite")
    attributes = compute_attributes(PARAMETERS, BEFORE, Proposal(13, 0, BEFORE.validators[0]), bytes(32))
    block = DecidedBlock(make_payload(attributes, BEFORE), bytes(32))
    store.save(STATE, block, EpochRecord.of_state(PARAMETERS, STATE, is_missed=True, result=None))
    yield store
    store.close()


def ask(store: ApplicationStore, path: str, data: bytes = b"") -> abci.ResponseQuery:
    return answer_query(GENESIS, STATE, store, abci.RequestQuery(path=path, data=data))


@pytest.mark.parametrize("path", ["state", "/state", "/state/"])
def test_the_state_is_told_as_json_with_its_height(store: ApplicationStore, path: str) -> None:
    response = ask(store, path)
    document = json.loads(response.value)
    assert (response.code, response.height) == (0, 13)
    assert (document["height"], document["epoch"], document["position"]) == (13, 1, 0)
    assert document["committee"][0]["operator"] == "0x" + STATE.committee[0].operator.hex()
    assert document["faults"][-1]["kind"] == 1
    assert document["committee"][0]["votes"] == str(STATE.committee[0].votes)


def test_the_state_before_the_first_block_can_be_told(store: ApplicationStore) -> None:
    response = answer_query(GENESIS, GENESIS.state, store, abci.RequestQuery(path="state"))
    assert json.loads(response.value)["height"] == 0


def test_how_an_epoch_began_is_told_with_the_values_of_its_hash(store: ApplicationStore) -> None:
    document = json.loads(ask(store, "epoch", b"1").value)
    leaves = [bytes.fromhex(leaf[2:]) for leaf in document["leaves"]]
    record = EpochRecord.of_state(PARAMETERS, STATE, is_missed=True, result=None)
    assert compute_application_hash(leaves) == compute_application_hash(record.leaves)
    assert document["is_missed"] is True


@pytest.mark.parametrize("data", [b"0", b"2", b"9" * 18])
def test_an_epoch_that_this_node_did_not_see_is_absent(store: ApplicationStore, data: bytes) -> None:
    response = ask(store, "epoch", data)
    assert (response.code, response.value) == (2, b"")


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("", b""),
        ("nothing", b""),
        ("epoch", b""),
        ("epoch", b"-1"),
        ("epoch", b"\xb2"),
        ("epoch", b"1" * 19),
        ("epoch", b"1" * 5000),
    ],
    ids=["no path", "another path", "no number", "negative", "no digit", "19 digits", "5,000 digits"],
)
def test_whatever_else_is_asked_gets_an_answer_that_says_so(
    store: ApplicationStore, path: str, data: bytes
) -> None:
    response = ask(store, path, data)
    assert (response.code, response.value) == (1, b"")
    assert "ask for the path state" in response.log
