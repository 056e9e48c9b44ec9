"""The embedded chain: one anvil, its state in a file, on a port of this machine alone.

For development and demos. Anyone on this machine can spend from its ten rich accounts, whose keys are public.
"""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from fieldproof.core.ports import find_free_ports
from fieldproof.settle.client import ChainClient, RetrySettings, format_hex
from fieldproof.settle.errors import AnvilError, RpcError
from fieldproof.settle.wallet import KeySigner

CHAIN_ID = 31337
"""The chain id of local chains; development verifiers work on no other."""

_MNEMONIC = "test test test test test test test test test test test junk"
_STOP_S = 30.0


@dataclass(frozen=True, slots=True)
class AnvilSettings:
    """How the embedded chain runs."""

    program: Path
    """The anvil executable."""
    state_file: Path
    """Where the chain is kept between runs; its folder must exist."""
    port: int = 0
    """0: any free one."""
    genesis_s: int | None = None
    """Time of the first block of a new chain, seconds since 1970; None: now."""
    block_time_s: int | None = None
    """Seconds between blocks; None: a block for each transaction, at once."""
    save_every_s: int = 1
    """Seconds between two writes of the state file: what an anvil that is killed can lose."""
    start_within_s: float = 30.0


class Anvil:
    """A running anvil. It ends with this process, however that ends."""

    def __init__(self, process: Process, client: ChainClient, port: int) -> None:
        self._process = process
        self.client = client
        self.url = f"http://127.0.0.1:{port}"

    @classmethod
    async def start(cls, settings: AnvilSettings) -> Self:
        """Start anvil and wait until it answers; `AnvilError` says why it does not."""
        if not settings.program.is_file():
            raise AnvilError(f"there is no anvil at {settings.program}", hint="Install the toolchain first.")
        port = settings.port or find_free_ports(1)[0]
        resumes = _check_state(settings.state_file)
        log_path = settings.state_file.with_suffix(".log")
        with log_path.open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-I",
                str(Path(__file__).with_name("guard.py")),
                *_build_command(settings, port),
                stdin=PIPE,
                stdout=log,
                stderr=STDOUT,
                env={"PATH": os.environ.get("PATH", ""), "HOME": os.environ.get("HOME", ""), "NO_COLOR": "1"},
            )
        try:
            client = await _connect(process, port, log_path, settings.start_within_s)
        except BaseException:
            await _stop(process)
            raise
        anvil = cls(process, client, port)
        if resumes:
            await anvil._resume_time()
        return anvil

    async def stop(self) -> None:
        """Write the state and stop."""
        await self.client.close()
        await _stop(self._process)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def get_account(self, index: int) -> KeySigner:
        """Return one of the ten accounts that start with 10,000 coins each."""
        return get_development_account(index)

    async def set_time(self, time_s: int) -> None:
        """Mine a block whose time is `time_s`, seconds since 1970; later blocks go on from there.

        Time never goes back. After a restart it goes on from the last block's.
        """
        await self.client.request("evm_setNextBlockTimestamp", hex(time_s))
        await self.mine()

    async def _resume_time(self) -> None:
        """Go on from the last block's time: anvil itself would go on from this machine's, forward or back."""
        block = await self.client.get_latest_block()
        await self.client.request("evm_setTime", hex(block.time_s + 1))

    async def mine(self, blocks: int = 1) -> None:
        """Mine blocks at once."""
        await self.client.request("anvil_mine", hex(blocks))

    async def set_balance(self, account: bytes, balance_wei: int) -> None:
        """Give an account coins, in wei."""
        await self.client.request("anvil_setBalance", format_hex(account), hex(balance_wei))


def get_development_account(index: int) -> KeySigner:
    """Return one of the accounts whose keys everybody knows, as development chains have them."""
    from eth_account import Account

    Account.enable_unaudited_hdwallet_features()
    key = Account.from_mnemonic(_MNEMONIC, account_path=f"m/44'/60'/0'/0/{index}").key
    return KeySigner(bytes(key))


def _build_command(settings: AnvilSettings, port: int) -> list[str]:
    command = [str(settings.program), "--host", "127.0.0.1", "--port", str(port), "--chain-id", str(CHAIN_ID)]
    command += ["--mnemonic", _MNEMONIC, "--threads", "1", "--quiet", "--no-cors", "--enable-tx-gas-limit"]
    command += ["--state", str(settings.state_file), "--state-interval", str(settings.save_every_s)]
    if settings.genesis_s is not None and not settings.state_file.exists():
        command += ["--timestamp", str(settings.genesis_s)]
    if settings.block_time_s is not None:
        command += ["--block-time", str(settings.block_time_s), "--mixed-mining"]
    return command


def _check_state(path: Path) -> bool:
    """Say whether there is a state to go on from.

    Raises `AnvilError` for one that anvil cannot read: it would start an empty chain without a word.
    """
    try:
        if not path.exists():
            return False
        json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise AnvilError(
            f"the state of the embedded chain in {path} cannot be read: {error}",
            hint="Restore the file from a copy, or move it away to begin with an empty chain.",
        ) from error
    return True


async def _connect(process: Process, port: int, log_path: Path, within_s: float) -> ChainClient:
    """Wait until anvil answers; it must be ours that does, not somebody else's on the same port."""
    deadline = asyncio.get_running_loop().time() + within_s
    retry = RetrySettings(tries=1, timeout_s=5.0)
    while process.returncode is None and asyncio.get_running_loop().time() < deadline:
        try:
            client = await ChainClient.connect(f"http://127.0.0.1:{port}", chain_id=CHAIN_ID, retry=retry)
        except RpcError:
            await asyncio.sleep(0.05)
            continue
        await client.close()
        await asyncio.sleep(0.05)
        if process.returncode is None:
            return await ChainClient.connect(f"http://127.0.0.1:{port}", chain_id=CHAIN_ID)
    raise AnvilError(f"anvil did not start on port {port}: {_read_last_line(log_path) or 'it said nothing'}")


def _read_last_line(path: Path) -> str:
    return "".join(path.read_text(errors="replace").strip().splitlines()[-1:])


async def _stop(process: Process) -> None:
    if process.stdin is not None:
        process.stdin.close()
    try:
        await asyncio.wait_for(process.wait(), _STOP_S)
    except TimeoutError:
        process.kill()
        await process.wait()
