// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {NetworkSettings} from "../src/NetworkFactory.sol";
import {RewardToken} from "../src/RewardToken.sol";
import {Settlement} from "../src/Settlement.sol";
import {Posting} from "../src/SettlementTypes.sol";
import {StatementSource} from "../src/StatementSource.sol";
import {NetworkFixture} from "./base/NetworkFixture.sol";

/// How points become balances and balances tokens.
contract CreditingTest is NetworkFixture {
    function setUp() public {
        setUpFactory();
        createNetwork(defaultSettings(4));
        registerMany(3, ALICE);
        registerWithFee(4, BOB);
        registerWithFee(5, BOB);
    }

    function testAPostingIsCreditedAfterTheDeadlineAndWithdrawn() public {
        (Posting memory posting, uint256 index) = _postAndClose(makePosting(0, 0, 9, _points(100, 0, 0, 200)));
        credit(posting, index);
        // Two of five active devices settled.
        uint256 pool = EMISSION_UNITS * 2 / 5;
        assertEq(_settlement.balanceUnits(0), pool / 3, "device 0");
        assertEq(_settlement.balanceUnits(3), pool * 2 / 3, "device 3");
        assertEq(withdraw(3, BOB), pool * 2 / 3 * UNIT_WEI, "paid");
        assertEq(_token.balanceOf(BOB), pool * 2 / 3 * UNIT_WEI, "tokens");
        assertEq(_settlement.balanceUnits(3), 0, "withdrawn");
    }

    function testNothingIsCreditedBeforeTheDeadline() public {
        vm.warp(opensAt(0));
        Posting memory posting = makePosting(0, 0, 1, list(1));
        post(posting);
        vm.warp(closesAt(0));
        vm.expectRevert(
            abi.encodeWithSelector(StatementSource.SettlementTooEarly.selector, 0, closesAt(0) + 1)
        );
        credit(posting, 0);
    }

    function testAPostingIsCreditedOnce() public {
        (Posting memory posting, uint256 index) = _postAndClose(makePosting(0, 0, 1, list(1)));
        credit(posting, index);
        _expectUnknown(posting, index);
    }

    /// What is credited is what was proven, to the last bit.
    function testAnythingButThePostingIsRefused() public {
        (Posting memory posting, uint256 index) = _postAndClose(makePosting(0, 0, 3, list(1, 2)));
        posting.windowRoot ^= 1;
        _expectUnknown(posting, index);
        posting.windowRoot ^= 1;
        posting.sealedBitmap = 7;
        _expectUnknown(posting, index);
        posting.sealedBitmap = 3;
        posting.result[0] += 1;
        _expectUnknown(posting, index);
        posting.result[0] -= 1;
        _expectUnknown(posting, index + 1);
        posting.cohort = 1;
        _expectUnknown(posting, index);
        posting.cohort = 0;
        credit(posting, index);
    }

    function testTwoPostingsShareOnePoolInAnyOrder() public {
        vm.warp(opensAt(0));
        Posting memory first = makePosting(0, 0, 1, list(10));
        Posting memory second = makePosting(0, 0, 8, _points(0, 0, 0, 30));
        Posting memory third = makePosting(1, 0, 1, list(60));
        post(first);
        post(second);
        post(third);
        vm.warp(closesAt(0) + 1);
        credit(third, 0);
        credit(second, 1);
        credit(first, 0);
        uint256 pool = EMISSION_UNITS * 3 / 5;
        assertEq(_settlement.balanceUnits(0), pool / 10, "first");
        assertEq(_settlement.balanceUnits(3), pool * 3 / 10, "second");
        assertEq(_settlement.balanceUnits(4), pool * 6 / 10, "third");
    }

    /// A cohort that never posts earns nothing and gives nothing to the others.
    function testACohortThatNeverPostsLeavesItsShareForLater() public {
        (Posting memory posting, uint256 index) = _postAndClose(makePosting(0, 0, 15, _points(1, 1, 1, 1)));
        (uint256 before,) = _settlement.books();
        credit(posting, index);
        (uint256 unreserved,) = _settlement.books();
        assertEq(before - unreserved, EMISSION_UNITS * 4 / 5, "set aside");
        assertEq(_settlement.balanceUnits(4), 0, "the absent device");
    }

    function testNoPointsNoPay() public {
        (Posting memory posting, uint256 index) = _postAndClose(makePosting(0, 0, 15, new uint32[](0)));
        (uint256 before,) = _settlement.books();
        credit(posting, index);
        (uint256 unreserved,) = _settlement.books();
        assertEq(unreserved, before, "set aside");
        assertEq(_settlement.balanceUnits(0), 0, "balance");
    }

    function testAPostingWithoutPointsBesideOneWithPoints() public {
        vm.warp(opensAt(0));
        Posting memory first = makePosting(0, 0, 1, new uint32[](0));
        Posting memory second = makePosting(0, 0, 2, list(0, 5));
        post(first);
        post(second);
        vm.warp(closesAt(0) + 1);
        credit(first, 0);
        credit(second, 1);
        assertEq(_settlement.balanceUnits(1), EMISSION_UNITS * 2 / 5, "balance");
    }

    /// What rounding leaves goes back to what later windows can pay.
    function testTheRemainderIsSetFreeWhenAllIsCredited() public {
        vm.warp(opensAt(0));
        Posting memory first = makePosting(0, 0, 7, list(1, 1, 1));
        Posting memory second = makePosting(1, 0, 1, list(4));
        post(first);
        post(second);
        vm.warp(closesAt(0) + 1);
        (uint256 before,) = _settlement.books();
        credit(first, 0);
        (uint256 between,) = _settlement.books();
        assertEq(before - between, EMISSION_UNITS * 4 / 5, "the whole pool is set aside");
        credit(second, 0);
        (uint256 afterwards,) = _settlement.books();
        assertEq(before - afterwards, _sumOfBalances(), "all but the balances is free");
        assertTrue(before - afterwards < EMISSION_UNITS * 4 / 5, "there was a remainder");
    }

    /// Windows pay no more than the cap of the settings, whatever is proven.
    function testTheSupplyCapBoundsWhatWindowsPay() public {
        NetworkSettings memory settings = defaultSettings(4);
        settings.settlement.supplyCapUnits = EMISSION_UNITS + 7;
        createNetwork(settings);
        vm.warp(GENESIS - 1 days);
        registerWithFee(1, ALICE);
        for (uint64 window = 0; window < 3; ++window) {
            (Posting memory posting, uint256 index) = _postAndClose(makePosting(0, window, 1, list(1)));
            credit(posting, index);
        }
        assertEq(_settlement.balanceUnits(0), EMISSION_UNITS + 7, "balance");
        (uint256 unreserved,) = _settlement.books();
        assertEq(unreserved, 0, "unreserved");
    }

    function testAtTheGreatestCapNoBalanceOverflows() public {
        NetworkSettings memory settings = defaultSettings(4);
        settings.settlement.emissionUnits = type(uint64).max;
        createNetwork(settings);
        vm.warp(GENESIS - 1 days);
        registerMany(4, ALICE);
        for (uint64 window = 0; window < 2; ++window) {
            (Posting memory posting, uint256 index) =
                _postAndClose(makePosting(0, window, 15, _points(type(uint32).max, 0, 1, 0)));
            credit(posting, index);
        }
        assertEq(_settlement.balanceUnits(1), 0, "the lane above");
        assertTrue(_sumOfBalances() <= type(uint64).max, "sum of balances");
        assertTrue(_settlement.balanceUnits(0) > type(uint64).max - 2 ** 33, "nearly all");
    }

    function testFuzzWhatIsCreditedNeverPassesThePool(uint32[4] calldata points, uint8 sealedBitmap) public {
        sealedBitmap &= 15;
        vm.assume(sealedBitmap != 0);
        Posting memory posting = makePosting(0, 0, sealedBitmap, new uint32[](0));
        uint256 total = 0;
        uint256 devices = 0;
        for (uint256 i = 0; i < 4; ++i) {
            if ((sealedBitmap >> i) & 1 == 0) continue;
            posting.result[0] |= uint256(points[i]) << (32 * i);
            total += points[i];
            ++devices;
        }
        uint256 index;
        (posting, index) = _postAndClose(posting);
        credit(posting, index);
        uint256 pool = EMISSION_UNITS * devices / 5;
        for (uint256 i = 0; i < 4; ++i) {
            uint256 own = (posting.result[0] >> (32 * i)) % 2 ** 32;
            assertEq(_settlement.balanceUnits(i), total == 0 ? 0 : pool * own / total, "balance");
        }
        assertTrue(_sumOfBalances() <= pool, "credited more than the pool");
    }

    function testOnlyTheHolderWithdraws() public {
        _earn();
        uint256[] memory devices = new uint256[](2);
        (devices[0], devices[1]) = (0, 3);
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(Settlement.SettlementNotHolder.selector, ALICE));
        _settlement.withdraw(devices);
        vm.prank(OPERATOR);
        vm.expectRevert(abi.encodeWithSelector(Settlement.SettlementNotHolder.selector, OPERATOR));
        _settlement.withdraw(devices);
    }

    function testASaleCarriesWhatWasNotWithdrawn() public {
        _earn();
        uint256 units = _settlement.balanceUnits(0);
        vm.prank(ALICE);
        _registry.transferFrom(ALICE, BOB, 0);
        vm.expectRevert(abi.encodeWithSelector(Settlement.SettlementNotHolder.selector, ALICE));
        withdraw(0, ALICE);
        assertEq(withdraw(0, BOB), units * UNIT_WEI, "paid to the buyer");
    }

    function testARevokedDeviceKeepsWhatItEarned() public {
        _earn();
        vm.prank(ALICE);
        _registry.revoke(0);
        assertTrue(withdraw(0, ALICE) != 0, "paid");
    }

    function testADeviceNamedTwiceIsPaidOnce() public {
        _earn();
        uint256 units = _settlement.balanceUnits(0) + _settlement.balanceUnits(1);
        uint256[] memory devices = new uint256[](3);
        (devices[0], devices[1], devices[2]) = (0, 1, 0);
        vm.prank(ALICE);
        assertEq(_settlement.withdraw(devices), units * UNIT_WEI, "paid");
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(Settlement.SettlementNothingToWithdraw.selector));
        _settlement.withdraw(devices);
    }

    function testOnlyTheSettlementMints() public {
        assertEq(_token.minter(), address(_settlement), "minter");
        vm.prank(OPERATOR);
        vm.expectRevert(abi.encodeWithSelector(RewardToken.RewardTokenNotMinter.selector, OPERATOR));
        _token.mint(OPERATOR, 1);
    }

    function _postAndClose(Posting memory posting) private returns (Posting memory, uint256 index) {
        vm.warp(opensAt(posting.window));
        index = post(posting);
        vm.warp(closesAt(posting.window) + 1);
        return (posting, index);
    }

    function _earn() private {
        (Posting memory posting, uint256 index) = _postAndClose(makePosting(0, 0, 15, _points(1, 2, 3, 4)));
        credit(posting, index);
    }

    function _expectUnknown(Posting memory posting, uint256 index) private {
        vm.expectRevert(
            abi.encodeWithSelector(
                Settlement.SettlementUnknownPosting.selector, posting.cohort, posting.window, index
            )
        );
        credit(posting, index);
    }

    function _sumOfBalances() private view returns (uint256 sum) {
        for (uint256 device = 0; device < 8; ++device) {
            sum += _settlement.balanceUnits(device);
        }
    }

    function _points(uint32 a, uint32 b, uint32 c, uint32 d) private pure returns (uint32[] memory points) {
        points = new uint32[](4);
        (points[0], points[1], points[2], points[3]) = (a, b, c, d);
    }
}
