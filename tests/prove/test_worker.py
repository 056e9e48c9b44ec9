"""Jobs are proven once, whatever happens to the worker in between."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from fieldproof.core.clock import ManualClock, SystemClock
from fieldproof.core.errors import FieldproofError
from fieldproof.prove import NotYetError, PreparedCircuit, Prover, ProverWorker, Work, WorkerSettings
from fieldproof.store import DeviceWindow, Job, JobState, PacketEntry, SealEntry, SqliteStore, open_store

from .chain import Chain, DeployedVerifier
from .cohorts import get_benchmark_sources, make_cohort

NETWORK = (0x1234567890ABCDEF).to_bytes(32)
WINDOW = 481_000
POINTS = ["job taken", "witness solved", "proof verified", "storing proof", "proof stored"]


def add_job(store: SqliteStore, window: int = WINDOW) -> None:
    """A closed window with one sealed device; what the entries say is not looked at here."""
    place = DeviceWindow(NETWORK, 0, window)
    packet = PacketEntry(place, 0, 1, 0, 0, bytes([window % 256]) * 32, b"raw", 1, b"receipt")
    seal = SealEntry(place, 0, 1, 5, bytes([window % 251]) * 32, b"raw", 1, b"receipt")
    store.log.append_packet(packet, closes_at_ms=10).result()
    store.log.append_seal(seal, closes_at_ms=10).result()
    store.windows.close_windows(NETWORK, window + 1, closed_ms=20, cohort=1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with open_store(tmp_path / "store", role="prover") as store:
        add_job(store)
    return tmp_path / "store"


@pytest.fixture
def store(folder: Path) -> Iterator[SqliteStore]:
    with open_store(folder, role="prover") as opened:
        yield opened


@pytest.fixture
async def prepared(prover: Prover) -> PreparedCircuit:
    return await prover.prepare(get_benchmark_sources(1))


@pytest.fixture
def contract(chain: Chain, prepared: PreparedCircuit) -> DeployedVerifier:
    return chain.deploy(prepared.verifier)


class ChainAwayError(FieldproofError):
    """Stands for what an outage of the chain raises."""


def make_worker(
    store: SqliteStore, prover: Prover, work: Work | Exception, clock: ManualClock | SystemClock
) -> ProverWorker:
    async def load(job: Job) -> Work:
        if isinstance(work, Exception):
            raise work
        return work

    return ProverWorker(store.jobs, prover, load, clock, WorkerSettings(name="this one", maximum_attempts=3))


@pytest.mark.parametrize("point", POINTS)
async def test_a_prover_killed_at_any_point_leaves_one_proof_in_the_end(
    point: str, folder: Path, cache: Path, chain: Chain, contract: DeployedVerifier
) -> None:
    script = Path(__file__).with_name("proving_process.py")

    def run(point: str) -> int:
        arguments = [folder, cache, chain.port, contract.address, point, 300]
        command = [sys.executable, script, *map(str, arguments)]
        return subprocess.run(command, timeout=120, check=False).returncode

    assert run(point) == -9
    await asyncio.sleep(0.35)  # the dead worker's lease ends
    assert run("never") == 0

    with open_store(folder, role="prover") as store:
        (entry,) = store.jobs.get_jobs(NETWORK)
        assert entry.state is JobState.DONE
        artefact = store.artefacts.get_artefact(NETWORK, WINDOW, 0)
        assert artefact is not None
        words = artefact.public_inputs
        inputs = [int.from_bytes(words[at : at + 32]) for at in range(0, len(words), 32)]
        assert contract.accepts(artefact.proof, inputs)
        assert inputs == make_cohort(1).compute()[0]


async def test_a_proof_that_the_contract_refuses_is_not_stored_and_the_job_waits(
    store: SqliteStore, prover: Prover, prepared: PreparedCircuit
) -> None:
    async def refuse(proof: bytes, inputs: object) -> bool:
        return False

    clock = ManualClock(1000)
    worker = make_worker(store, prover, Work(prepared, *make_cohort(1).to_protocol(), refuse), clock)
    for attempt, pause_ms in ((1, 2000), (2, 4000), (3, 0)):
        job = await worker.process_one()
        assert job is not None
        assert job.attempts == attempt
        (entry,) = store.jobs.get_jobs(NETWORK)
        assert "does not accept" in entry.last_error
        assert entry.state is (JobState.WAITING if pause_ms else JobState.GIVEN_UP)
        assert await worker.process_one() is None
        clock.set_ms(clock.now_ms() + pause_ms)
    assert store.artefacts.get_artefact(NETWORK, WINDOW, 0) is None


async def test_a_statement_that_does_not_hold_stops_no_worker(
    store: SqliteStore, prover: Prover, prepared: PreparedCircuit, contract: DeployedVerifier
) -> None:
    add_job(store, WINDOW + 1)
    statement, witness = make_cohort(1).to_protocol()
    wrong = replace(statement, points=(statement.points[0] + 1,))
    clock = ManualClock(1000)
    works = iter(
        [Work(prepared, wrong, witness, contract.verify), Work(prepared, statement, witness, contract.verify)]
    )

    async def load(job: Job) -> Work:
        return next(works)

    worker = ProverWorker(store.jobs, prover, load, clock, WorkerSettings(name="this one"))
    assert await worker.process_one()
    assert await worker.process_one()
    first, second = store.jobs.get_jobs(NETWORK)
    assert (first.state, second.state) == (JobState.WAITING, JobState.DONE)
    assert "no witness" in first.last_error


@pytest.mark.parametrize("failure", [FieldproofError("the node is away"), RuntimeError("oh")])
async def test_an_attempt_that_fails_is_recorded_and_tried_again(
    failure: Exception, store: SqliteStore, prover: Prover
) -> None:
    worker = make_worker(store, prover, failure, ManualClock(1000))
    assert await worker.process_one()
    (entry,) = store.jobs.get_jobs(NETWORK)
    assert entry.state is JobState.WAITING
    assert str(failure) in entry.last_error
    assert entry.last_error.startswith("bug: ") is not isinstance(failure, FieldproofError)


async def test_an_error_that_says_nothing_of_the_job_never_gives_it_up(
    store: SqliteStore, prover: Prover, prepared: PreparedCircuit, contract: DeployedVerifier
) -> None:
    clock = ManualClock(1000)
    answers: list[Work | Exception] = [ChainAwayError("the chain is away")] * 12
    answers.append(Work(prepared, *make_cohort(1).to_protocol(), contract.verify))

    async def load(job: Job) -> Work:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    settings = WorkerSettings(name="this one", maximum_attempts=3)
    worker = ProverWorker(store.jobs, prover, load, clock, settings, passing=(ChainAwayError,))
    while answers:
        (entry,) = store.jobs.get_jobs(NETWORK)
        assert entry.state is JobState.WAITING
        assert await worker.process_one()
        clock.set_ms(clock.now_ms() + settings.longest_retry_ms)
    (entry,) = store.jobs.get_jobs(NETWORK)
    assert entry.state is JobState.DONE


async def test_a_job_that_something_must_come_before_waits_without_counting_attempts(
    store: SqliteStore, prover: Prover, prepared: PreparedCircuit, contract: DeployedVerifier
) -> None:
    add_job(store, WINDOW + 1)
    clock = ManualClock(1000)
    posted: list[int] = []
    asked: list[int] = []

    async def load(job: Job) -> Work:
        asked.append(job.window)
        if job.window > WINDOW and not posted:
            raise NotYetError("the window before is not posted")
        return Work(prepared, *make_cohort(1).to_protocol(), contract.verify)

    settings = WorkerSettings(name="this one", maximum_attempts=2, in_order=True)
    worker = ProverWorker(store.jobs, prover, load, clock, settings)
    assert await worker.process_one()
    for _ in range(5):
        assert await worker.process_one()
        _, waiting = store.jobs.get_jobs(NETWORK)
        assert (waiting.state, waiting.job.attempts) == (JobState.WAITING, 0)
        assert await worker.process_one() is None, "not before a moment has passed"
        clock.set_ms(clock.now_ms() + settings.idle_ms)
    posted.append(WINDOW)
    assert await worker.process_one()
    assert [entry.state for entry in store.jobs.get_jobs(NETWORK)] == [JobState.DONE, JobState.DONE]
    assert asked == [WINDOW, *[WINDOW + 1] * 6]


async def test_a_worker_without_its_lease_stores_nothing(
    store: SqliteStore, prover: Prover, prepared: PreparedCircuit, contract: DeployedVerifier
) -> None:
    clock = ManualClock(1000)

    async def verify_late(proof: bytes, inputs: list[int]) -> bool:
        clock.set_ms(1_000_000)
        other = store.jobs.take("another", now_ms=clock.now_ms(), lease_ms=1000)
        assert other is not None
        return contract.accepts(proof, inputs)

    worker = make_worker(store, prover, Work(prepared, *make_cohort(1).to_protocol(), verify_late), clock)
    assert await worker.process_one()
    assert store.artefacts.get_artefact(NETWORK, WINDOW, 0) is None
    (entry,) = store.jobs.get_jobs(NETWORK)
    assert entry.worker == "another"


async def test_a_lease_is_renewed_while_a_proof_takes_its_time(
    store: SqliteStore, prover: Prover, prepared: PreparedCircuit, contract: DeployedVerifier
) -> None:
    async def verify_slowly(proof: bytes, inputs: list[int]) -> bool:
        await asyncio.sleep(0.8)
        assert store.jobs.take("another", now_ms=SystemClock().now_ms(), lease_ms=1000) is None
        return contract.accepts(proof, inputs)

    async def load(job: Job) -> Work:
        return Work(prepared, *make_cohort(1).to_protocol(), verify_slowly)

    settings = WorkerSettings(name="this one", lease_ms=300)
    worker = ProverWorker(store.jobs, prover, load, SystemClock(), settings)
    assert await worker.process_one()
    assert store.artefacts.get_artefact(NETWORK, WINDOW, 0) is not None


async def test_a_job_with_nothing_left_to_settle_ends_without_a_proof(
    store: SqliteStore, prover: Prover
) -> None:
    async def load(job: Job) -> None:
        return None

    told: list[Job] = []
    worker = ProverWorker(
        store.jobs,
        prover,
        load,
        SystemClock(),
        WorkerSettings(name="this one"),
        on_proof=lambda job, proof: told.append(job),
    )
    assert await worker.process_one()
    (entry,) = store.jobs.get_jobs(NETWORK)
    assert entry.state is JobState.DONE
    assert told == []


async def test_an_idle_worker_stops_at_once_when_told(store: SqliteStore, prover: Prover) -> None:
    store.jobs.take("another", now_ms=0, lease_ms=10**15)
    worker = make_worker(store, prover, RuntimeError("there is no job"), SystemClock())
    stop = asyncio.Event()
    running = asyncio.create_task(worker.run(stop))
    await asyncio.sleep(0.05)
    stop.set()
    await asyncio.wait_for(running, timeout=2)
