// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Posting} from "../src/SettlementTypes.sol";
import {NetworkFixture} from "./base/NetworkFixture.sol";

contract PostingTest is NetworkFixture {
    function setUp() public {
        setUpFactory();
        createNetwork(defaultSettings(4));
        registerWithFee(1, ALICE);
        registerWithStake(2, BOB);
        registerWithFee(3, BOB);
    }

    function testAPostingIsCreditedAfterTheDeadlineAndWithdrawn() public {
        vm.warp(opensAt(0));
        Posting memory posting = makePosting(0, 0, 7, list(100, 200, 0));
        uint256 index = post(posting);
        vm.warp(closesAt(0) + 1);
        credit(posting, index);
        assertEq(_settlement.balanceUnits(0), EMISSION_UNITS / 3, "device 0");
        assertEq(_settlement.balanceUnits(1), EMISSION_UNITS * 2 / 3, "device 1");
        assertEq(_settlement.balanceUnits(2), 0, "device 2");
        withdraw(1, BOB);
        assertEq(_token.balanceOf(BOB), EMISSION_UNITS * 2 / 3 * UNIT_WEI, "tokens");
    }
}
