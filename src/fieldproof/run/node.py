"""One operator's node: chain, gateway, prover and settler of a network in one process.

The only place where the rooms meet. Barretenberg, the witness solver and the embedded chain are processes
of their own and end with this one.
"""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from fieldproof.core import Arithmetic, Clock, FieldproofError, SystemClock
from fieldproof.ingest import (
    DeviceDirectory,
    GatewaySettings,
    Pipeline,
    ReceiptKey,
    create_app,
    keep_closing,
    open_port,
    serve,
    verify_clock,
)
from fieldproof.protocol import Calendar, compute_state_root
from fieldproof.prove import (
    Barretenberg,
    BarretenbergArithmetic,
    CohortAssembler,
    PreparedCircuit,
    Proof,
    Prover,
    ProverWorker,
    StringKind,
    WorkerSettings,
)
from fieldproof.run.blueprint import Blueprint
from fieldproof.run.chain import EmbeddedChainSettings, open_chain
from fieldproof.run.errors import RunError
from fieldproof.run.folder import DeploymentRecord, NetworkFolder, RunningNode
from fieldproof.run.genesis import choose_genesis, verify_genesis
from fieldproof.run.keys import load_gateway, load_operator, load_password
from fieldproof.run.proving import WorkLoader
from fieldproof.run.registry import RegistryReader
from fieldproof.run.settling import Settled, Settler
from fieldproof.run.tools import Progress, Tools, make_prover
from fieldproof.settle import (
    CHAIN_ID,
    Anvil,
    ChainClient,
    Deployment,
    KeySigner,
    LibraryCode,
    NetworkPlan,
    Registry,
    RpcError,
    SettlementContract,
    SubmissionSettings,
    Submitter,
    VerifierCode,
    deploy_network,
)
from fieldproof.store import Job, Store, StoreUnavailableError, open_store

OPERATOR_FUNDS_WEI = 10**22
"""What the operator gets on the embedded chain."""
REGISTRY_LOOK_S = 0.5

Reached = Callable[[str], None]

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class NodeSettings:
    """How a node runs; the network's own settings stand in its source."""

    rpc_url: str | None = None
    """JSON-RPC of the chain; None: the embedded one."""
    chain_id: int = CHAIN_ID
    host: str = "127.0.0.1"
    """Address on which the gateway listens."""
    port: int = 0
    """Port of the gateway; 0 takes a free one."""
    gateway: int = 0
    """Number of this gateway in the Settlement's list."""
    genesis_s: int | None = None
    """Start of window 0, seconds since 1970; None: that of the record, or the present window's start."""
    embedded: EmbeddedChainSettings | None = None
    """How the embedded chain runs."""
    reference_string: Path | None = None
    """File of the Aztec Ignition points; None: the development string, under which anyone can forge."""
    confirmations: int = 1
    """Blocks after which a transaction counts as final."""
    poll_s: float = 0.1
    """Pause between two looks at a transaction."""
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    """Where a password may come from."""


class Node:
    """A running node. `start` gives one; everything it started ends when the context does."""

    def __init__(
        self,
        *,
        blueprint: Blueprint,
        record: DeploymentRecord,
        store: Store,
        clock: Clock,
        client: ChainClient,
        anvil: Anvil | None,
        operator: KeySigner,
        gateway_key: ReceiptKey,
        submitter: Submitter,
        circuit: PreparedCircuit,
        prover: Prover,
        arithmetic: Arithmetic,
        settler: Settler,
        registry_reader: RegistryReader,
        gateway_url: str,
        rpc_url: str,
    ) -> None:
        self.blueprint = blueprint
        self.record = record
        self.store = store
        self.clock = clock
        self.client = client
        self.anvil = anvil
        self.operator = operator
        self.gateway_key = gateway_key
        self.submitter = submitter
        self.circuit = circuit
        self.prover = prover
        self.arithmetic = arithmetic
        self.settler = settler
        self.registry_reader = registry_reader
        self.gateway_url = gateway_url
        self.rpc_url = rpc_url

    @property
    def deployment(self) -> Deployment:
        """Where the network stands on its chain."""
        return self.record.deployment

    @property
    def calendar(self) -> Calendar:
        """The network's windows."""
        settings = self.blueprint.settings
        return Calendar(self.record.genesis_s, settings.window_s, settings.grace_s)

    @classmethod
    @asynccontextmanager
    async def start(
        cls,
        folder: NetworkFolder,
        blueprint: Blueprint,
        tools: Tools,
        settings: NodeSettings,
        *,
        clock: Clock | None = None,
        progress: Progress = lambda _: None,
        on_proof: Callable[[Job, Proof], None] = lambda _job, _proof: None,
        on_settled: Callable[[Settled], None] = lambda _: None,
        reached: Reached = lambda _: None,
    ) -> AsyncIterator["Node"]:
        """Start all parts, deploying the network first if it is not; yield when packets are accepted."""
        clock = clock or SystemClock()
        async with AsyncExitStack() as stack:
            store = stack.enter_context(open_store(folder.store, reached=reached))
            password = load_password(folder, settings.environment, is_worthless=settings.chain_id == CHAIN_ID)
            # Opening a keystore takes a second of arithmetic, by design of the format.
            operator, gateway_key = await asyncio.gather(
                asyncio.to_thread(load_operator, folder, password),
                asyncio.to_thread(load_gateway, folder, password),
            )
            listener = open_port(settings.host, settings.port)
            stack.callback(listener.close)
            client, anvil = await stack.enter_async_context(
                open_chain(folder, tools, settings.rpc_url, settings.chain_id, settings.embedded)
            )
            if anvil is not None and await client.get_balance(operator.address) < OPERATOR_FUNDS_WEI // 2:
                await anvil.set_balance(operator.address, OPERATOR_FUNDS_WEI)
            prover = make_prover(tools, settings.reference_string, reached=reached)
            stack.callback(prover.close)
            progress("preparing the circuit (compiled once, then cached)")
            circuit = await prover.prepare(blueprint.circuit)
            progress(f"circuit of {circuit.gate_count:,} gates; {circuit.reference_string.description}")
            # Plain Python would spend a seventh of a full window's closing on seals.
            hasher = Barretenberg(tools.toolchain.bb, circuit.reference_string, threads=1)
            stack.callback(hasher.close)
            arithmetic = BarretenbergArithmetic(hasher)
            submitter = Submitter(
                client,
                operator,
                store.outbox,
                clock=clock,
                settings=SubmissionSettings(confirmations=settings.confirmations, poll_s=settings.poll_s),
                reached=reached,
            )
            record = folder.load_deployment()
            if record is None:
                progress("deploying verifier and network")
                genesis_s = choose_genesis(
                    settings.genesis_s,
                    window_s=blueprint.settings.window_s,
                    now_s=clock.now_ms() // 1000,
                )
                deployment = await deploy_network(
                    client, submitter, _plan(blueprint, circuit, genesis_s, submitter, gateway_key)
                )
                record = DeploymentRecord(
                    deployment, settings.rpc_url, genesis_s, blueprint.program_id, blueprint.versions
                )
                folder.save_deployment(record)
            verify_genesis(settings.genesis_s, record)
            _check_record(record, blueprint, client)
            deployment = record.deployment
            await _verify_settlement(client, deployment)
            calendar = Calendar(record.genesis_s, blueprint.settings.window_s, blueprint.settings.grace_s)
            gateway = GatewaySettings.build(
                deployment.network_id,
                blueprint.schema,
                blueprint.settings,
                genesis_s=record.genesis_s,
                gateway=settings.gateway,
            )
            await _verify_clock(client, anvil, clock)
            directory = DeviceDirectory()
            reader = RegistryReader(
                client,
                Registry(client, deployment.registry),
                store,
                directory,
                network_id=deployment.network_id,
                first_block=deployment.first_block,
                confirmations=settings.confirmations,
            )
            await reader.read_new()
            pipeline = Pipeline(gateway, store, directory, gateway_key, clock, arithmetic=arithmetic)
            stack.callback(pipeline.close)
            settler = Settler(
                store=store,
                clock=clock,
                calendar=calendar,
                settings=blueprint.settings,
                client=client,
                deployment=deployment,
                submitter=submitter,
                on_settled=on_settled,
            )
            loader = WorkLoader(
                store=store,
                calendar=calendar,
                client=client,
                deployment=deployment,
                program_id=record.program_id,
                assembler=CohortAssembler(
                    blueprint.schema,
                    blueprint.settings,
                    blueprint.author_program,
                    layout=blueprint.state_layout,
                    arithmetic=arithmetic,
                ),
                circuit=circuit,
                layout=blueprint.state_layout,
                is_posted=settler.is_posted,
            )

            def pass_on(job: Job, proof: Proof) -> None:
                settler.wake()
                on_proof(job, proof)

            worker = ProverWorker(
                store.jobs,
                prover,
                loader.load,
                clock,
                WorkerSettings(name=f"prover-{os.getpid()}", in_order=loader.has_state),
                passing=(RpcError, StoreUnavailableError),
                on_proof=pass_on,
                reached=reached,
            )
            stop = asyncio.Event()
            closing = keep_closing(gateway, store, clock, stop, on_closed=lambda _: worker.wake())
            tasks = [
                asyncio.create_task(job, name=name)
                for name, job in (
                    ("gateway", serve(create_app(pipeline, store), listener, stop)),
                    ("closing", closing),
                    ("registry", _keep_reading(reader, stop)),
                    ("prover", worker.run(stop)),
                    ("settler", settler.run(stop)),
                )
            ]
            stack.push_async_callback(_stop, tasks, stop, _end_with_parts(tasks))
            host, port = listener.getsockname()[:2]
            gateway_url = f"http://{host}:{port}"
            rpc_url = anvil.url if anvil else settings.rpc_url or ""
            folder.save_running(RunningNode(os.getpid(), gateway_url, rpc_url))
            stack.callback(folder.forget_running)
            progress(f"gateway listens on {gateway_url}")
            yield cls(
                blueprint=blueprint,
                record=record,
                store=store,
                clock=clock,
                client=client,
                anvil=anvil,
                operator=operator,
                gateway_key=gateway_key,
                submitter=submitter,
                circuit=circuit,
                prover=prover,
                arithmetic=arithmetic,
                settler=settler,
                registry_reader=reader,
                gateway_url=gateway_url,
                rpc_url=rpc_url,
            )


def _plan(
    blueprint: Blueprint,
    circuit: PreparedCircuit,
    genesis_s: int,
    submitter: Submitter,
    gateway_key: ReceiptKey,
) -> NetworkPlan:
    state, verifier = blueprint.initial_state, circuit.verifier
    libraries = (LibraryCode(each.name, each.creation_code, each.positions) for each in verifier.libraries)
    return NetworkPlan(
        settings=blueprint.settings,
        schema=blueprint.schema,
        program_id=blueprint.program_id,
        genesis_s=genesis_s,
        operators=(submitter.address,),
        gateways=(gateway_key.address,),
        verifier=VerifierCode(
            verifier.creation_code,
            circuit.reference_string.kind is StringKind.DEVELOPMENT,
            tuple(libraries),
        ),
        state_words=len(state),
        initial_state_root=compute_state_root(state),
    )


def _check_record(record: DeploymentRecord, blueprint: Blueprint, client: ChainClient) -> None:
    if record.program_id != blueprint.program_id:
        raise RunError(
            "the source is no longer the one that was deployed; a program on chain never changes",
            hint="Put the source back, or copy the network to a new folder and deploy it there.",
        )
    if record.deployment.chain_id != client.chain_id:
        raise RunError(
            f"the network was deployed on chain {record.deployment.chain_id}, this is {client.chain_id}",
            hint="Name the JSON-RPC URL of the chain on which it stands.",
        )


async def _verify_settlement(client: ChainClient, deployment: Deployment) -> None:
    await client.verify_code("the Settlement", deployment.settlement)
    found = await SettlementContract(client, deployment.settlement).get_network_id()
    if found != deployment.network_id:
        raise RunError(
            f"the contract at 0x{deployment.settlement.hex()} settles network {found.hex()}, "
            f"this folder is of network {deployment.network_id.hex()}",
            hint="Restore deployment.json from a copy, or name the chain on which the network stands.",
        )


async def _verify_clock(client: ChainClient, anvil: Anvil | None, clock: Clock) -> None:
    now_s = clock.now_ms() // 1000
    if anvil is not None and (await client.get_latest_block()).time_s < now_s:
        # The embedded chain makes blocks only when there is something to do, and goes by our clock.
        await anvil.set_time(now_s)
    block = await client.get_latest_block()
    verify_clock(clock, lambda: block.time_s)


async def _keep_reading(reader: RegistryReader, stop: asyncio.Event) -> None:
    while not stop.is_set():
        try:
            await reader.read_new()
        except FieldproofError as error:
            _log.warning("the registry cannot be read, trying again", error=str(error)[:500])
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), REGISTRY_LOOK_S)


def _end_with_parts(tasks: Sequence[asyncio.Task[None]]) -> asyncio.Task[None]:
    """Cancel the present task when a part ends before it was told to: a node never runs on without one."""
    whole = asyncio.current_task()

    async def watch() -> None:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if whole is not None:
            whole.cancel()

    return asyncio.create_task(watch(), name="watch")


async def _stop(tasks: Sequence[asyncio.Task[None]], stop: asyncio.Event, watch: asyncio.Task[None]) -> None:
    """Stop all parts in order and raise what one of them died of."""
    whole = asyncio.current_task()
    if not watch.cancel() and whole is not None:
        # It was the watch that cancelled; what the part died of takes the cancellation's place.
        whole.uncancel()
    stop.set()
    for outcome in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(outcome, BaseException):
            raise outcome
