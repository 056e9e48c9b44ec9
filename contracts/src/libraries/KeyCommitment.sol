// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Poseidon2} from "./Poseidon2.sol";

/// Hashes of registered devices, each kind in a domain of its own (docs/reference/protocol.md, "Hash of
/// fields"), and the check that a seal key is a point of Grumpkin.
///
/// Arguments named in the table are below the field's order; callers see to it.
library KeyCommitment {
    uint256 private constant CONTEXT_BITS = 128;
    uint256 private constant ATTRIBUTES = uint256(uint112(bytes14("fp1.attributes"))) << CONTEXT_BITS;
    uint256 private constant LEAF = uint256(uint64(bytes8("fp1.leaf"))) << CONTEXT_BITS;
    uint256 private constant CHAIN_START = uint256(uint120(bytes15("fp1.chain-start"))) << CONTEXT_BITS;
    uint256 private constant CHAIN = uint256(uint72(bytes9("fp1.chain"))) << CONTEXT_BITS;

    /// Hash of a device's raw attributes; 0 where the schema has none.
    function computeAttributesHash(uint64[] calldata attributes) internal pure returns (uint256) {
        if (attributes.length == 0) return 0;
        uint256[] memory inputs = new uint256[](attributes.length + 1);
        inputs[0] = ATTRIBUTES;
        for (uint256 i = 0; i < attributes.length; ++i) {
            inputs[i + 1] = attributes[i];
        }
        return Poseidon2.sponge(inputs);
    }

    /// Hash of one registered device. `device` has 32 bits.
    function computeLeaf(uint256 device, uint256 sealKeyX, uint256 sealKeyY, uint256 attributesHash)
        internal
        pure
        returns (uint256)
    {
        uint256[] memory inputs = new uint256[](4);
        inputs[0] = LEAF + device;
        inputs[1] = sealKeyX;
        inputs[2] = sealKeyY;
        inputs[3] = attributesHash;
        return Poseidon2.sponge(inputs);
    }

    /// Key commitment of a cohort without devices.
    function computeStart(uint256 chainId, address registry, uint256 cohort) internal pure returns (uint256) {
        uint256[] memory inputs = new uint256[](4);
        inputs[0] = CHAIN_START;
        inputs[1] = chainId;
        inputs[2] = uint160(registry);
        inputs[3] = cohort;
        return Poseidon2.sponge(inputs);
    }

    /// Key commitment after one more registration.
    function computeNext(uint256 commitment, uint256 leaf) internal pure returns (uint256) {
        uint256[] memory inputs = new uint256[](3);
        inputs[0] = CHAIN;
        inputs[1] = commitment;
        inputs[2] = leaf;
        return Poseidon2.sponge(inputs);
    }

    /// Returns true if (x, y) is a point of Grumpkin, y² = x³ − 17, other than infinity. The curve's order is
    /// prime, so every such point is a key.
    function isSealKey(uint256 x, uint256 y) internal pure returns (bool) {
        uint256 p = Poseidon2.FIELD_ORDER;
        if (x >= p || y >= p) return false;
        return mulmod(y, y, p) == addmod(mulmod(mulmod(x, x, p), x, p), p - 17, p);
    }
}
