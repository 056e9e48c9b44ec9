// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Fault, FaultProof, LeafProof} from "../ChainTypes.sol";

/// Statements about consensus, proven against the application's hash that every block brings
/// (docs/reference/chain.md, "The application's hash").
///
/// The contract of EIP-4788 keeps the hashes of the last 8,191 blocks: an older proof has to be made anew.
library ConsensusProof {
    /// The contract of EIP-4788.
    address internal constant BEACON_ROOTS = 0x000F3df6D732807Ef1319fB7B8bB8522d0Beac02;

    uint256 internal constant EPOCH = 2;
    uint256 internal constant SEED = 3;
    uint256 internal constant COMMITTEE = 4;
    uint256 internal constant FAULTS = 6;
    uint256 internal constant RESULTS = 7;

    bytes1 private constant LEAF = 0x00;
    bytes1 private constant NODE = 0x01;
    bytes1 private constant ROOT = 0x02;

    error ConsensusUnknownTime(uint64 nextTimeS);
    error ConsensusInvalidLeaf(uint256 leaf, bytes32 value);
    error ConsensusInvalidPlace(uint256 index, uint256 siblings);

    /// Reverts unless the proof shows that `value` stands at place `leaf` of an application's hash.
    function verifyLeaf(uint256 leaf, bytes32 value, LeafProof calldata proof) internal view {
        verifyLeafOf(getApplicationHash(proof.nextTimeS), leaf, value, proof.siblings);
    }

    /// Reverts unless `siblings` show that `value` stands at place `leaf` of `applicationHash`.
    function verifyLeafOf(bytes32 applicationHash, uint256 leaf, bytes32 value, bytes32[] calldata siblings)
        internal
        pure
    {
        bytes32 root = _computeRoot(keccak256(abi.encodePacked(LEAF, value)), leaf, siblings);
        require(root == applicationHash, ConsensusInvalidLeaf(leaf, value));
    }

    /// Reverts unless the proof shows that the fault stood in an application's hash.
    function verifyFault(Fault calldata fault, FaultProof calldata proof) internal view {
        bytes32 leaf = keccak256(abi.encodePacked(LEAF, abi.encode(fault)));
        bytes32 tree = _computeRoot(leaf, proof.index, proof.siblings);
        verifyLeaf(FAULTS, keccak256(abi.encodePacked(ROOT, proof.count, tree)), proof.leaf);
    }

    /// The application's hash before the block of time `nextTimeS`.
    function getApplicationHash(uint64 nextTimeS) internal view returns (bytes32) {
        // The contract takes plain words, without a selector.
        // slither-disable-next-line low-level-calls
        (bool isKnown, bytes memory answer) = BEACON_ROOTS.staticcall(abi.encode(nextTimeS));
        require(isKnown && answer.length == 32, ConsensusUnknownTime(nextTimeS));
        return abi.decode(answer, (bytes32));
    }

    /// The leaf, node and root have first bytes of their own, so that none can be taken for another.
    function _computeRoot(bytes32 node, uint256 index, bytes32[] calldata siblings)
        private
        pure
        returns (bytes32)
    {
        require(index >> siblings.length == 0, ConsensusInvalidPlace(index, siblings.length));
        for (uint256 i = 0; i < siblings.length; ++i) {
            node = (index >> i) & 1 == 0
                ? keccak256(abi.encodePacked(NODE, node, siblings[i]))
                : keccak256(abi.encodePacked(NODE, siblings[i], node));
        }
        return node;
    }
}
