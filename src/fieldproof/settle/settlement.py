"""The Settlement of a network: statements, postings, credits, balances, withdrawals."""

from collections.abc import Sequence
from typing import Any

from fieldproof.core.abi import name_members
from fieldproof.settle.client import LOG_BLOCKS_PER_REQUEST, ChainClient
from fieldproof.settle.errors import CallRevertedError
from fieldproof.settle.events import SettlementEvent, decode_settlement_log
from fieldproof.settle.interfaces import load_interface
from fieldproof.settle.values import Call, CohortProgress, Posted, Posting, WindowTimes


class SettlementContract:
    """Reads a Settlement and makes the calls that change it; a `Submitter` sends them."""

    def __init__(self, client: ChainClient, address: bytes) -> None:
        self._client = client
        self._functions = load_interface("Settlement").functions
        self.address = address

    async def get_network_id(self) -> bytes:
        """Return the id of the network that this contract settles, 32 bytes."""
        return bytes((await self._read("networkId"))[0])

    async def get_settings(self) -> dict[str, Any]:
        """Return what the contract was born with, by the names of its struct `Settings`."""
        function = self._functions["settings"]
        (values,) = await self._read("settings")
        return name_members(function.outputs[0], values)

    async def get_statement(self, posting: Posting) -> tuple[int, ...]:
        """Return the public inputs that a proof of `posting` must show now.

        Raises `CallRevertedError` if the posting could not be accepted now whatever its proof.
        """
        (words,) = await self._read("statement", _to_struct(posting))
        return tuple(int.from_bytes(word) for word in words)

    async def get_progress(self, cohort: int) -> CohortProgress:
        """Return where a cohort stands with its postings."""
        return CohortProgress(*await self._read("cohortState", cohort))

    async def get_times(self, window: int) -> WindowTimes:
        """Return when a window starts and when it can be posted."""
        return WindowTimes(*await self._read("timesOf", window))

    async def get_balance_units(self, device: int) -> int:
        """Return what a device has earned and nobody has withdrawn, in the network's units."""
        return int((await self._read("balanceUnits", device))[0])

    async def is_credit_due(self, posted: Posted) -> bool:
        """Say whether a posting still waits to be credited."""
        posting = posted.posting
        (found,) = await self._read("postingHash", posting.cohort, posting.window, posted.index)
        return bool(any(found))

    def build_posting(self, posting: Posting, proof: bytes) -> Call:
        """Return the call that posts a result with its proof; an operator sends it."""
        return Call(self.address, self._functions["post"].encode_call(_to_struct(posting), proof))

    def build_credit(self, posted: Posted) -> Call:
        """Return the call that credits a posting after its window's deadline; anyone may send it."""
        posting = posted.posting
        data = self._functions["credit"].encode_call(
            posting.cohort,
            posting.window,
            posted.index,
            posting.window_root,
            posting.sealed,
            posting.result,
        )
        return Call(self.address, data)

    def build_withdrawal(self, devices: Sequence[int]) -> Call:
        """Return the call that pays what devices have earned; the holder of all of them sends it."""
        return Call(self.address, self._functions["withdraw"].encode_call(tuple(devices)))

    def build_deposit(self, amount_wei: int) -> Call:
        """Return the call that adds to what a network that does not mint can pay."""
        return Call(self.address, self._functions["deposit"].encode_call(amount_wei))

    async def get_events(self, first_block: int, last_block: int) -> tuple[SettlementEvent, ...]:
        """Return postings, credits and withdrawals in blocks from first to last, in their order."""
        logs = await self._client.get_logs(self.address, [], first_block=first_block, last_block=last_block)
        events = (decode_settlement_log(log) for log in logs)
        return tuple(event for event in events if event is not None)

    async def find_state(self, cohort: int, state_root: int, first_block: int) -> tuple[int, ...] | None:
        """Return the packed state with a root, from the latest posting of a cohort that left it.

        None if no posting since `first_block` did. The caller sees whether the words hash to the root.
        """
        topics = [load_interface("Settlement").events["Posted"].topic, cohort.to_bytes(32)]
        last = (await self._client.get_latest_block()).number
        while last >= first_block:
            first = max(first_block, last - LOG_BLOCKS_PER_REQUEST + 1)
            logs = await self._client.get_logs(self.address, topics, first_block=first, last_block=last)
            for event in map(decode_settlement_log, reversed(logs)):
                if isinstance(event, Posted) and event.posting.next_state == state_root:
                    return event.posting.state
            last = first - 1
        return None

    async def _read(self, name: str, *values: object) -> tuple[Any, ...]:
        return await self._client.read(self.address, self._functions[name], *values)


class RewardTokenContract:
    """The ERC-20 that a network pays."""

    def __init__(self, client: ChainClient, address: bytes) -> None:
        self._client = client
        self._functions = load_interface("RewardToken").functions
        self.address = address

    async def get_balance_wei(self, account: bytes) -> int:
        """Return an account's tokens in wei."""
        (balance,) = await self._client.read(self.address, self._functions["balanceOf"], account)
        return int(balance)

    def build_approval(self, spender: bytes, amount_wei: int) -> Call:
        """Return the call that lets `spender` take so much from the sender."""
        return Call(self.address, self._functions["approve"].encode_call(spender, amount_wei))


async def verify_proof(
    client: ChainClient, verifier: bytes, proof: bytes, public_inputs: Sequence[int]
) -> bool:
    """Execute the real verifier on a proof in a call; whatever reverts is no proof."""
    words = tuple(value.to_bytes(32) for value in public_inputs)
    call = Call(verifier, load_interface("IVerifier").functions["verify"].encode_call(proof, words))
    try:
        answer = await client.call(call)
    except CallRevertedError:
        return False
    if not answer:
        await client.verify_code("the verifier", verifier)
    return answer == (1).to_bytes(32)


def _to_struct(posting: Posting) -> dict[str, Any]:
    return {
        "cohort": posting.cohort,
        "window": posting.window,
        "windowRoot": posting.window_root,
        "sealedBitmap": posting.sealed,
        "nextStateRoot": posting.next_state,
        "result": posting.result,
        "state": posting.state,
    }
