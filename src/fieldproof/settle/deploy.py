"""Bringing a network onto its chain: the factory once, a verifier, then the network in one transaction.

Each step is an intent of the outbox, named by what it deploys, so that a deployment that was interrupted
goes on where it was and never deploys anything twice.
"""

from dataclasses import dataclass

from fieldproof.core import keccak256
from fieldproof.protocol import UNIT_WEI, NetworkSettings, Schema, compute_network_id
from fieldproof.protocol.transaction import Inclusion
from fieldproof.settle.anvil import CHAIN_ID as DEVELOPMENT_CHAIN_ID
from fieldproof.settle.client import ChainClient
from fieldproof.settle.errors import DevelopmentVerifierError, SettleError
from fieldproof.settle.interfaces import load_interface
from fieldproof.settle.submitter import Submitter
from fieldproof.settle.values import Call, Deployment, VerifierCode

MAXIMUM_SUPPLY_WEI = (2**64 - 1) * UNIT_WEI
"""Balances are counts of 64 bits: more can never be credited in all."""

_IMPLEMENTATIONS = ("DeviceRegistry", "Settlement", "RewardToken")
_NOBODY = bytes(20)


@dataclass(frozen=True, slots=True)
class NetworkPlan:
    """Everything that a network fixes at its birth."""

    settings: NetworkSettings
    schema: Schema
    program_id: bytes
    """32 bytes."""
    genesis_s: int
    """Start of window 0, seconds since 1970."""
    operators: tuple[bytes, ...]
    """Accounts that may post, 20 bytes each."""
    gateways: tuple[bytes, ...]
    """Addresses of the keys that sign receipts, by gateway number."""
    verifier: VerifierCode
    reward_name: str = ""
    """Of the token that the network mints; its own name by default."""
    reward_symbol: str = "REWARD"
    paid_token: bytes | None = None
    """An ERC-20 that is paid from deposits; None: the network mints its own."""
    supply_cap_wei: int = MAXIMUM_SUPPLY_WEI
    """Bound on all rewards ever."""
    authority: bytes | None = None
    """May hand future emission to a successor; None: nobody can."""
    succession_delay_s: int = 0
    state_words: int = 0
    """Fields of packed state of a cohort."""
    initial_state_root: int = 0


async def deploy_network(
    client: ChainClient, submitter: Submitter, plan: NetworkPlan, *, factory: bytes | None = None
) -> Deployment:
    """Deploy what is missing and then the network; may be called again after any interruption.

    `factory` names one that is on the chain already. Raises `DevelopmentVerifierError` before anything is
    sent, and whatever `Submitter.submit` raises.
    """
    if plan.verifier.is_development and client.chain_id != DEVELOPMENT_CHAIN_ID:
        raise DevelopmentVerifierError(client.chain_id)
    if factory is None:
        factory = await deploy_factory(client, submitter)
    else:
        await client.verify_code("the NetworkFactory", factory)
    verifier = await deploy_verifier(client, submitter, plan.verifier)
    code_hash = keccak256(await client.get_code(verifier))
    terms = _build_settings(plan, verifier, code_hash)
    data = load_interface("NetworkFactory").functions["createNetwork"].encode_call(terms)
    inclusion = await submitter.submit(_name(client, "network", data), Call(factory, data))
    return await _find_deployment(
        client, plan, inclusion, deployer=submitter.address, factory=factory, verifier=verifier
    )


async def deploy_factory(client: ChainClient, submitter: Submitter) -> bytes:
    """Deploy the contracts that networks are clones of and the factory; return its address."""
    implementations = [
        await _create(client, submitter, name, load_interface(name).encode_creation())
        for name in _IMPLEMENTATIONS
    ]
    creation = load_interface("NetworkFactory").encode_creation(*implementations)
    return await _create(client, submitter, "NetworkFactory", creation)


async def deploy_verifier(client: ChainClient, submitter: Submitter, verifier: VerifierCode) -> bytes:
    """Deploy a verifier after the libraries that it calls; return its address."""
    code = bytearray(verifier.creation_code)
    for library in verifier.libraries:
        address = await _create(client, submitter, library.name, library.creation_code)
        for position in library.positions:
            code[position : position + len(address)] = address
    return await _create(client, submitter, "Verifier", bytes(code))


async def _create(client: ChainClient, submitter: Submitter, name: str, creation: bytes) -> bytes:
    inclusion = await submitter.submit(_name(client, name, creation), Call(None, creation))
    if inclusion.contract is None:
        raise SettleError(f"the node names no address for {name}, which was created")
    await client.verify_code(name, inclusion.contract)
    return inclusion.contract


def _name(client: ChainClient, what: str, data: bytes) -> str:
    return f"deploy:{client.chain_id}:{what}:{keccak256(data).hex()[:16]}"


def _build_settings(plan: NetworkPlan, verifier: bytes, code_hash: bytes) -> dict[str, object]:
    settings = plan.settings
    return {
        "salt": bytes(32),
        "deviceName": f"{settings.name} devices",
        "deviceSymbol": "DEVICE",
        "rewardName": plan.reward_name or settings.name,
        "rewardSymbol": plan.reward_symbol,
        "verifierCodeHash": code_hash,
        "terms": {
            "maxDevices": settings.devices,
            "feeWei": settings.registration_fee_wei,
            "stakeWei": settings.registration_stake_wei,
            "attributeMaxima": tuple(spec.maximum_raw for spec in plan.schema.attributes),
        },
        "settlement": {
            # The factory fills in what it makes.
            "registry": _NOBODY,
            "rewardToken": plan.paid_token or _NOBODY,
            "mintsReward": plan.paid_token is None,
            "genesis": plan.genesis_s,
            "windowLength": settings.window_s,
            "grace": settings.grace_s,
            "settlingDeadline": settings.settle_s,
            "capacity": settings.cohort,
            "verifier": verifier,
            "programId": plan.program_id,
            "schemaHash": plan.schema.hash,
            "stateWords": plan.state_words,
            "initialStateRoot": plan.initial_state_root,
            "unitWei": UNIT_WEI,
            "emissionUnits": settings.pool_wei // UNIT_WEI,
            "supplyCapUnits": plan.supply_cap_wei // UNIT_WEI,
            "authority": plan.authority or _NOBODY,
            "successionDelay": plan.succession_delay_s,
            "operators": plan.operators,
            "gateways": plan.gateways,
        },
    }


async def _find_deployment(
    client: ChainClient,
    plan: NetworkPlan,
    inclusion: Inclusion,
    *,
    deployer: bytes,
    factory: bytes,
    verifier: bytes,
) -> Deployment:
    created = load_interface("NetworkFactory").events["NetworkCreated"]
    number = inclusion.block_number
    logs = await client.get_logs(factory, [created.topic], first_block=number, last_block=number)
    for log in logs:
        if log.transaction_hash == inclusion.transaction_hash:
            found = created.decode_event(log.topics, log.data)
            expected = compute_network_id(
                chain_id=client.chain_id, settlement=found["settlement"], schema_hash=plan.schema.hash
            )
            if found["networkId"] != expected:
                raise SettleError(
                    "the contracts compute another network id than this program: wrong version?"
                )
            return Deployment(
                chain_id=client.chain_id,
                network_id=expected,
                settlement=found["settlement"],
                registry=found["registry"],
                reward_token=found["rewardToken"],
                verifier=verifier,
                factory=factory,
                deployer=deployer,
                first_block=number,
            )
    raise SettleError(f"transaction 0x{inclusion.transaction_hash.hex()} made no network: wrong factory?")
