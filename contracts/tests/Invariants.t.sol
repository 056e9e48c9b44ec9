// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {DeviceRegistry} from "../src/DeviceRegistry.sol";
import {Settlement} from "../src/Settlement.sol";
import {NetworkHandler} from "./base/NetworkHandler.sol";
import {TestBase} from "./base/TestBase.sol";

/// What holds after anything that anybody does, in any order.
abstract contract Invariants is TestBase {
    NetworkHandler internal _handler;
    DeviceRegistry private _registry;
    Settlement private _settlement;

    function setUpHandler(bool atOnce) internal {
        _handler = new NetworkHandler(atOnce);
        (_registry, _settlement) = _handler.network();
    }

    function targetContracts() external view returns (address[] memory contracts) {
        contracts = new address[](1);
        contracts[0] = address(_handler);
    }

    function invariantCreditsNeverPassThePool() public view {
        assertTrue(_handler.isEveryPoolKept(), "a window credited more than its pool");
        assertTrue(_handler.creditedUnits() <= _handler.coveredUnits(), "more than is covered");
    }

    function invariantNothingIsTakenWithoutAProof() public view {
        assertEq(_handler.forgeriesTaken(), 0, "forgeries");
    }

    /// Every unit that is covered is free, set aside, in a balance, or withdrawn.
    function invariantTheBooksBalance() public view {
        (uint256 unreserved,) = _settlement.books();
        uint256 withdrawn = _handler.withdrawnWei() / _settlement.settings().unitWei;
        uint256 balances = _handler.sumOfBalances();
        assertEq(
            unreserved + _handler.sumOfUncredited() + balances + withdrawn, _handler.coveredUnits(), "units"
        );
        assertEq(_handler.creditedUnits(), balances + withdrawn, "credited");
        assertEq(_handler.paidWei(), _handler.withdrawnWei(), "paid");
    }

    function invariantStakesInAreStakesOutAndHeld() public view {
        assertEq(_handler.stakesInWei(), _handler.stakesOutWei() + address(_registry).balance, "stakes");
        assertEq(_handler.sumOfStakesWei(), address(_registry).balance, "held");
    }

    function invariantActiveDevicesAreCounted() public view {
        assertEq(_registry.activeAt(_registry.nextWindow()), _handler.countActive(), "active");
    }

    /// Random runs mean little unless some settle and pay: this one surely does.
    function testTheHandlerSettlesAndPays() public {
        _handler.register(true, true);
        _handler.register(false, false);
        _handler.deposit(600e18);
        _handler.passTime(4 hours);
        _handler.post(0, 1, 3, [uint32(1), 2, 0, 0]);
        _passDays(2);
        _handler.credit(0);
        _handler.withdraw(1);
        _handler.revoke(0);
        _passDays(31);
        _handler.withdrawStake(0);
        assertEq(_handler.settlements(), 1, "settlements");
        assertTrue(_handler.withdrawnWei() != 0, "withdrawn");
        assertEq(_handler.stakesOutWei(), _handler.stakesInWei(), "stakes");
        assertTrue(_handler.stakesInWei() != 0, "no stake");
        invariantCreditsNeverPassThePool();
        invariantTheBooksBalance();
        invariantStakesInAreStakesOutAndHeld();
        invariantActiveDevicesAreCounted();
    }

    function _passDays(uint256 count) private {
        for (uint256 i = 0; i < 2 * count; ++i) {
            _handler.passTime(12 hours);
        }
    }
}

contract InvariantsOfCreditingLaterTest is Invariants {
    function setUp() public {
        setUpHandler(false);
    }
}

contract InvariantsOfCreditingAtOnceTest is Invariants {
    function setUp() public {
        setUpHandler(true);
    }
}
