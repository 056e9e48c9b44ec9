// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// What other contracts ask of a light client of a Fieldproof chain.
interface ILightClient {
    /// Reverts unless `value` stands at `leafIndex` in the application's hash that the accepted header of
    /// `height` carries: the one after block `height` − 1. `proof` has the hashes beside its way, lowest first.
    /// True for ever once it was true: whoever cares for age asks `headerAt`.
    function verifyLeaf(uint64 height, uint256 leafIndex, bytes32 value, bytes32[] calldata proof)
        external
        view;

    /// The application's hash in an accepted header, and the header's time in seconds since 1970; zeros for a
    /// height that was not accepted.
    function headerAt(uint64 height) external view returns (bytes32 appHash, uint64 timeS);

    /// The newest accepted header: its height, its time, and CometBFT's hash of the set that comes after it.
    function latest()
        external
        view
        returns (uint64 height, uint64 timeS, uint32 timeNanos, bytes32 nextValidatorsHash);
}
