// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Entry, LeafProof, Result} from "./ChainTypes.sol";
import {IRewards} from "./interfaces/IRewards.sol";
import {STAKING} from "./interfaces/IStaking.sol";
import {ConsensusProof} from "./libraries/ConsensusProof.sol";

/// Pays for blocks and epochs.
///
/// Every block brings its coins here by a withdrawal, which runs no code; what they are for follows from the epochs'
/// results, which anyone brings with a proof. A block's reward goes to the candidate that proposed it, an epoch's to
/// the members of its pool by their votes; of both the candidate's owner gets the commission, and those who vote
/// for the candidate when the result is settled get the rest, by their weighted shares. All divisions round down and
/// what remains stays here for ever, so an epoch never credits more than its blocks brought.
contract Rewards is IRewards, Initializable, ReentrancyGuardTransient {
    struct Account {
        uint128 weight;
        /// Earnings per weight up to which the voter was credited.
        uint256 paid;
    }

    /// All, in hundredths of a percent.
    uint256 private constant WHOLE = 10_000;
    /// Wei earned by a weight of 1 are counted in parts of it.
    uint256 private constant EARNING_UNIT = 1e27;
    /// Percent of the blocks expected of a member of the committee below which it goes on probation.
    uint256 private constant LEAST_PRODUCTIVITY = 85;

    uint128 private _blockRewardWei;
    uint128 private _epochRewardWei;
    uint64 private _epochBlocks;
    uint64 private _nextEpoch;
    /// The chain of results up to the epoch before `_nextEpoch`.
    bytes32 private _results;
    mapping(address operator => uint256) private _earnings;
    mapping(address operator => mapping(address voter => Account)) private _accounts;
    mapping(address account => uint256) private _owedWei;

    event Settled(uint64 indexed epoch, uint256 creditedWei);
    event Earned(uint64 indexed epoch, address indexed operator, uint256 commissionWei, uint256 votersWei);
    event Claimed(address indexed account, uint256 amountWei);

    error RewardsInvalidParameter(bytes32 name);
    error RewardsNotStaking(address caller);
    error RewardsNothingToSettle();
    error RewardsNothingToClaim(address account);
    error RewardsTooManyBlocks(uint64 epoch, uint256 proposed);

    modifier onlyStaking() {
        require(msg.sender == address(STAKING), RewardsNotStaking(msg.sender));
        _;
    }

    /// Sets what genesis fixes, once: in the first block it is done already. Amounts are those that blocks bring.
    function initialize(uint64 epochBlocks, uint128 blockRewardWei, uint128 epochRewardWei)
        external
        initializer
    {
        require(epochBlocks != 0, RewardsInvalidParameter("epochBlocks"));
        (_epochBlocks, _blockRewardWei, _epochRewardWei) = (epochBlocks, blockRewardWei, epochRewardWei);
    }

    /// Credits the epochs that follow the last one settled, and puts members of committees that proposed too few
    /// blocks on probation. `later` has the hashes of the results behind these, up to the chain of results that
    /// is proven: so any number of missing epochs can be settled in parts. Anyone may.
    function settle(Result[] calldata results, bytes32[] calldata later, LeafProof calldata proof)
        external
        nonReentrant
    {
        require(results.length != 0, RewardsNothingToSettle());
        bytes32 chain = _results;
        for (uint256 i = 0; i < results.length; ++i) {
            chain = keccak256(abi.encode(chain, keccak256(abi.encode(results[i]))));
        }
        _results = chain;
        for (uint256 i = 0; i < later.length; ++i) {
            chain = keccak256(abi.encode(chain, later[i]));
        }
        ConsensusProof.verifyLeaf(ConsensusProof.RESULTS, chain, proof);
        _nextEpoch = results[results.length - 1].epoch + 1;
        for (uint256 i = 0; i < results.length; ++i) {
            _credit(results[i]);
        }
    }

    /// @inheritdoc IRewards
    function changeWeight(address operator, address voter, uint256 removed, uint256 added)
        external
        onlyStaking
    {
        _creditVoter(operator, voter);
        Account storage account = _accounts[operator][voter];
        account.weight = SafeCast.toUint128(account.weight + added - removed);
    }

    /// Pays what the caller has earned as a candidate's owner, and as a voter for `operators` up to the last epoch
    /// settled.
    function claim(address[] calldata operators) external nonReentrant returns (uint256 amountWei) {
        for (uint256 i = 0; i < operators.length; ++i) {
            _creditVoter(operators[i], msg.sender);
        }
        amountWei = _owedWei[msg.sender];
        require(amountWei != 0, RewardsNothingToClaim(msg.sender));
        _owedWei[msg.sender] = 0;
        emit Claimed(msg.sender, amountWei);
        Address.sendValue(payable(msg.sender), amountWei);
    }

    /// What `claim` would pay to an account, wei, for operators of which none is named twice.
    function getClaimable(address account, address[] calldata operators)
        external
        view
        returns (uint256 amountWei)
    {
        amountWei = _owedWei[account];
        for (uint256 i = 0; i < operators.length; ++i) {
            amountWei += _computeEarned(operators[i], account);
        }
    }

    /// The first epoch that is not settled, and the chain of results before it.
    function getProgress() external view returns (uint64 nextEpoch, bytes32 results) {
        return (_nextEpoch, _results);
    }

    function getParameters()
        external
        view
        returns (uint64 epochBlocks, uint256 blockRewardWei, uint256 epochRewardWei)
    {
        return (_epochBlocks, _blockRewardWei, _epochRewardWei);
    }

    function _credit(Result calldata result) private {
        (uint256 votes, uint256 proposed) = (0, 0);
        for (uint256 i = 0; i < result.entries.length; ++i) {
            votes += result.entries[i].votes;
            proposed += result.entries[i].proposed;
        }
        // Consensus counts no more blocks than there are: more would be a mistake of it that must not be paid.
        require(proposed <= _epochBlocks, RewardsTooManyBlocks(result.epoch, proposed));
        uint256 creditedWei = 0;
        for (uint256 i = 0; i < result.entries.length; ++i) {
            Entry calldata entry = result.entries[i];
            uint256 amountWei = _blockRewardWei * uint256(entry.proposed);
            if (votes != 0) amountWei += _epochRewardWei * entry.votes / votes;
            if (amountWei != 0) _creditCandidate(result.epoch, entry.operator, amountWei);
            creditedWei += amountWei;
            if (uint256(entry.proposed) * 100 < entry.expected * LEAST_PRODUCTIVITY) {
                // Staking stands in genesis too, and calls nobody for it.
                // slither-disable-next-line calls-loop,reentrancy-no-eth
                STAKING.startProbation(entry.operator);
            }
        }
        emit Settled(result.epoch, creditedWei);
    }

    /// Where nobody votes for the candidate any more, its owner gets all.
    function _creditCandidate(uint64 epoch, address operator, uint256 amountWei) private {
        // slither-disable-next-line calls-loop
        (address owner, uint256 commission, uint256 weight) = STAKING.getRewardTerms(operator);
        uint256 votersWei = weight == 0 ? 0 : amountWei - amountWei * commission / WHOLE;
        _owedWei[owner] += amountWei - votersWei;
        if (votersWei != 0) _earnings[operator] += votersWei * EARNING_UNIT / weight;
        emit Earned(epoch, operator, amountWei - votersWei, votersWei);
    }

    function _creditVoter(address operator, address voter) private {
        _owedWei[voter] += _computeEarned(operator, voter);
        _accounts[operator][voter].paid = _earnings[operator];
    }

    function _computeEarned(address operator, address voter) private view returns (uint256) {
        Account storage account = _accounts[operator][voter];
        return account.weight * (_earnings[operator] - account.paid) / EARNING_UNIT;
    }
}
