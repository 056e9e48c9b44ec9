"""`fieldproof status`."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fieldproof.cli.output import json_option, network_folder, write_json, write_table

if TYPE_CHECKING:
    from fieldproof.run import DeviceStatus, NetworkStatus


@click.command("status", epilog="Example: fieldproof status rooftops --json")
@network_folder
@json_option
def command(folder: Path, as_json: bool) -> None:
    """Show windows, jobs, void devices, refusals and balances of the network in DIR.

    A device is void in a window for which its program raised: the line, the message and the reading that it
    was at are shown. Of a program with state it is shown what each device carries, by the names of its
    fields, and the last window that counted for it.
    """
    status = asyncio.run(_read(folder))
    windows = [
        {
            "window": each.window,
            "state": "closed" if each.is_closed else "open",
            "devices": each.counts.devices,
            "readings": each.counts.readings,
            "seals": each.counts.seals,
            "void": len(each.voids),
            "jobs": ", ".join(f"{job.job.cohort}:{job.state.value}" for job in each.jobs) or None,
        }
        for each in status.windows
    ]
    devices = [
        {
            "device": each.device.device_number,
            "did": each.device.did,
            "holder": "0x" + each.holder.hex(),
            "balance": each.balance_units / 10**9,
            **_name_state(each),
        }
        for each in status.devices
    ]
    voids = [
        {"window": each.window, "device": void.place.device_number, "void": void.reason}
        for each in status.windows
        for void in each.voids
    ]
    refusals = {reason.value: count for reason, count in status.refusals.items() if count}
    if as_json:
        write_json({"windows": windows, "voids": voids, "devices": devices, "refusals": refusals})
        return
    write_table(windows)
    click.echo()
    if voids:
        write_table(voids)
        click.echo()
    write_table([{name: _to_words(value) for name, value in each.items()} for each in devices])
    click.echo()
    write_table([{"refused": reason, "times": count} for reason, count in refusals.items()])


def _name_state(device: "DeviceStatus") -> dict[str, object]:
    if device.carried is None:
        return {}
    return {"last_window": device.carried.last_window, "state": dict(device.carried.values)}


def _to_words(value: object) -> object:
    return ", ".join(f"{name} {each:,}" for name, each in value.items()) if isinstance(value, dict) else value


async def _read(folder: Path) -> "NetworkStatus":
    from fieldproof.core import FieldproofError
    from fieldproof.run import (
        NetworkFolder,
        get_status,
        install_tools,
        open_deployed_chain,
        read_state_layout,
        require_deployment,
    )
    from fieldproof.store import open_store

    place = NetworkFolder(folder)
    record = require_deployment(place)
    layout = None
    try:
        layout = read_state_layout(place, record)
    except FieldproofError as error:
        click.echo(f"what devices carry is not shown: {error}", err=True)
    tools = install_tools(lambda text: click.echo(text, err=True))
    with open_store(place.store, role="tool") as store:
        async with open_deployed_chain(place, tools, record) as client:
            return await get_status(store, client, record.deployment, layout)
