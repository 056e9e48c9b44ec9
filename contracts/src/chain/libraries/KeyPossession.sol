// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {ProvenKey} from "../ChainTypes.sol";

/// Keys of a candidate, and the proof that who registers a key has it.
library KeyPossession {
    uint256 private constant PRIME = 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f;

    error KeyNotOnCurve(uint256 x, uint256 y);
    error KeyNotPossessed(uint256 x, uint256 y);

    /// The address of a key of secp256k1, or a revert unless it signed, with low s, that `operator` and `owner` may
    /// use it for `purpose` in the calling contract on this chain.
    function verify(ProvenKey calldata key, string memory purpose, address operator, address owner)
        internal
        view
        returns (address account)
    {
        require(isPoint(key.x, key.y), KeyNotOnCurve(key.x, key.y));
        account = address(uint160(uint256(keccak256(abi.encode(key.x, key.y)))));
        bytes32 message = keccak256(abi.encode(purpose, block.chainid, address(this), operator, owner));
        // The argument of a failure says no more than the failure.
        // slither-disable-next-line unused-return
        (address signer, ECDSA.RecoverError failure,) = ECDSA.tryRecover(message, key.v, key.r, key.s);
        require(failure == ECDSA.RecoverError.NoError && signer == account, KeyNotPossessed(key.x, key.y));
    }

    /// Whether (x, y) is a point of secp256k1; infinity has no such coordinates.
    function isPoint(uint256 x, uint256 y) internal pure returns (bool) {
        if (x >= PRIME || y >= PRIME) return false;
        uint256 cube = mulmod(mulmod(x, x, PRIME), x, PRIME);
        return mulmod(y, y, PRIME) == addmod(cube, 7, PRIME);
    }

    /// First byte of the compressed key: 2 for an even y, 3 for an odd one.
    function prefixOf(ProvenKey calldata key) internal pure returns (uint8) {
        return uint8(2 + (key.y & 1));
    }
}
