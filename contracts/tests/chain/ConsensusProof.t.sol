// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Fault, FaultProof, LeafProof} from "../../src/chain/ChainTypes.sol";
import {ConsensusProof} from "../../src/chain/libraries/ConsensusProof.sol";
import {ChainFixture} from "./base/ChainFixture.sol";
import {ProofProbe} from "./base/ProofProbe.sol";

contract ConsensusProofTest is ChainFixture {
    ProofProbe private _probe;

    function setUp() public {
        setUpChain();
        _probe = new ProofProbe();
    }

    function testFuzzAnyLeafIsProvenAndNothingElseStandsInItsPlace(
        bytes32[8] calldata leaves,
        uint256 leaf,
        uint256 damage
    ) public {
        leaf = bound(leaf, 0, 7);
        LeafProof memory proof = LeafProof(beginBlock(computeRoot(leaves)), proveLeaf(leaves, leaf));
        _probe.verifyLeaf(leaf, leaves[leaf], proof);
        bytes32 mask = bytes32(1 << bound(damage, 0, 255));
        vm.expectPartialRevert(ConsensusProof.ConsensusInvalidLeaf.selector);
        _probe.verifyLeaf(leaf, leaves[leaf] ^ mask, proof);
        proof.siblings[damage % 3] ^= mask;
        vm.expectPartialRevert(ConsensusProof.ConsensusInvalidLeaf.selector);
        _probe.verifyLeaf(leaf, leaves[leaf], proof);
    }

    function testAPathOfAnotherLengthProvesNothing() public {
        bytes32[8] memory leaves = makeLeaves(5, "value");
        LeafProof memory proof = LeafProof(beginBlock(computeRoot(leaves)), proveLeaf(leaves, 5));
        bytes32[] memory siblings = proof.siblings;
        proof.siblings = new bytes32[](2);
        (proof.siblings[0], proof.siblings[1]) = (siblings[0], siblings[1]);
        vm.expectRevert(abi.encodeWithSelector(ConsensusProof.ConsensusInvalidPlace.selector, 5, 2));
        _probe.verifyLeaf(5, leaves[5], proof);
        proof.siblings = new bytes32[](4);
        for (uint256 i = 0; i < 3; ++i) {
            proof.siblings[i] = siblings[i];
        }
        vm.expectPartialRevert(ConsensusProof.ConsensusInvalidLeaf.selector);
        _probe.verifyLeaf(5, leaves[5], proof);
        proof.siblings = siblings;
        vm.expectRevert(abi.encodeWithSelector(ConsensusProof.ConsensusInvalidPlace.selector, 13, 3));
        _probe.verifyLeaf(13, leaves[5], proof);
    }

    /// A node of the tree, or the tree of faults, is no leaf of it.
    function testANodeIsNotTakenForALeaf() public {
        bytes32[8] memory leaves = makeLeaves(0, "value");
        LeafProof memory proof = LeafProof(beginBlock(computeRoot(leaves)), proveLeaf(leaves, 0));
        bytes32 hashed = keccak256(abi.encodePacked(bytes1(0), leaves[0]));
        bytes32 node = keccak256(abi.encodePacked(bytes1(0x01), hashed, proof.siblings[0]));
        bytes32[] memory siblings = new bytes32[](2);
        (siblings[0], siblings[1]) = (proof.siblings[1], proof.siblings[2]);
        proof.siblings = siblings;
        vm.expectPartialRevert(ConsensusProof.ConsensusInvalidLeaf.selector);
        _probe.verifyLeaf(0, node, proof);
    }

    function testHashesAreKnownForAsLongAsTheEipSays() public {
        uint64 timeS = beginBlock("first");
        assertEq(_probe.getApplicationHash(timeS), "first", "in its own block");
        passTime(8_189);
        beginBlock("later");
        assertEq(_probe.getApplicationHash(timeS), "first", "8,190 seconds later");
        beginBlock("latest");
        vm.expectRevert(abi.encodeWithSelector(ConsensusProof.ConsensusUnknownTime.selector, timeS));
        _probe.getApplicationHash(timeS);
    }

    function testATimeOfNoBlockIsUnknown() public {
        uint64 timeS = beginBlock("first");
        for (uint64 other = timeS - 1; other <= timeS + 1; other += 2) {
            vm.expectRevert(abi.encodeWithSelector(ConsensusProof.ConsensusUnknownTime.selector, other));
            _probe.getApplicationHash(other);
        }
        vm.expectRevert(abi.encodeWithSelector(ConsensusProof.ConsensusUnknownTime.selector, 0));
        _probe.getApplicationHash(0);
    }

    function testOnlyTheSystemBringsHashes() public {
        uint64 timeS = beginBlock("first");
        (bool isStored,) = ConsensusProof.BEACON_ROOTS.call(abi.encode("forged"));
        assertTrue(!isStored, "a stranger's hash is taken");
        assertEq(_probe.getApplicationHash(timeS), "first", "hash");
    }

    function testFuzzEveryFaultOfAnyListIsProven(uint256 count, uint256 index) public {
        count = bound(count, 1, 40);
        index = bound(index, 0, count - 1);
        Fault[] memory faults = new Fault[](count);
        for (uint256 i = 0; i < count; ++i) {
            faults[i] = makeFault(uint8(1 + i % 3), i);
        }
        FaultProof memory proof = publishFaults(faults, index);
        _probe.verifyFault(faults[index], proof);
        ++proof.count;
        vm.expectPartialRevert(ConsensusProof.ConsensusInvalidLeaf.selector);
        _probe.verifyFault(faults[index], proof);
    }

    function testNoFieldOfAFaultCanBeChanged() public {
        Fault memory fault = makeFault(DOUBLE_SIGN, 0);
        FaultProof memory proof = publishFault(fault);
        _probe.verifyFault(fault, proof);
        for (uint256 field = 0; field < 6; ++field) {
            Fault memory changed = abi.decode(abi.encode(fault), (Fault));
            if (field == 0) changed.id ^= bytes32(uint256(1));
            if (field == 1) changed.kind = NO_DEALING;
            if (field == 2) changed.operator = operatorOf(1);
            if (field == 3) ++changed.epoch;
            if (field == 4) ++changed.height;
            if (field == 5) ++changed.timeS;
            vm.expectPartialRevert(ConsensusProof.ConsensusInvalidLeaf.selector);
            _probe.verifyFault(changed, proof);
        }
    }
}
