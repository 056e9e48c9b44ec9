// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// What a Settlement asks of the registry of its network.
interface IDeviceRegistry {
    /// Key commitment, count of registered devices and bitmap of active ones of `cohort` as they stood when
    /// `window` started. Final once that moment has passed.
    function cohortAt(uint256 cohort, uint256 window)
        external
        view
        returns (uint256 commitment, uint256 count, uint256 active);

    /// How many devices of the network were active when `window` started.
    function activeAt(uint256 window) external view returns (uint256);

    /// Returns true if `holder` holds the tokens of all `devices`.
    function isHolder(address holder, uint256[] calldata devices) external view returns (bool);

    /// How many devices can ever be registered.
    function maxDevices() external view returns (uint256);
}
