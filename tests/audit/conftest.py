import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from fieldproof.prove.toolchain import Toolchain
from fieldproof.settle import Anvil, AnvilSettings
from fieldproof.store import open_store

from .world import GENESIS_S, SOURCE, World, make_rows, make_world


@dataclass(frozen=True)
class Past:
    """A network after two windows, and its export."""

    world: World
    folder: Path
    windows: tuple[int, int]
    runner: asyncio.Runner


@pytest.fixture(scope="session")
def past(toolchain: Toolchain, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Past]:
    """Four sites over two windows: in the second, site 1 is void and site 3 absent."""
    root = tmp_path_factory.mktemp("past")
    with asyncio.Runner() as runner, open_store(root / "store") as store:
        settings = AnvilSettings(toolchain.anvil, root / "chain.json", genesis_s=GENESIS_S)
        anvil = runner.run(Anvil.start(settings))
        world = runner.run(make_world(anvil, store))
        first, second = world.first_window, world.first_window + 1
        counts = {first: (12, 12, 12, 12), second: (12, 4, 12, 12)}
        for window, numbers in counts.items():
            seals = {}
            for device, count in enumerate(numbers):
                rows = make_rows(device, window, count)
                seal = world.keep(device, window, rows, sealed=(window, device) != (second, 3))
                if seal is not None:
                    seals[device] = (seal, rows)
            runner.run(world.post(window, seals))
            if window == first:
                runner.run(world.withdraw([0, 1], "first"))
        folder = world.export(root / "export", [first, second])
        yield Past(world, folder, (first, second), runner)
        runner.run(anvil.stop())


__all__ = ["SOURCE", "Past"]
