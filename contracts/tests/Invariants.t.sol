// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {DeviceRegistry} from "../src/DeviceRegistry.sol";
import {RewardToken} from "../src/RewardToken.sol";
import {Settlement} from "../src/Settlement.sol";
import {NetworkHandler} from "./base/NetworkHandler.sol";
import {TestBase} from "./base/TestBase.sol";

/// What holds after anything that anybody does, in any order.
contract InvariantsTest is TestBase {
    NetworkHandler private _handler;
    DeviceRegistry private _registry;
    Settlement private _settlement;
    RewardToken private _token;

    function setUp() public {
        _handler = new NetworkHandler();
        (_registry, _settlement, _token) = _handler.network();
    }

    function targetContracts() external view returns (address[] memory contracts) {
        contracts = new address[](1);
        contracts[0] = address(_handler);
    }

    function invariantCreditsNeverPassThePool() public view {
        assertTrue(_handler.isEveryPoolKept(), "a window credited more than its pool");
        assertTrue(_handler.creditedUnits() <= _handler.capUnits(), "more than the cap");
    }

    function invariantNothingIsTakenWithoutAProof() public view {
        assertEq(_handler.forgeriesTaken(), 0, "forgeries");
    }

    /// Every unit of the cap is free, set aside, in a balance, or withdrawn.
    function invariantTheBooksBalance() public view {
        (uint256 unreserved,) = _settlement.books();
        uint256 unitWei = _settlement.settings().unitWei;
        assertEq(
            unreserved + _handler.sumOfUncredited() + _handler.sumOfBalances() + _handler.withdrawnWei()
                / unitWei,
            _handler.capUnits(),
            "units"
        );
        assertEq(
            _handler.creditedUnits(), _handler.sumOfBalances() + _handler.withdrawnWei() / unitWei, "credited"
        );
        assertEq(_token.totalSupply(), _handler.withdrawnWei(), "supply");
    }

    function invariantStakesInAreStakesOutAndHeld() public view {
        assertEq(_handler.stakesInWei(), _handler.stakesOutWei() + address(_registry).balance, "stakes");
        assertEq(_handler.sumOfStakesWei(), address(_registry).balance, "held");
    }

    function invariantActiveDevicesAreCounted() public view {
        assertEq(_registry.activeAt(_registry.nextWindow()), _handler.countActive(), "active");
    }

    /// The run above means little unless it settles: one that surely does.
    function testTheHandlerSettlesAndPays() public {
        _handler.register(true, true);
        _handler.register(false, false);
        _handler.passTime(2 hours);
        _handler.passTime(2 hours);
        _handler.post(0, 1, 3, [uint32(1), 2, 0, 0]);
        for (uint256 i = 0; i < 4; ++i) {
            _handler.passTime(12 hours);
        }
        _handler.credit(0);
        _handler.withdraw(1);
        _handler.revoke(0);
        for (uint256 i = 0; i < 4; ++i) {
            _handler.passTime(12 hours);
        }
        _handler.withdrawStake(0);
        assertEq(_handler.settlements(), 1, "settlements");
        assertTrue(_handler.withdrawnWei() != 0, "withdrawn");
        assertEq(_handler.stakesOutWei(), _handler.stakesInWei(), "stakes");
        invariantCreditsNeverPassThePool();
        invariantTheBooksBalance();
        invariantStakesInAreStakesOutAndHeld();
        invariantActiveDevicesAreCounted();
    }
}
