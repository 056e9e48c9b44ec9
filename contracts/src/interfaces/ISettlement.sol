// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// What a registry asks of the Settlement of its network.
interface ISettlement {
    /// Returns true if nothing can be posted for `window` of `cohort` any more.
    function isClosed(uint256 cohort, uint256 window) external view returns (bool);
}
