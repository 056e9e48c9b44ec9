// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {VoteWeight} from "../../src/chain/libraries/VoteWeight.sol";
import {TestBase} from "../base/TestBase.sol";
import {ProofProbe} from "./base/ProofProbe.sol";

contract VoteWeightTest is TestBase {
    ProofProbe private _probe = new ProofProbe();

    function testWithoutALockItIsOne() public view {
        for (uint256 i = 0; i < 4; ++i) {
            assertEq(_probe.computeWeight(0, i & 1 == 1, i & 2 == 2), 1e18, "weight");
        }
        assertEq(_probe.computeWeight(1, false, false), 1e18, "ln 1 is 0");
    }

    function testALongerLockWeighsMore() public view {
        uint256 before = 0;
        for (uint256 lockDays = 0; lockDays <= VoteWeight.MAXIMUM_LOCK_DAYS; ++lockDays) {
            uint256 weight = _probe.computeWeight(lockDays, true, false);
            assertTrue(weight > before, "no more for a day more");
            before = weight;
        }
    }

    function testAutoRenewalWeighsAsMuchAsTwiceTheDays() public view {
        for (uint256 lockDays = 1; lockDays <= VoteWeight.MAXIMUM_LOCK_DAYS / 2; ++lockDays) {
            uint256 renewed = _probe.computeWeight(lockDays, true, false);
            assertEq(renewed, _probe.computeWeight(2 * lockDays, false, false), "weight");
        }
    }

    function testSelfStakeWeighsMoreFrom91DaysWithAutoRenewal() public view {
        assertEq(_probe.computeWeight(90, true, true), _probe.computeWeight(90, true, false), "90 days");
        uint256 plain = _probe.computeWeight(91, true, false);
        assertEq(_probe.computeWeight(91, true, true), plain * 106 / 100, "91 days");
        assertEq(
            _probe.computeWeight(1050, false, true), _probe.computeWeight(1050, false, false), "not renewed"
        );
    }

    function testNoWeightReachesTheBound() public view {
        uint256 greatest = _probe.computeWeight(VoteWeight.MAXIMUM_LOCK_DAYS, true, true);
        assertTrue(greatest < VoteWeight.BOUND && greatest > VoteWeight.BOUND - 1e12, "greatest weight");
    }
}
