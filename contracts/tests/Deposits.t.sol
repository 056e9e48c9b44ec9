// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {NetworkSettings} from "../src/NetworkFactory.sol";
import {Settlement} from "../src/Settlement.sol";
import {Posting} from "../src/SettlementTypes.sol";
import {NetworkFixture} from "./base/NetworkFixture.sol";
import {CallingToken, FeeToken, PlainToken} from "./base/TestTokens.sol";

/// Networks that pay a token which was deposited.
contract DepositsTest is NetworkFixture {
    function setUp() public {
        setUpFactory();
    }

    function testADepositPaysWindows() public {
        PlainToken token = new PlainToken();
        _createPaying(token);
        token.mint(BOB, 5000e18);
        vm.prank(BOB);
        token.approve(address(_settlement), 5000e18);
        vm.prank(BOB);
        assertEq(_settlement.deposit(5000e18), 5000e9, "units");
        _settle(0);
        assertEq(withdraw(0, ALICE), EMISSION_UNITS * UNIT_WEI, "paid");
        assertEq(token.balanceOf(ALICE), EMISSION_UNITS * UNIT_WEI, "tokens");
        (uint256 unreserved, uint256 deposited) = _settlement.books();
        assertEq(unreserved, 5000e9 - EMISSION_UNITS, "unreserved");
        assertEq(deposited, 5000e9, "deposited");
    }

    /// Windows are paid as far as deposits go, one after the other, and never more.
    function testAPoolIsBoundedByWhatIsDeposited() public {
        PlainToken token = new PlainToken();
        _createPaying(token);
        _settle(0);
        assertEq(_settlement.balanceUnits(0), 0, "nothing deposited");
        _deposit(token, 1500e18);
        _settle(1);
        assertEq(_settlement.balanceUnits(0), 1000e9, "whole emission");
        _settle(2);
        assertEq(_settlement.balanceUnits(0), 1500e9, "the rest");
        _settle(3);
        assertEq(_settlement.balanceUnits(0), 1500e9, "nothing left");
        withdraw(0, ALICE);
        assertEq(token.balanceOf(address(_settlement)), 0, "all paid");
    }

    /// What is set aside for one window is not paid by another, in whatever order they are credited.
    function testWhatIsSetAsideIsNotPaidTwice() public {
        PlainToken token = new PlainToken();
        _createPaying(token);
        _deposit(token, 1000e18);
        vm.warp(opensAt(1));
        Posting memory first = makePosting(0, 0, 1, list(1));
        Posting memory second = makePosting(0, 1, 1, list(1));
        post(first);
        post(second);
        vm.warp(closesAt(1) + 1);
        credit(second, 0);
        credit(first, 0);
        assertEq(_settlement.balanceUnits(0), 1000e9, "balance");
    }

    function testAFeeOnTransferIsNotCounted() public {
        FeeToken token = new FeeToken();
        _createPaying(token);
        _deposit(PlainToken(address(token)), 1000e18);
        (uint256 unreserved,) = _settlement.books();
        assertEq(unreserved, 990e9, "what arrived");
        _settle(0);
        withdraw(0, ALICE);
        assertEq(token.balanceOf(address(_settlement)), 0, "nothing owed is missing");
    }

    /// A balance that was not deposited changes nothing: nobody can move a pool by a gift.
    function testAGiftIsNotCounted() public {
        PlainToken token = new PlainToken();
        _createPaying(token);
        token.mint(address(_settlement), 1000e18);
        _settle(0);
        assertEq(_settlement.balanceUnits(0), 0, "balance");
        _deposit(token, 1e18);
        (uint256 unreserved,) = _settlement.books();
        assertEq(unreserved, 1e9, "the deposit alone");
    }

    function testOnlyWholeUnitsAreCounted() public {
        PlainToken token = new PlainToken();
        _createPaying(token);
        _deposit(token, UNIT_WEI * 2 - 1);
        (uint256 unreserved,) = _settlement.books();
        assertEq(unreserved, 1, "units");
        token.mint(address(this), 1);
        token.approve(address(_settlement), 1);
        vm.expectRevert(abi.encodeWithSelector(Settlement.SettlementDepositTooSmall.selector, 1, UNIT_WEI));
        _settlement.deposit(1);
    }

    function testDepositsOverAllTimeAreCapped() public {
        PlainToken token = new PlainToken();
        NetworkSettings memory settings = _payingSettings(token);
        settings.settlement.supplyCapUnits = 2000e9;
        createNetwork(settings);
        vm.warp(GENESIS - 1 days);
        registerWithFee(1, ALICE);
        _deposit(token, 1500e18);
        _settle(0);
        withdraw(0, ALICE);
        token.mint(address(this), 501e18);
        token.approve(address(_settlement), 501e18);
        vm.expectRevert(abi.encodeWithSelector(Settlement.SettlementSupplyCap.selector, 2001e9, 2000e9));
        _settlement.deposit(501e18);
        _settlement.deposit(500e18);
    }

    function testANetworkThatMintsTakesNoDeposit() public {
        createNetwork(defaultSettings(4));
        vm.expectRevert(abi.encodeWithSelector(Settlement.SettlementMintsReward.selector));
        _settlement.deposit(1e18);
    }

    /// A token that calls back in the middle of a deposit cannot have it counted twice.
    function testADepositCannotBeEnteredAgain() public {
        CallingToken token = new CallingToken();
        _createPaying(token);
        // The call within has money and leave of its own: only the lock refuses it.
        token.mint(address(token), 10e18);
        vm.prank(address(token));
        token.approve(address(_settlement), 10e18);
        token.mint(address(this), 10e18);
        token.approve(address(_settlement), 10e18);
        token.setCall(_settlement, abi.encodeCall(Settlement.deposit, (10e18)));
        _settlement.deposit(10e18);
        assertTrue(token.failed(), "the call within was refused");
        (uint256 unreserved,) = _settlement.books();
        assertEq(unreserved, 10e9, "counted once");
    }

    /// A holder whose token calls back in the middle of a withdrawal is paid once.
    function testAWithdrawalCannotBeEnteredAgain() public {
        CallingToken token = new CallingToken();
        _createPaying(token);
        _deposit(PlainToken(address(token)), 2000e18);
        _settle(0);
        vm.prank(ALICE);
        _registry.transferFrom(ALICE, address(token), 0);
        uint256[] memory devices = new uint256[](1);
        token.setCall(_settlement, abi.encodeCall(Settlement.withdraw, (devices)));
        vm.prank(address(token));
        _settlement.withdraw(devices);
        assertTrue(token.failed(), "the call within was refused");
        assertEq(token.balanceOf(address(token)), 1000e18, "paid once");
    }

    function _payingSettings(IERC20 token) private view returns (NetworkSettings memory settings) {
        settings = defaultSettings(4);
        settings.salt = keccak256(abi.encode(token));
        settings.settlement.mintsReward = false;
        settings.settlement.rewardToken = token;
    }

    /// A network that pays `token`, with one device of Alice's.
    function _createPaying(IERC20 token) private {
        createNetwork(_payingSettings(token));
        registerWithFee(1, ALICE);
    }

    function _deposit(PlainToken token, uint256 amountWei) private {
        token.mint(address(this), amountWei);
        token.approve(address(_settlement), amountWei);
        _settlement.deposit(amountWei);
    }

    function _settle(uint64 window) private {
        vm.warp(opensAt(window));
        Posting memory posting = makePosting(0, window, 1, list(1));
        post(posting);
        vm.warp(closesAt(window) + 1);
        credit(posting, 0);
    }
}
