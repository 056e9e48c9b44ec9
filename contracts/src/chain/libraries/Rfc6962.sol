// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// CometBFT's Merkle trees: SHA-256 as RFC 6962 has it, where no leaf can be taken for a node.
library Rfc6962 {
    function hashLeaf(bytes memory value) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(hex"00", value));
    }

    function hashNode(bytes32 left, bytes32 right) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(hex"01", left, right));
    }

    /// Root over the first `count` hashes of leaves, which are overwritten. Pairing from below, an odd one
    /// passed on, is the same tree as splitting at the largest power of two.
    function computeRoot(bytes32[] memory hashes, uint256 count) internal pure returns (bytes32) {
        if (count == 0) return sha256("");
        while (count > 1) {
            uint256 pairs = count / 2;
            for (uint256 i = 0; i < pairs; ++i) {
                hashes[i] = hashNode(hashes[2 * i], hashes[2 * i + 1]);
            }
            if (count % 2 == 1) hashes[pairs] = hashes[count - 1];
            count -= pairs;
        }
        return hashes[0];
    }
}
