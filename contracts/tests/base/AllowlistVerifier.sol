// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IVerifier} from "../../src/interfaces/IVerifier.sol";

/// For tests of everything around a verifier: it accepts exactly the pairs of proof and statement that a test
/// has allowed. The generated verifier is tested with real proofs by the Python tests.
contract AllowlistVerifier is IVerifier {
    mapping(bytes32 => bool) private _allowed;

    function allow(bytes calldata proof, bytes32[] calldata publicInputs) external {
        _allowed[keccak256(abi.encode(proof, publicInputs))] = true;
    }

    function verify(bytes calldata proof, bytes32[] calldata publicInputs) external view returns (bool) {
        return _allowed[keccak256(abi.encode(proof, publicInputs))];
    }
}
