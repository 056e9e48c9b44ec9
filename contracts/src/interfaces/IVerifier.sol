// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// A contract that Barretenberg generates for one circuit.
interface IVerifier {
    /// Returns true if `proof` shows the statement `publicInputs`; reverts or returns false otherwise.
    function verify(bytes calldata proof, bytes32[] calldata publicInputs) external view returns (bool);
}
