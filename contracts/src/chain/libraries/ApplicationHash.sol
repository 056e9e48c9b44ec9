// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// The tree of eight values that a Fieldproof chain's application commits to (docs/reference/chain.md, "The
/// application's hash").
library ApplicationHash {
    uint256 internal constant LEAVES = 8;

    /// The hash of the application in which `value` stands at `index`, below `LEAVES`; `proof` has the hashes
    /// beside its way to the root, lowest first.
    function computeRoot(uint256 index, bytes32 value, bytes32[3] calldata proof)
        internal
        pure
        returns (bytes32 root)
    {
        root = keccak256(abi.encodePacked(hex"00", value));
        for (uint256 depth = 0; depth < proof.length; ++depth) {
            root = (index >> depth) & 1 == 0
                ? keccak256(abi.encodePacked(hex"01", root, proof[depth]))
                : keccak256(abi.encodePacked(hex"01", proof[depth], root));
        }
    }
}
