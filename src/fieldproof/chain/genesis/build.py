"""A new chain's two genesis files from its specification."""

import asyncio
import hashlib
import json
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fieldproof.chain.application.engine import EngineClient
from fieldproof.chain.application.reading import read_candidates
from fieldproof.chain.application.transition import elect_pool
from fieldproof.chain.errors import GenesisError
from fieldproof.chain.genesis.checks import check_spec
from fieldproof.chain.genesis.consensus import build_application_genesis, build_consensus_genesis
from fieldproof.chain.genesis.execution import build_execution_genesis
from fieldproof.chain.genesis.spec import Spec
from fieldproof.chain.toolchain import Programs
from fieldproof.core.launcher import guard_command
from fieldproof.core.ports import find_free_ports


@dataclass(frozen=True, slots=True)
class GenesisFiles:
    """What every node of a chain begins with."""

    consensus: str
    """CometBFT's genesis.json."""
    execution: str
    """Geth's genesis."""

    @property
    def digest(self) -> str:
        """SHA-256 over both, to compare between parties."""
        return hashlib.sha256(f"{self.consensus}\n{self.execution}".encode()).hexdigest()


async def build_genesis(spec: Spec, programs: Programs, anvil: Path) -> GenesisFiles:
    """Return both files; the same specification gives the same bytes. Raises `GenesisError`.

    Geth itself says what its block 0 is, and reads there whom the contracts name as candidates.
    """
    check_spec(spec)
    with tempfile.TemporaryDirectory(prefix="fieldproof-genesis-") as name:
        folder = Path(name)
        execution = _format(await build_execution_genesis(spec, anvil, folder))
        (folder / "genesis.json").write_text(execution)
        async with _start_geth(programs, folder) as engine:
            block_hash = await engine.get_block_hash(0)
            if block_hash is None:
                raise GenesisError("geth has no block 0: this is a bug")
            pool = elect_pool(await read_candidates(engine, block_hash), spec.pool_size)
    genesis = build_application_genesis(spec, block_hash, pool)
    return GenesisFiles(_format(build_consensus_genesis(spec, genesis)), execution)


@asynccontextmanager
async def _start_geth(programs: Programs, folder: Path) -> AsyncIterator[EngineClient]:
    geth = [str(programs.geth), "--datadir", str(folder / "geth"), "--verbosity", "1"]
    await _run([*geth, "init", str(folder / "genesis.json")])
    secret = bytes(range(32))
    (folder / "jwt.hex").write_text(secret.hex())
    (port,) = find_free_ports(1)
    command = [
        *geth,
        "--authrpc.port",
        str(port),
        "--authrpc.jwtsecret",
        str(folder / "jwt.hex"),
        "--ipcdisable",
    ]
    command += ["--nodiscover", "--port", "0", "--maxpeers", "0", "--syncmode", "full"]
    process = await asyncio.create_subprocess_exec(
        *guard_command(command), stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        async with EngineClient(f"http://127.0.0.1:{port}", secret) as engine:
            yield engine
    finally:
        process.terminate()
        await process.wait()


async def _run(command: list[str]) -> None:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*guard_command(command), stdout=pipe, stderr=pipe)
    _, said = await process.communicate()
    if process.returncode:
        raise GenesisError(f"geth does not take the genesis:\n{said.decode(errors='replace')[-1500:]}")


def _format(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=1) + "\n"
