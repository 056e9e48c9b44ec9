"""The application's process: `python -m fieldproof.chain.node.process FOLDER`.

It ends on any exception: CometBFT ends with it, and the supervisor starts both again from what is committed.
"""

import asyncio
import contextlib
import os
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import structlog

from fieldproof.chain.application.application import Application, Timing
from fieldproof.chain.application.engine import EngineClient
from fieldproof.chain.application.execution import Execution
from fieldproof.chain.application.genesis import Genesis
from fieldproof.chain.application.participant import Participant
from fieldproof.chain.application.server import AbciServer
from fieldproof.chain.application.state import State
from fieldproof.chain.application.store import ApplicationStore
from fieldproof.chain.beacon import BeaconKey
from fieldproof.chain.consensus_rpc import ConsensusRpc
from fieldproof.chain.errors import ExecutionLostError, InvalidPayloadError
from fieldproof.chain.node import keys
from fieldproof.chain.node.layout import read_genesis
from fieldproof.chain.node.metrics import ApplicationMetrics
from fieldproof.chain.node.reporter import Reporter
from fieldproof.chain.node.settings import NodeFolder, NodeSettings
from fieldproof.chain.node.status import ExitStatus
from fieldproof.chain.sender import Sender
from fieldproof.chain.staking import StakingContract
from fieldproof.core.errors import FieldproofError
from fieldproof.settle import ChainClient, KeySigner, RetrySettings, read_password

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What a node does. Another than the default is for tests of how the others take it."""

    application: type[Application] = Application
    participant: type[Participant] = Participant


async def serve(folder: NodeFolder, settings: NodeSettings, behaviour: Behaviour) -> None:
    """Serve CometBFT and do a member's work until cancelled."""
    genesis = read_genesis(folder)
    store = ApplicationStore.open(folder.application)
    metrics = ApplicationMetrics(settings.ports.application_metrics)
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(store.close)
        secret = bytes.fromhex(folder.engine_secret.read_text())
        engine = await stack.enter_async_context(
            EngineClient(f"http://127.0.0.1:{settings.ports.engine}", secret)
        )
        execution = Execution(engine, store, genesis.execution_hash)
        await engine.get_head_number()  # Waits for geth to be there.
        workers: tuple[Participant | Reporter, ...] = ()
        if settings.is_validator:
            workers = await _build_workers(folder, settings, genesis, stack, behaviour)

        def on_commit(state: State) -> None:
            metrics.observe(genesis, state)
            for worker in workers:
                worker.observe(state)

        application = behaviour.application(genesis, store, execution, Timing(), _wait_until, on_commit)
        await application.start()
        server = AbciServer(metrics.measure(application.handle), folder.socket)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(server.serve())
            for worker in workers:
                tasks.create_task(worker.run())


async def _build_workers(
    folder: NodeFolder,
    settings: NodeSettings,
    genesis: Genesis,
    stack: contextlib.AsyncExitStack,
    behaviour: Behaviour,
) -> tuple[Participant, Reporter]:
    password = read_password(os.environ, folder.password if folder.password.is_file() else None)
    signer = await asyncio.to_thread(KeySigner.load, folder.operator_key, password)
    beacon_key = await asyncio.to_thread(keys.load_secret, folder.beacon_key, password)
    url = f"http://127.0.0.1:{settings.ports.rpc}"
    chain_id = genesis.parameters.chain_id
    client = await stack.enter_async_context(
        await ChainClient.connect(url, chain_id=chain_id, retry=RetrySettings())
    )
    consensus_url = f"http://127.0.0.1:{settings.ports.consensus_rpc}"
    consensus = await stack.enter_async_context(ConsensusRpc(consensus_url))
    return (
        behaviour.participant(genesis.parameters, signer, BeaconKey(beacon_key), client),
        Reporter(Sender(client, signer), StakingContract(client), consensus),
    )


async def _wait_until(time_s: float) -> None:
    await asyncio.sleep(max(0.0, time_s - time.time()))


async def _main(path: Path, behaviour: Behaviour) -> None:
    folder = NodeFolder(path)
    task = asyncio.ensure_future(serve(folder, NodeSettings.load(path), behaviour))
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await task


def main(behaviour: Behaviour = Behaviour()) -> int:
    """Run until stopped; return another status than 0 on any failure, with its reason in the log."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.WriteLoggerFactory(sys.stdout),
    )
    try:
        asyncio.run(_main(Path(sys.argv[1]), behaviour))
    except* ExecutionLostError as failures:
        _log.warning("the execution client begins anew", cause=str(failures.exceptions[0]))
        status = ExitStatus.EXECUTION_LOST
    except* InvalidPayloadError as failures:
        _log.error("the execution client refuses a decided block", cause=str(failures.exceptions[0]))
        status = ExitStatus.EXECUTION_REFUSES
    except* FieldproofError as failures:
        for failure in failures.exceptions:
            _log.error("application stopped", cause=str(failure), hint=getattr(failure, "hint", None))
        status = ExitStatus.FAILED
    else:
        status = ExitStatus.STOPPED
    return status


if __name__ == "__main__":
    sys.exit(main())
