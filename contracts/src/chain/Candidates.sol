// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {CandidateInfo, Member, ProvenKey, StakingParameters} from "./ChainTypes.sol";
import {IStaking} from "./interfaces/IStaking.sol";
import {REWARDS} from "./interfaces/IRewards.sol";
import {KeyPossession} from "./libraries/KeyPossession.sol";
import {VoteWeight} from "./libraries/VoteWeight.sol";

/// Who stands for election, with which keys, and how many votes that is worth.
///
/// An operator, a consensus key and a beacon key serve one candidate for ever: what was signed with a key can
/// always be held against the candidate that had it. Changes reach consensus only through the next pool.
abstract contract Candidates is IStaking, Initializable {
    using Checkpoints for Checkpoints.Trace208;
    using KeyPossession for ProvenKey;

    struct Keys {
        address consensus;
        uint8 consensusPrefix;
        uint8 beaconPrefix;
        bytes32 consensusX;
        bytes32 beaconX;
    }

    /// Wei that a share is worth where nothing was slashed, of `RATE_UNIT`.
    uint96 public constant RATE_UNIT = 1e27;
    /// All, in hundredths of a percent.
    uint256 public constant WHOLE = 10_000;
    /// Epochs whose pools are frozen with fewer votes for a candidate that proposed too few blocks.
    uint256 public constant PROBATION_EPOCHS = 6;
    /// Votes of a candidate on probation are divided by it.
    uint256 public constant PROBATION_DIVISOR = 10;

    string private constant CONSENSUS_PURPOSE = "fieldproof consensus key";
    string private constant BEACON_PURPOSE = "fieldproof beacon key";

    StakingParameters internal _parameters;
    mapping(address operator => CandidateInfo) internal _candidates;
    mapping(address operator => Keys) private _keys;
    mapping(address operator => Checkpoints.Trace208) private _rates;
    mapping(bytes32 keyX => bool) private _isKeyTaken;
    address[] private _operators;

    /// Votes lie in the events of its bucket.
    event Registered(address indexed operator, address indexed owner, uint16 commission);
    event ConsensusKeySet(address indexed operator, address indexed consensus, uint8 prefix, bytes32 x);
    event BeaconKeySet(address indexed operator, uint8 prefix, bytes32 x);
    event Resigned(address indexed operator);
    event ProbationStarted(address indexed operator, uint64 untilEpoch);

    error StakingInvalidParameter(bytes32 name);
    error StakingInvalidOperator(address operator);
    error StakingInvalidCommission(uint256 commission, uint256 greatest);
    error StakingKeyTaken(bytes32 x);
    error StakingUnknownCandidate(address operator);
    error StakingCandidateResigned(address operator);
    error StakingNotOwner(address caller, address owner);
    error StakingNotRewards(address caller);

    /// Sets what genesis fixes, once: in the first block it is done already.
    function initialize(StakingParameters calldata parameters) external initializer {
        _checkParameter(parameters.epochBlocks != 0, "epochBlocks");
        _checkParameter(parameters.unbondingS != 0, "unbondingS");
        _checkParameter(parameters.offenceShare <= WHOLE, "offenceShare");
        _checkParameter(parameters.noDealingShare <= WHOLE, "noDealingShare");
        _checkParameter(parameters.leastSelfStakeWei != 0, "leastSelfStakeWei");
        _parameters = parameters;
    }

    /// Gives a candidate another consensus key; for its owner.
    function rotateConsensusKey(address operator, ProvenKey calldata key) external {
        _checkStanding(operator, msg.sender);
        _setConsensusKey(operator, msg.sender, key);
    }

    /// Gives a candidate another beacon key; for its owner. The old one is still needed in the epochs whose pools
    /// are frozen with it.
    function rotateBeaconKey(address operator, ProvenKey calldata key) external {
        _checkStanding(operator, msg.sender);
        _setBeaconKey(operator, msg.sender, key);
    }

    /// Ends a candidacy for ever; for its owner. The pools that are frozen already still hold the candidate, and
    /// what is behind it answers for it as long as it would have.
    function resign(address operator) external {
        _checkStanding(operator, msg.sender);
        _candidates[operator].hasResigned = true;
        emit Resigned(operator);
    }

    /// @inheritdoc IStaking
    function startProbation(address operator) external {
        require(msg.sender == address(REWARDS), StakingNotRewards(msg.sender));
        // A pool is frozen in the first block of an epoch; the pools of the next six such blocks are meant.
        uint256 firstEpoch = Math.ceilDiv(Math.saturatingSub(block.number, 1), _parameters.epochBlocks);
        // Cast: heights have 64 bits.
        uint64 untilEpoch = uint64(firstEpoch + PROBATION_EPOCHS);
        _candidates[operator].probationUntilEpoch = untilEpoch;
        emit ProbationStarted(operator, untilEpoch);
    }

    /// Every candidate in order of registration, from place `offset` on, at most `limit` of them. Votes are 0 where
    /// it may not be elected: it has resigned, is in jail, or has less self-stake than it needs.
    function getCandidates(uint256 offset, uint256 limit) external view returns (Member[] memory members) {
        uint256 rest = Math.saturatingSub(_operators.length, offset);
        members = new Member[](Math.min(limit, rest));
        for (uint256 i = 0; i < members.length; ++i) {
            address operator = _operators[offset + i];
            Keys storage keys = _keys[operator];
            members[i] = Member(
                operator,
                keys.consensus,
                keys.consensusPrefix,
                keys.consensusX,
                keys.beaconPrefix,
                keys.beaconX,
                getVotes(operator)
            );
        }
    }

    function getCandidateCount() external view returns (uint256) {
        return _operators.length;
    }

    /// What is known of a candidate; all zero for an operator that was never registered.
    function getCandidate(address operator) external view returns (CandidateInfo memory) {
        return _candidates[operator];
    }

    function getParameters() external view returns (StakingParameters memory) {
        return _parameters;
    }

    /// @inheritdoc IStaking
    function getRewardTerms(address operator)
        external
        view
        returns (address owner, uint256 commission, uint256 weight)
    {
        CandidateInfo storage candidate = _candidates[operator];
        return (candidate.owner, candidate.commission, candidate.weightedShares);
    }

    /// @inheritdoc IStaking
    function isCandidate(address operator) public view returns (bool) {
        return _candidates[operator].owner != address(0);
    }

    /// What a candidate brings into an election now, wei: Σ ⌊amount · weight⌋ of the votes behind it, less what was
    /// slashed since they were given, rounded down once more.
    function getVotes(address operator) public view returns (uint256) {
        CandidateInfo storage candidate = _candidates[operator];
        if (candidate.hasResigned || block.timestamp < candidate.jailedUntil) return 0;
        if (_toWei(candidate.selfShares, candidate.rate) < _parameters.leastSelfStakeWei) return 0;
        uint256 votes = _toWei(candidate.weightedShares, candidate.rate);
        uint256 epoch = Math.saturatingSub(block.number, 1) / _parameters.epochBlocks;
        return epoch < candidate.probationUntilEpoch ? votes / PROBATION_DIVISOR : votes;
    }

    /// Takes an operator and two keys that nobody had, for the caller.
    function _register(
        address operator,
        ProvenKey calldata consensusKey,
        ProvenKey calldata beaconKey,
        uint16 commission
    ) internal {
        require(operator != address(0) && !isCandidate(operator), StakingInvalidOperator(operator));
        require(commission <= WHOLE, StakingInvalidCommission(commission, WHOLE));
        CandidateInfo storage candidate = _candidates[operator];
        candidate.owner = msg.sender;
        candidate.commission = commission;
        _operators.push(operator);
        _setRate(operator, RATE_UNIT);
        emit Registered(operator, msg.sender, commission);
        _setConsensusKey(operator, msg.sender, consensusKey);
        _setBeaconKey(operator, msg.sender, beaconKey);
    }

    function _setRate(address operator, uint96 rate) internal {
        _candidates[operator].rate = rate;
        // Cast: seconds since 1970. What was the rate before is not needed.
        // slither-disable-next-line unused-return
        _rates[operator].push(uint48(block.timestamp), rate);
    }

    /// The rate as it stood at the end of a second.
    function _rateAt(address operator, uint48 timeS) internal view returns (uint96) {
        // Cast: every rate has 96 bits.
        return uint96(_rates[operator].upperLookupRecent(timeS));
    }

    function _checkKnown(address operator) internal view {
        require(isCandidate(operator), StakingUnknownCandidate(operator));
    }

    function _checkCandidate(address operator) internal view {
        _checkKnown(operator);
        require(!_candidates[operator].hasResigned, StakingCandidateResigned(operator));
    }

    function _toWei(uint256 shares, uint256 rate) internal pure returns (uint256) {
        return shares * rate / RATE_UNIT;
    }

    function _setConsensusKey(address operator, address owner, ProvenKey calldata key) private {
        address consensus = key.verify(CONSENSUS_PURPOSE, operator, owner);
        _takeKey(key);
        Keys storage keys = _keys[operator];
        (keys.consensus, keys.consensusPrefix, keys.consensusX) = (consensus, key.prefixOf(), bytes32(key.x));
        emit ConsensusKeySet(operator, consensus, keys.consensusPrefix, keys.consensusX);
    }

    function _setBeaconKey(address operator, address owner, ProvenKey calldata key) private {
        // The address of a beacon key means nothing.
        // slither-disable-next-line unused-return
        key.verify(BEACON_PURPOSE, operator, owner);
        _takeKey(key);
        Keys storage keys = _keys[operator];
        (keys.beaconPrefix, keys.beaconX) = (key.prefixOf(), bytes32(key.x));
        emit BeaconKeySet(operator, keys.beaconPrefix, keys.beaconX);
    }

    /// One x stands for a key and its negative, which has the same owner.
    function _takeKey(ProvenKey calldata key) private {
        bytes32 x = bytes32(key.x);
        require(!_isKeyTaken[x], StakingKeyTaken(x));
        _isKeyTaken[x] = true;
    }

    function _checkStanding(address operator, address caller) private view {
        _checkCandidate(operator);
        address owner = _candidates[operator].owner;
        require(caller == owner, StakingNotOwner(caller, owner));
    }

    function _checkParameter(bool isValid, bytes32 name) private pure {
        require(isValid, StakingInvalidParameter(name));
    }
}
