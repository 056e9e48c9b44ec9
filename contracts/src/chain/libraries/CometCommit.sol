// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {KeyPossession} from "./KeyPossession.sol";
import {Protobuf} from "./Protobuf.sol";
import {Rfc6962} from "./Rfc6962.sol";

/// What shows that a committee decided for a header.
struct Commit {
    uint32 round;
    /// Parts that the block was sent in, and the root over them: the other half of a block id.
    uint32 partCount;
    bytes32 partsHash;
    /// Every validator of the set in its order, without anything between them: the key of one that signs in SEC 1's
    /// uncompressed form (04 x y), then its signature as CometBFT has it (r s v), then the length in one byte and
    /// the bytes of its vote's time as a Timestamp; the key of any other in the compressed form (02 or 03, x).
    bytes members;
}

/// Counts the precommits for a block (CometBFT, types/canonical.go, crypto/secp256k1eth, types/validator.go).
///
/// The bytes that were signed are made here, of type precommit and the hash that is given: a prevote, a vote for
/// nil, for another block, height, round or chain does not recover to its signer's key. The time of a vote is
/// taken as it comes, for nothing hangs on it: where it begins and ends in what was signed follows from the bytes
/// before it.
library CometCommit {
    bytes1 private constant UNCOMPRESSED = 0x04;
    uint256 private constant KEY_LENGTH = 33;
    uint256 private constant TIME_OFFSET = 130;

    error CometCommitNotAKey(uint256 member);
    error CometCommitWrongOrder(uint256 member);
    error CometCommitWrongSignature(uint256 member);

    struct Tally {
        /// CometBFT's hash of the validator set, each of power 1.
        bytes32 validatorsHash;
        uint256 members;
        uint256 signers;
    }

    /// Reverts on the first signature that does not hold: who brings a commit leaves others' votes out.
    function count(Commit calldata commit, uint64 height, bytes32 blockHash, bytes memory chainId)
        internal
        pure
        returns (Tally memory tally)
    {
        bytes memory head = _encodeHead(commit, height, blockHash);
        // Cast: a chain id has at most 50 bytes.
        bytes memory tail = abi.encodePacked(hex"32", uint8(chainId.length), chainId);
        bytes calldata members = commit.members;
        bytes32[] memory leaves = new bytes32[](members.length / KEY_LENGTH);
        address previous = address(0);
        while (members.length != 0) {
            bytes1 form = members[0];
            bytes32 x = bytes32(members[1:KEY_LENGTH]);
            uint256 length = KEY_LENGTH;
            if (form == UNCOMPRESSED) {
                uint256 y = uint256(bytes32(members[33:65]));
                length = TIME_OFFSET + 1 + uint8(members[TIME_OFFSET]);
                address signer = _recover(members[65:length], head, tail);
                require(KeyPossession.isPoint(uint256(x), y), CometCommitNotAKey(tally.members));
                address account = address(uint160(uint256(keccak256(members[1:65]))));
                require(signer == account, CometCommitWrongSignature(tally.members));
                // CometBFT orders a set of equal power by address: so nobody is counted twice.
                require(signer > previous, CometCommitWrongOrder(tally.members));
                previous = signer;
                form = y % 2 == 0 ? bytes1(0x02) : bytes1(0x03);
                ++tally.signers;
            }
            // A SimpleValidator: its key under the number of secp256k1eth, then power 1.
            leaves[tally.members++] = Rfc6962.hashLeaf(abi.encodePacked(hex"0a232a21", form, x, hex"1001"));
            members = members[length:];
        }
        tally.validatorsHash = Rfc6962.computeRoot(leaves, tally.members);
    }

    /// Who signed the vote; never the zero address. Reverts where s is high.
    function _recover(bytes calldata vote, bytes memory head, bytes memory tail)
        private
        pure
        returns (address)
    {
        bytes calldata time = vote[65:];
        bytes memory length = Protobuf.varint(head.length + 1 + time.length + tail.length);
        bytes32 digest = keccak256(abi.encodePacked(length, head, hex"2a", time, tail));
        return ECDSA.recover(digest, 27 + uint8(vote[64]), bytes32(vote[:32]), bytes32(vote[32:64]));
    }

    /// A CanonicalVote up to its block id.
    function _encodeHead(Commit calldata commit, uint64 height, bytes32 blockHash)
        private
        pure
        returns (bytes memory)
    {
        bytes memory parts =
            abi.encodePacked(hex"08", Protobuf.varint(commit.partCount), hex"1220", commit.partsHash);
        // Casts: a block id has at most 76 bytes.
        return abi.encodePacked(
            hex"080211",
            Protobuf.fixed64(height),
            commit.round == 0 ? bytes("") : abi.encodePacked(hex"19", Protobuf.fixed64(commit.round)),
            hex"22",
            uint8(36 + parts.length),
            hex"0a20",
            blockHash,
            hex"12",
            uint8(parts.length),
            parts
        );
    }
}
