// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {DeviceRegistry} from "../src/DeviceRegistry.sol";
import {NetworkSettings} from "../src/NetworkFactory.sol";
import {Settlement} from "../src/Settlement.sol";
import {Posting} from "../src/SettlementTypes.sol";
import {StatementSource} from "../src/StatementSource.sol";
import {NetworkFixture} from "./base/NetworkFixture.sol";

/// Networks of one cohort and one operator, where a posting credits.
contract AtOnceTest is NetworkFixture {
    function setUp() public {
        setUpFactory();
        createNetwork(atOnceSettings(4));
        registerMany(3, ALICE);
    }

    function testAPostingIsCreditedInItsTransaction() public {
        vm.warp(opensAt(0));
        post(makePosting(0, 0, 3, list(1, 3)));
        uint256 pool = EMISSION_UNITS * 2 / 3;
        assertEq(_settlement.balanceUnits(0), pool / 4, "device 0");
        assertEq(_settlement.balanceUnits(1), pool * 3 / 4, "device 1");
        (uint256 unreserved,) = _settlement.books();
        assertEq(type(uint64).max - unreserved, pool / 4 + pool * 3 / 4, "set aside");
        assertEq(withdraw(0, ALICE), pool / 4 * UNIT_WEI, "paid");
    }

    /// With several postings an operator could choose who shares a pool with whom.
    function testAWindowHasOnePosting() public {
        vm.warp(opensAt(0));
        post(makePosting(0, 0, 3, list(1, 3)));
        Posting memory second = makePosting(0, 0, 4, new uint32[](0));
        vm.expectRevert(abi.encodeWithSelector(StatementSource.SettlementAlreadyPosted.selector, 0, 0));
        _settlement.statement(second);
    }

    function testWindowsFollowEachOther() public {
        uint256 sum = 0;
        for (uint64 window = 0; window < 5; ++window) {
            vm.warp(opensAt(window));
            post(makePosting(0, window, 7, list(uint32(window), 1, 1)));
            sum += EMISSION_UNITS * uint256(window) / (window + 2);
        }
        assertEq(_settlement.balanceUnits(0), sum, "balance");
    }

    function testNoPointsNoPay() public {
        vm.warp(opensAt(0));
        post(makePosting(0, 0, 7, new uint32[](0)));
        assertEq(_settlement.balanceUnits(0), 0, "balance");
    }

    function testThereIsNothingToCreditLater() public {
        vm.warp(opensAt(0));
        Posting memory posting = makePosting(0, 0, 3, list(1, 3));
        post(posting);
        vm.warp(closesAt(0) + 1);
        vm.expectRevert(abi.encodeWithSelector(Settlement.SettlementUnknownPosting.selector, 0, 0, 0));
        credit(posting, 0);
    }

    /// A stake returns after its last window was posted, or, if the operator dies, after thirty days.
    function testStakesReturnEvenIfTheOperatorDies() public {
        registerWithStake(4, BOB);
        vm.warp(GENESIS + HOUR / 2);
        vm.prank(BOB);
        _registry.revoke(3);
        vm.warp(opensAt(0));
        uint256 snapshot = vm.snapshotState();
        vm.prank(BOB);
        vm.expectPartialRevert(DeviceRegistry.RegistryWindowOpen.selector);
        _registry.withdrawStake(3);
        post(makePosting(0, 0, 8, new uint32[](0)));
        vm.prank(BOB);
        _registry.withdrawStake(3);
        vm.revertToState(snapshot);
        vm.warp(closesAt(0));
        assertEq(closesAt(0), GENESIS + HOUR + _settlement.AT_ONCE_DEADLINE(), "closes at");
        vm.prank(BOB);
        vm.expectPartialRevert(DeviceRegistry.RegistryWindowOpen.selector);
        _registry.withdrawStake(3);
        vm.warp(closesAt(0) + 1);
        Posting memory late = makePosting(0, 0, 8, new uint32[](0));
        vm.expectPartialRevert(StatementSource.SettlementTooLate.selector);
        _settlement.statement(late);
        vm.prank(BOB);
        _registry.withdrawStake(3);
        assertEq(BOB.balance, STAKE_WEI, "returned");
    }

    function testMoreThanOneCohortOrOperatorIsRefused() public {
        NetworkSettings memory settings = atOnceSettings(4);
        settings.terms.maxDevices = 5;
        _expectNoNetwork(settings, "maxDevices");
        settings = atOnceSettings(4);
        settings.settlement.operators = new address[](2);
        _expectNoNetwork(settings, "operators");
    }

    function _expectNoNetwork(NetworkSettings memory settings, bytes32 setting) private {
        vm.expectRevert(abi.encodeWithSelector(Settlement.SettlementInvalidSetting.selector, setting));
        _factory.createNetwork(settings);
    }
}
