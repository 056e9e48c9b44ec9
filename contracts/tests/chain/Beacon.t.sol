// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Beacon} from "../../src/chain/Beacon.sol";
import {Vm} from "../base/Vm.sol";
import {ChainFixture} from "./base/ChainFixture.sol";

contract BeaconTest is ChainFixture {
    function setUp() public {
        setUpChain();
        register(0, LEAST_STAKE);
    }

    function testWhatACandidateBringsIsRecorded() public {
        bytes memory dealing = _makeBytes(32 + 98 * 4);
        bytes memory point = _makeBytes(97);
        vm.recordLogs();
        vm.startPrank(operatorOf(0));
        _beacon.deal(7, dealing);
        _beacon.open(7, point);
        _beacon.share(7, operatorOf(1), point);
        vm.stopPrank();
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 3, "events");
        bytes32 sender = bytes32(uint256(uint160(operatorOf(0))));
        for (uint256 i = 0; i < 3; ++i) {
            assertEq(logs[i].emitter, address(0xF1E1D002), "emitter");
            assertEq(logs[i].topics[1], bytes32(uint256(7)), "epoch");
            assertEq(logs[i].topics[2], sender, "sender");
            assertEq(keccak256(logs[i].data), keccak256(abi.encode(i == 0 ? dealing : point)), "data");
        }
        assertEq(logs[0].topics[0], keccak256("Dealt(uint64,address,bytes)"), "dealt");
        assertEq(logs[1].topics[0], keccak256("Opened(uint64,address,bytes)"), "opened");
        assertEq(logs[2].topics[0], keccak256("Shared(uint64,address,address,bytes)"), "shared");
        assertEq(logs[2].topics[3], bytes32(uint256(uint160(operatorOf(1)))), "dealer");
    }

    function testNobodyButACandidateIsRecorded() public {
        bytes memory dealing = _makeBytes(130);
        bytes memory point = _makeBytes(97);
        // Not even a candidate's owner.
        bytes memory refusal = abi.encodeWithSelector(Beacon.BeaconNotCandidate.selector, ownerOf(0));
        vm.startPrank(ownerOf(0));
        vm.expectRevert(refusal);
        _beacon.deal(7, dealing);
        vm.expectRevert(refusal);
        _beacon.open(7, point);
        vm.expectRevert(refusal);
        _beacon.share(7, operatorOf(0), point);
        vm.stopPrank();
    }

    /// Who resigned may still be in a frozen pool.
    function testACandidateThatResignedIsRecorded() public {
        vm.prank(ownerOf(0));
        _staking.resign(operatorOf(0));
        bytes memory point = _makeBytes(97);
        vm.prank(operatorOf(0));
        _beacon.open(7, point);
    }

    function testADealingIsAsLongAsOneForOneTo100Members() public {
        for (uint256 size = 1; size <= 100; size += 33) {
            uint256 length = 32 + 98 * size;
            _tryDealing(length - 1, false);
            _tryDealing(length, true);
            _tryDealing(length + 1, false);
        }
        _tryDealing(32 + 98 * 101, false);
        _tryDealing(0, false);
        _tryDealing(32, false);
    }

    function testAnOpeningAndAShareHaveOneLength() public {
        for (uint256 length = 96; length <= 98; ++length) {
            bytes memory point = _makeBytes(length);
            if (length != 97) {
                vm.expectRevert(abi.encodeWithSelector(Beacon.BeaconInvalidLength.selector, length));
            }
            vm.prank(operatorOf(0));
            _beacon.open(7, point);
            if (length != 97) {
                vm.expectRevert(abi.encodeWithSelector(Beacon.BeaconInvalidLength.selector, length));
            }
            vm.prank(operatorOf(0));
            _beacon.share(7, operatorOf(0), point);
        }
    }

    function _tryDealing(uint256 length, bool isTaken) private {
        bytes memory dealing = _makeBytes(length);
        if (!isTaken) vm.expectRevert(abi.encodeWithSelector(Beacon.BeaconInvalidLength.selector, length));
        vm.prank(operatorOf(0));
        _beacon.deal(7, dealing);
    }

    function _makeBytes(uint256 length) private pure returns (bytes memory data) {
        data = new bytes(length);
        for (uint256 i = 0; i < length; ++i) {
            data[i] = bytes1(uint8(1 + i % 255));
        }
    }
}
