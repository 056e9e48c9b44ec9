"""A devnet that was made before."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from fieldproof.chain import DevnetPlan, NodeError, create_devnet, load_devnet, read_devnet_plan
from fieldproof.chain.toolchain import Programs

PROGRAM = Path(sys.executable).with_name("fieldproof")


async def test_it_is_read_as_it_was_made_and_goes_on_as_no_other(
    programs: Programs, anvil_program: Path, tmp_path: Path
) -> None:
    nodes = await create_devnet(tmp_path, DevnetPlan(2, 1, 14), programs, anvil_program)
    made = read_devnet_plan(load_devnet(tmp_path))
    assert (made.validators, made.committee, made.epoch_blocks) == (2, 1, 14)
    assert made.rpc_port == nodes[0].settings.ports.rpc
    for option, value in (("--validators", "6"), ("--committee", "2"), ("--epoch-blocks", "20")):
        command = [PROGRAM, "chain", "devnet", tmp_path, option, value]
        refused = await asyncio.to_thread(
            subprocess.run, command, capture_output=True, text=True, timeout=60, check=False
        )
        assert refused.returncode == 1
        assert "has 2 validators, committees of 1, epochs of 14 blocks" in refused.stderr
        assert f"was made with {option} " in refused.stderr
        assert f"not {value}" in refused.stderr
        assert "hint: Leave" in refused.stderr


async def test_one_that_was_never_finished_is_named(
    programs: Programs, anvil_program: Path, tmp_path: Path
) -> None:
    (node,) = await create_devnet(tmp_path, DevnetPlan(1, 1, 12), programs, anvil_program)
    node.folder.genesis.unlink()
    with pytest.raises(NodeError, match="was never finished"):
        read_devnet_plan([node])
