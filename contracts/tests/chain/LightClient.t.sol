// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {LightClient} from "../../src/chain/LightClient.sol";
import {CometCommit, Commit} from "../../src/chain/libraries/CometCommit.sol";
import {Header} from "../../src/chain/libraries/CometHeader.sol";
import {LightFixture} from "./LightFixture.sol";

/// What a light client takes and what it refuses of a header: heights, times, committees, fields.
contract LightClientTest is LightFixture {
    uint256[] private _first;
    uint256[] private _second;

    function setUp() public {
        (_first, _second) = (committee(1, 4), committee(2, 4));
        createClient(_first);
    }

    function testFollowsManyCommitteesWithOneUpdateForEach() public {
        uint256[] memory present = _first;
        for (uint64 epoch = 1; epoch <= 10; ++epoch) {
            uint256[] memory next = committee(100 + epoch, 3 + epoch);
            bring(headerOf(3600 * epoch, next), present);
            present = next;
        }
        (uint64 height, uint64 timeS, uint32 timeNanos, bytes32 nextHash) = _client.latest();
        assertEq(height, 36_000, "height");
        assertEq(timeS, START + 36_000, "seconds");
        assertEq(timeNanos, 500, "nanoseconds");
        assertEq(nextHash, hashOf(present), "next committee");
    }

    function testTakesHeadersOfOneCommitteeInAnyStepsAndThenTheNextOnes() public {
        bring(headerOf(2, _first), _first);
        bring(headerOf(3, _first), _first);
        bring(headerOf(17, _first), _first);
        bring(headerOf(20, _second), _first);
        bring(headerOf(21, _second), _second);
    }

    function testKeepsTheApplicationsHashOfEveryHeaderThatItTook() public {
        bring(headerOf(5, _first), _first);
        bring(headerOf(9, _first), _first);
        for (uint64 height = 0; height < 12; ++height) {
            bool isKept = height == 1 || height == 5 || height == 9;
            (bytes32 appHash, uint64 timeS) = _client.headerAt(height);
            assertEq(appHash, isKept ? appHashOf(height) : bytes32(0), "hash");
            assertEq(timeS, isKept ? START + height : 0, "time");
        }
    }

    function testAReplayIsRefused() public {
        Header memory header = headerOf(5, _first);
        Commit memory commit = commitOf(ballotFor(header, _first), _first, 4);
        _client.update(header, commit);
        vm.expectRevert(abi.encodeWithSelector(LightClient.LightClientHeightNotRising.selector, 5, 5));
        _client.update(header, commit);
    }

    function testAnOlderHeightIsRefused() public {
        bring(headerOf(5, _first), _first);
        Header memory header = headerOf(4, _first);
        header.timeS = START + 6;
        Commit memory commit = commitOf(ballotFor(header, _first), _first, 4);
        vm.expectRevert(abi.encodeWithSelector(LightClient.LightClientHeightNotRising.selector, 4, 5));
        _client.update(header, commit);
    }

    function testTimeMustRiseByANanosecond() public {
        bring(headerOf(5, _first), _first);
        Header memory header = headerOf(6, _first);
        header.timeS = START + 5;
        Commit memory commit = commitOf(ballotFor(header, _first), _first, 4);
        vm.expectRevert(abi.encodeWithSelector(LightClient.LightClientTimeNotRising.selector, 6));
        _client.update(header, commit);
        header.timeNanos += 1;
        _client.update(header, commitOf(ballotFor(header, _first), _first, 4));
    }

    function testAnOldCommitteeIsRefused() public {
        bring(headerOf(20, _second), _first);
        _expectNotTheNext(headerOf(21, _first), _first, _second);
    }

    function testNoCommitteeIsSkipped() public {
        _expectNotTheNext(headerOf(41, committee(3, 4)), _second, _first);
    }

    function testATrustedHeaderServesUntilTheTrustingPeriodEnds() public {
        Header memory header = headerOf(5, _first);
        Commit memory commit = commitOf(ballotFor(header, _first), _first, 4);
        vm.warp(START + 1 + TRUSTING);
        vm.expectRevert(abi.encodeWithSelector(LightClient.LightClientExpired.selector, START + 1 + TRUSTING));
        _client.update(header, commit);
        vm.warp(START + TRUSTING);
        _client.update(header, commit);
    }

    function testAHeaderMayBeAheadByLessThanTheDrift() public {
        Header memory header = headerOf(500, _first);
        Commit memory commit = commitOf(ballotFor(header, _first), _first, 4);
        vm.warp(header.timeS - DRIFT);
        vm.expectRevert(
            abi.encodeWithSelector(LightClient.LightClientFromTheFuture.selector, header.timeS, header.timeS)
        );
        _client.update(header, commit);
        vm.warp(header.timeS - DRIFT + 1);
        _client.update(header, commit);
    }

    function testFuzzNoFieldOfAHeaderCanBeForged(uint256 field, uint256 bit) public {
        Header memory header = headerOf(5, _second);
        Commit memory commit = commitOf(ballotFor(header, _first), _first, 4);
        vm.warp(header.timeS);
        field = bound(field, 0, 10);
        bytes32 flipped = bytes32(1 << bound(bit, 0, 255));
        if (field == 0) header.height ^= uint64(1 << bound(bit, 0, 63));
        else if (field == 1) header.timeS ^= uint64(1 << bound(bit, 0, 63));
        else if (field == 2) header.timeNanos ^= uint32(1 << bound(bit, 0, 31));
        else if (field == 3) header.nextValidatorsHash ^= flipped;
        else if (field == 4) header.appHash ^= flipped;
        else header.siblings[field - 5] ^= flipped;
        _expectRefused(header, commit);
    }

    function testFuzzNoOtherHeaderIsTaken(Header calldata header, Commit calldata commit) public {
        vm.warp(START + 100);
        _expectRefused(header, commit);
    }

    /// `signers` are refused when they sign for themselves, and when they sign what names the next committee.
    function _expectNotTheNext(Header memory header, uint256[] memory signers, uint256[] memory next)
        private
    {
        vm.warp(header.timeS);
        Commit memory commit = commitOf(ballotFor(header, signers), signers, 4);
        vm.expectRevert(abi.encodeWithSelector(CometCommit.CometCommitWrongSignature.selector, 0));
        _client.update(header, commit);
        commit = commitOf(ballotFor(header, next), signers, 4);
        vm.expectRevert(
            abi.encodeWithSelector(
                LightClient.LightClientWrongValidators.selector, hashOf(signers), hashOf(next)
            )
        );
        _client.update(header, commit);
    }

    function _expectRefused(Header memory header, Commit memory commit) private {
        vm.expectRevert();
        _client.update(header, commit);
        (uint64 height,,,) = _client.latest();
        assertEq(height, 1, "nothing was taken");
    }
}
