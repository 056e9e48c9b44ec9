// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// Sets of devices of one cohort, one bit each.
library Bitmap {
    uint256 private constant PAIRS = type(uint256).max / 3;
    uint256 private constant NIBBLES = type(uint256).max / 5;
    uint256 private constant BYTES = type(uint256).max / 17;
    uint256 private constant ONES = type(uint256).max / 255;

    /// How many bits of `bitmap` are set.
    function count(uint256 bitmap) internal pure returns (uint256) {
        // Unchecked: neighbouring counts are added side by side, each within its own bits. Only the last step
        // could carry, for 256 bits set.
        unchecked {
            if (bitmap == type(uint256).max) return 256;
            bitmap -= (bitmap >> 1) & PAIRS;
            bitmap = (bitmap & NIBBLES) + ((bitmap >> 2) & NIBBLES);
            bitmap = (bitmap + (bitmap >> 4)) & BYTES;
            return (bitmap * ONES) >> 248;
        }
    }

    /// How many 128-bit fields a statement needs for a bitmap of `capacity` devices.
    function fieldsFor(uint256 capacity) internal pure returns (uint256) {
        return (capacity + 127) / 128;
    }
}
