import asyncio
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from fieldproof.core import Clock, ManualClock, SystemClock
from fieldproof.protocol.transaction import TransactionState
from fieldproof.settle import (
    SUBMISSION_POINTS,
    Anvil,
    Call,
    CallRevertedError,
    ChainClient,
    EmptyPurseError,
    FeeTooHighError,
    KeySigner,
    NotConfirmedError,
    RetrySettings,
    RpcUnreachableError,
    Signer,
    SubmissionSettings,
    Submitter,
    TransactionRevertedError,
    UnsignedTransaction,
)
from fieldproof.store import Store, open_store

TARGET = b"\x07" * 20
PAY = Call(TARGET, b"", 5)
QUICK = SubmissionSettings(poll_s=0.02)


class CrashError(BaseException):
    """Stands for a power cut: nothing in the product catches it."""


def crash_at(point: str) -> Callable[[str], None]:
    def reached(name: str) -> None:
        if name == point:
            raise CrashError

    return reached


def make(
    anvil: Anvil,
    store: Store,
    *,
    signer: Signer | None = None,
    settings: SubmissionSettings = QUICK,
    clock: Clock | None = None,
    reached: Callable[[str], None] = lambda _: None,
) -> Submitter:
    return Submitter(
        anvil.client,
        signer or anvil.get_account(0),
        store.outbox,
        clock=clock or SystemClock(),
        settings=settings,
        reached=reached,
    )


async def count_transactions(anvil: Anvil) -> int:
    return await anvil.client.get_transaction_count(anvil.get_account(0).address)


def get_state(store: Store, key: str) -> TransactionState:
    entry = store.outbox.get_entry(key)
    assert entry is not None
    return entry.state


async def send_from_elsewhere(anvil: Anvil, nonce: int) -> None:
    """Use the account as another wallet would, without the outbox."""
    fees = await anvil.client.get_fees()
    transaction = UnsignedTransaction(31337, nonce, Call(b"\x08" * 20, b"", 1), 21_000, fees)
    await anvil.client.send_raw((await anvil.get_account(0).sign_transaction(transaction)).raw)


async def test_a_transaction_is_mined_once_however_often_it_is_asked_for(anvil: Anvil, store: Store) -> None:
    submitter = make(anvil, store)
    first = await submitter.submit("pay", PAY)
    second = await submitter.submit("pay", Call(TARGET, b"", 6))
    third = await asyncio.gather(*(submitter.submit("pay", PAY) for _ in range(3)))
    assert first == second == third[0] == third[2]
    assert first.succeeded
    assert await anvil.client.get_balance(TARGET) == 5
    assert await count_transactions(anvil) == 1


async def test_many_at_once_get_nonces_of_their_own(anvil: Anvil, store: Store) -> None:
    submitter = make(anvil, store)
    inclusions = await asyncio.gather(*(submitter.submit(f"pay:{number}", PAY) for number in range(12)))
    assert len({inclusion.transaction_hash for inclusion in inclusions}) == 12
    assert await anvil.client.get_balance(TARGET) == 60


async def test_the_steps_are_told_in_order(anvil: Anvil, store: Store) -> None:
    reached: list[str] = []
    await make(anvil, store, reached=reached.append).submit("pay", PAY)
    assert reached == list(SUBMISSION_POINTS[:4])


async def test_nothing_is_sent_before_it_is_stored(anvil: Anvil, store: Store) -> None:
    with pytest.raises(CrashError):
        await make(anvil, store, reached=crash_at("transaction hash stored")).submit("pay", PAY)
    assert await anvil.client.get_transaction_count(anvil.get_account(0).address, "pending") == 0
    entry = store.outbox.get_entry("pay")
    assert entry is not None
    assert entry.state is TransactionState.STORED


@pytest.mark.parametrize("point", SUBMISSION_POINTS[:4])
async def test_a_restart_at_any_step_pays_once_with_the_same_transaction(
    anvil: Anvil, tmp_path: Path, point: str
) -> None:
    with open_store(tmp_path / "folder") as before:
        with pytest.raises(CrashError):
            await make(anvil, before, reached=crash_at(point)).submit("pay", PAY)
        entry = before.outbox.get_entry("pay")
        assert entry is not None
    with open_store(tmp_path / "folder") as after:
        inclusion = await make(anvil, after).submit("pay", PAY)
    assert inclusion.transaction_hash == entry.attempts[0].transaction_hash
    assert await anvil.client.get_balance(TARGET) == 5
    assert await count_transactions(anvil) == 1


async def run_worker(anvil: Anvil, folder: Path, point: str) -> int:
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(Path(__file__).with_name("settle_worker.py")), anvil.url, str(folder), point
    )
    return await asyncio.wait_for(process.wait(), 60)


async def test_a_killed_settler_pays_once_after_each_point(anvil: Anvil, tmp_path: Path) -> None:
    for point in SUBMISSION_POINTS[:4]:
        folder = tmp_path / point
        paid = await anvil.client.get_balance(TARGET)
        assert await run_worker(anvil, folder, point) == -signal.SIGKILL
        assert await run_worker(anvil, folder, "never") == 0
        assert await anvil.client.get_balance(TARGET) == paid + 5


async def test_a_settler_that_is_killed_in_a_reorg_pays_once(anvil: Anvil, tmp_path: Path) -> None:
    snapshot = await anvil.client.request("evm_snapshot")
    assert await run_worker(anvil, tmp_path, "never") == 0
    await anvil.client.request("evm_revert", snapshot)
    assert await anvil.client.get_balance(TARGET) == 0
    assert await run_worker(anvil, tmp_path, "transaction reorged") == -signal.SIGKILL
    assert await run_worker(anvil, tmp_path, "never") == 0
    assert await anvil.client.get_balance(TARGET) == 5


@pytest.mark.parametrize("confirmations", [1, 3])
async def test_it_counts_as_final_only_at_the_depth_of_the_settings(
    anvil: Anvil, store: Store, confirmations: int
) -> None:
    submitter = make(anvil, store, settings=replace(QUICK, confirmations=confirmations))
    await submitter.prepare("pay", PAY)
    await submitter.process()
    for depth in range(1, confirmations):
        assert await submitter.process() == 1
        assert get_state(store, "pay") is TransactionState.MINED
        with pytest.raises(NotConfirmedError, match="is mined"):
            await submitter.wait("pay", timeout_s=0)
        assert depth < confirmations
        await anvil.mine()
    assert (await submitter.wait("pay")).succeeded


async def test_what_a_reorg_drops_is_sent_again(anvil: Anvil, store: Store) -> None:
    reached: list[str] = []
    submitter = make(anvil, store, settings=replace(QUICK, confirmations=3), reached=reached.append)
    await anvil.mine(5)
    snapshot = await anvil.client.request("evm_snapshot")
    entry = await submitter.prepare("pay", PAY)
    await submitter.process()
    await submitter.process()
    assert get_state(store, "pay") is TransactionState.MINED
    assert await anvil.client.request("evm_revert", snapshot)
    assert await anvil.client.get_balance(TARGET) == 0
    await submitter.process()
    assert reached[-2:] == ["transaction reorged", "transaction sent"]
    await anvil.mine(3)
    inclusion = await submitter.wait("pay")
    assert inclusion.transaction_hash == entry.attempts[0].transaction_hash
    assert await anvil.client.get_balance(TARGET) == 5


async def test_a_reorg_that_moves_it_to_another_block_starts_the_count_again(
    anvil: Anvil, store: Store
) -> None:
    reached: list[str] = []
    submitter = make(anvil, store, settings=replace(QUICK, confirmations=3), reached=reached.append)
    snapshot = await anvil.client.request("evm_snapshot")
    await submitter.prepare("pay", PAY)
    await submitter.process()
    await submitter.process()
    await anvil.mine()
    await anvil.client.request("evm_revert", snapshot)
    entry = store.outbox.get_entry("pay")
    assert entry is not None
    await anvil.mine(2)
    await anvil.client.send_raw(entry.attempts[0].raw)
    assert await submitter.process() == 1
    assert reached[-1] == "transaction reorged"
    moved = store.outbox.get_entry("pay")
    assert moved is not None
    assert moved.inclusion is not None
    assert moved.inclusion.block_number == 3
    assert moved.inclusion != entry.inclusion
    await anvil.mine(2)
    assert (await submitter.wait("pay")).block_number == 3
    assert await anvil.client.get_balance(TARGET) == 5


@pytest.mark.parametrize("point", ["transaction hash stored", "transaction sent", "transaction mined"])
async def test_a_reorg_while_we_are_down_is_noticed_at_the_restart(
    anvil: Anvil, store: Store, point: str
) -> None:
    snapshot = await anvil.client.request("evm_snapshot")
    with pytest.raises(CrashError):
        await make(anvil, store, reached=crash_at(point)).submit("pay", PAY)
    await anvil.client.request("evm_revert", snapshot)
    await make(anvil, store).submit("pay", PAY)
    assert await anvil.client.get_balance(TARGET) == 5
    assert await count_transactions(anvil) == 1


async def test_a_crash_right_after_a_reorg_is_survived(anvil: Anvil, store: Store) -> None:
    snapshot = await anvil.client.request("evm_snapshot")
    await make(anvil, store).submit("pay", PAY)
    await anvil.client.request("evm_revert", snapshot)
    with pytest.raises(CrashError):
        await make(anvil, store, reached=crash_at("transaction reorged")).process()
    await make(anvil, store).submit("pay", PAY)
    assert await anvil.client.get_balance(TARGET) == 5


async def test_what_was_final_is_done_again_when_the_chain_lost_it(anvil: Anvil, store: Store) -> None:
    snapshot = await anvil.client.request("evm_snapshot")
    submitter = make(anvil, store)
    for number in range(3):
        await submitter.submit(f"pay:{number}", PAY)
    await anvil.client.request("evm_revert", snapshot)
    assert await anvil.client.get_balance(TARGET) == 0
    await submitter.submit("pay:3", PAY)
    assert await submitter.process() == 0
    assert await anvil.client.get_balance(TARGET) == 20


async def test_a_stuck_transaction_is_replaced_with_higher_fees(anvil: Anvil, store: Store) -> None:
    clock = ManualClock(1_000_000)
    submitter = make(anvil, store, clock=clock, settings=replace(QUICK, stuck_after_s=60))
    await anvil.client.request("evm_setAutomine", False)
    entry = await submitter.prepare("pay", PAY)
    await submitter.prepare("later", PAY)
    for seconds, attempts in ((0, 1), (59, 1), (1, 2), (59, 2), (1, 3)):
        clock.set_ms(clock.now_ms() + 1000 * seconds)
        await submitter.process()
        found = store.outbox.get_entry("pay")
        assert found is not None
        assert len(found.attempts) == attempts
        entry = found
    assert len({attempt.nonce for attempt in entry.attempts}) == 1
    for earlier, later in zip(entry.attempts, entry.attempts[1:], strict=False):
        assert later.maximum_fee_wei * 10 >= earlier.maximum_fee_wei * 11
        assert later.maximum_tip_wei > earlier.maximum_tip_wei
    waiting = store.outbox.get_entry("later")
    assert waiting is not None
    assert len(waiting.attempts) == 1, "only the transaction that holds up the others is replaced"
    await anvil.client.request("evm_setAutomine", True)
    await anvil.mine()
    assert (await submitter.wait("pay")).transaction_hash == entry.attempts[-1].transaction_hash
    await submitter.wait("later")
    assert await anvil.client.get_balance(TARGET) == 10


async def test_an_older_attempt_that_is_mined_counts(anvil: Anvil, store: Store) -> None:
    clock = ManualClock(1_000_000)
    submitter = make(anvil, store, clock=clock)
    await anvil.client.request("evm_setAutomine", False)
    await submitter.prepare("pay", PAY)
    await submitter.process()
    clock.set_ms(2_000_000)
    await submitter.process()
    entry = store.outbox.get_entry("pay")
    assert entry is not None
    old, new = entry.attempts
    await anvil.client.request("anvil_dropTransaction", "0x" + new.transaction_hash.hex())
    await anvil.client.send_raw(old.raw)
    await anvil.mine()
    assert (await submitter.wait("pay")).transaction_hash == old.transaction_hash


async def test_fees_are_never_raised_above_the_maximum(anvil: Anvil, store: Store) -> None:
    clock = ManualClock(1_000_000)
    fees = await anvil.client.get_fees()
    settings = replace(QUICK, maximum_fee_wei=fees.maximum_fee_wei * 12 // 10)
    submitter = make(anvil, store, clock=clock, settings=settings)
    await anvil.client.request("evm_setAutomine", False)
    await submitter.prepare("pay", PAY)
    for minutes in range(1, 6):
        await submitter.process()
        clock.set_ms(1_000_000 + minutes * 61_000)
    entry = store.outbox.get_entry("pay")
    assert entry is not None
    assert len(entry.attempts) == 2
    assert entry.attempts[-1].maximum_fee_wei <= settings.maximum_fee_wei


async def test_a_chain_that_is_too_dear_is_left_alone(anvil: Anvil, store: Store) -> None:
    with pytest.raises(FeeTooHighError, match="the settings allow 100"):
        await make(anvil, store, settings=replace(QUICK, maximum_fee_wei=100)).submit("pay", PAY)
    assert store.outbox.get_entry("pay") is None


async def test_a_transaction_that_the_pool_forgot_is_sent_again(anvil: Anvil, store: Store) -> None:
    submitter = make(anvil, store)
    await anvil.client.request("evm_setAutomine", False)
    entry = await submitter.prepare("pay", PAY)
    await submitter.process()
    await anvil.client.request("anvil_dropAllTransactions")
    assert not await anvil.client.is_known(entry.attempts[0].transaction_hash)
    await submitter.process()
    assert await anvil.client.is_known(entry.attempts[0].transaction_hash)
    await anvil.mine()
    assert (await submitter.wait("pay")).transaction_hash == entry.attempts[0].transaction_hash


async def test_a_nonce_that_another_wallet_took_is_replaced(anvil: Anvil, store: Store) -> None:
    with pytest.raises(CrashError):
        await make(anvil, store, reached=crash_at("transaction hash stored")).submit("pay", PAY)
    await send_from_elsewhere(anvil, 0)
    inclusion = await make(anvil, store).submit("pay", PAY)
    assert inclusion.succeeded
    entry = store.outbox.get_entry("pay")
    assert entry is not None
    assert [attempt.nonce for attempt in entry.attempts] == [0, 1]
    assert await anvil.client.get_balance(TARGET) == 5


async def test_an_account_that_others_used_before_starts_at_its_nonce(anvil: Anvil, store: Store) -> None:
    await send_from_elsewhere(anvil, 0)
    await make(anvil, store).submit("pay", PAY)
    assert await anvil.client.get_balance(TARGET) == 5


async def test_an_empty_purse_says_who_needs_how_much(anvil: Anvil, store: Store) -> None:
    poor = KeySigner.create()
    submitter = make(anvil, store, signer=poor)
    with pytest.raises(EmptyPurseError, match="and has 0 coins") as caught:
        await submitter.submit("pay", PAY)
    assert poor.address.hex() in str(caught.value)
    assert store.outbox.get_entry("pay") is None
    await anvil.set_balance(poor.address, caught.value.needed_wei)
    await submitter.submit("pay", PAY)
    assert await anvil.client.get_balance(TARGET) == 5


async def test_a_purse_that_empties_while_a_transaction_waits_is_named(anvil: Anvil, store: Store) -> None:
    purse = KeySigner.create()
    await anvil.set_balance(purse.address, 10**18)
    with pytest.raises(CrashError):
        await make(anvil, store, signer=purse, reached=crash_at("transaction hash stored")).submit("pay", PAY)
    await anvil.set_balance(purse.address, 1)
    with pytest.raises(EmptyPurseError, match=purse.address.hex()):
        await make(anvil, store, signer=purse).wait("pay")
    await anvil.set_balance(purse.address, 10**18)
    await make(anvil, store, signer=purse).wait("pay")
    assert await anvil.client.get_balance(TARGET) == 5


async def test_what_a_contract_refuses_costs_nothing(anvil: Anvil, store: Store) -> None:
    # PUSH0 PUSH0 REVERT
    with pytest.raises(CallRevertedError, match="bad is refused"):
        await make(anvil, store).submit("bad", Call(None, bytes.fromhex("5f5ffd")))
    assert store.outbox.get_entry("bad") is None
    assert await count_transactions(anvil) == 0


async def test_what_fails_on_chain_is_reported_and_does_not_hold_up_the_next(
    anvil: Anvil, store: Store
) -> None:
    # Refuses from a time on: TIMESTAMP PUSH4 limit GT PUSH1 13 JUMPI PUSH0 PUSH0 REVERT JUMPDEST STOP.
    now = (await anvil.client.get_latest_block()).time_s
    runtime = bytes.fromhex(f"42 63{now + 1000:08x} 11 600d 57 5f 5f fd 5b 00".replace(" ", ""))
    creation = bytes.fromhex(f"60{len(runtime):02x}80600a5f395ff3".ljust(20, "0")) + runtime
    submitter = make(anvil, store)
    made = await submitter.submit("create", Call(None, creation))
    assert made.contract is not None
    with pytest.raises(CrashError):
        await make(anvil, store, reached=crash_at("transaction hash stored")).submit(
            "poke", Call(made.contract, b"")
        )
    await anvil.set_time(now + 5000)
    with pytest.raises(TransactionRevertedError, match="poke"):
        await submitter.submit("poke", Call(made.contract, b""))
    assert get_state(store, "poke") is TransactionState.REVERTED
    with pytest.raises(TransactionRevertedError):
        await submitter.submit("poke", Call(made.contract, b""))
    await submitter.submit("pay", PAY)
    assert await anvil.client.get_balance(TARGET) == 5


async def test_a_node_that_is_down_loses_nothing(anvil: Anvil, store: Store) -> None:
    submitter = make(anvil, store)
    await submitter.prepare("pay", PAY)
    dead = ChainClient("http://127.0.0.1:1", 31337, RetrySettings(tries=2, first_pause_s=0.01, timeout_s=1))
    orphan = Submitter(dead, anvil.get_account(0), store.outbox, clock=SystemClock(), settings=QUICK)
    with pytest.raises(RpcUnreachableError, match="2 tries"):
        await orphan.wait("pay")
    await dead.close()
    await submitter.wait("pay")
    assert await anvil.client.get_balance(TARGET) == 5
