"""From an empty chain to paid owners: the real contracts, a real proof, its real verifier."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import pytest

from fieldproof.core import SystemClock, verify_signature
from fieldproof.protocol import UNIT_WEI, Statement
from fieldproof.prove.prover import PreparedCircuit, Prover
from fieldproof.prove.reference_string import ensure_development_string
from fieldproof.prove.toolchain import Toolchain, get_cache_folder
from fieldproof.settle import (
    Anvil,
    CallRevertedError,
    ChainClient,
    Credited,
    Deployment,
    DevelopmentVerifierError,
    KeySigner,
    NetworkPlan,
    Payment,
    Posted,
    Posting,
    RegisteredDevice,
    Registry,
    RetrySettings,
    RevokedDevice,
    RewardTokenContract,
    SettlementContract,
    SubmissionSettings,
    Submitter,
    VerifierCode,
    Withdrawn,
    deploy_network,
    verify_proof,
)
from fieldproof.store import Store
from prove.cohorts import get_benchmark_sources

from .conftest import GENESIS_S
from .fleet import (
    CAPACITY,
    FLEET,
    PROGRAM_ID,
    SCHEMA,
    WINDOW_S,
    compute_points,
    make_rows,
    make_settings,
    make_statement,
)

QUICK = SubmissionSettings(poll_s=0.02)
GATEWAY = b"\x0a" * 20


@pytest.fixture
async def prover(toolchain: Toolchain) -> AsyncIterator[Prover]:
    cache = get_cache_folder()
    prover = Prover(toolchain, lambda points: ensure_development_string(points, cache), cache=cache)
    yield prover
    prover.close()


@pytest.fixture
async def circuit(prover: Prover) -> PreparedCircuit:
    return await prover.prepare(get_benchmark_sources(CAPACITY))


@pytest.fixture
def operator(anvil: Anvil, store: Store) -> Submitter:
    return Submitter(anvil.client, anvil.get_account(0), store.outbox, clock=SystemClock(), settings=QUICK)


@pytest.fixture
def owner(anvil: Anvil, store: Store) -> Submitter:
    return Submitter(anvil.client, anvil.get_account(1), store.outbox, clock=SystemClock(), settings=QUICK)


@pytest.fixture
def plan(circuit: PreparedCircuit, operator: Submitter) -> NetworkPlan:
    return NetworkPlan(
        settings=make_settings(),
        schema=SCHEMA,
        program_id=PROGRAM_ID,
        genesis_s=GENESIS_S,
        operators=(operator.address,),
        gateways=(GATEWAY,),
        verifier=VerifierCode(circuit.verifier.creation_code, is_development=True),
    )


async def register_fleet(anvil: Anvil, deployment: Deployment, owner: Submitter) -> list[RegisteredDevice]:
    registry, devices = Registry(anvil.client, deployment.registry), []
    for number, device in enumerate(FLEET):
        nonce = await registry.get_nonce(device.identity_key.identity, owner.address)
        registration, signature = device.make_registration(deployment, owner.address, nonce=nonce)
        payment = Payment.FEE if number % 2 else Payment.STAKE
        call = await registry.build_registration(registration, signature, payment)
        devices.append(await registry.find_device(await owner.submit(f"register:{number}", call)))
    return devices


async def prove_window(
    anvil: Anvil,
    deployment: Deployment,
    window: int,
    devices: tuple[int, ...],
    prover: Prover,
    circuit: PreparedCircuit,
) -> tuple[Statement, bytes]:
    settlement = SettlementContract(anvil.client, deployment.settlement)
    rows = {number: make_rows(number) for number in devices}
    seals = {number: FLEET[number].seal(deployment, number, window, rows[number]) for number in devices}
    statement, witness = make_statement(
        deployment,
        window,
        {number: (seals[number], rows[number]) for number in devices},
        starts_s=(await settlement.get_times(window)).starts_s,
        snapshot=await Registry(anvil.client, deployment.registry).get_cohort(0, window),
        progress=await settlement.get_progress(0),
    )

    async def verify(proof: bytes, public_inputs: Sequence[int]) -> bool:
        return await verify_proof(anvil.client, deployment.verifier, proof, public_inputs)

    proof = await prover.prove(circuit, statement, witness, verify)
    return statement, proof.proof


async def test_a_network_is_deployed_posted_to_and_pays_its_owner(
    anvil: Anvil,
    operator: Submitter,
    owner: Submitter,
    plan: NetworkPlan,
    prover: Prover,
    circuit: PreparedCircuit,
) -> None:
    deployment = await deploy_network(anvil.client, operator, plan)
    assert await deploy_network(anvil.client, operator, plan) == deployment
    devices = await register_fleet(anvil, deployment, owner)
    assert [device.device for device in devices] == [0, 1, 2]
    assert [device.registration.identity for device in devices] == [d.identity_key.identity for d in FLEET]
    assert all(d.registration.is_signed_by_device(d.signature, verify_signature) for d in devices)
    registry = Registry(anvil.client, deployment.registry)
    settlement = SettlementContract(anvil.client, deployment.settlement)
    window = devices[-1].first_active_window
    assert (await registry.get_cohort(0, window)).active == 0b111
    times = await settlement.get_times(window)
    assert times.opens_s - times.starts_s == WINDOW_S + 300
    await anvil.set_time(times.opens_s)

    statement, proof = await prove_window(anvil, deployment, window, (0, 2), prover, circuit)
    posting = Posting.from_statement(statement)
    assert await settlement.get_statement(posting) == statement.to_fields()
    assert not await verify_proof(
        anvil.client, deployment.verifier, proof[:-1] + b"\0", statement.to_fields()
    )
    forged = replace(posting, result=(posting.result[0] + 1,))
    with pytest.raises(CallRevertedError):
        await operator.submit("forged", settlement.build_posting(forged, proof))
    with pytest.raises(CallRevertedError, match="SettlementNotOperator"):
        await owner.submit("stranger", settlement.build_posting(posting, proof))
    inclusion = await operator.submit(f"post:{window}:0", settlement.build_posting(posting, proof))
    assert inclusion.gas_used < 2_000_000
    with pytest.raises(CallRevertedError, match="SettlementAlreadyPosted"):
        await operator.submit("again", settlement.build_posting(posting, proof))

    pool_units = plan.settings.pool_wei // UNIT_WEI * 2 // 3
    points = [compute_points(make_rows(number)) for number in (0, 2)]
    expected = [pool_units * point // sum(points) for point in points]
    assert [await settlement.get_balance_units(number) for number in (0, 1, 2)] == [
        expected[0],
        0,
        expected[1],
    ]

    with pytest.raises(CallRevertedError, match="SettlementNotHolder"):
        await operator.submit("steal", settlement.build_withdrawal([0, 2]))
    await owner.submit("withdraw", settlement.build_withdrawal([0, 1, 2]))
    token = RewardTokenContract(anvil.client, deployment.reward_token)
    assert await token.get_balance_wei(owner.address) == sum(expected) * UNIT_WEI
    assert await settlement.get_balance_units(0) == 0

    head = (await anvil.client.get_latest_block()).number
    events = await settlement.get_events(deployment.first_block, head)
    assert [type(event) for event in events] == [Posted, Credited, Withdrawn, Withdrawn]
    posted, credited = events[0], events[1]
    assert isinstance(posted, Posted)
    assert isinstance(credited, Credited)
    assert posted.posting == posting
    assert credited.credited_units == sum(expected)
    assert await registry.get_events(deployment.first_block, head) == tuple(devices)


async def test_postings_add_up_and_are_credited_after_the_deadline(
    anvil: Anvil,
    operator: Submitter,
    owner: Submitter,
    plan: NetworkPlan,
    prover: Prover,
    circuit: PreparedCircuit,
) -> None:
    plan = replace(plan, settings=make_settings(settle_within="30m", devices=8))
    deployment = await deploy_network(anvil.client, operator, plan)
    devices = await register_fleet(anvil, deployment, owner)
    settlement = SettlementContract(anvil.client, deployment.settlement)
    window = devices[-1].first_active_window
    times = await settlement.get_times(window)
    await anvil.set_time(times.opens_s)
    for group in ((0,), (1, 2)):
        statement, proof = await prove_window(anvil, deployment, window, group, prover, circuit)
        call = settlement.build_posting(Posting.from_statement(statement), proof)
        await operator.submit(f"post:{group}", call)
    assert (await settlement.get_progress(0)).settled == 0b111
    head = (await anvil.client.get_latest_block()).number
    postings = [
        event
        for event in await settlement.get_events(deployment.first_block, head)
        if isinstance(event, Posted)
    ]
    with pytest.raises(CallRevertedError, match="SettlementTooEarly"):
        await owner.submit("early", settlement.build_credit(postings[0]))
    await anvil.set_time(times.closes_s + 1)
    for posted in postings:
        assert await settlement.is_credit_due(posted)
        await owner.submit(f"credit:{posted.index}", settlement.build_credit(posted))
        assert not await settlement.is_credit_due(posted)
    units = plan.settings.pool_wei // UNIT_WEI
    points = [compute_points(make_rows(number)) for number in range(3)]
    for number in range(3):
        assert await settlement.get_balance_units(number) == units * points[number] // sum(points)


async def test_a_revoked_device_ends_with_the_next_window_and_gets_its_stake_back(
    anvil: Anvil, operator: Submitter, owner: Submitter, plan: NetworkPlan
) -> None:
    deployment = await deploy_network(anvil.client, operator, plan)
    devices = await register_fleet(anvil, deployment, owner)
    registry = Registry(anvil.client, deployment.registry)
    inclusion = await owner.submit("revoke:0", registry.build_revocation(0))
    (event,) = await registry.get_events(inclusion.block_number, inclusion.block_number)
    assert isinstance(event, RevokedDevice)
    assert (await registry.get_cohort(0, event.first_inactive_window)).active == 0b110
    assert devices[0].stake_wei == plan.settings.registration_stake_wei
    before = await anvil.client.get_balance(owner.address)
    gas = await owner.submit("stake:0", registry.build_stake_withdrawal(0))
    spent = gas.gas_used * gas.gas_price_wei
    assert await anvil.client.get_balance(owner.address) == before + devices[0].stake_wei - spent


async def test_a_registration_of_another_owner_chain_or_deadline_is_refused(
    anvil: Anvil, operator: Submitter, owner: Submitter, plan: NetworkPlan
) -> None:
    deployment = await deploy_network(anvil.client, operator, plan)
    registry, device = Registry(anvil.client, deployment.registry), FLEET[0]
    good, signature = device.make_registration(deployment, owner.address)
    cases = {
        "RegistryInvalidSignature": [
            (replace(good, owner=operator.address), signature),
            (replace(good, seal_key=FLEET[1].seal_key), signature),
            device.make_registration(replace(deployment, chain_id=1), owner.address),
            device.make_registration(replace(deployment, registry=deployment.settlement), owner.address),
        ],
        "RegistryDeadlinePassed": [device.make_registration(deployment, owner.address, deadline=1)],
        "RegistryWrongNonce": [device.make_registration(deployment, owner.address, nonce=1)],
    }
    for error, registrations in cases.items():
        for number, (registration, made) in enumerate(registrations):
            call = await registry.build_registration(registration, made, Payment.FEE)
            with pytest.raises(CallRevertedError, match=error):
                await owner.submit(f"{error}:{number}", call)
    assert await registry.get_device_count() == 0


async def test_a_development_verifier_goes_to_no_chain_with_money(
    toolchain: Toolchain, plan: NetworkPlan, store: Store, anvil: Anvil
) -> None:
    client = ChainClient(anvil.url, 1, RetrySettings())
    signer = KeySigner.create()
    submitter = Submitter(client, signer, store.outbox, clock=SystemClock())
    with pytest.raises(DevelopmentVerifierError, match="not for chain 1"):
        await deploy_network(client, submitter, plan)
    await client.close()


async def test_a_deployment_that_was_interrupted_goes_on(
    anvil: Anvil, store: Store, plan: NetworkPlan, operator: Submitter
) -> None:
    class CrashError(BaseException):
        pass

    for steps in range(1, 20):
        remaining = steps

        def reached(_: str) -> None:
            nonlocal remaining
            remaining -= 1
            if remaining == 0:
                raise CrashError

        crashing = Submitter(
            anvil.client,
            anvil.get_account(0),
            store.outbox,
            clock=SystemClock(),
            settings=QUICK,
            reached=reached,
        )
        try:
            await deploy_network(anvil.client, crashing, plan)
        except CrashError:
            continue
        break
    deployment = await deploy_network(anvil.client, operator, plan)
    assert await anvil.client.get_transaction_count(operator.address) == 6
    assert await Registry(anvil.client, deployment.registry).get_device_count() == 0
