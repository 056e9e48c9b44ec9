// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {LightClient, TrustedHeader} from "../../src/chain/LightClient.sol";
import {ConsensusProof} from "../../src/chain/libraries/ConsensusProof.sol";
import {LightFixture} from "./LightFixture.sol";

/// Proving a value of the application's hash to other contracts.
contract LightClientLeavesTest is LightFixture {
    bytes32[8] private _values;
    bytes32[15] private _nodes;

    function setUp() public {
        for (uint256 i = 0; i < 8; ++i) {
            _values[i] = keccak256(abi.encode("value", i));
            _nodes[7 + i] = keccak256(abi.encodePacked(uint8(0), _values[i]));
        }
        for (uint256 i = 0; i < 7; ++i) {
            _nodes[6 - i] = keccak256(abi.encodePacked(uint8(1), _nodes[13 - 2 * i], _nodes[14 - 2 * i]));
        }
        vm.warp(START + 1);
        TrustedHeader memory trusted = trustedBy(bytes32(uint256(1)));
        trusted.appHash = _nodes[0];
        _client = new LightClient(settingsOf(CHAIN_ID), trusted);
    }

    function testEveryLeafIsProven() public view {
        for (uint256 leaf = 0; leaf < 8; ++leaf) {
            _client.verifyLeaf(1, leaf, _values[leaf], _prove(leaf));
        }
    }

    function testAProofHoldsForNoOtherLeaf() public {
        for (uint256 index = 0; index < 8; ++index) {
            if (index != 5) _expectNotInHash(index, _values[5], _prove(5));
        }
    }

    function testNoIndexLiesBeyondTheTree() public {
        bytes32[] memory proof = _prove(5);
        vm.expectRevert(abi.encodeWithSelector(ConsensusProof.ConsensusInvalidPlace.selector, 13, 3));
        _client.verifyLeaf(1, 13, _values[5], proof);
    }

    function testAProofHasThreeSteps() public {
        bytes32[] memory proof = _prove(0);
        for (uint256 length = 0; length < 6; ++length) {
            bytes32[] memory other = new bytes32[](length);
            for (uint256 i = 0; i < length && i < 3; ++i) {
                other[i] = proof[i];
            }
            if (length != 3) _expectNotInHash(0, _values[0], other);
        }
    }

    function testAHeightThatWasNotTakenProvesNothing() public {
        bytes32[] memory proof = _prove(0);
        vm.expectRevert(abi.encodeWithSelector(LightClient.LightClientUnknownHeight.selector, 2));
        _client.verifyLeaf(2, 0, _values[0], proof);
    }

    function testANodeIsNoLeaf() public {
        // The node over leaves 0 and 1, one level up, with what lies beside its way.
        bytes32[] memory proof = new bytes32[](2);
        (proof[0], proof[1]) = (_nodes[4], _nodes[2]);
        _expectNotInHash(0, _nodes[3], proof);
    }

    function testFuzzNoOtherValueIsProven(uint256 leaf, uint256 part, uint256 bit) public {
        leaf = bound(leaf, 0, 7);
        bytes32[] memory proof = _prove(leaf);
        bytes32 value = _values[leaf];
        bytes32 flipped = bytes32(1 << bound(bit, 0, 255));
        part = bound(part, 0, 3);
        if (part == 3) value ^= flipped;
        else proof[part] ^= flipped;
        _expectNotInHash(leaf, value, proof);
    }

    function _expectNotInHash(uint256 index, bytes32 value, bytes32[] memory proof) private {
        vm.expectRevert(abi.encodeWithSelector(ConsensusProof.ConsensusInvalidLeaf.selector, index, value));
        _client.verifyLeaf(1, index, value, proof);
    }

    function _prove(uint256 leaf) private view returns (bytes32[] memory proof) {
        proof = new bytes32[](3);
        uint256 node = 7 + leaf;
        for (uint256 depth = 0; depth < 3; ++depth) {
            proof[depth] = _nodes[((node - 1) ^ 1) + 1];
            node = (node - 1) / 2;
        }
    }
}
