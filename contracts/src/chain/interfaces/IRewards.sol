// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// What `Staking` asks of `Rewards`.
interface IRewards {
    /// Credits what a voter earned with a candidate so far, then changes the voter's weight with it. For `Staking`
    /// alone.
    function changeWeight(address operator, address voter, uint256 removed, uint256 added) external;
}

IRewards constant REWARDS = IRewards(address(0xF1E1D004));
