// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {P256} from "@openzeppelin/contracts/utils/cryptography/P256.sol";

/// Signatures by a device's identity key over SHA-256 of a message.
library IdentitySignature {
    uint8 internal constant ES256 = 1;
    uint8 internal constant ES256K = 2;
    uint8 internal constant EDDSA = 3;

    /// Half of secp256k1's order: a signature with a greater s has a twin that anyone can make.
    uint256 private constant SECP256K1_HALF_ORDER =
        0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;

    /// Returns true if (r, s) is a signature with low s over `message` by the key (x, y). For EdDSA, which
    /// the EVM cannot check, only the shape of the key is looked at: whoever relies on such a registration
    /// checks the signature itself, from the registration's event.
    function isValid(uint8 algorithm, bytes32 x, bytes32 y, bytes memory message, bytes32 r, bytes32 s)
        internal
        view
        returns (bool)
    {
        if (algorithm == ES256) return P256.verify(sha256(message), r, s, x, y);
        if (algorithm == ES256K) return _isValidSecp256k1(sha256(message), x, y, r, s);
        return algorithm == EDDSA && y == 0;
    }

    function _isValidSecp256k1(bytes32 digest, bytes32 x, bytes32 y, bytes32 r, bytes32 s)
        private
        pure
        returns (bool)
    {
        if (uint256(s) > SECP256K1_HALF_ORDER) return false;
        address signer = address(uint160(uint256(keccak256(abi.encode(x, y)))));
        return signer != address(0)
            && (ecrecover(digest, 27, r, s) == signer || ecrecover(digest, 28, r, s) == signer);
    }
}
