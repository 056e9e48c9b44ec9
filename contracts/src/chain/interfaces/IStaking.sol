// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// What other contracts in genesis ask of `Staking`.
interface IStaking {
    /// Whether an operator was ever registered.
    function isCandidate(address operator) external view returns (bool);

    /// Who gets what of a candidate's reward: its owner the commission, in hundredths of a percent, the voters the
    /// rest by their weighted shares, whose sum is `weight`.
    function getRewardTerms(address operator)
        external
        view
        returns (address owner, uint256 commission, uint256 weight);

    /// Lowers a candidate's votes for six epochs. For `Rewards` alone.
    function startProbation(address operator) external;
}

IStaking constant STAKING = IStaking(address(0xF1E1D001));
