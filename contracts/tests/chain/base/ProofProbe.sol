// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Fault, FaultProof, LeafProof, ProvenKey} from "../../../src/chain/ChainTypes.sol";
import {ConsensusProof} from "../../../src/chain/libraries/ConsensusProof.sol";
import {KeyPossession} from "../../../src/chain/libraries/KeyPossession.sol";
import {VoteWeight} from "../../../src/chain/libraries/VoteWeight.sol";

/// The chain's libraries as calls of their own, so that a test sees them revert.
contract ProofProbe {
    function verifyLeaf(uint256 leaf, bytes32 value, LeafProof calldata proof) external view {
        ConsensusProof.verifyLeaf(leaf, value, proof);
    }

    function verifyFault(Fault calldata fault, FaultProof calldata proof) external view {
        ConsensusProof.verifyFault(fault, proof);
    }

    function getApplicationHash(uint64 nextTimeS) external view returns (bytes32) {
        return ConsensusProof.getApplicationHash(nextTimeS);
    }

    function verifyKey(ProvenKey calldata key, string calldata purpose, address operator, address owner)
        external
        view
        returns (address)
    {
        return KeyPossession.verify(key, purpose, operator, owner);
    }

    function isPoint(uint256 x, uint256 y) external pure returns (bool) {
        return KeyPossession.isPoint(x, y);
    }

    function computeWeight(uint256 lockDays, bool autoRenew, bool isSelf) external pure returns (uint256) {
        return VoteWeight.compute(lockDays, autoRenew, isSelf);
    }
}
