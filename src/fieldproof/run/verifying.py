"""Whether what stands on a chain is what a network's source says, item by item.

Everything is derived anew from the source, the pinned versions and the reference string; of the chain only
the Settlement's settings and the code of contracts are read. Nothing of the folder's own record is believed
but the addresses.
"""

import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fieldproof.core import keccak256
from fieldproof.protocol import UNIT_WEI, compute_network_id
from fieldproof.prove import PreparedCircuit
from fieldproof.run.blueprint import Blueprint
from fieldproof.run.chain import open_deployed_chain, require_deployment
from fieldproof.run.folder import NetworkFolder, read_sources
from fieldproof.run.tools import Progress, Tools, install_tools, make_prover
from fieldproof.settle import CHAIN_ID, Call, ChainClient, SettlementContract, load_interface

_CLONE = re.compile(
    re.escape(bytes.fromhex("363d3d373d3d3d363d73"))
    + b"(.{20})"
    + re.escape(bytes.fromhex("5af43d82803e903d91602b57fd5bf3")),
    re.DOTALL,
)
"""Code of a minimal proxy (ERC-1167): it can do nothing but what the contract at its address does."""
_KEY_HASH = re.compile(r"\bVK_HASH = 0x([0-9a-f]{64});")


@dataclass(frozen=True, slots=True)
class Agreement:
    """One thing that was derived from the source and read from the chain."""

    item: str
    derived: str
    """From the source."""
    deployed: str
    """From the chain."""
    agrees: bool


@dataclass(frozen=True, slots=True)
class ProgramCheck:
    """All that was compared of one network."""

    network: str
    settlement: bytes
    chain_id: int
    items: tuple[Agreement, ...]

    @property
    def agrees(self) -> bool:
        """Whether everything does."""
        return all(each.agrees for each in self.items)


async def verify_program(
    blueprint: Blueprint,
    circuit: PreparedCircuit,
    client: ChainClient,
    settlement: bytes,
    *,
    recorded_versions: tuple[str, ...] | None = None,
) -> ProgramCheck:
    """Compare a network's source with the Settlement at an address; raises `NoCodeError` if there is none.

    `recorded_versions` are those that the deployer noted: where they differ from the present ones, so does
    the program id, and the item says which version to take.
    """
    await client.verify_code("the Settlement", settlement)
    contract = SettlementContract(client, settlement)
    said = await contract.get_settings()
    network_id = await contract.get_network_id()
    items = [
        *_compare_versions(blueprint, recorded_versions),
        _compare("program id", blueprint.program_id, said["programId"]),
        _compare("schema hash", blueprint.schema.hash, said["schemaHash"]),
        _compare(
            "network id",
            compute_network_id(
                chain_id=client.chain_id, settlement=settlement, schema_hash=blueprint.schema.hash
            ),
            network_id,
        ),
        *_compare_settings(blueprint, said),
        *_compare_verifier(circuit, await client.get_code(said["verifier"])),
        await _compare_settlement(client, settlement),
    ]
    return ProgramCheck(blueprint.settings.name, settlement, client.chain_id, tuple(items))


def _compare(item: str, derived: bytes, deployed: bytes) -> Agreement:
    return Agreement(item, derived.hex(), deployed.hex(), derived == deployed)


def _compare_versions(blueprint: Blueprint, recorded: tuple[str, ...] | None) -> Iterator[Agreement]:
    if recorded is not None:
        ours, theirs = ", ".join(blueprint.versions), ", ".join(recorded)
        yield Agreement("pinned versions", ours, theirs, ours == theirs)


def _compare_settings(blueprint: Blueprint, said: Mapping[str, Any]) -> Iterator[Agreement]:
    settings = blueprint.settings
    for item, derived, deployed in (
        ("devices of a cohort", settings.cohort, said["capacity"]),
        ("window in seconds", settings.window_s, said["windowLength"]),
        ("grace in seconds", settings.grace_s, said["grace"]),
        ("settling deadline in seconds", settings.settle_s, said["settlingDeadline"]),
        ("pool of a window in units", settings.pool_wei // UNIT_WEI, said["emissionUnits"]),
    ):
        yield Agreement(item, f"{derived:,}", f"{deployed:,}", derived == deployed)


def _compare_verifier(circuit: PreparedCircuit, code: bytes) -> Iterator[Agreement]:
    """The verifier's code as a whole, and what of it the circuit and the reference string decide."""
    verifier, string = circuit.verifier, circuit.reference_string
    found = _KEY_HASH.search(verifier.source)
    if found is not None:
        key_hash = bytes.fromhex(found[1])
        is_there = _is_in(key_hash, code)
        yield Agreement(
            "circuit, by its key's hash", key_hash.hex(), _say(is_there, key_hash.hex()), is_there
        )
    is_there = all(_is_in(word.to_bytes(32), code) for word in string.g2_words)
    yield Agreement("reference string", string.kind.value, _say(is_there, string.kind.value), is_there)
    yield Agreement(
        "verifier's code",
        f"{verifier.runtime_code_hash.hex()} ({verifier.runtime_bytes:,} bytes)",
        f"{keccak256(code).hex()} ({len(code):,} bytes)",
        keccak256(code) == verifier.runtime_code_hash,
    )


def _is_in(word: bytes, code: bytes) -> bool:
    """Whether code holds a word; solc writes one without its leading zeros."""
    return word.lstrip(b"\0") in code


def _say(is_there: bool, value: str) -> str:
    return value if is_there else "another"


async def _compare_settlement(client: ChainClient, settlement: bytes) -> Agreement:
    """The Settlement's own code: a clone of the contract that comes with this package, run for its code."""
    expected = await client.call(Call(None, load_interface("Settlement").encode_creation()))
    clone = _CLONE.fullmatch(await client.get_code(settlement))
    code = await client.get_code(clone[1]) if clone else b""
    return _compare("Settlement's code", keccak256(expected), keccak256(code))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a network is said to stand; what is None comes from the folder's record."""

    rpc_url: str | None = None
    settlement: bytes | None = None
    chain_id: int = CHAIN_ID
    """Of the chain at the URL."""


async def check_folder(
    folder: Path, place: Place, *, ignition: Path | None = None, progress: Progress = lambda _: None
) -> ProgramCheck:
    """Compare the network in a folder with where it is deployed.

    Raises `RunError` where neither `place` nor a record says where that is.
    """
    blueprint = Blueprint.build(read_sources(folder))
    network = NetworkFolder(folder)
    record = None
    if place.settlement is None or place.rpc_url is None:
        record = require_deployment(network)
    tools = install_tools(progress)
    prover = make_prover(tools, ignition)
    try:
        progress("deriving circuit and verifier")
        circuit = await prover.prepare(blueprint.circuit)
    finally:
        prover.close()
    settlement = place.settlement or require_deployment(network).deployment.settlement
    async with _open_chain(network, tools, place) as client:
        return await verify_program(
            blueprint,
            circuit,
            client,
            settlement,
            recorded_versions=None if record is None else record.versions,
        )


@asynccontextmanager
async def _open_chain(network: NetworkFolder, tools: Tools, place: Place) -> AsyncIterator[ChainClient]:
    if place.rpc_url is not None:
        async with await ChainClient.connect(place.rpc_url, chain_id=place.chain_id) as client:
            yield client
        return
    async with open_deployed_chain(network, tools, require_deployment(network)) as client:
        yield client
