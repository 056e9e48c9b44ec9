"""`fieldproof cost`."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fieldproof.cli.output import json_option, network_folder, write_json, write_table

if TYPE_CHECKING:
    from fieldproof.run import CostSheet

_GWEI_PER_COIN = 10**9


@click.command("cost", epilog="Example: fieldproof cost rooftops --gas-price 0.05 --coin-price 3000")
@network_folder
@click.option("--gas-price", default=1.0, show_default=True, help="Price of a unit of gas in gwei.")
@click.option("--coin-price", default=0.0, show_default="not shown", help="Price of the chain's coin.")
@click.option("--quick", is_flag=True, help="Estimate the gates without compiling the circuit.")
@json_option
def command(folder: Path, gas_price: float, coin_price: float, quick: bool, as_json: bool) -> None:
    """Show what the network in DIR costs before anything is deployed.

    Gates by line of Python, seconds and memory of a proof on this machine, gas, and the price of one device
    in one window, for each capacity that a cohort can have.
    """
    sheet = asyncio.run(_compute(folder, quick=quick))
    rows = [
        {
            "cohort": each.capacity,
            "gates": each.gates,
            "proof_s": round(each.seconds, 2),
            "memory_mib": each.peak_bytes // 2**20,
            "gas": each.gas,
            "gas_per_device_window": round(each.gas_per_device_window),
            "coins_per_device_window": f"{each.gas_per_device_window * gas_price / _GWEI_PER_COIN:.9f}",
            **(
                {"price": f"{each.gas_per_device_window * gas_price / _GWEI_PER_COIN * coin_price:.6f}"}
                if coin_price
                else {}
            ),
        }
        for each in sheet.by_capacity
    ]
    source = (folder / "network.py").read_text().split("\n")
    lines = [
        {"line": each.line, "gates": round(each.gates), "source": source[each.line - 1].strip()}
        for each in sorted(sheet.lines, key=lambda each: -each.gates)
    ]
    if as_json:
        write_json(
            {
                "cohort": sheet.own.capacity,
                "recommended_cohort": sheet.recommended,
                "registration_gas": sheet.registration_gas,
                "measured_on_this_machine": sheet.is_measured,
                "by_cohort": rows,
                "parts": {each.name: round(each.gates) for each in sheet.parts},
                "lines": lines,
            }
        )
        return
    write_table(rows)
    origin = "proofs on this machine" if sheet.is_measured else "two shared cores: none was made here yet"
    click.echo(f"\nseconds and memory after {origin}")
    click.echo(f"a registration takes about {sheet.registration_gas:,} gas")
    click.echo(f"this network has cohort={sheet.own.capacity}; cheapest that fits: {sheet.recommended}\n")
    write_table([{"part": each.name, "gates": round(each.gates)} for each in sheet.parts])
    click.echo()
    write_table(lines[:12])


async def _compute(folder: Path, *, quick: bool) -> "CostSheet":
    from fieldproof.prove import get_cache_folder, load_calibration
    from fieldproof.run import Blueprint, compute_cost, install_tools, make_prover, read_sources

    blueprint = Blueprint.build(read_sources(folder))
    calibration = load_calibration(get_cache_folder() / "circuits")
    if quick:
        return compute_cost(blueprint, calibration)
    prover = make_prover(install_tools(lambda text: click.echo(text, err=True)))
    try:
        click.echo("compiling the circuit", err=True)
        circuit = await prover.prepare(blueprint.circuit)
    finally:
        prover.close()
    return compute_cost(blueprint, calibration, own_gates=circuit.gate_count)
