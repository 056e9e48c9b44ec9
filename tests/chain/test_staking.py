"""What is asked of the staking contract, and what is refused before it is."""

from collections.abc import Sequence
from typing import Any, cast

import pytest

from chain.genesis_samples import make_party, make_secret
from fieldproof.chain import Sender, StakingContract, StakingError
from fieldproof.chain.staking import BUCKETS_PER_REQUEST
from fieldproof.core.abi import AbiItem
from fieldproof.settle import ChainClient, KeySigner

BUCKETS = 2 * BUCKETS_PER_REQUEST + 7
OWNER, OTHER, OPERATOR = b"\x01" * 20, b"\x02" * 20, b"\x03" * 20


class ManyBuckets:
    """A contract with many buckets, of which every hundredth is one account's, and how often it is asked."""

    requests = 0

    async def read(self, _address: bytes, function: AbiItem) -> tuple[Any, ...]:
        self.requests += 1
        assert function.name == "getBucketCount"
        return (BUCKETS,)

    async def read_many(
        self, _address: bytes, function: AbiItem, many: Sequence[tuple[int]]
    ) -> list[tuple[Any, ...]]:
        self.requests += 1
        assert len(many) <= BUCKETS_PER_REQUEST
        if function.name == "getAmount":
            return [(number * 10**18,) for (number,) in many]
        return [(self._bucket(number),) for (number,) in many]

    def _bucket(self, number: int) -> tuple[Any, ...]:
        owner = OTHER if number % 100 else OWNER
        operator = bytes(20) if number == 100 else OPERATOR
        return (owner, 91, number == 0, False, 1_000, operator, 2_000, 5, 6, bytes(20), 0)


async def test_an_account_s_buckets_are_found_with_a_request_for_hundreds_of_them() -> None:
    contract = ManyBuckets()
    found = await StakingContract(cast("ChainClient", contract)).list_buckets(OWNER)
    assert [bucket.number for bucket in found] == list(range(0, BUCKETS, 100))
    assert [bucket.amount_wei for bucket in found] == [number * 10**18 for number in range(0, BUCKETS, 100)]
    assert [bucket.operator for bucket in found[:3]] == [OPERATOR, None, OPERATOR]
    assert [bucket.renews for bucket in found[:2]] == [True, False]
    assert (found[0].lock_days, found[0].unlocks_at_s, found[0].at_risk_until_s) == (91, 1_000, 2_000)
    # The count, three pages, the amounts of its own.
    assert contract.requests == 5


async def test_a_party_is_registered_by_nobody_but_its_owner() -> None:
    class Another:
        address = KeySigner(make_secret("somebody")).address

    party = make_party(1)
    with pytest.raises(StakingError, match=f"the owner of this party is {party.owner}, not") as refused:
        await StakingContract(cast("ChainClient", None)).register(
            cast("Sender", Another()), party, 10**18, 0, renews=False
        )
    assert "the owner's keystore" in str(refused.value.hint)
