"""`fieldproof cost`."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fieldproof.cli.output import json_option, network_folder, write_json, write_table

if TYPE_CHECKING:
    from fieldproof.compiler.flame import Flame
    from fieldproof.compiler.suggestion import Suggestion
    from fieldproof.run import Blueprint, CapacityCost, CostSheet

_GWEI_PER_COIN = 10**9


@click.command("cost", epilog="Example: fieldproof cost rooftops --gas-price 0.05 --coin-price 3000")
@network_folder
@click.option("--gas-price", default=1.0, show_default=True, help="Price of a unit of gas in gwei.")
@click.option("--coin-price", default=0.0, show_default="not shown", help="Price of the chain's coin.")
@click.option("--token-price", default=0.0, show_default="not shown", help="Price of the network's token.")
@click.option(
    "--svg",
    "picture",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Draw the gates of parts, functions and lines into this file.",
)
@click.option("--quick", is_flag=True, help="Estimate the gates without compiling the circuit.")
@json_option
def command(
    folder: Path,
    gas_price: float,
    coin_price: float,
    token_price: float,
    picture: Path | None,
    quick: bool,
    as_json: bool,
) -> None:
    """Show what the network in DIR costs before anything is deployed.

    Gates by function and line of Python, seconds and memory of a proof on this machine, gas, and the price of
    one device in one window, for each capacity that a cohort can have; and what could be cheaper.
    """
    from fieldproof.compiler.advice import advise
    from fieldproof.compiler.flame import build_flame

    blueprint, sheet = asyncio.run(_compute(folder, quick=quick))
    prices = _Prices(gas_price, coin_price, token_price)
    flame = build_flame(blueprint.network, sheet.lines)
    suggestions = advise(blueprint.compiled)
    if picture is not None:
        _draw(picture, blueprint, sheet, flame)
    if as_json:
        write_json(_to_json(sheet, prices, flame, suggestions))
    else:
        _write_text(sheet, prices, flame, suggestions)


@dataclass(frozen=True, slots=True)
class _Prices:
    gas_gwei: float
    coin: float
    """0: not given."""
    token: float
    """0: not given."""

    def make_row(self, cost: "CapacityCost") -> dict[str, object]:
        """Return a row of the table by capacity."""
        coins = cost.gas_per_device_window * self.gas_gwei / _GWEI_PER_COIN
        row: dict[str, object] = {
            "cohort": cost.capacity,
            "gates": cost.gates,
            "proof_s": round(cost.seconds, 2),
            "memory_mib": cost.peak_bytes // 2**20,
            "gas": cost.gas,
            "gas_per_device_window": round(cost.gas_per_device_window),
            "coins_per_device_window": f"{coins:.9f}",
        }
        if self.coin:
            row["price"] = f"{coins * self.coin:.6f}"
        if self.coin and self.token:
            row["tokens_to_pay_it"] = f"{coins * self.coin / self.token:.6f}"
        return row


def _draw(picture: Path, blueprint: "Blueprint", sheet: "CostSheet", flame: "Flame") -> None:
    from fieldproof.cli.flame import render_svg

    title = f"{blueprint.settings.name}, a cohort of {sheet.own.capacity}"
    try:
        picture.write_text(render_svg(title, sheet.parts, flame), encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{picture} cannot be written: {error.strerror}") from error
    click.echo(f"drawn into {picture}", err=True)


def _write_text(
    sheet: "CostSheet", prices: _Prices, flame: "Flame", suggestions: "Sequence[Suggestion]"
) -> None:
    from fieldproof.cli.flame import render_text

    write_table([prices.make_row(each) for each in sheet.by_capacity])
    origin = "proofs on this machine" if sheet.is_measured else "two shared cores: none was made here yet"
    click.echo(f"\nseconds and memory after {origin}")
    click.echo(f"a registration takes about {sheet.registration_gas:,} gas")
    click.echo(f"this network has cohort={sheet.own.capacity}; cheapest that fits: {sheet.recommended}\n")
    write_table([{"part": each.name, "gates": round(each.gates)} for each in sheet.parts])
    click.echo()
    click.echo(render_text(flame))
    for suggestion in suggestions:
        click.echo(f"\n{suggestion.render()}")


def _to_json(
    sheet: "CostSheet", prices: _Prices, flame: "Flame", suggestions: "Sequence[Suggestion]"
) -> dict[str, object]:
    return {
        "cohort": sheet.own.capacity,
        "recommended_cohort": sheet.recommended,
        "registration_gas": sheet.registration_gas,
        "measured_on_this_machine": sheet.is_measured,
        "by_cohort": [prices.make_row(each) for each in sheet.by_capacity],
        "parts": {each.name: round(each.gates) for each in sheet.parts},
        "lines": [
            {
                "path": line.path,
                "function": function.name,
                "line": line.line,
                "gates": round(line.gates),
                "source": line.name,
                "operations": {part.name: round(part.gates, 1) for part in line.parts},
            }
            for function in flame.parts
            for line in function.parts
        ],
        "suggestions": [
            {
                "path": each.span.path,
                "line": each.span.line,
                "column": each.span.column,
                "message": each.message,
                "remedy": each.remedy,
            }
            for each in suggestions
        ],
    }


async def _compute(folder: Path, *, quick: bool) -> "tuple[Blueprint, CostSheet]":
    from fieldproof.prove import get_cache_folder, load_calibration
    from fieldproof.run import Blueprint, compute_cost, install_tools, make_prover, read_sources

    blueprint = Blueprint.build(read_sources(folder))
    calibration = load_calibration(get_cache_folder() / "circuits")
    if quick:
        return blueprint, compute_cost(blueprint, calibration)
    prover = make_prover(install_tools(lambda text: click.echo(text, err=True)))
    try:
        click.echo("compiling the circuit", err=True)
        circuit = await prover.prepare(blueprint.circuit)
    finally:
        prover.close()
    return blueprint, compute_cost(blueprint, calibration, own_gates=circuit.gate_count)
