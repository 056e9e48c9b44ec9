"""From signed packets to credited balances, on a real chain with real proofs."""

from pathlib import Path

from fieldproof.protocol import UNIT_WEI, Reason
from fieldproof.run import (
    Tools,
    withdraw_all,
)
from fieldproof.settle import Credited

from .networks import AT_ONCE, POSTED, SETTLE_S, WINDOW_S, share_pool
from .sites import HALF, LEAPING, LONELY, OWNERS, RISING, compute_points, open_site, revoke
from .world import (
    GENESIS_S,
    SharedClock,
    make_fleet,
)


async def test_signed_readings_become_balances_and_tokens(
    tools: Tools, tmp_path: Path, clock: SharedClock
) -> None:
    tanks = make_fleet(4, has_attributes=True)
    first = [RISING, LEAPING, HALF, HALF]
    second = [HALF, RISING, LONELY]
    async with open_site(tmp_path, AT_ONCE, tools, clock, tanks) as site:
        for tank, rows in zip(tanks, first, strict=True):
            site.fleet.record_rows(tank.number, 0, rows)
        await site.advance(GENESIS_S + 1)
        await revoke(site.node, OWNERS[3 % 2], 3)
        # Device 2 sends its readings but no seal: it is absent.
        await site.play(0, sealing=(0, 1, 3), silent=(2,))
        await site.close(0, cohorts=1)
        points = {n: compute_points(AT_ONCE, 0, tanks[n], first[n]) for n in (0, 1, 3)}
        assert points[0] == (11 + 12 + 40 + 90) * 1
        assert points[1] == 0
        assert points[3] == (100 + 51) * 4
        balances = {0: 0, 1: 0, 2: 0, 3: 0} | share_pool(points, active=4)
        assert (await site.read_books()).balances == balances
        (void,) = site.node.store.windows.get_voids(site.node.deployment.network_id, 0)
        assert void.place.device_number == 1
        assert "the level leaps" in void.reason
        assert "network.py:" in void.reason

    async with open_site(tmp_path, AT_ONCE, tools, clock, tanks) as site:
        assert await site.send(2) == [Reason.WINDOW_CLOSED]
        for tank, rows in zip(tanks[:3], second, strict=True):
            site.fleet.record_rows(tank.number, 1, rows)
        site.fleet.record_rows(3, 1, RISING)
        await site.play(1, sealing=(0, 1, 2))
        # Revoked in the window before: it counts no more, and the pool is shared by those that are left.
        assert await site.send(3) == [Reason.INACTIVE_DEVICE]

    async with open_site(tmp_path, AT_ONCE, tools, clock, tanks) as site:
        await site.close(1, cohorts=1)
        points = {n: compute_points(AT_ONCE, 1, tanks[n], second[n]) for n in (0, 1, 2)}
        assert points[2] == 0
        for number, units in share_pool(points, active=3).items():
            balances[number] += units
        assert (await site.read_books()).balances == balances
        withdrawal = await withdraw_all(
            site.node.client, site.node.deployment, OWNERS[0], site.node.store.outbox, clock, poll_s=0.05
        )
        assert withdrawal.amount_wei == (balances[0] + balances[2]) * UNIT_WEI == withdrawal.balance_wei


async def test_several_cohorts_share_a_window_after_its_deadline(
    tools: Tools, tmp_path: Path, clock: SharedClock
) -> None:
    tanks = make_fleet(6, has_attributes=False)
    rows = [RISING, HALF, LEAPING, RISING, HALF, LONELY]
    async with open_site(tmp_path, POSTED, tools, clock, tanks) as site:
        for tank in tanks:
            site.fleet.record_rows(tank.number, 0, rows[tank.number])
        await site.play(0, sealing=(0, 1, 2, 4, 5), silent=(3,))
        await site.close(0, cohorts=2)
        # All of cohort 1 is away in the next window.
        for number in (0, 1, 2):
            site.fleet.record_rows(number, 1, rows[number])
        await site.play(1, sealing=(0, 1, 2))
        await site.close(1, cohorts=1)
        assert set((await site.read_books()).balances.values()) == {0}, "nothing before the deadline"

    async with open_site(tmp_path, POSTED, tools, clock, tanks) as site:
        await site.advance(GENESIS_S + WINDOW_S + SETTLE_S - 2)
        await site.node.settler.settle_due()
        assert (await site.read_books()).credited == ()
        await site.advance(GENESIS_S + WINDOW_S + SETTLE_S + 1)
        await site.wait_for(Credited, 0, 2)
        points = {n: compute_points(POSTED, 0, tanks[n], rows[n]) for n in (0, 1, 2, 4, 5)}
        assert points[2] == points[5] == 0
        balances = dict.fromkeys(range(6), 0) | share_pool(points, active=6)
        assert (await site.read_books()).balances == balances
        await site.advance(GENESIS_S + 2 * WINDOW_S + SETTLE_S + 1)
        await site.wait_for(Credited, 1, 1)
        points = {n: compute_points(POSTED, 1, tanks[n], rows[n]) for n in (0, 1, 2)}
        for number, units in share_pool(points, active=6).items():
            balances[number] += units
        assert (await site.read_books()).balances == balances
        assert await site.node.settler.settle_due() == 0
    assert site.fleet.check_log(2) > 0
