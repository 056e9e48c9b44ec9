// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Fault, FaultProof, StakingParameters} from "../../src/chain/ChainTypes.sol";
import {Candidates} from "../../src/chain/Candidates.sol";
import {Staking} from "../../src/chain/Staking.sol";
import {ConsensusProof} from "../../src/chain/libraries/ConsensusProof.sol";
import {ChainFixture} from "./base/ChainFixture.sol";

contract SlashingTest is ChainFixture {
    function setUp() public {
        setUpChain();
        register(0, LEAST_STAKE);
        register(1, LEAST_STAKE);
    }

    function testAnOffenceTakesItsShareFromEverybodyBehindTheCandidate() public {
        uint256 alice = vote(ALICE, 0, 500 ether, 91, true);
        uint256 other = vote(BOB, 1, 500 ether, 0, false);
        uint256 votesBefore = _staking.getVotes(operatorOf(0));
        slash(DOUBLE_SIGN, 0);
        assertEq(address(0).balance, (LEAST_STAKE + 500 ether) / 10, "burnt");
        assertEq(_staking.getAmount(0), LEAST_STAKE * 9 / 10, "self-stake");
        assertEq(_staking.getAmount(alice), 450 ether, "vote");
        assertEq(_staking.getAmount(other), 500 ether, "a vote for another");
        assertEq(_staking.getAmount(1), LEAST_STAKE, "another's self-stake");
        // Back above the least self-stake and out of jail, its votes are a tenth fewer.
        vote(ownerOf(0), 0, LEAST_STAKE, 0, false);
        passTime(JAIL);
        assertNear(_staking.getVotes(operatorOf(0)), LEAST_STAKE + votesBefore * 9 / 10);
    }

    function testAnAttackOnLightClientsCostsTheSame() public {
        slash(LIGHT_CLIENT_ATTACK, 0);
        assertEq(_staking.getAmount(0), LEAST_STAKE * 9 / 10, "self-stake");
        assertTrue(_staking.getCandidate(operatorOf(0)).jailedUntil != 0, "jail");
    }

    function testWhoDidNotDealLosesLittleAndStaysElected() public {
        vote(ownerOf(0), 0, LEAST_STAKE, 0, false);
        slash(NO_DEALING, 0);
        assertEq(_staking.getAmount(0), LEAST_STAKE - LEAST_STAKE / 1000, "self-stake");
        assertEq(_staking.getCandidate(operatorOf(0)).jailedUntil, 0, "jail");
        assertEq(_staking.getVotes(operatorOf(0)), 2 * LEAST_STAKE - LEAST_STAKE / 500, "votes");
    }

    function testAnOffenceCostsTheSeatForAStatedTime() public {
        vote(ownerOf(0), 0, LEAST_STAKE, 0, false);
        Fault memory fault = makeFault(DOUBLE_SIGN, 0);
        FaultProof memory proof = publishFault(fault);
        // The time counts from when it was recorded, not from when it was proven.
        passTime(1 hours);
        _staking.slash(fault, proof);
        vm.warp(fault.timeS + JAIL - 1);
        assertEq(_staking.getVotes(operatorOf(0)), 0, "votes in jail");
        vm.warp(fault.timeS + JAIL);
        assertEq(_staking.getVotes(operatorOf(0)), 2 * LEAST_STAKE * 9 / 10, "votes behind it");
    }

    function testALaterProofOfAnEarlierOffenceShortensNoJail() public {
        Fault[] memory faults = new Fault[](2);
        faults[0] = makeFault(DOUBLE_SIGN, 0);
        passTime(1 days);
        vm.roll(vm.getBlockNumber() + 1);
        faults[1] = makeFault(DOUBLE_SIGN, 0);
        FaultProof memory later = publishFaults(faults, 1);
        _staking.slash(faults[1], later);
        FaultProof memory earlier = publishFaults(faults, 0);
        _staking.slash(faults[0], earlier);
        assertEq(_staking.getCandidate(operatorOf(0)).jailedUntil, faults[1].timeS + JAIL, "jail");
    }

    function testAFaultIsPunishedOnce() public {
        Fault memory fault = slash(DOUBLE_SIGN, 0);
        assertTrue(_staking.isPunished(fault.id), "punished");
        FaultProof memory proof = publishFault(fault);
        vm.expectRevert(abi.encodeWithSelector(Staking.StakingAlreadyPunished.selector, fault.id));
        _staking.slash(fault, proof);
        passTime(1);
        slash(DOUBLE_SIGN, 0);
        assertEq(_staking.getAmount(0), LEAST_STAKE * 81 / 100, "self-stake after another");
    }

    function testNobodyIsSlashedWithoutAProof() public {
        Fault memory fault = makeFault(DOUBLE_SIGN, 0);
        FaultProof memory proof = publishFault(makeFault(NO_DEALING, 0));
        vm.expectPartialRevert(ConsensusProof.ConsensusInvalidLeaf.selector);
        _staking.slash(fault, proof);
        proof = publishFault(fault);
        fault.operator = operatorOf(1);
        vm.expectPartialRevert(ConsensusProof.ConsensusInvalidLeaf.selector);
        _staking.slash(fault, proof);
        fault.operator = operatorOf(0);
        ++proof.leaf.nextTimeS;
        vm.expectPartialRevert(ConsensusProof.ConsensusUnknownTime.selector);
        _staking.slash(fault, proof);
        assertEq(_staking.getAmount(0), LEAST_STAKE, "self-stake");
        assertEq(address(0).balance, 0, "burnt");
    }

    function testAFaultOfWhomNobodyKnowsPunishesNobody() public {
        Fault memory fault = makeFault(DOUBLE_SIGN, 7);
        FaultProof memory proof = publishFault(fault);
        vm.expectRevert(abi.encodeWithSelector(Candidates.StakingUnknownCandidate.selector, operatorOf(7)));
        _staking.slash(fault, proof);
    }

    function testUnbondingCoinsAnswerUntilTheirTimeIsOver() public {
        uint256 bucket = vote(ALICE, 0, 100 ether, 0, false);
        vm.prank(ALICE);
        _staking.unstake(bucket);
        slash(DOUBLE_SIGN, 0);
        assertEq(address(0).balance, LEAST_STAKE / 10, "burnt at once");
        assertEq(_staking.getAmount(bucket), 90 ether, "what is left");
        _staking.settleRisk(bucket);
        assertEq(address(0).balance, LEAST_STAKE / 10 + 10 ether, "burnt");
        _staking.settleRisk(bucket);
        assertEq(address(0).balance, LEAST_STAKE / 10 + 10 ether, "burnt twice");
        vm.warp(GENESIS + UNBONDING - 10);
        slash(DOUBLE_SIGN, 0);
        vm.warp(GENESIS + UNBONDING + 10);
        slash(DOUBLE_SIGN, 0);
        assertEq(_staking.getAmount(bucket), 81 ether, "behind its time it answers no more");
        vm.prank(ALICE);
        assertEq(_staking.withdraw(bucket), 81 ether, "paid");
        assertEq(address(_staking).balance, LEAST_STAKE * 1729 / 1000, "kept");
    }

    function testTheLastSecondOfTheRiskCounts() public {
        uint256 bucket = vote(ALICE, 0, 100 ether, 0, false);
        vm.prank(ALICE);
        _staking.unstake(bucket);
        vm.warp(GENESIS + UNBONDING - 1);
        slash(DOUBLE_SIGN, 0);
        assertEq(vm.getBlockTimestamp(), GENESIS + UNBONDING, "time");
        vm.prank(ALICE);
        assertEq(_staking.withdraw(bucket), 90 ether, "paid");
    }

    function testAMovedVoteAnswersForBoth() public {
        uint256 bucket = vote(ALICE, 0, 100 ether, 0, false);
        vm.prank(ALICE);
        _staking.move(bucket, operatorOf(1));
        slash(DOUBLE_SIGN, 0);
        assertEq(_staking.getAmount(bucket), 90 ether, "for the one it left");
        slash(DOUBLE_SIGN, 1);
        assertEq(_staking.getAmount(bucket), 81 ether, "for both");
        _staking.settleRisk(bucket);
        assertEq(address(0).balance, 2 * LEAST_STAKE / 10 + 19 ether, "burnt");
        assertEq(_staking.getAmount(bucket), 81 ether, "settled");
        assertEq(_staking.getCandidate(operatorOf(1)).shares, LEAST_STAKE + 90 ether, "shares");
        vm.warp(GENESIS + UNBONDING);
        slash(DOUBLE_SIGN, 0);
        assertEq(_staking.getAmount(bucket), 81 ether, "the one it left long ago");
        slash(DOUBLE_SIGN, 1);
        vm.prank(ALICE);
        _staking.unstake(bucket);
        assertEq(_staking.getAmount(bucket), 729 ether / 10, "the one it is behind");
    }

    /// The rate at the end of the risk counts, whenever the bucket is touched.
    function testASlashBehindTheRiskDoesNotReachABucketThatNobodyTouched() public {
        uint256 bucket = vote(ALICE, 0, 100 ether, 0, false);
        vm.prank(ALICE);
        _staking.move(bucket, operatorOf(1));
        slash(DOUBLE_SIGN, 0);
        vm.warp(GENESIS + UNBONDING + 1);
        slash(DOUBLE_SIGN, 0);
        vm.warp(GENESIS + 3 * uint256(UNBONDING));
        _staking.settleRisk(bucket);
        assertEq(_staking.getAmount(bucket), 90 ether, "amount");
        assertEq(_staking.getBucket(bucket).leftOperator, address(0), "risk");
    }

    function testNewVotesAfterASlashAreWholeButForAWei() public {
        slash(DOUBLE_SIGN, 0);
        vote(ownerOf(0), 0, LEAST_STAKE, 0, false);
        uint256 bucket = vote(ALICE, 0, 100 ether, 0, false);
        assertNear(_staking.getAmount(bucket), 100 ether);
        passTime(JAIL);
        assertNear(_staking.getVotes(operatorOf(0)), LEAST_STAKE * 19 / 10 + 100 ether);
        vm.prank(ALICE);
        _staking.unstake(bucket);
        passTime(UNBONDING);
        vm.prank(ALICE);
        assertNear(_staking.withdraw(bucket), 100 ether);
    }

    function testWhoResignedIsPunishedTooAndWhatIsLeftComesBack() public {
        vm.prank(ownerOf(0));
        _staking.resign(operatorOf(0));
        vm.prank(ownerOf(0));
        _staking.unstake(0);
        slash(DOUBLE_SIGN, 0);
        passTime(UNBONDING);
        vm.prank(ownerOf(0));
        assertEq(_staking.withdraw(0), LEAST_STAKE * 9 / 10, "paid");
    }

    /// Shares of a rate that is not whole are rounded down, once or twice.
    function assertNear(uint256 given, uint256 expected) private pure {
        assertTrue(given <= expected && given + 2 >= expected, "not within two wei below");
    }

    /// After any slashes the contract has what it owes, and what nobody owns is less than a wei for each call.
    function testFuzzNobodyIsPaidMoreThanIsThere(uint256[4] memory amountsWei, uint8 slashes, bool moves)
        public
    {
        uint256[] memory buckets = new uint256[](4);
        uint256 calls = 0;
        for (uint256 i = 0; i < 4; ++i) {
            buckets[i] = vote(ALICE, 0, bound(amountsWei[i], 1e6, 1e27), 0, false);
            if (i == 1 && moves) {
                vm.prank(ALICE);
                _staking.move(buckets[0], operatorOf(1));
            }
            for (uint256 j = 0; j < (slashes >> (2 * i)) & 3; ++j) {
                slash(uint8(1 + j), j & 1);
                ++calls;
            }
        }
        passTime(UNBONDING);
        uint256 paidWei = 0;
        for (uint256 i = 0; i < 4; ++i) {
            vm.prank(ALICE);
            _staking.unstake(buckets[i]);
        }
        vm.prank(ownerOf(0));
        _staking.unstake(0);
        vm.prank(ownerOf(1));
        _staking.unstake(1);
        passTime(UNBONDING);
        for (uint256 i = 0; i < 4; ++i) {
            vm.prank(ALICE);
            paidWei += _staking.withdraw(buckets[i]);
        }
        vm.prank(ownerOf(0));
        paidWei += _staking.withdraw(0);
        vm.prank(ownerOf(1));
        paidWei += _staking.withdraw(1);
        assertEq(ALICE.balance + ownerOf(0).balance + ownerOf(1).balance, paidWei, "paid");
        assertTrue(address(_staking).balance <= 12 + calls, "coins that nobody owns");
    }
}

/// A chain that takes all for an offence.
contract SevereSlashingTest is ChainFixture {
    function setUp() public {
        StakingParameters memory parameters = defaultParameters();
        parameters.offenceShare = 10_000;
        parameters.noDealingShare = 9_999;
        setUpChain(parameters);
        register(0, LEAST_STAKE);
        register(1, LEAST_STAKE);
    }

    function testWhereAllIsTakenNothingIsLeftAndNothingComesIn() public {
        uint256 bucket = vote(ALICE, 0, 100 ether, 0, false);
        uint256 left = vote(BOB, 0, 100 ether, 0, false);
        vm.prank(BOB);
        _staking.unstake(left);
        slash(DOUBLE_SIGN, 0);
        assertEq(_staking.getAmount(bucket), 0, "amount");
        assertEq(_staking.getAmount(left), 0, "unbonding");
        bytes memory refusal = abi.encodeWithSelector(Staking.StakingLostAll.selector, operatorOf(0));
        vm.deal(ALICE, 1 ether);
        vm.prank(ALICE);
        vm.expectRevert(refusal);
        _staking.addStake{value: 1 ether}(bucket);
        vm.prank(ALICE);
        vm.expectRevert(refusal);
        _staking.stake{value: 1 ether}(operatorOf(0), 0, false);
        vm.prank(ALICE);
        vm.expectRevert(Staking.StakingNothing.selector);
        _staking.move(bucket, operatorOf(1));
        vm.prank(ALICE);
        _staking.unstake(bucket);
        slash(DOUBLE_SIGN, 0);
        passTime(UNBONDING);
        vm.prank(ALICE);
        assertEq(_staking.withdraw(bucket), 0, "paid");
        vm.prank(BOB);
        assertEq(_staking.withdraw(left), 0, "paid after unbonding");
        assertEq(address(_staking).balance, LEAST_STAKE, "another's");
        assertEq(address(0).balance, LEAST_STAKE + 200 ether, "burnt");
    }

    function testACandidateWithHardlyAnyRateLeftTakesNoNewCoins() public {
        slash(NO_DEALING, 0);
        vote(ALICE, 0, 1 ether, 0, false);
        slash(NO_DEALING, 0);
        // 10^27 · 10^-8 is above the least rate, a third time it is below.
        uint256 bucket = vote(ALICE, 0, 1e29, 0, false);
        assertEq(_staking.getAmount(bucket), 1e29, "amount");
        slash(NO_DEALING, 0);
        vm.deal(ALICE, 1 ether);
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(Staking.StakingLostAll.selector, operatorOf(0)));
        _staking.stake{value: 1 ether}(operatorOf(0), 0, false);
    }
}
