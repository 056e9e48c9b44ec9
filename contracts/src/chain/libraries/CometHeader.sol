// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Protobuf} from "./Protobuf.sol";
import {Rfc6962} from "./Rfc6962.sol";

/// What a light client reads of a CometBFT header, and the hashes beside it in the tree of its fourteen fields.
/// Chain id and validators are not given: the client knows what they must be.
struct Header {
    uint64 height;
    /// Seconds since 1970, and nanoseconds beyond them.
    uint64 timeS;
    uint32 timeNanos;
    bytes32 nextValidatorsHash;
    /// Hash of the application after the block before.
    bytes32 appHash;
    /// Leaf of the version; node over last block id and last commit; leaves of the transactions, the consensus
    /// parameters and the last results; node over evidence and proposer.
    bytes32[6] siblings;
}

/// The hash of a header: what a committee signs (CometBFT, types/block.go, `Header.Hash`).
library CometHeader {
    /// `chainIdLeaf` is the hash of the leaf that holds the chain id. Fields that are given are not zero in any
    /// header that CometBFT makes, nor are hashes of another length than 32.
    function computeHash(Header calldata header, bytes32 chainIdLeaf, bytes32 validatorsHash)
        internal
        pure
        returns (bytes32)
    {
        bytes32 first = Rfc6962.hashNode(
            Rfc6962.hashNode(header.siblings[0], chainIdLeaf),
            Rfc6962.hashNode(
                Rfc6962.hashLeaf(abi.encodePacked(hex"08", Protobuf.varint(header.height))),
                Rfc6962.hashLeaf(Protobuf.timestamp(header.timeS, header.timeNanos))
            )
        );
        bytes32 second = Rfc6962.hashNode(
            header.siblings[1], Rfc6962.hashNode(header.siblings[2], _hashOf(validatorsHash))
        );
        bytes32 third = Rfc6962.hashNode(
            Rfc6962.hashNode(_hashOf(header.nextValidatorsHash), header.siblings[3]),
            Rfc6962.hashNode(_hashOf(header.appHash), header.siblings[4])
        );
        return Rfc6962.hashNode(Rfc6962.hashNode(first, second), Rfc6962.hashNode(third, header.siblings[5]));
    }

    /// The leaf that holds a chain id of 1 to 127 bytes.
    function hashChainId(bytes memory chainId) internal pure returns (bytes32) {
        // Cast: see above.
        return Rfc6962.hashLeaf(abi.encodePacked(hex"0a", uint8(chainId.length), chainId));
    }

    function _hashOf(bytes32 value) private pure returns (bytes32) {
        return Rfc6962.hashLeaf(abi.encodePacked(hex"0a20", value));
    }
}
