// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {REWARDS} from "../../src/chain/interfaces/IRewards.sol";
import {STAKING} from "../../src/chain/interfaces/IStaking.sol";
import {TestBase} from "../base/TestBase.sol";
import {ChainHandler} from "./base/ChainHandler.sol";

/// What holds after anything that anybody does, in any order.
contract ChainInvariantsTest is TestBase {
    ChainHandler private _handler;

    function setUp() public {
        _handler = new ChainHandler();
    }

    function targetContracts() external view returns (address[] memory contracts) {
        contracts = new address[](1);
        contracts[0] = address(_handler);
    }

    /// Coins that came in were paid out, burnt, or are there; and of those that are there all but a wei for each call
    /// are somebody's.
    function invariantStakesInAreStakesOutAndSlashedAndLocked() public {
        assertEq(
            _handler.stakedInWei(),
            _handler.paidOutWei() + address(0).balance + address(STAKING).balance,
            "coins"
        );
        assertTrue(_handler.sumOfAmountsWei() <= address(STAKING).balance, "more is owed than is there");
        assertTrue(_handler.countLostWei() <= 2 * _handler.calls(), "coins that nobody owns");
    }

    function invariantCandidatesAreTheSumOfTheirBucketsLessWhatWasProven() public view {
        assertTrue(_handler.isEveryCandidateRight(), "a candidate is not what its buckets say");
    }

    function invariantNothingIsTakenWithoutAProof() public view {
        assertEq(_handler.forgeriesTaken(), 0, "forgeries");
    }

    function invariantRewardsNeverPassTheEmission() public view {
        uint256 owedWei = _handler.sumOfClaimableWei();
        assertTrue(owedWei <= address(REWARDS).balance, "more is owed than is there");
        assertTrue(owedWei + _handler.claimedWei() <= _handler.broughtWei(), "more than blocks brought");
        assertEq(
            address(REWARDS).balance + _handler.claimedWei(), _handler.broughtWei(), "coins of the rewards"
        );
    }

    /// Random runs mean little unless some slash and pay: this one surely does.
    function testTheHandlerSlashesAndPays() public {
        _handler.stake(3, 0, 500 ether, 10, false);
        _handler.stake(4, 1, 500 ether, 0, false);
        _handler.endEpoch([uint256(12), 5, 3], 10);
        _handler.move(4, 2);
        _handler.slash(1, 1);
        _handler.settleRisk(4);
        _handler.endEpoch([uint256(2), 15, 3], 10);
        _handler.settle();
        _handler.settle();
        _handler.claim(3);
        _handler.claim(0);
        _handler.passTime(40 days, true);
        _handler.endLock(3);
        _handler.unstake(3);
        _handler.passTime(40 days, true);
        _handler.withdraw(3);
        _handler.resign(0);
        _handler.rotate(0);
        assertEq(_handler.settlements(), 2, "settlements");
        assertEq(_handler.slashes(), 1, "slashes");
        assertEq(_handler.paidOutWei(), 500 ether, "paid out");
        assertEq(address(0).balance, 150 ether, "burnt");
        assertTrue(_handler.claimedWei() != 0, "claimed");
        invariantStakesInAreStakesOutAndSlashedAndLocked();
        invariantCandidatesAreTheSumOfTheirBucketsLessWhatWasProven();
        invariantNothingIsTakenWithoutAProof();
        invariantRewardsNeverPassTheEmission();
    }
}
