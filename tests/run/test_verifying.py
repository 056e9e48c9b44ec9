"""What stands on a chain is compared with the source item by item, and any difference is seen."""

import json
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fieldproof.prove import ReferenceStringError
from fieldproof.prove.reference_string import DEVELOPMENT_G2, IGNITION_G2
from fieldproof.run import Blueprint, NetworkFolder, Place, ProgramCheck, RunError, Tools, check_folder
from fieldproof.run.agreement import Agreement
from fieldproof.settle import Anvil, AnvilSettings, NoCodeError

from .conftest import Template
from .networks import POSTED
from .world import find_differences

PROGRAM = Path(sys.executable).with_name("fieldproof")
ITEMS = {
    "pinned versions",
    "program id",
    "schema hash",
    "network id",
    "devices of a cohort",
    "window in seconds",
    "grace in seconds",
    "settling deadline in seconds",
    "pool of a window in units",
    "unit in wei",
    "words of packed state",
    "root of the first states",
    "devices at most",
    "fee of a registration in wei",
    "stake of a registration in wei",
    "greatest attributes",
    "circuit, by its key's hash",
    "reference string",
    "verifier's code",
    "Settlement's code",
    "DeviceRegistry's code",
}


@pytest.fixture
def deployed(template: Template, tmp_path: Path) -> Template:
    return template.copy(tmp_path)


@pytest.fixture
async def chain(deployed: Template, tools: Tools) -> AsyncIterator[Anvil]:
    async with await Anvil.start(AnvilSettings(tools.toolchain.anvil, deployed.state)) as anvil:
        yield anvil


def get_place(deployed: Template, chain: Anvil) -> Place:
    return Place(chain.url, deployed.fleet.record.deployment.settlement)


async def check(deployed: Template, chain: Anvil) -> ProgramCheck:
    return await check_folder(deployed.folder, get_place(deployed, chain))


async def alter_code(chain: Anvil, address: bytes, position: int) -> None:
    """Change one byte of a contract on the chain."""
    code = bytearray(await chain.client.get_code(address))
    code[position] ^= 1
    await chain.client.request("anvil_setCode", "0x" + address.hex(), "0x" + code.hex())


async def test_a_network_agrees_with_its_source(deployed: Template, chain: Anvil) -> None:
    found = await check(deployed, chain)
    assert found.agrees, find_differences(found)
    assert {each.item for each in found.items} == ITEMS - {"pinned versions"}
    by_item = {each.item: each for each in found.items}
    assert by_item["program id"].derived == deployed.fleet.blueprint.program_id.hex()
    assert by_item["reference string"] == Agreement("reference string", "development", "development", True)


async def test_one_character_of_the_program_is_seen(deployed: Template, chain: Anvil) -> None:
    path = deployed.folder / "network.py"
    path.write_text(path.read_text().replace("<= 50", "<= 51"))
    found = find_differences(await check(deployed, chain))
    assert found == {"program id", "circuit, by its key's hash", "verifier's code"}


async def test_a_comment_changes_the_program_id_and_not_the_circuit(deployed: Template, chain: Anvil) -> None:
    path = deployed.folder / "network.py"
    path.write_text(path.read_text() + "# a word\n")
    assert find_differences(await check(deployed, chain)) == {"program id"}


async def test_one_byte_of_the_verifier_is_seen(deployed: Template, chain: Anvil) -> None:
    verifier = deployed.fleet.record.deployment.verifier
    await alter_code(chain, verifier, -1)
    assert find_differences(await check(deployed, chain)) == {"verifier's code"}


async def test_a_verifier_of_another_circuit_or_string_is_named(deployed: Template, chain: Anvil) -> None:
    verifier = deployed.fleet.record.deployment.verifier
    await chain.client.request("anvil_setCode", "0x" + verifier.hex(), "0x00")
    found = await check(deployed, chain)
    assert find_differences(found) == {"circuit, by its key's hash", "reference string", "verifier's code"}
    assert next(each.deployed for each in found.items if each.item == "reference string") == "another"


async def test_another_settlement_is_seen(deployed: Template, chain: Anvil) -> None:
    deployment = deployed.fleet.record.deployment
    await alter_code(chain, await find_implementation(chain, deployment.settlement), -1)
    assert find_differences(await check(deployed, chain)) == {"Settlement's code"}
    await alter_code(chain, await find_implementation(chain, deployment.registry), -1)
    assert find_differences(await check(deployed, chain)) == {"Settlement's code", "DeviceRegistry's code"}


async def find_implementation(chain: Anvil, clone: bytes) -> bytes:
    return (await chain.client.get_code(clone))[10:30]


async def test_settings_are_read_from_the_chain(deployed: Template, chain: Anvil) -> None:
    path = deployed.folder / "network.py"
    path.write_text(path.read_text().replace('grace="2m"', 'grace="3m"'))
    assert find_differences(await check(deployed, chain)) == {"program id", "grace in seconds"}
    path.write_text(path.read_text().replace('grace="3m"', 'grace="2m", registration_stake="2", devices=9'))
    assert find_differences(await check(deployed, chain)) == {
        "program id",
        "devices at most",
        "stake of a registration in wei",
    }


async def test_without_the_ignition_points_an_ignition_verifier_cannot_be_compared(
    deployed: Template, chain: Anvil
) -> None:
    verifier = deployed.fleet.record.deployment.verifier
    code = await chain.client.get_code(verifier)
    for ours, theirs in zip(DEVELOPMENT_G2, IGNITION_G2, strict=True):
        code = code.replace(ours.to_bytes(32).lstrip(b"\0"), theirs.to_bytes(32).lstrip(b"\0"))
    await chain.client.request("anvil_setCode", "0x" + verifier.hex(), "0x" + code.hex())
    with pytest.raises(RunError, match="hangs on the Ignition string") as refused:
        await check(deployed, chain)
    assert "--ignition FILE" in str(refused.value.hint)
    place = ["--rpc", chain.url, "--settlement", "0x" + deployed.fleet.record.deployment.settlement.hex()]
    finished = call("verify-program", str(deployed.folder), *place)
    assert finished.returncode == 1
    assert "hint: Get bn254_g1.dat" in finished.stderr
    points = deployed.folder / "points.dat"
    points.write_bytes(bytes(640))
    with pytest.raises(ReferenceStringError, match="holds 10 points"):
        await check_folder(deployed.folder, get_place(deployed, chain), ignition=points)


async def test_where_nothing_stands_it_is_said(deployed: Template, chain: Anvil) -> None:
    with pytest.raises(NoCodeError):
        await check_folder(deployed.folder, Place(chain.url, bytes(19) + b"\7"))


async def test_without_a_record_an_address_must_be_given(tmp_path: Path) -> None:
    (tmp_path / "network.py").write_text(POSTED)
    with pytest.raises(RunError, match="was never deployed"):
        await check_folder(tmp_path, Place())


def call(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=280, check=False)


async def test_the_command_says_item_by_item_what_agrees(deployed: Template, chain: Anvil) -> None:
    settlement = "0x" + deployed.fleet.record.deployment.settlement.hex()
    arguments = ["verify-program", str(deployed.folder), "--rpc", chain.url, "--settlement", settlement]
    finished = call(*arguments)
    assert finished.returncode == 0, finished.stderr
    assert "agrees   program id" in finished.stdout
    assert finished.stdout.endswith("\nall agree\n")
    path = deployed.folder / "network.py"
    path.write_text(path.read_text().replace("<= 50", "<= 51"))
    finished = call(*arguments)
    assert finished.returncode == 1
    assert "DIFFERS  program id" in finished.stdout
    assert finished.stdout.endswith("\n3 of 20 differ\n")
    facts = json.loads(call(*arguments, "--json").stdout)
    assert not facts["agrees"]
    assert {each["item"] for each in facts["items"]} == ITEMS - {"pinned versions"}


def test_an_address_that_is_none_is_a_usage_error(tmp_path: Path) -> None:
    assert call("verify-program", str(tmp_path), "--settlement", "0x12").returncode == 2


async def test_the_record_of_the_folder_names_versions_and_address(deployed: Template, chain: Anvil) -> None:
    place = Place(chain.url)
    found = await check_folder(deployed.folder, place)
    assert found.agrees
    assert {each.item for each in found.items} == ITEMS
    assert NetworkFolder(deployed.folder).load_deployment() is not None
    assert Blueprint.build({"network.py": POSTED}).versions == deployed.fleet.record.versions
