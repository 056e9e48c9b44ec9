// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CommitteeProof, Member} from "./ChainTypes.sol";
import {ConsensusProof} from "./libraries/ConsensusProof.sol";

/// Tells contracts of epochs: their seeds and committees, as proven against the application's hash.
///
/// Nothing is here that nobody recorded, and an epoch can only be recorded while a hash of it is known to the
/// contract of EIP-4788: from its second block until 8,190 blocks after its end.
contract Committee {
    struct Epoch {
        bytes32 seed;
        /// Hash of the committee, see docs/reference/chain.md; zero: not recorded.
        bytes32 committee;
    }

    uint64 private _latestEpoch;
    mapping(uint64 epoch => Epoch) private _epochs;
    mapping(uint64 epoch => mapping(address operator => bool)) private _isMember;

    event CommitteeRecorded(uint64 indexed epoch, bytes32 seed, bytes32 committee);

    error CommitteeAlreadyRecorded(uint64 epoch);
    error CommitteeUnknownEpoch(uint64 epoch);

    /// Records an epoch's seed and its committee, in the order drawn. Anyone may.
    function record(uint64 epoch, bytes32 seed, Member[] calldata members, CommitteeProof calldata proof)
        external
    {
        require(_epochs[epoch].committee == 0, CommitteeAlreadyRecorded(epoch));
        bytes32 committee = keccak256(abi.encode(members));
        bytes32 root = ConsensusProof.getApplicationHash(proof.nextTimeS);
        ConsensusProof.verifyLeafOf(root, ConsensusProof.EPOCH, bytes32(uint256(epoch)), proof.epochSiblings);
        ConsensusProof.verifyLeafOf(root, ConsensusProof.SEED, seed, proof.seedSiblings);
        ConsensusProof.verifyLeafOf(root, ConsensusProof.COMMITTEE, committee, proof.committeeSiblings);
        _epochs[epoch] = Epoch(seed, committee);
        if (epoch > _latestEpoch) _latestEpoch = epoch;
        for (uint256 i = 0; i < members.length; ++i) {
            _isMember[epoch][members[i].operator] = true;
        }
        emit CommitteeRecorded(epoch, seed, committee);
    }

    /// The latest of the epochs that are recorded; 0 where none is.
    function getLatestEpoch() external view returns (uint64) {
        return _latestEpoch;
    }

    /// The random bytes of an epoch. They are known to all from the epoch before on.
    function getSeed(uint64 epoch) external view returns (bytes32) {
        _checkRecorded(epoch);
        return _epochs[epoch].seed;
    }

    function getCommitteeHash(uint64 epoch) external view returns (bytes32) {
        _checkRecorded(epoch);
        return _epochs[epoch].committee;
    }

    /// Whether an operator was drawn for an epoch.
    function isMember(uint64 epoch, address operator) external view returns (bool) {
        _checkRecorded(epoch);
        return _isMember[epoch][operator];
    }

    function isRecorded(uint64 epoch) public view returns (bool) {
        return _epochs[epoch].committee != 0;
    }

    function _checkRecorded(uint64 epoch) private view {
        require(isRecorded(epoch), CommitteeUnknownEpoch(epoch));
    }
}
