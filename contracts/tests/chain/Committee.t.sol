// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CommitteeProof, Member} from "../../src/chain/ChainTypes.sol";
import {Committee} from "../../src/chain/Committee.sol";
import {ConsensusProof} from "../../src/chain/libraries/ConsensusProof.sol";
import {ChainFixture} from "./base/ChainFixture.sol";

contract CommitteeTest is ChainFixture {
    bytes32 private constant SEED = keccak256("seed");

    function setUp() public {
        setUpChain();
    }

    function testAnEpochIsToldAsItWasProven() public {
        Member[] memory members = _makeMembers(3);
        CommitteeProof memory proof = _publish(7, SEED, members);
        vm.prank(ALICE);
        _committee.record(7, SEED, members, proof);
        assertEq(_committee.getLatestEpoch(), 7, "latest");
        assertEq(_committee.getSeed(7), SEED, "seed");
        assertEq(_committee.getCommitteeHash(7), keccak256(abi.encode(members)), "committee");
        for (uint256 i = 0; i < 3; ++i) {
            assertTrue(_committee.isMember(7, operatorOf(i)), "a member");
        }
        assertTrue(!_committee.isMember(7, operatorOf(3)), "no member");
    }

    function testNothingButWhatIsProvenIsRecorded() public {
        Member[] memory members = _makeMembers(3);
        CommitteeProof memory proof = _publish(7, SEED, members);
        _expectInvalid(8, SEED, members, proof);
        _expectInvalid(7, keccak256("another"), members, proof);
        (members[0], members[1]) = (members[1], members[0]);
        _expectInvalid(7, SEED, members, proof);
        (members[0], members[1]) = (members[1], members[0]);
        ++members[2].votes;
        _expectInvalid(7, SEED, members, proof);
        --members[2].votes;
        _committee.record(7, SEED, members, proof);
    }

    /// Values of two blocks are not mixed: each is proven against the same hash.
    function testTheSeedOfOneEpochIsNotTakenForAnother() public {
        Member[] memory members = _makeMembers(3);
        CommitteeProof memory first = _publish(7, SEED, members);
        CommitteeProof memory second = _publish(8, keccak256("another"), members);
        second.seedSiblings = first.seedSiblings;
        _expectInvalid(8, SEED, members, second);
        second.nextTimeS = first.nextTimeS;
        _expectInvalid(8, SEED, members, second);
    }

    function testAnEpochIsRecordedOnceAndInAnyOrder() public {
        Member[] memory members = _makeMembers(2);
        CommitteeProof memory seventh = _publish(7, SEED, members);
        CommitteeProof memory eighth = _publish(8, keccak256("another"), members);
        _committee.record(8, keccak256("another"), members, eighth);
        _committee.record(7, SEED, members, seventh);
        assertEq(_committee.getLatestEpoch(), 8, "latest");
        vm.expectRevert(abi.encodeWithSelector(Committee.CommitteeAlreadyRecorded.selector, 7));
        _committee.record(7, SEED, members, seventh);
    }

    function testEpoch0IsRecordedToo() public {
        Member[] memory members = _makeMembers(1);
        assertTrue(!_committee.isRecorded(0), "recorded before");
        CommitteeProof memory proof = _publish(0, SEED, members);
        _committee.record(0, SEED, members, proof);
        assertTrue(_committee.isRecorded(0), "recorded");
    }

    function testWhatWasNotRecordedIsUnknown() public {
        bytes memory refusal = abi.encodeWithSelector(Committee.CommitteeUnknownEpoch.selector, 7);
        vm.expectRevert(refusal);
        _committee.getSeed(7);
        vm.expectRevert(refusal);
        _committee.getCommitteeHash(7);
        vm.expectRevert(refusal);
        _committee.isMember(7, operatorOf(0));
    }

    function _expectInvalid(uint64 epoch, bytes32 seed, Member[] memory members, CommitteeProof memory proof)
        private
    {
        vm.expectPartialRevert(ConsensusProof.ConsensusInvalidLeaf.selector);
        _committee.record(epoch, seed, members, proof);
    }

    function _publish(uint64 epoch, bytes32 seed, Member[] memory members)
        private
        returns (CommitteeProof memory proof)
    {
        bytes32[8] memory leaves = makeLeaves(ConsensusProof.EPOCH, bytes32(uint256(epoch)));
        leaves[ConsensusProof.SEED] = seed;
        leaves[ConsensusProof.COMMITTEE] = keccak256(abi.encode(members));
        proof.nextTimeS = beginBlock(computeRoot(leaves));
        proof.epochSiblings = proveLeaf(leaves, ConsensusProof.EPOCH);
        proof.seedSiblings = proveLeaf(leaves, ConsensusProof.SEED);
        proof.committeeSiblings = proveLeaf(leaves, ConsensusProof.COMMITTEE);
    }

    function _makeMembers(uint256 count) private pure returns (Member[] memory members) {
        members = new Member[](count);
        for (uint256 i = 0; i < count; ++i) {
            members[i].operator = operatorOf(i);
            members[i].votes = 100 - i;
        }
    }
}
