// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Errors} from "@openzeppelin/contracts/utils/Errors.sol";
import {Bucket} from "../../src/chain/ChainTypes.sol";
import {Staking} from "../../src/chain/Staking.sol";
import {VoteWeight} from "../../src/chain/libraries/VoteWeight.sol";
import {ChainFixture} from "./base/ChainFixture.sol";

/// A voter that tries to be paid twice.
contract GreedyVoter {
    Staking private immutable _staking;
    uint256 private _bucket;

    constructor(Staking staking) payable {
        _staking = staking;
    }

    receive() external payable {
        _staking.withdraw(_bucket);
    }

    function vote(address operator) external {
        _bucket = _staking.stake{value: address(this).balance}(operator, 0, false);
    }

    function unstake() external {
        _staking.unstake(_bucket);
    }

    function withdraw() external {
        _staking.withdraw(_bucket);
    }
}

contract StakingTest is ChainFixture {
    function setUp() public {
        setUpChain();
        register(0, LEAST_STAKE);
        register(1, LEAST_STAKE);
    }

    function testVotesWeighByTheirLock() public {
        uint256 bucket = vote(ALICE, 0, 100 ether, 91, true);
        uint256 weighted = 100 ether * VoteWeight.compute(91, true, false) / 1e18;
        assertEq(_staking.getVotes(operatorOf(0)), LEAST_STAKE + weighted, "votes");
        Bucket memory entry = _staking.getBucket(bucket);
        assertEq(entry.weightedShares, weighted, "weight");
        assertEq(entry.owner, ALICE, "owner");
        assertTrue(!entry.isSelf && entry.autoRenew, "kind");
        assertEq(_staking.getAmount(bucket), 100 ether, "amount");
        assertEq(_staking.getBucketCount(), 3, "buckets");
    }

    function testSelfStakeWithAutoRenewalWeighsMore() public {
        register(2, LEAST_STAKE, 91, true);
        uint256 weight = VoteWeight.compute(91, true, true);
        assertTrue(weight > VoteWeight.compute(91, true, false), "no bonus");
        assertEq(_staking.getVotes(operatorOf(2)), LEAST_STAKE * weight / 1e18, "votes");
        // A later vote by the owner is self-stake too.
        uint256 bucket = vote(ownerOf(2), 2, 1 ether, 91, true);
        assertTrue(_staking.getBucket(bucket).isSelf, "the owner's vote");
        assertEq(_staking.getCandidate(operatorOf(2)).selfShares, LEAST_STAKE + 1 ether, "self-stake");
    }

    function testNothingIsNoStake() public {
        vm.prank(ALICE);
        vm.expectRevert(Staking.StakingNothing.selector);
        _staking.stake(operatorOf(0), 0, false);
        uint256 bucket = vote(ALICE, 0, 1, 0, false);
        vm.prank(ALICE);
        vm.expectRevert(Staking.StakingNothing.selector);
        _staking.addStake(bucket);
    }

    function testALockHasALongestTime() public {
        vm.deal(ALICE, 1 ether);
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(Staking.StakingLockTooLong.selector, 1051, 1050));
        _staking.stake{value: 1 ether}(operatorOf(0), 1051, false);
        uint256 bucket = vote(ALICE, 0, 1 ether, 1050, false);
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(Staking.StakingLockTooLong.selector, 1051, 1050));
        _staking.renew(bucket, 1051, false);
    }

    function testAddedCoinsVoteToo() public {
        uint256 bucket = vote(ALICE, 0, 1 ether, 10, false);
        passTime(4 days);
        vm.deal(ALICE, 2 ether);
        vm.prank(ALICE);
        _staking.addStake{value: 2 ether}(bucket);
        assertEq(_staking.getAmount(bucket), 3 ether, "amount");
        uint256 weighted = 3 ether * VoteWeight.compute(10, false, false) / 1e18;
        assertEq(_staking.getVotes(operatorOf(0)), LEAST_STAKE + weighted, "votes");
        assertEq(
            _staking.getBucket(bucket).unlocksAt, vm.getBlockTimestamp() + 10 days, "the lock began anew"
        );
    }

    function testOnlyTheOwnerActsOnABucket() public {
        uint256 bucket = vote(ALICE, 0, 1 ether, 0, false);
        bytes memory refusal =
            abi.encodeWithSelector(Staking.StakingNotBucketOwner.selector, address(this), bucket);
        vm.deal(address(this), 1 ether);
        vm.expectRevert(refusal);
        _staking.addStake{value: 1 ether}(bucket);
        vm.expectRevert(refusal);
        _staking.renew(bucket, 1, false);
        vm.expectRevert(refusal);
        _staking.move(bucket, operatorOf(1));
        vm.expectRevert(refusal);
        _staking.unstake(bucket);
        vm.expectRevert(refusal);
        _staking.withdraw(bucket);
        vm.expectRevert(abi.encodeWithSelector(Staking.StakingNotBucketOwner.selector, address(this), 99));
        _staking.withdraw(99);
    }

    function testALockIsKeptToItsLastSecond() public {
        uint256 bucket = vote(ALICE, 0, 1 ether, 10, false);
        passTime(10 days - 1);
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(Staking.StakingLocked.selector, bucket));
        _staking.unstake(bucket);
        passTime(1);
        vm.prank(ALICE);
        _staking.unstake(bucket);
    }

    function testAutoRenewalNeverUnlocks() public {
        uint256 bucket = vote(ALICE, 0, 1 ether, 10, true);
        passTime(1000 days);
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(Staking.StakingLocked.selector, bucket));
        _staking.unstake(bucket);
        vm.prank(ALICE);
        _staking.renew(bucket, 10, false);
        passTime(10 days - 1);
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(Staking.StakingLocked.selector, bucket));
        _staking.unstake(bucket);
        passTime(1);
        vm.prank(ALICE);
        _staking.unstake(bucket);
    }

    function testNoRenewalShortensALock() public {
        uint256 bucket = vote(ALICE, 0, 1 ether, 10, false);
        passTime(4 days);
        uint256 unlocksAt = GENESIS + 10 days;
        vm.prank(ALICE);
        vm.expectRevert(
            abi.encodeWithSelector(Staking.StakingLockShortened.selector, unlocksAt - 1 days, unlocksAt)
        );
        _staking.renew(bucket, 5, true);
        vm.prank(ALICE);
        _staking.renew(bucket, 6, true);
        vm.prank(ALICE);
        vm.expectRevert(
            abi.encodeWithSelector(Staking.StakingLockShortened.selector, unlocksAt - 1 days, unlocksAt)
        );
        _staking.renew(bucket, 5, false);
        vm.prank(ALICE);
        _staking.renew(bucket, 7, false);
        uint256 weighted = 1 ether * VoteWeight.compute(7, false, false) / 1e18;
        assertEq(_staking.getVotes(operatorOf(0)), LEAST_STAKE + weighted, "votes");
    }

    /// The weight of a lock is not kept without the lock: anyone may see to it.
    function testALockThatEndedLosesItsWeight() public {
        uint256 bucket = vote(ALICE, 0, 1 ether, 10, false);
        bytes memory refusal = abi.encodeWithSelector(Staking.StakingNoLockToEnd.selector, bucket);
        passTime(10 days - 1);
        vm.expectRevert(refusal);
        _staking.endLock(bucket);
        passTime(1);
        vm.prank(BOB);
        _staking.endLock(bucket);
        assertEq(_staking.getVotes(operatorOf(0)), LEAST_STAKE + 1 ether, "votes");
        vm.expectRevert(refusal);
        _staking.endLock(bucket);
        uint256 renewed = vote(ALICE, 0, 1 ether, 10, true);
        passTime(100 days);
        vm.expectRevert(abi.encodeWithSelector(Staking.StakingNoLockToEnd.selector, renewed));
        _staking.endLock(renewed);
        vm.expectRevert(abi.encodeWithSelector(Staking.StakingNotVoting.selector, 99));
        _staking.endLock(99);
    }

    function testUnstakedCoinsComeBackAfterTheUnbondingTime() public {
        uint256 bucket = vote(ALICE, 0, 5 ether, 0, false);
        vm.prank(ALICE);
        _staking.unstake(bucket);
        assertEq(_staking.getVotes(operatorOf(0)), LEAST_STAKE, "votes");
        passTime(UNBONDING - 1);
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(Staking.StakingAtRisk.selector, bucket, GENESIS + UNBONDING));
        _staking.withdraw(bucket);
        passTime(1);
        vm.prank(ALICE);
        assertEq(_staking.withdraw(bucket), 5 ether, "paid");
        assertEq(ALICE.balance, 5 ether, "received");
        assertEq(address(_staking).balance, 2 * LEAST_STAKE, "kept");
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(Staking.StakingNotBucketOwner.selector, ALICE, bucket));
        _staking.withdraw(bucket);
    }

    function testWhatVotesIsNotWithdrawnAndWhatIsUnstakedDoesNotVote() public {
        uint256 bucket = vote(ALICE, 0, 5 ether, 0, false);
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(Staking.StakingLocked.selector, bucket));
        _staking.withdraw(bucket);
        vm.prank(ALICE);
        _staking.unstake(bucket);
        bytes memory refusal = abi.encodeWithSelector(Staking.StakingNotVoting.selector, bucket);
        vm.prank(ALICE);
        vm.expectRevert(refusal);
        _staking.unstake(bucket);
        vm.prank(ALICE);
        vm.expectRevert(refusal);
        _staking.move(bucket, operatorOf(1));
        vm.prank(ALICE);
        vm.expectRevert(refusal);
        _staking.renew(bucket, 10, true);
        vm.deal(ALICE, 1 ether);
        vm.prank(ALICE);
        vm.expectRevert(refusal);
        _staking.addStake{value: 1 ether}(bucket);
        vm.expectRevert(refusal);
        _staking.endLock(bucket);
    }

    function testAMovedVoteCountsAtOnceAndKeepsItsLock() public {
        uint256 bucket = vote(ALICE, 0, 5 ether, 10, false);
        uint256 weighted = 5 ether * VoteWeight.compute(10, false, false) / 1e18;
        passTime(1 days);
        vm.prank(ALICE);
        _staking.move(bucket, operatorOf(1));
        assertEq(_staking.getVotes(operatorOf(0)), LEAST_STAKE, "votes left behind");
        assertEq(_staking.getVotes(operatorOf(1)), LEAST_STAKE + weighted, "votes");
        assertEq(_staking.getBucket(bucket).unlocksAt, GENESIS + 10 days, "lock");
    }

    function testAMovedVoteStaysUntilItsRiskHasPassed() public {
        register(2, LEAST_STAKE);
        uint256 bucket = vote(ALICE, 0, 5 ether, 0, false);
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(Staking.StakingAlreadyBehind.selector, operatorOf(0)));
        _staking.move(bucket, operatorOf(0));
        vm.prank(ALICE);
        _staking.move(bucket, operatorOf(1));
        passTime(UNBONDING - 1);
        bytes memory refusal =
            abi.encodeWithSelector(Staking.StakingAtRisk.selector, bucket, GENESIS + UNBONDING);
        vm.prank(ALICE);
        vm.expectRevert(refusal);
        _staking.move(bucket, operatorOf(2));
        vm.prank(ALICE);
        vm.expectRevert(refusal);
        _staking.unstake(bucket);
        vm.deal(ALICE, 1 ether);
        vm.prank(ALICE);
        vm.expectRevert(refusal);
        _staking.addStake{value: 1 ether}(bucket);
        passTime(1);
        vm.prank(ALICE);
        _staking.move(bucket, operatorOf(2));
        assertEq(_staking.getVotes(operatorOf(2)), LEAST_STAKE + 5 ether, "votes");
    }

    function testAVoteMovedToOnesOwnCandidateIsSelfStake() public {
        uint256 bucket = vote(ownerOf(0), 1, 5 ether, 0, false);
        assertTrue(!_staking.getBucket(bucket).isSelf, "a stranger's vote");
        vm.prank(ownerOf(0));
        _staking.move(bucket, operatorOf(0));
        assertTrue(_staking.getBucket(bucket).isSelf, "its own vote");
        assertEq(_staking.getCandidate(operatorOf(0)).selfShares, LEAST_STAKE + 5 ether, "self-stake");
        assertEq(_staking.getCandidate(operatorOf(1)).selfShares, LEAST_STAKE, "the other's");
    }

    function testBelowTheLeastSelfStakeNobodyIsElected() public {
        vote(ALICE, 0, 5_000 ether, 0, false);
        uint256 more = vote(ownerOf(0), 0, 1, 0, false);
        vm.prank(ownerOf(0));
        _staking.unstake(more);
        assertEq(_staking.getVotes(operatorOf(0)), LEAST_STAKE + 5_000 ether, "votes at the least");
        vm.prank(ownerOf(0));
        _staking.unstake(0);
        assertEq(_staking.getVotes(operatorOf(0)), 0, "votes below it");
        vote(ownerOf(0), 0, LEAST_STAKE - 1, 0, false);
        assertEq(_staking.getVotes(operatorOf(0)), 0, "a wei below it");
        vote(ownerOf(0), 0, 1, 0, false);
        assertEq(_staking.getVotes(operatorOf(0)), LEAST_STAKE + 5_000 ether, "votes again");
    }

    function testVotersOfACandidateThatResignedGoWhereTheyLike() public {
        uint256 moved = vote(ALICE, 0, 5 ether, 100, true);
        uint256 unstaked = vote(BOB, 0, 5 ether, 0, false);
        vm.prank(ownerOf(0));
        _staking.resign(operatorOf(0));
        vm.prank(ALICE);
        _staking.move(moved, operatorOf(1));
        vm.prank(BOB);
        _staking.unstake(unstaked);
        passTime(UNBONDING);
        vm.prank(BOB);
        assertEq(_staking.withdraw(unstaked), 5 ether, "paid");
        vm.prank(ownerOf(0));
        _staking.unstake(0);
        passTime(UNBONDING);
        vm.prank(ownerOf(0));
        assertEq(_staking.withdraw(0), LEAST_STAKE, "self-stake");
    }

    function testACandidateThatResignedTakesNoVote() public {
        uint256 bucket = vote(ALICE, 1, 5 ether, 0, false);
        vm.prank(ownerOf(0));
        _staking.resign(operatorOf(0));
        vm.prank(ALICE);
        vm.expectPartialRevert(bytes4(keccak256("StakingCandidateResigned(address)")));
        _staking.move(bucket, operatorOf(0));
        vm.prank(ALICE);
        vm.expectPartialRevert(bytes4(keccak256("StakingUnknownCandidate(address)")));
        _staking.move(bucket, operatorOf(9));
    }

    function testAVoterThatCallsBackIsNotPaidTwice() public {
        GreedyVoter voter = new GreedyVoter(_staking);
        vm.deal(address(voter), 5 ether);
        voter.vote(operatorOf(0));
        voter.unstake();
        passTime(UNBONDING);
        vm.expectPartialRevert(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
        voter.withdraw();
        assertEq(address(_staking).balance, 2 * LEAST_STAKE + 5 ether, "kept");
    }

    function testAVoterThatCannotBePaidStopsNobodyElse() public {
        // This test's contract takes no coins.
        uint256 mine = vote(address(this), 0, 5 ether, 0, false);
        uint256 theirs = vote(ALICE, 0, 5 ether, 0, false);
        _staking.unstake(mine);
        vm.prank(ALICE);
        _staking.unstake(theirs);
        passTime(UNBONDING);
        vm.expectRevert(Errors.FailedCall.selector);
        _staking.withdraw(mine);
        vm.prank(ALICE);
        _staking.withdraw(theirs);
    }

    function testFuzzCoinsComeBackWhole(
        uint256 amountWei,
        uint256 addedWei,
        uint256 lockDays,
        bool autoRenew,
        bool moves
    ) public {
        amountWei = bound(amountWei, 1, 1e29);
        addedWei = bound(addedWei, 1, 1e29);
        uint16 days_ = uint16(bound(lockDays, 0, 1050));
        uint256 bucket = vote(ALICE, 0, amountWei, days_, autoRenew);
        vm.deal(ALICE, addedWei);
        vm.prank(ALICE);
        _staking.addStake{value: addedWei}(bucket);
        uint256 weight = VoteWeight.compute(days_, autoRenew, false);
        uint256 weighted = (amountWei + addedWei) * weight / 1e18;
        assertEq(_staking.getVotes(operatorOf(0)), LEAST_STAKE + weighted, "votes");
        if (moves) {
            vm.prank(ALICE);
            _staking.move(bucket, operatorOf(1));
            assertEq(_staking.getVotes(operatorOf(1)), LEAST_STAKE + weighted, "votes moved");
        }
        if (autoRenew) {
            vm.prank(ALICE);
            _staking.renew(bucket, days_, false);
        }
        passTime(uint256(days_) * 1 days + UNBONDING);
        vm.prank(ALICE);
        _staking.unstake(bucket);
        passTime(UNBONDING);
        vm.prank(ALICE);
        assertEq(_staking.withdraw(bucket), amountWei + addedWei, "paid");
        assertEq(_staking.getVotes(operatorOf(0)), LEAST_STAKE, "votes left");
    }
}
