"""Whether what stands on a chain is what a network's source says, item by item.

Everything is derived anew from the source, the pinned versions and the reference string; of the chain only
the settings of contracts and their code are read. Nothing of the folder's own record is believed but the
addresses.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from fieldproof.protocol import compute_network_id
from fieldproof.prove import PreparedCircuit, StringKind
from fieldproof.run.agreement import (
    Agreement,
    compare_bytes,
    compare_clone,
    compare_settings,
    compare_terms,
    compare_verifier,
    compare_versions,
    find_string,
)
from fieldproof.run.blueprint import Blueprint
from fieldproof.run.chain import open_deployed_chain, require_deployment
from fieldproof.run.errors import RunError
from fieldproof.run.folder import NetworkFolder, read_sources
from fieldproof.run.tools import Progress, Tools, install_tools, make_prover
from fieldproof.settle import CHAIN_ID, ChainClient, Registry, SettlementContract


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
        *compare_versions(blueprint, recorded_versions),
        compare_bytes("program id", blueprint.program_id, said["programId"]),
        compare_bytes("schema hash", blueprint.schema.hash, said["schemaHash"]),
        compare_bytes(
            "network id",
            compute_network_id(
                chain_id=client.chain_id, settlement=settlement, schema_hash=blueprint.schema.hash
            ),
            network_id,
        ),
        *compare_settings(blueprint, said),
        *compare_terms(blueprint, await Registry(client, said["registry"]).get_terms()),
        *compare_verifier(circuit, await client.get_code(said["verifier"])),
        await compare_clone(client, settlement, "Settlement"),
        await compare_clone(client, said["registry"], "DeviceRegistry"),
    ]
    return ProgramCheck(blueprint.settings.name, settlement, client.chain_id, tuple(items))


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

    Raises `RunError` where neither `place` nor a record says where that is, and where the verifier there
    hangs on the Ignition points, without which nothing of it can be derived.
    """
    blueprint = Blueprint.build(read_sources(folder))
    network = NetworkFolder(folder)
    record = None
    if place.settlement is None or place.rpc_url is None:
        record = require_deployment(network)
    tools = install_tools(progress)
    settlement = place.settlement or require_deployment(network).deployment.settlement
    async with _open_chain(network, tools, place) as client:
        if ignition is None:
            await _check_string_is_ours(client, settlement)
        prover = make_prover(tools, ignition)
        try:
            progress("deriving circuit and verifier")
            circuit = await prover.prepare(blueprint.circuit)
        finally:
            prover.close()
        return await verify_program(
            blueprint,
            circuit,
            client,
            settlement,
            recorded_versions=None if record is None else record.versions,
        )


async def _check_string_is_ours(client: ChainClient, settlement: bytes) -> None:
    await client.verify_code("the Settlement", settlement)
    said = await SettlementContract(client, settlement).get_settings()
    if find_string(await client.get_code(said["verifier"])) is StringKind.IGNITION:
        raise RunError(
            "the verifier on the chain hangs on the Ignition string, and no file of its points was given: "
            "neither circuit nor verifier can be compared",
            hint="Get bn254_g1.dat of Aztec's Ignition ceremony, and name it with --ignition FILE.",
        )


@asynccontextmanager
async def _open_chain(network: NetworkFolder, tools: Tools, place: Place) -> AsyncIterator[ChainClient]:
    if place.rpc_url is not None:
        async with await ChainClient.connect(place.rpc_url, chain_id=place.chain_id) as client:
            yield client
        return
    async with open_deployed_chain(network, tools, require_deployment(network)) as client:
        yield client
