"""`fieldproof chain prove`."""

import asyncio
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from fieldproof.cli.chain.account import format_hex, parse_address
from fieldproof.cli.chain.options import consensus_option, rpc_option
from fieldproof.cli.output import json_option, write_facts, write_json, write_table

if TYPE_CHECKING:
    from fieldproof.chain import Commitments

VALUES = ("execution-hash", "height", "epoch", "seed", "committee", "pool", "faults", "results")
"""What can be proven, by its place in the application's hash."""


@click.command("prove", epilog="Example: fieldproof chain prove committee --height 120 --json")
@click.argument("value", metavar="VALUE", type=click.Choice(VALUES))
@click.option(
    "--height", type=click.IntRange(min=1), help="The block after which it stood; without it, the last one."
)
@click.option("--operator", metavar="ADDRESS", help="Of faults, those of this operator alone.")
@consensus_option
@rpc_option
@json_option
def command(
    value: str, height: int | None, operator: str | None, consensus: str, rpc: str, as_json: bool
) -> None:
    """Prove to contracts what the application's hash says, by the contract of EIP-4788.

    VALUE is epoch, seed, committee, pool, faults, results, height or execution-hash.

    The hash is kept there under `next_time_s` as long as it is `known_to_contracts`. `siblings` stand beside
    the way from `value` at place `leaf` up to it, lowest first. A committee and a pool come with their
    members, faults each with its place and the way up to their root.
    """
    if operator is not None and value != "faults":
        raise click.UsageError("--operator belongs to faults")
    only = None if operator is None else parse_address(operator)
    facts, rows = asyncio.run(_prove(VALUES.index(value), height, only, consensus, rpc))
    if as_json:
        write_json({**facts, **rows})
        return
    write_facts({**facts, "siblings": " ".join(facts["siblings"])}, as_json=False)
    for items in filter(None, rows.values()):
        click.echo()
        write_table([{**item, **_join_siblings(item)} for item in items])


async def _prove(
    place: int, height: int | None, operator: bytes | None, url: str, rpc: str
) -> tuple[dict[str, Any], dict[str, list[dict[str, Any]]]]:
    """Return the proof, and what the value is made of."""
    from fieldproof.chain import ConsensusRpc, Leaf, read_application_hash, read_commitments
    from fieldproof.settle import ChainClient

    async with ConsensusRpc(url) as consensus:
        chain_id = await consensus.get_chain_id()
        async with await ChainClient.connect(rpc, chain_id=chain_id) as client:
            found = await read_commitments(consensus, client, height)
            known = await read_application_hash(client, found.next_time_s)
    proof = found.prove(Leaf(place))
    facts = {
        "height": found.height,
        "leaf": place,
        "value": format_hex(proof.value),
        "siblings": [format_hex(sibling) for sibling in proof.siblings],
        "application_hash": format_hex(found.application_hash),
        "next_block": found.height + 1,
        "next_time_s": found.next_time_s,
        "known_to_contracts": known == found.application_hash,
    }
    return facts, _describe_parts(found, place, operator)


def _describe_parts(
    found: "Commitments", place: int, operator: bytes | None
) -> dict[str, list[dict[str, Any]]]:
    match VALUES[place]:
        case "committee" | "pool" as name:
            members = found.committee if name == "committee" else found.pool
            return {"members": [_describe(member) for member in members]}
        case "faults":
            proofs = [found.prove_fault(fault) for fault in found.list_faults(operator)]
            return {
                "faults": [
                    {
                        **_describe(proof.fault),
                        "index": proof.index,
                        "count": proof.count,
                        "siblings": [format_hex(sibling) for sibling in proof.siblings],
                    }
                    for proof in proofs
                ]
            }
        case _:
            return {}


def _describe(item: Any) -> dict[str, Any]:
    """Return a member or a fault by its fields' names; votes are text, they outgrow JSON's numbers."""
    facts = {
        name: format_hex(value) if isinstance(value, bytes) else value for name, value in asdict(item).items()
    }
    return {name: str(value) if name == "votes" else value for name, value in facts.items()}


def _join_siblings(item: dict[str, Any]) -> dict[str, str]:
    return {"siblings": " ".join(item["siblings"])} if "siblings" in item else {}
