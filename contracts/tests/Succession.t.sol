// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {DeviceRegistry} from "../src/DeviceRegistry.sol";
import {NetworkSettings} from "../src/NetworkFactory.sol";
import {RewardToken} from "../src/RewardToken.sol";
import {Settlement} from "../src/Settlement.sol";
import {Posting} from "../src/SettlementTypes.sol";
import {StatementSource} from "../src/StatementSource.sol";
import {NetworkFixture} from "./base/NetworkFixture.sol";

/// The one thing that an authority can do: hand emission that is still to come to a successor, after a delay.
contract SuccessionTest is NetworkFixture {
    address private constant AUTHORITY = address(0xa0);
    uint32 private constant DELAY = 30 days;
    uint64 private constant CAP_UNITS = 1_000_000e9;

    Settlement private _next;

    function setUp() public {
        setUpFactory();
        NetworkSettings memory settings = defaultSettings(4);
        settings.settlement.authority = AUTHORITY;
        settings.settlement.successionDelay = DELAY;
        settings.settlement.supplyCapUnits = CAP_UNITS;
        createNetwork(settings);
        registerMany(2, ALICE);
        _next = _createSuccessor(IERC20(address(_token)));
    }

    function testOnlyTheAuthorityNamesASuccessor() public {
        vm.prank(OPERATOR);
        vm.expectRevert(abi.encodeWithSelector(Settlement.SettlementNotAuthority.selector, OPERATOR));
        _settlement.announceSuccessor(_next);
    }

    function testWithoutAuthorityNobodyDoes() public {
        createNetwork(defaultSettings(4));
        vm.prank(address(0));
        vm.expectRevert(abi.encodeWithSelector(Settlement.SettlementNoAuthority.selector));
        _settlement.announceSuccessor(_next);
    }

    function testASuccessorIsNamedOnce() public {
        _announce();
        vm.prank(AUTHORITY);
        vm.expectRevert(abi.encodeWithSelector(Settlement.SettlementSuccessorNamed.selector, _next));
        _settlement.announceSuccessor(_next);
    }

    function testASuccessorPaysTheSameTokenFromDeposits() public {
        Settlement other = _createSuccessor(IERC20(address(new RewardToken())));
        _expectUnfit(other);
        _expectUnfit(_settlement);
    }

    /// Windows that start within the delay are paid here as ever, later ones are not.
    function testEmissionEndsAfterTheDelay() public {
        vm.warp(GENESIS + 100);
        _announce();
        uint64 last = DELAY / HOUR;
        (Settlement successor, uint256 endWindow) = _settlement.succession();
        assertEq(address(successor), address(_next), "successor");
        assertEq(endWindow, last + 1, "end");
        vm.warp(opensAt(last));
        post(makePosting(0, last, 1, list(1)));
        vm.warp(opensAt(last + 1));
        Posting memory late = makePosting(0, last + 1, 1, list(1));
        vm.expectRevert(abi.encodeWithSelector(StatementSource.SettlementEnded.selector, last + 1, last + 1));
        _settlement.statement(late);
    }

    function testWhatIsNotSetAsideGoesToTheSuccessor() public {
        _announce();
        (, uint256 endWindow) = _settlement.succession();
        uint64 last = uint64(endWindow - 1);
        vm.warp(opensAt(last));
        Posting memory posting = makePosting(0, last, 3, list(1, 2));
        post(posting);
        vm.warp(closesAt(endWindow));
        _expectNothingToHandOver();
        // Windows with points come first.
        vm.warp(closesAt(endWindow) + 1);
        _expectNothingToHandOver();
        credit(posting, 0);
        uint256 paid = _settlement.balanceUnits(0) + _settlement.balanceUnits(1);
        assertEq(_settlement.handOver(), CAP_UNITS - paid, "handed over");
        (uint256 unreserved, uint256 deposited) = _next.books();
        assertEq(unreserved, CAP_UNITS - paid, "in the successor's books");
        assertEq(deposited, CAP_UNITS - paid, "deposited");
        assertEq(_token.balanceOf(address(_next)), (CAP_UNITS - paid) * UNIT_WEI, "tokens");
        _expectNothingToHandOver();
        withdraw(1, ALICE);
        assertTrue(_token.totalSupply() <= uint256(CAP_UNITS) * UNIT_WEI, "supply");
    }

    function testNothingIsHandedOverWithoutASuccessor() public {
        vm.warp(GENESIS + 365 days);
        _expectNothingToHandOver();
    }

    function testAnAuthorityAndItsDelayComeTogether() public {
        NetworkSettings memory settings = defaultSettings(4);
        settings.settlement.authority = AUTHORITY;
        vm.expectRevert(
            abi.encodeWithSelector(Settlement.SettlementInvalidSetting.selector, bytes32("successionDelay"))
        );
        _factory.createNetwork(settings);
    }

    function _announce() private {
        vm.prank(AUTHORITY);
        _settlement.announceSuccessor(_next);
    }

    function _expectUnfit(Settlement successor) private {
        vm.prank(AUTHORITY);
        vm.expectRevert(abi.encodeWithSelector(Settlement.SettlementUnfitSuccessor.selector, successor));
        _settlement.announceSuccessor(successor);
    }

    function _expectNothingToHandOver() private {
        vm.expectRevert(abi.encodeWithSelector(Settlement.SettlementNothingToHandOver.selector));
        _settlement.handOver();
    }

    function _createSuccessor(IERC20 token) private returns (Settlement successor) {
        NetworkSettings memory settings = defaultSettings(4);
        settings.salt = "successor";
        settings.settlement.mintsReward = false;
        settings.settlement.rewardToken = token;
        (, successor,) = _factory.createNetwork(settings);
    }
}
