// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// Public keys of secp256k1.
library Secp256k1 {
    uint256 private constant PRIME = 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f;

    /// Returns true if (x, y) is a point of the curve, y² = x³ + 7, other than infinity.
    function isKey(uint256 x, uint256 y) internal pure returns (bool) {
        if (x >= PRIME || y >= PRIME) return false;
        return mulmod(y, y, PRIME) == addmod(mulmod(mulmod(x, x, PRIME), x, PRIME), 7, PRIME);
    }

    /// The account of a key.
    function addressOf(uint256 x, uint256 y) internal pure returns (address) {
        return address(uint160(uint256(keccak256(abi.encode(x, y)))));
    }

    /// First byte of the compressed form (SEC 1).
    function prefixOf(uint256 y) internal pure returns (bytes1) {
        return y % 2 == 0 ? bytes1(0x02) : bytes1(0x03);
    }
}
