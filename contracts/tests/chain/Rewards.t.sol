// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {LeafProof, Result} from "../../src/chain/ChainTypes.sol";
import {Rewards} from "../../src/chain/Rewards.sol";
import {ConsensusProof} from "../../src/chain/libraries/ConsensusProof.sol";
import {ChainFixture} from "./base/ChainFixture.sol";

/// An account that claims again while it is paid.
contract GreedyClaimer {
    Rewards private immutable _rewards;

    constructor(Rewards rewards) {
        _rewards = rewards;
    }

    receive() external payable {
        _rewards.claim(new address[](0));
    }

    function claim(address[] calldata operators) external {
        _rewards.claim(operators);
    }
}

contract RewardsTest is ChainFixture {
    bytes32[] private _noHashes;

    function setUp() public {
        setUpChain();
        register(0, 3 * LEAST_STAKE);
        register(1, LEAST_STAKE);
    }

    function testABlockPaysItsProposerAndAnEpochItsPool() public {
        _settleOne(_makeResult(0, 12, 8, 10));
        // 12 · 2 + 50 · 3/4 and 8 · 2 + 50 · 1/4, all of it the owners' who alone vote for themselves.
        assertEq(_claim(ownerOf(0), 0), 61.5 ether, "candidate 0");
        assertEq(_claim(ownerOf(1), 1), 28.5 ether, "candidate 1");
        (uint64 nextEpoch, bytes32 results) = _rewards.getProgress();
        assertEq(nextEpoch, 1, "next epoch");
        assertTrue(results != 0, "chain of results");
    }

    function testVotersGetWhatTheCommissionLeaves() public {
        vote(ALICE, 0, 3 * LEAST_STAKE, 0, false);
        vote(BOB, 0, 6 * LEAST_STAKE, 0, false);
        _settleOne(_makeResult(0, 12, 8, 10));
        // A tenth is commission, the rest goes 3 : 3 : 6 to owner, Alice and Bob.
        assertEq(_claimable(ALICE, 0), 61.5 ether * 9 / 40, "claimable");
        assertEq(_claim(ALICE, 0), 61.5 ether * 9 / 40, "Alice");
        assertEq(_claim(BOB, 0), 61.5 ether * 9 / 20, "Bob");
        assertEq(_claim(ownerOf(0), 0), 6.15 ether + 61.5 ether * 9 / 40, "owner");
    }

    function testALongerLockEarnsMore() public {
        uint256 plain = vote(ALICE, 0, LEAST_STAKE, 0, false);
        uint256 locked = vote(BOB, 0, LEAST_STAKE, 1050, true);
        _settleOne(_makeResult(0, 12, 8, 10));
        uint256 weight = _staking.getBucket(locked).weightedShares;
        uint256 expected = _claim(ALICE, 0) * weight / _staking.getBucket(plain).weightedShares;
        uint256 paid = _claim(BOB, 0);
        assertTrue(paid > expected - 10 && paid < expected + 10, "by weight");
    }

    function testEarningsAreNotClaimedTwice() public {
        _settleOne(_makeResult(0, 12, 8, 10));
        _claim(ownerOf(0), 0);
        address[] memory twice = new address[](2);
        (twice[0], twice[1]) = (operatorOf(0), operatorOf(0));
        vm.prank(ownerOf(0));
        vm.expectRevert(abi.encodeWithSelector(Rewards.RewardsNothingToClaim.selector, ownerOf(0)));
        _rewards.claim(twice);
        _settleOne(_makeResult(1, 12, 8, 10));
        vm.prank(ownerOf(0));
        assertEq(_rewards.claim(twice), 61.5 ether, "an operator named twice");
    }

    function testVotesGivenAndTakenEarnWhileTheyStand() public {
        _settleOne(_makeResult(0, 12, 8, 10));
        uint256 bucket = vote(ALICE, 0, 3 * LEAST_STAKE, 0, false);
        assertEq(_claimable(ALICE, 0), 0, "before it came");
        _settleOne(_makeResult(1, 12, 8, 10));
        uint256 half = 61.5 ether * 9 / 20;
        assertEq(_claimable(ALICE, 0), half, "while it stood");
        vm.prank(ALICE);
        _staking.move(bucket, operatorOf(1));
        _settleOne(_makeResult(2, 12, 8, 10));
        // What it earned stays, and goes on with the other: 3 of 4 shares there.
        assertEq(_claimable(ALICE, 0), half, "after it left");
        assertEq(_claimable(ALICE, 1), half + 28.5 ether * 9 / 10 * 3 / 4, "with the other");
        address[] memory both = new address[](2);
        (both[0], both[1]) = (operatorOf(0), operatorOf(1));
        vm.prank(ALICE);
        assertEq(_rewards.claim(both), half + 28.5 ether * 9 / 10 * 3 / 4, "paid");
    }

    function testASlashLeavesEarningsAndTheirProportionsAlone() public {
        vote(ALICE, 0, 3 * LEAST_STAKE, 0, false);
        _settleOne(_makeResult(0, 12, 8, 10));
        uint256 before = _claimable(ALICE, 0);
        slash(DOUBLE_SIGN, 0);
        assertEq(_claimable(ALICE, 0), before, "earned before");
        _settleOne(_makeResult(1, 12, 8, 10));
        assertEq(_claimable(ALICE, 0), 2 * before, "half of the next");
    }

    function testWhereNobodyVotesTheOwnerGetsAll() public {
        vm.prank(ownerOf(0));
        _staking.unstake(0);
        _settleOne(_makeResult(0, 12, 8, 10));
        assertEq(_claim(ownerOf(0), 0), 61.5 ether, "owner");
    }

    function testOnlyWhatConsensusSaysIsSettled() public {
        Result memory result = _makeResult(0, 12, 8, 10);
        LeafProof memory proof = publish(ConsensusProof.RESULTS, extendResults(0, result));
        Result[] memory results = new Result[](1);
        results[0] = _makeResult(0, 13, 7, 10);
        _expectInvalid(results, proof);
        results[0] = _makeResult(1, 12, 8, 10);
        _expectInvalid(results, proof);
        results[0] = result;
        proof.siblings[0] ^= bytes32(uint256(1));
        _expectInvalid(results, proof);
        proof.siblings[0] ^= bytes32(uint256(1));
        _bringEpoch();
        _rewards.settle(results, _noHashes, proof);
        _expectInvalid(results, proof);
        vm.expectRevert(Rewards.RewardsNothingToSettle.selector);
        _rewards.settle(new Result[](0), _noHashes, proof);
    }

    function testAnEpochCannotBeLeftOut() public {
        Result memory first = _makeResult(0, 12, 8, 10);
        Result memory second = _makeResult(1, 9, 11, 10);
        LeafProof memory proof =
            publish(ConsensusProof.RESULTS, extendResults(extendResults(0, first), second));
        Result[] memory results = new Result[](1);
        results[0] = second;
        _expectInvalid(results, proof);
        results = new Result[](2);
        (results[0], results[1]) = (first, second);
        _bringEpoch();
        _bringEpoch();
        _rewards.settle(results, _noHashes, proof);
        assertEq(_claim(ownerOf(0), 0), 61.5 ether + 55.5 ether, "both");
    }

    /// However many are missing, they are settled in parts against the newest chain of results.
    function testMissingEpochsAreSettledInParts() public {
        Result[] memory all = new Result[](5);
        bytes32 chain = 0;
        for (uint64 epoch = 0; epoch < 5; ++epoch) {
            all[epoch] = _makeResult(epoch, uint32(5 + epoch), 10, 10);
            chain = extendResults(chain, all[epoch]);
            _bringEpoch();
        }
        LeafProof memory proof = publish(ConsensusProof.RESULTS, chain);
        for (uint64 epoch = 0; epoch < 5; ++epoch) {
            Result[] memory part = new Result[](1);
            part[0] = all[epoch];
            bytes32[] memory later = new bytes32[](4 - epoch);
            for (uint256 i = 0; i < later.length; ++i) {
                later[i] = keccak256(abi.encode(all[epoch + 1 + i]));
            }
            if (later.length != 0) {
                bytes32 kept = later[0];
                later[0] ^= bytes32(uint256(1));
                vm.expectPartialRevert(ConsensusProof.ConsensusInvalidLeaf.selector);
                _rewards.settle(part, later, proof);
                later[0] = kept;
            }
            _rewards.settle(part, later, proof);
            (uint64 nextEpoch,) = _rewards.getProgress();
            assertEq(nextEpoch, epoch + 1, "next epoch");
        }
        assertEq(_claim(ownerOf(0), 0), (5 + 6 + 7 + 8 + 9) * 2 ether + 5 * 37.5 ether, "candidate 0");
    }

    function testTooFewBlocksLeadToProbation() public {
        uint256 votes = _staking.getVotes(operatorOf(1));
        // 17 of 20 are 85 percent.
        _settleOne(_makeResult(0, 3, 17, 20));
        assertEq(_staking.getVotes(operatorOf(0)), 3 * LEAST_STAKE / 10, "3 of 20");
        assertEq(_staking.getVotes(operatorOf(1)), votes, "17 of 20");
        _settleOne(_makeResult(1, 3, 16, 20));
        assertEq(_staking.getVotes(operatorOf(1)), votes / 10, "16 of 20");
    }

    function testOutsideOfTheCommitteeNobodyIsExpectedToPropose() public {
        _settleOne(_makeResult(0, 0, 0, 0));
        assertEq(_staking.getVotes(operatorOf(0)), 3 * LEAST_STAKE, "votes");
    }

    function testMoreBlocksThanAnEpochHasAreNeverPaid() public {
        Result[] memory results = new Result[](1);
        results[0] = _makeResult(0, 12, 9, 10);
        LeafProof memory proof = publish(ConsensusProof.RESULTS, extendResults(0, results[0]));
        vm.expectRevert(abi.encodeWithSelector(Rewards.RewardsTooManyBlocks.selector, 0, 21));
        _rewards.settle(results, _noHashes, proof);
    }

    function testAPoolWithoutVotesIsPaidForItsBlocksAlone() public {
        Result memory result = _makeResult(0, 12, 8, 10);
        (result.entries[0].votes, result.entries[1].votes) = (0, 0);
        _settleOne(result);
        assertEq(_claim(ownerOf(0), 0), 24 ether, "blocks");
    }

    function testOnlyStakingChangesWeights() public {
        vm.expectRevert(abi.encodeWithSelector(Rewards.RewardsNotStaking.selector, address(this)));
        _rewards.changeWeight(operatorOf(0), address(this), 0, 1 ether);
    }

    function testAnAccountThatCallsBackIsNotPaidTwice() public {
        GreedyClaimer claimer = new GreedyClaimer(_rewards);
        vote(address(claimer), 0, LEAST_STAKE, 0, false);
        _settleOne(_makeResult(0, 12, 8, 10));
        uint256 before = address(_rewards).balance;
        vm.expectPartialRevert(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
        claimer.claim(_list(0));
        assertEq(address(_rewards).balance, before, "kept");
    }

    function testParametersThatCannotBeAreRefused() public {
        Rewards fresh = new Rewards();
        vm.expectRevert(
            abi.encodeWithSelector(Rewards.RewardsInvalidParameter.selector, bytes32("epochBlocks"))
        );
        fresh.initialize(0, 1, 1);
        (uint64 epochBlocks, uint256 blockRewardWei, uint256 epochRewardWei) = _rewards.getParameters();
        assertEq(epochBlocks, EPOCH_BLOCKS, "blocks");
        assertEq(blockRewardWei, BLOCK_REWARD, "block reward");
        assertEq(epochRewardWei, EPOCH_REWARD, "epoch reward");
    }

    /// What an epoch credits is never more than its blocks brought, and nearly all of it.
    function testFuzzAnEpochNeverPaysMoreThanItBrought(
        uint128 voteA,
        uint128 voteB,
        uint256 aliceWei,
        uint8 proposed
    ) public {
        vote(ALICE, 0, bound(aliceWei, 1, 1e27), 100, true);
        Result memory result = _makeResult(0, uint32(proposed % 21), 20 - uint32(proposed % 21), 0);
        (result.entries[0].votes, result.entries[1].votes) = (voteA, voteB);
        _settleOne(result);
        address[] memory operators = _list(0);
        uint256 owedWei = _rewards.getClaimable(ALICE, operators)
            + _rewards.getClaimable(ownerOf(0), operators) + _rewards.getClaimable(ownerOf(1), _list(1));
        uint256 broughtWei =
            uint256(EPOCH_BLOCKS) * BLOCK_REWARD + (uint256(voteA) + voteB == 0 ? 0 : uint256(EPOCH_REWARD));
        assertTrue(owedWei <= broughtWei, "more than it brought");
        assertTrue(owedWei + 10 >= broughtWei, "much is lost");
    }

    function _settleOne(Result memory result) private {
        (, bytes32 chain) = _rewards.getProgress();
        LeafProof memory proof = publish(ConsensusProof.RESULTS, extendResults(chain, result));
        Result[] memory results = new Result[](1);
        results[0] = result;
        _bringEpoch();
        _rewards.settle(results, _noHashes, proof);
    }

    /// The withdrawals of an epoch's blocks.
    function _bringEpoch() private {
        uint256 broughtWei = EPOCH_BLOCKS * uint256(BLOCK_REWARD) + EPOCH_REWARD;
        vm.deal(address(_rewards), address(_rewards).balance + broughtWei);
    }

    function _makeResult(uint64 epoch, uint32 proposed0, uint32 proposed1, uint32 expected)
        private
        pure
        returns (Result memory)
    {
        uint256[] memory votes = new uint256[](2);
        (votes[0], votes[1]) = (3 * LEAST_STAKE, LEAST_STAKE);
        uint32[] memory proposed = new uint32[](2);
        (proposed[0], proposed[1]) = (proposed0, proposed1);
        return makeResult(epoch, votes, proposed, expected);
    }

    function _claim(address account, uint256 number) private returns (uint256 amountWei) {
        address[] memory operators = _list(number);
        uint256 before = account.balance;
        vm.prank(account);
        amountWei = _rewards.claim(operators);
        assertEq(account.balance - before, amountWei, "received");
    }

    function _claimable(address account, uint256 number) private view returns (uint256) {
        return _rewards.getClaimable(account, _list(number));
    }

    function _expectInvalid(Result[] memory results, LeafProof memory proof) private {
        vm.expectPartialRevert(ConsensusProof.ConsensusInvalidLeaf.selector);
        _rewards.settle(results, _noHashes, proof);
    }

    function _list(uint256 number) private pure returns (address[] memory operators) {
        operators = new address[](1);
        operators[0] = operatorOf(number);
    }
}
