// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {NetworkSettings} from "../src/NetworkFactory.sol";
import {Settlement} from "../src/Settlement.sol";
import {Posting, WindowTotals} from "../src/SettlementTypes.sol";
import {StatementSource} from "../src/StatementSource.sol";
import {PackedResult} from "../src/libraries/PackedResult.sol";
import {NetworkFixture} from "./base/NetworkFixture.sol";

/// Who may post what and when, in a network of cohorts of four with a settling deadline.
contract PostingTest is NetworkFixture {
    function setUp() public {
        setUpFactory();
        createNetwork(defaultSettings(4));
        registerMany(6, ALICE);
    }

    function testOnlyOperatorsPost() public {
        vm.warp(opensAt(0));
        Posting memory posting = makePosting(0, 0, 1, list(1));
        _verifier.allow(PROOF, _settlement.statement(posting));
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(Settlement.SettlementNotOperator.selector, ALICE));
        _settlement.post(posting, PROOF);
        vm.prank(OTHER_OPERATOR);
        _settlement.post(posting, PROOF);
        assertTrue(_settlement.isOperator(OPERATOR) && !_settlement.isOperator(ALICE), "operators");
    }

    /// A proof of anything but this very statement pays nothing.
    function testFuzzOnlyAVerifiedProofIsTaken(uint256 place, uint256 change) public {
        vm.warp(opensAt(0));
        Posting memory posting = makePosting(0, 0, 15, list(1, 2, 3));
        bytes32[] memory inputs = _settlement.statement(posting);
        place = bound(place, 0, inputs.length - 1);
        vm.assume(change != 0);
        inputs[place] ^= bytes32(change);
        _verifier.allow(PROOF, inputs);
        vm.prank(OPERATOR);
        vm.expectRevert(abi.encodeWithSelector(Settlement.SettlementInvalidProof.selector));
        _settlement.post(posting, PROOF);
    }

    function testAnotherProofIsRefused() public {
        vm.warp(opensAt(0));
        Posting memory posting = makePosting(0, 0, 15, list(1));
        _verifier.allow(PROOF, _settlement.statement(posting));
        vm.prank(OPERATOR);
        vm.expectRevert(abi.encodeWithSelector(Settlement.SettlementInvalidProof.selector));
        _settlement.post(posting, "another proof");
    }

    function testNothingIsPostedBeforeTheEndAndTheGrace() public {
        assertEq(opensAt(2), GENESIS + 3 * HOUR + GRACE, "opens at");
        vm.warp(opensAt(2) - 1);
        _expectRefusal(
            makePosting(0, 2, 1, list(1)),
            abi.encodeWithSelector(StatementSource.SettlementTooEarly.selector, 2, opensAt(2))
        );
        vm.warp(opensAt(2));
        post(makePosting(0, 2, 1, list(1)));
    }

    function testNothingIsPostedAfterTheDeadline() public {
        assertEq(closesAt(2), GENESIS + 3 * HOUR + DEADLINE, "closes at");
        vm.warp(closesAt(2) + 1);
        _expectRefusal(
            makePosting(0, 2, 1, list(1)),
            abi.encodeWithSelector(StatementSource.SettlementTooLate.selector, 2, closesAt(2))
        );
        vm.warp(closesAt(2));
        post(makePosting(0, 2, 1, list(1)));
    }

    function testWindowsOfACohortSettleInRisingOrder() public {
        vm.warp(opensAt(3));
        post(makePosting(0, 1, 1, list(1)));
        post(makePosting(0, 3, 1, list(1)));
        _expectRefusal(
            makePosting(0, 2, 1, list(1)),
            abi.encodeWithSelector(StatementSource.SettlementWindowPassed.selector, 0, 2, 4)
        );
        // Other cohorts go their own way.
        post(makePosting(1, 0, 1, list(1)));
        (uint256 passed,, uint256 settled,) = _settlement.cohortState(0);
        assertEq(passed, 4, "windows passed");
        assertEq(settled, 1, "settled in the last window");
    }

    function testASecondPostingAddsDevices() public {
        vm.warp(opensAt(0));
        assertEq(post(makePosting(0, 0, 3, list(10, 20))), 0, "first");
        assertEq(post(makePosting(0, 0, 12, new uint32[](0))), 1, "second");
        (, uint256 postings, uint256 settled,) = _settlement.cohortState(0);
        assertEq(postings, 2, "postings");
        assertEq(settled, 15, "settled");
        WindowTotals memory totals = _settlement.windowTotals(0);
        assertEq(totals.points, 30, "points");
        assertEq(totals.settledDevices, 4, "devices");
    }

    function testTheNumbersOfPostingsStartAnewInEveryWindow() public {
        vm.warp(opensAt(1));
        post(makePosting(0, 0, 1, list(1)));
        post(makePosting(0, 0, 2, new uint32[](0)));
        assertEq(post(makePosting(0, 1, 1, list(1))), 0, "first of the next window");
    }

    function testARepeatedDeviceIsRefused() public {
        vm.warp(opensAt(0));
        post(makePosting(0, 0, 3, list(10, 20)));
        _expectRefusal(
            makePosting(0, 0, 3, list(10, 20)),
            abi.encodeWithSelector(StatementSource.SettlementAlreadySettled.selector, 3)
        );
        _expectRefusal(
            makePosting(0, 0, 6, new uint32[](0)),
            abi.encodeWithSelector(StatementSource.SettlementAlreadySettled.selector, 2)
        );
    }

    function testADeviceThatIsNotActiveIsRefused() public {
        vm.warp(opensAt(0));
        _expectRefusal(
            makePosting(1, 0, 7, list(1)),
            abi.encodeWithSelector(StatementSource.SettlementNotActive.selector, 4)
        );
        _expectRefusal(
            makePosting(0, 0, 1 << 200, new uint32[](0)),
            abi.encodeWithSelector(StatementSource.SettlementNotActive.selector, 1 << 200)
        );
        _expectRefusal(
            makePosting(type(uint64).max, 0, 1, new uint32[](0)),
            abi.encodeWithSelector(StatementSource.SettlementNotActive.selector, 1)
        );
    }

    function testALateDeviceSettlesFromItsFirstWindow() public {
        vm.warp(GENESIS + HOUR);
        registerWithFee(7, BOB);
        vm.warp(opensAt(2));
        _expectRefusal(
            makePosting(1, 1, 4, new uint32[](0)),
            abi.encodeWithSelector(StatementSource.SettlementNotActive.selector, 4)
        );
        post(makePosting(1, 2, 4, list(0, 0, 5)));
    }

    /// A device that is revoked in a window still settles for that window, whoever posts when.
    function testARevokedDeviceSettlesForItsLastWindow() public {
        vm.warp(GENESIS + HOUR);
        vm.prank(ALICE);
        _registry.revoke(0);
        vm.warp(opensAt(2));
        post(makePosting(0, 1, 1, list(5)));
        _expectRefusal(
            makePosting(0, 2, 1, list(5)),
            abi.encodeWithSelector(StatementSource.SettlementNotActive.selector, 1)
        );
    }

    function testAPostingWithoutDevicesIsRefused() public {
        vm.warp(opensAt(0));
        _expectRefusal(
            makePosting(0, 0, 0, new uint32[](0)),
            abi.encodeWithSelector(StatementSource.SettlementNothingSealed.selector)
        );
    }

    function testPointsOfADeviceThatDidNotSealAreRefused() public {
        vm.warp(opensAt(0));
        _expectRefusal(
            makePosting(0, 0, 1, list(1, 2)),
            abi.encodeWithSelector(PackedResult.ResultInvalid.selector, 0, (2 << 32) | 1)
        );
        Posting memory posting = makePosting(0, 0, 15, list(1));
        posting.result = new uint256[](2);
        _expectRefusal(posting, abi.encodeWithSelector(PackedResult.ResultWrongLength.selector, 2, 1));
    }

    function testTheEventSaysEverything() public {
        vm.warp(opensAt(0));
        Posting memory posting = makePosting(0, 0, 3, list(10, 20));
        _verifier.allow(PROOF, _settlement.statement(posting));
        vm.recordLogs();
        vm.prank(OPERATOR);
        _settlement.post(posting, PROOF);
        bytes memory expected = abi.encode(
            uint256(0),
            OPERATOR,
            posting.windowRoot,
            posting.sealedBitmap,
            posting.nextStateRoot,
            uint256(30),
            posting.result,
            posting.state
        );
        assertEq(keccak256(vm.getRecordedLogs()[0].data), keccak256(expected), "data");
    }

    function testTheClockCountsWindowsFromGenesis() public {
        assertEq(_settlement.windowAt(GENESIS), 0, "first second");
        assertEq(_settlement.windowAt(GENESIS + HOUR - 1), 0, "last second");
        assertEq(_settlement.windowAt(GENESIS + HOUR), 1, "next window");
        vm.expectRevert(abi.encodeWithSelector(StatementSource.SettlementBeforeGenesis.selector, GENESIS - 1));
        _settlement.windowAt(GENESIS - 1);
    }

    function testAWindowIsClosedByTheDeadlineOrByALaterWindow() public {
        vm.warp(opensAt(1));
        assertTrue(!_settlement.isClosed(0, 0), "open");
        post(makePosting(0, 0, 1, list(1)));
        assertTrue(!_settlement.isClosed(0, 0), "open for more devices");
        post(makePosting(0, 1, 1, list(1)));
        assertTrue(_settlement.isClosed(0, 0), "passed");
        assertTrue(!_settlement.isClosed(1, 0), "open in the other cohort");
        vm.warp(closesAt(0));
        assertTrue(!_settlement.isClosed(1, 0), "the last second");
        vm.warp(closesAt(0) + 1);
        assertTrue(_settlement.isClosed(1, 0), "after the deadline");
    }

    function testEveryTierPostsAndCredits() public {
        uint16[5] memory tiers = [1, 4, 16, 64, 256];
        for (uint256 i = 0; i < tiers.length; ++i) {
            NetworkSettings memory settings = defaultSettings(tiers[i]);
            settings.terms.maxDevices = 2 * uint32(tiers[i]);
            createNetwork(settings);
            vm.warp(GENESIS - 1 days);
            registerMany(tiers[i] + 1, ALICE);
            vm.warp(opensAt(0));
            // The last device of the first cohort and the first of the second.
            uint32[] memory points = new uint32[](tiers[i]);
            points[tiers[i] - 1] = 30;
            Posting memory first = makePosting(0, 0, 1 << (tiers[i] - 1), points);
            Posting memory second = makePosting(1, 0, 1, list(10));
            post(first);
            post(second);
            vm.warp(closesAt(0) + 1);
            credit(second, 0);
            credit(first, 0);
            uint256 pool = EMISSION_UNITS * 2 / (uint256(tiers[i]) + 1);
            assertEq(_settlement.balanceUnits(tiers[i] - 1), pool * 30 / 40, "first cohort");
            assertEq(_settlement.balanceUnits(tiers[i]), pool * 10 / 40, "second cohort");
        }
    }

    function _expectRefusal(Posting memory posting, bytes memory reason) private {
        vm.expectRevert(reason);
        _settlement.statement(posting);
        vm.prank(OPERATOR);
        vm.expectRevert(reason);
        _settlement.post(posting, PROOF);
    }
}
