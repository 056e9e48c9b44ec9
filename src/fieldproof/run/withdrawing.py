"""Paying out what devices have earned to the account that holds them."""

from dataclasses import dataclass

from fieldproof.core import Clock
from fieldproof.protocol import UNIT_WEI
from fieldproof.settle import (
    ChainClient,
    Deployment,
    Registry,
    RewardTokenContract,
    SettlementContract,
    Signer,
    SubmissionSettings,
    Submitter,
)
from fieldproof.store import Outbox

MAXIMUM_DEVICES_AT_ONCE = 200
"""Devices of one withdrawal: more would not fit a transaction's gas."""


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What one account was paid."""

    holder: bytes
    devices: tuple[int, ...]
    """Those that had something."""
    amount_wei: int
    balance_wei: int
    """The account's tokens afterwards."""
    gas_used: int


async def withdraw_all(
    client: ChainClient,
    deployment: Deployment,
    signer: Signer,
    outbox: Outbox,
    clock: Clock,
    *,
    poll_s: float = 0.2,
) -> Withdrawal:
    """Pay everything that the signer's devices have earned; nothing is sent where that is nothing."""
    settlement = SettlementContract(client, deployment.settlement)
    registry = Registry(client, deployment.registry)
    units: dict[int, int] = {}
    for device in range(await registry.get_device_count()):
        earned = await settlement.get_balance_units(device)
        if earned and await registry.get_holder(device) == signer.address:
            units[device] = earned
    submitter = Submitter(client, signer, outbox, clock=clock, settings=SubmissionSettings(poll_s=poll_s))
    gas_used = 0
    devices = tuple(units)
    for start in range(0, len(devices), MAXIMUM_DEVICES_AT_ONCE):
        batch = devices[start : start + MAXIMUM_DEVICES_AT_ONCE]
        count = await client.get_transaction_count(signer.address)
        key = f"withdraw:{deployment.network_id.hex()[:16]}:{signer.address.hex()}:{count}"
        inclusion = await submitter.submit(key, settlement.build_withdrawal(batch))
        gas_used += inclusion.gas_used
    token = RewardTokenContract(client, deployment.reward_token)
    return Withdrawal(
        signer.address,
        devices,
        sum(units.values()) * UNIT_WEI,
        await token.get_balance_wei(signer.address),
        gas_used,
    )
