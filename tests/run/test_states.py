"""What a node does where the chain has moved on; the verifiers of these contracts agree or refuse at will."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from audit.world import REFUSING_VERIFIER, SOURCE, STREAKS, World, make_rows, make_world
from fieldproof.protocol import Calendar, compute_state_root
from fieldproof.run import RunError, Tools
from fieldproof.run.settling import POSTING_ATTEMPTS, Settler
from fieldproof.run.states import StateReader
from fieldproof.settle import Anvil, AnvilSettings, Posting, SettlementContract
from fieldproof.store import Artefact, Job, JobState, Store, open_store

ADDING_UP = SOURCE.replace("cohort=4,", 'cohort=4,\n    devices=8,\n    settle_within="30m",')
WORKER = "tests"


@pytest.fixture
def store(tmp_path: Path):
    with open_store(tmp_path / "store") as opened:
        yield opened


@pytest.fixture
async def chain(tools: Tools, tmp_path: Path) -> AsyncIterator[Anvil]:
    settings = AnvilSettings(tools.toolchain.anvil, tmp_path / "chain.json", genesis_s=1_700_000_000)
    async with await Anvil.start(settings) as running:
        yield running


async def play(world: World, offset: int, sites: tuple[int, ...]) -> None:
    window = world.first_window + offset
    seals = {
        site: (world.keep(site, window, make_rows(site, window)), make_rows(site, window)) for site in sites
    }
    await world.post(window, seals)  # type: ignore[arg-type]


async def test_states_are_found_by_their_roots_however_long_ago(
    chain: Anvil, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fieldproof.settle.settlement.LOG_BLOCKS_PER_REQUEST", 3)
    world = await make_world(chain, store, STREAKS)
    assert world.layout is not None
    contract = SettlementContract(chain.client, world.deployment.settlement)
    first_block = world.deployment.first_block

    def make_reader() -> StateReader:
        assert world.layout is not None
        return StateReader(world.layout, contract, first_block)

    kept = make_reader()
    words = world.layout.initial_words
    assert await kept.get_words(0, await contract.get_progress(0)) == words
    for offset, sites in enumerate(((0, 1), (1, 2, 3))):
        await play(world, offset, sites)
        await chain.mine(10)
        words = world.layout.pack(world.states)
        progress = await contract.get_progress(0)
        assert progress.state_root == compute_state_root(words)
        for reader in (kept, make_reader()):
            assert await reader.get_words(0, progress) == words
    assert await contract.find_state(0, 12345, first_block) is None
    assert await contract.find_state(1, compute_state_root(words), first_block) is None
    with pytest.raises(RunError, match="no posting of cohort 0"):
        await kept.get_words(0, replace(progress, state_root=12345))


async def test_words_that_are_not_those_of_the_root_are_not_built_upon(chain: Anvil, store: Store) -> None:
    world = await make_world(chain, store, STREAKS)
    assert world.layout is not None
    window = world.first_window
    seal = world.keep(0, window, make_rows(0, window))
    assert seal is not None
    await world.post(window, {0: (seal, make_rows(0, window))}, state_root_added=1)
    contract = SettlementContract(chain.client, world.deployment.settlement)
    reader = StateReader(world.layout, contract, world.deployment.first_block)
    with pytest.raises(RunError, match="another root"):
        await reader.get_words(0, await contract.get_progress(0))


async def make_proof(world: World, store: Store, sites: tuple[int, ...], *, input_added: int) -> Job:
    """A stored proof of the statement that the contract makes, or of another one."""
    window, network_id = world.first_window, world.deployment.network_id
    for site in sites:
        world.keep(site, window, make_rows(site, window))
    store.windows.close_windows(network_id, window + 1, closed_ms=1, cohort=4)
    contract = SettlementContract(world.anvil.client, world.deployment.settlement)
    await world.anvil.set_time((await contract.get_times(window)).opens_s)
    posting = Posting(0, window, 7, sum(1 << site for site in sites), 0, (0,), ())
    inputs = list(await contract.get_statement(posting))
    inputs[9] += input_added
    job = store.jobs.take(WORKER, now_ms=2**50, lease_ms=1)
    assert job is not None
    words = b"".join(word.to_bytes(32) for word in inputs)
    assert store.jobs.finish(job, WORKER, Artefact(network_id, window, 0, b"proof", words, 1))
    return job


def make_settler(world: World, store: Store) -> Settler:
    settings = world.network.settings
    return Settler(
        store=store,
        clock=world.clock,
        calendar=Calendar(1_700_000_000, settings.window_s, settings.grace_s),
        settings=settings,
        client=world.anvil.client,
        deployment=world.deployment,
        submitter=world.operator,
    )


async def test_a_proof_that_the_chain_has_moved_away_from_is_made_anew(chain: Anvil, store: Store) -> None:
    world = await make_world(chain, store, ADDING_UP, verifier=REFUSING_VERIFIER)
    job = await make_proof(world, store, (0, 1), input_added=1)
    settler = make_settler(world, store)
    assert await settler.settle_due() == 1
    (entry,) = store.jobs.get_jobs(world.deployment.network_id)
    assert entry.state is JobState.WAITING
    assert not settler.is_posted(job)


async def test_a_proof_that_others_forestalled_is_made_anew_for_the_rest(chain: Anvil, store: Store) -> None:
    world = await make_world(chain, store, ADDING_UP)
    job = await make_proof(world, store, (0, 1), input_added=0)
    rows = make_rows(0, world.first_window)
    await world.post(world.first_window, {0: (world.sign_seal(0, world.first_window, rows), rows)})
    settler = make_settler(world, store)
    assert await settler.settle_due() == 1
    (entry,) = store.jobs.get_jobs(world.deployment.network_id)
    assert entry.state is JobState.WAITING
    assert not settler.is_posted(job)


async def test_a_proof_that_is_simply_wrong_is_not_made_again_and_again(chain: Anvil, store: Store) -> None:
    world = await make_world(chain, store, ADDING_UP, verifier=REFUSING_VERIFIER)
    job = await make_proof(world, store, (0, 1), input_added=0)
    settler = make_settler(world, store)
    assert await settler.settle_due() == 0
    (entry,) = store.jobs.get_jobs(world.deployment.network_id)
    assert entry.state is JobState.DONE
    assert settler.is_posted(job)


async def mine_in_vain(world: World, settler: Settler) -> None:
    """Have the settler's posting mined behind what makes the contract refuse it."""
    request, verifier = world.anvil.client.request, "0x" + world.deployment.verifier.hex()
    agreeing = await request("eth_getCode", verifier, "latest")
    await request("evm_setAutomine", False)
    settling = asyncio.create_task(settler.settle_due())
    while (await request("txpool_status"))["pending"] == "0x0":
        await asyncio.sleep(0.01)
    await request("anvil_setCode", verifier, "0x" + REFUSING_VERIFIER[10:].hex())
    await world.anvil.mine()
    await request("evm_setAutomine", True)
    await settling
    await request("anvil_setCode", verifier, agreeing)


async def test_a_posting_that_was_mined_in_vain_is_tried_again_while_attempts_are_left(
    chain: Anvil, store: Store
) -> None:
    world = await make_world(chain, store, ADDING_UP)
    job = await make_proof(world, store, (0, 1), input_added=0)
    settler = make_settler(world, store)
    for _ in range(POSTING_ATTEMPTS - 1):
        await mine_in_vain(world, settler)
        assert not settler.is_posted(job)
    await settler.settle_due()
    assert settler.is_posted(job)
    contract = SettlementContract(chain.client, world.deployment.settlement)
    assert (await contract.get_progress(0)).next_window == world.first_window + 1


async def test_a_posting_is_given_up_when_all_its_attempts_were_mined_in_vain(
    chain: Anvil, store: Store
) -> None:
    world = await make_world(chain, store, ADDING_UP)
    job = await make_proof(world, store, (0, 1), input_added=0)
    settler = make_settler(world, store)
    for _ in range(POSTING_ATTEMPTS):
        await mine_in_vain(world, settler)
    assert settler.is_posted(job)
    assert await settler.settle_due() == 0
