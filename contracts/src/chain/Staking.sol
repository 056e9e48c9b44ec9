// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Candidates} from "./Candidates.sol";
import {Bucket, CandidateInfo, Fault, FaultProof, ProvenKey} from "./ChainTypes.sol";
import {REWARDS} from "./interfaces/IRewards.sol";
import {ConsensusProof} from "./libraries/ConsensusProof.sol";
import {VoteWeight} from "./libraries/VoteWeight.sol";

/// Coins behind candidates.
///
/// Coins lie in buckets, each behind one candidate, and vote by amount and lock. Whatever was behind a candidate
/// answers for it, and goes on to for the unbonding time after it was moved to another or unstaked. A fault that is
/// proven against the application's hash takes its share of all of it alike, whoever came when; nobody can be
/// slashed in any other way. What is slashed goes to address 0: at once what is behind the candidate, and what has
/// left it when its bucket is touched the next time, for which anyone can see (`settleRisk`).
///
/// Divisions round down; what remains, less than a wei for each call, stays here and belongs to nobody: of coins put
/// behind a candidate that was slashed before, a wei can be lost at once. There is no owner, and parameters never
/// change.
contract Staking is Candidates, ReentrancyGuardTransient {
    /// A candidate whose shares are worth less has lost nearly all that ever was behind it: it takes no new coins.
    uint256 public constant LEAST_RATE = 1e18;

    uint8 private constant NO_DEALING = 3;

    mapping(uint256 bucket => Bucket) private _buckets;
    mapping(bytes32 fault => bool) private _isPunished;
    uint256 private _bucketCount;

    event Staked(
        uint256 indexed bucket,
        address indexed operator,
        address indexed owner,
        uint256 amountWei,
        uint16 lockDays,
        bool autoRenew
    );
    event StakeAdded(uint256 indexed bucket, uint256 amountWei);
    event LockSet(uint256 indexed bucket, uint16 lockDays, bool autoRenew, uint48 unlocksAt);
    event Moved(uint256 indexed bucket, address indexed from, address indexed to, uint256 amountWei);
    event Unstaked(
        uint256 indexed bucket, address indexed operator, uint256 amountWei, uint48 withdrawableAt
    );
    event Withdrawn(uint256 indexed bucket, address indexed owner, uint256 amountWei);
    /// A bucket paid for what a candidate that it left lost since.
    event RiskPaid(uint256 indexed bucket, address indexed operator, uint256 burntWei);
    event Slashed(
        address indexed operator,
        bytes32 indexed fault,
        uint8 kind,
        uint256 share,
        uint256 burntWei,
        uint96 rate
    );

    error StakingNothing();
    error StakingSelfStakeTooSmall(uint256 amountWei, uint256 leastWei);
    error StakingLockTooLong(uint256 lockDays, uint256 longest);
    error StakingLockShortened(uint256 unlocksAt, uint256 earliest);
    error StakingNotBucketOwner(address caller, uint256 bucket);
    error StakingNotVoting(uint256 bucket);
    error StakingLocked(uint256 bucket);
    error StakingNoLockToEnd(uint256 bucket);
    error StakingAlreadyBehind(address operator);
    error StakingAtRisk(uint256 bucket, uint256 untilS);
    error StakingLostAll(address operator);
    error StakingAlreadyPunished(bytes32 fault);

    /// Makes the caller the owner of a new candidate, with the coins that are sent as its self-stake. Nobody can
    /// be made to own one, and no key stands for it without its own signature; an operator is only named, so take an
    /// account for it that nobody knew before.
    function register(
        address operator,
        ProvenKey calldata consensusKey,
        ProvenKey calldata beaconKey,
        uint16 commission,
        uint16 lockDays,
        bool autoRenew
    ) external payable nonReentrant returns (uint256 bucket) {
        uint256 leastWei = _parameters.leastSelfStakeWei;
        require(msg.value >= leastWei, StakingSelfStakeTooSmall(msg.value, leastWei));
        _register(operator, consensusKey, beaconKey, commission);
        return _stake(operator, msg.value, lockDays, autoRenew);
    }

    /// Votes for a candidate with the coins that are sent; the candidate's owner adds to its self-stake by it.
    /// Returns the number of the bucket that holds them.
    function stake(address operator, uint16 lockDays, bool autoRenew)
        external
        payable
        nonReentrant
        returns (uint256 bucket)
    {
        return _stake(operator, msg.value, lockDays, autoRenew);
    }

    /// Adds the coins that are sent to a bucket, whose lock begins anew.
    function addStake(uint256 bucket) external payable nonReentrant {
        Bucket storage entry = _openVoting(bucket);
        require(msg.value != 0, StakingNothing());
        // New coins do not answer for what came before them.
        _checkNoRisk(bucket, entry);
        _checkOpen(entry.operator);
        _setLock(bucket, entry.lockDays, entry.autoRenew);
        _setShares(entry, entry.shares + _toShares(entry.operator, msg.value));
        emit StakeAdded(bucket, msg.value);
    }

    /// Locks a bucket anew, for no shorter than it is locked already. Turning auto-renewal off starts the days.
    function renew(uint256 bucket, uint16 lockDays, bool autoRenew) external nonReentrant {
        Bucket storage entry = _openVoting(bucket);
        uint256 earliest = entry.autoRenew ? _lockEnd(entry.lockDays) : entry.unlocksAt;
        uint256 unlocksAt = _lockEnd(lockDays);
        require(unlocksAt >= earliest, StakingLockShortened(unlocksAt, earliest));
        _setLock(bucket, lockDays, autoRenew);
        _setShares(entry, entry.shares);
    }

    /// Takes the weight of its lock from a bucket whose lock has ended. Anyone may.
    function endLock(uint256 bucket) external nonReentrant {
        Bucket storage entry = _buckets[bucket];
        require(entry.operator != address(0), StakingNotVoting(bucket));
        require(entry.lockDays != 0 && _isUnlocked(entry), StakingNoLockToEnd(bucket));
        _setLock(bucket, 0, false);
        _setShares(entry, entry.shares);
    }

    /// Moves a vote to another candidate, with its lock. It votes there at once, and for the unbonding time it
    /// answers for both: until then it can neither be moved again nor unstaked.
    function move(uint256 bucket, address operator) external nonReentrant {
        Bucket storage entry = _openVoting(bucket);
        address left = entry.operator;
        require(operator != left, StakingAlreadyBehind(operator));
        uint256 amountWei = _leave(bucket, entry);
        require(amountWei != 0, StakingNothing());
        _enter(entry, operator, amountWei);
        emit Moved(bucket, left, operator, amountWei);
    }

    /// Takes an unlocked bucket's vote away. Its coins answer for the candidate for the unbonding time, and can
    /// be withdrawn after it.
    function unstake(uint256 bucket) external nonReentrant {
        Bucket storage entry = _openVoting(bucket);
        require(_isUnlocked(entry), StakingLocked(bucket));
        address left = entry.operator;
        uint256 amountWei = _leave(bucket, entry);
        entry.operator = address(0);
        // Cast: less than the shares were, at most `RATE_UNIT` wei each.
        entry.shares = uint128(amountWei);
        emit Unstaked(bucket, left, amountWei, entry.riskUntil);
    }

    /// Pays what is left of an unstaked bucket to its owner, which must be the caller.
    function withdraw(uint256 bucket) external nonReentrant returns (uint256 amountWei) {
        Bucket storage entry = _openOwn(bucket);
        require(entry.operator == address(0), StakingLocked(bucket));
        _checkNoRisk(bucket, entry);
        amountWei = entry.shares;
        delete _buckets[bucket];
        emit Withdrawn(bucket, msg.sender, amountWei);
        Address.sendValue(payable(msg.sender), amountWei);
    }

    /// Makes a bucket pay for what the candidate that it left has lost since. Anyone may.
    function settleRisk(uint256 bucket) external nonReentrant {
        _settleRisk(bucket, _buckets[bucket]);
    }

    /// Punishes a candidate for a fault that stands in an application's hash: each fault once. Anyone may. An
    /// offence against consensus also takes it out of the coming pools, for a time that counts from when the fault
    /// was recorded.
    function slash(Fault calldata fault, FaultProof calldata proof) external nonReentrant {
        require(!_isPunished[fault.id], StakingAlreadyPunished(fault.id));
        ConsensusProof.verifyFault(fault, proof);
        _checkKnown(fault.operator);
        _isPunished[fault.id] = true;
        bool isOffence = fault.kind != NO_DEALING;
        uint256 share = isOffence ? _parameters.offenceShare : _parameters.noDealingShare;
        CandidateInfo storage candidate = _candidates[fault.operator];
        if (isOffence) {
            uint256 jailedUntil = uint256(fault.timeS) + _parameters.jailS;
            candidate.jailedUntil = SafeCast.toUint48(Math.max(candidate.jailedUntil, jailedUntil));
        }
        uint256 before = candidate.rate;
        // Cast: no more than it was.
        uint96 rate = uint96(before * (WHOLE - share) / WHOLE);
        _setRate(fault.operator, rate);
        uint256 burntWei = _toWei(candidate.shares, before - rate);
        emit Slashed(fault.operator, fault.id, fault.kind, share, burntWei, rate);
        _burn(burntWei);
    }

    /// What is known of a bucket; all zero for one that never was or was withdrawn.
    function getBucket(uint256 bucket) external view returns (Bucket memory) {
        return _buckets[bucket];
    }

    /// How many buckets there ever were; the next one's number.
    function getBucketCount() external view returns (uint256) {
        return _bucketCount;
    }

    /// What a bucket is worth now, wei, all that it owes for others' faults taken off.
    function getAmount(uint256 bucket) external view returns (uint256) {
        Bucket storage entry = _buckets[bucket];
        return _amountOf(entry, _computeSharesAfterRisk(entry, _riskRate(entry)));
    }

    function isPunished(bytes32 fault) external view returns (bool) {
        return _isPunished[fault];
    }

    function _stake(address operator, uint256 amountWei, uint16 lockDays, bool autoRenew)
        private
        returns (uint256 bucket)
    {
        require(amountWei != 0, StakingNothing());
        bucket = _bucketCount++;
        Bucket storage entry = _buckets[bucket];
        entry.owner = msg.sender;
        emit Staked(bucket, operator, msg.sender, amountWei, lockDays, autoRenew);
        _setLock(bucket, lockDays, autoRenew);
        _enter(entry, operator, amountWei);
    }

    /// The caller's bucket, what it owed for a candidate that it left paid.
    function _openOwn(uint256 bucket) private returns (Bucket storage entry) {
        entry = _buckets[bucket];
        require(entry.owner == msg.sender, StakingNotBucketOwner(msg.sender, bucket));
        _settleRisk(bucket, entry);
    }

    function _openVoting(uint256 bucket) private returns (Bucket storage entry) {
        entry = _openOwn(bucket);
        require(entry.operator != address(0), StakingNotVoting(bucket));
    }

    function _setLock(uint256 bucket, uint16 lockDays, bool autoRenew) private {
        require(
            lockDays <= VoteWeight.MAXIMUM_LOCK_DAYS,
            StakingLockTooLong(lockDays, VoteWeight.MAXIMUM_LOCK_DAYS)
        );
        Bucket storage entry = _buckets[bucket];
        // Cast: seconds since 1970.
        uint48 unlocksAt = uint48(_lockEnd(lockDays));
        (entry.lockDays, entry.autoRenew, entry.unlocksAt) = (lockDays, autoRenew, unlocksAt);
        emit LockSet(bucket, lockDays, autoRenew, unlocksAt);
    }

    function _enter(Bucket storage entry, address operator, uint256 amountWei) private {
        _checkOpen(operator);
        entry.operator = operator;
        entry.isSelf = entry.owner == _candidates[operator].owner;
        _setShares(entry, _toShares(operator, amountWei));
    }

    /// Takes a bucket's vote from its candidate, for which it answers from now on as one that left.
    function _leave(uint256 bucket, Bucket storage entry) private returns (uint256 amountWei) {
        _checkNoRisk(bucket, entry);
        address operator = entry.operator;
        uint96 rate = _candidates[operator].rate;
        amountWei = _toWei(entry.shares, rate);
        _setShares(entry, 0);
        (entry.leftOperator, entry.leftRate) = (operator, rate);
        // Cast: seconds since 1970.
        entry.riskUntil = uint48(block.timestamp + _parameters.unbondingS);
    }

    /// Sets the shares of a voting bucket and what follows from them by its lock.
    function _setShares(Bucket storage entry, uint256 shares) private {
        address operator = entry.operator;
        CandidateInfo storage candidate = _candidates[operator];
        uint256 weight = VoteWeight.compute(entry.lockDays, entry.autoRenew, entry.isSelf);
        uint256 weighted = shares * weight / VoteWeight.ONE;
        uint256 weightedBefore = entry.weightedShares;
        if (entry.isSelf) {
            candidate.selfShares = SafeCast.toUint128(candidate.selfShares + shares - entry.shares);
        }
        candidate.shares = SafeCast.toUint128(candidate.shares + shares - entry.shares);
        candidate.weightedShares = SafeCast.toUint128(candidate.weightedShares + weighted - weightedBefore);
        (entry.shares, entry.weightedShares) = (SafeCast.toUint128(shares), SafeCast.toUint128(weighted));
        if (weighted != weightedBefore) {
            // Rewards stands in genesis too, and calls nobody for it.
            // slither-disable-next-line reentrancy-no-eth,reentrancy-eth,reentrancy-benign
            REWARDS.changeWeight(operator, entry.owner, weightedBefore, weighted);
        }
    }

    function _settleRisk(uint256 bucket, Bucket storage entry) private {
        address left = entry.leftOperator;
        if (left == address(0)) return;
        uint96 rate = _riskRate(entry);
        uint256 shares = _computeSharesAfterRisk(entry, rate);
        uint256 burntWei = _amountOf(entry, entry.shares - shares);
        if (shares != entry.shares) {
            // Cast: fewer than before.
            if (entry.operator == address(0)) entry.shares = uint128(shares);
            else _setShares(entry, shares);
            emit RiskPaid(bucket, left, burntWei);
        }
        entry.leftRate = rate;
        if (block.timestamp >= entry.riskUntil) entry.leftOperator = address(0);
        _burn(burntWei);
    }

    function _burn(uint256 amountWei) private {
        if (amountWei != 0) Address.sendValue(payable(address(0)), amountWei);
    }

    /// The rate up to which a bucket answers for the candidate that it left.
    function _riskRate(Bucket storage entry) private view returns (uint96) {
        if (entry.leftOperator == address(0)) return 0;
        // Cast: seconds since 1970.
        return _rateAt(entry.leftOperator, uint48(Math.min(block.timestamp, entry.riskUntil)));
    }

    function _computeSharesAfterRisk(Bucket storage entry, uint96 rate) private view returns (uint256) {
        if (entry.leftOperator == address(0) || rate >= entry.leftRate) return entry.shares;
        return uint256(entry.shares) * rate / entry.leftRate;
    }

    function _amountOf(Bucket storage entry, uint256 shares) private view returns (uint256) {
        return entry.operator == address(0) ? shares : _toWei(shares, _candidates[entry.operator].rate);
    }

    function _toShares(address operator, uint256 amountWei) private view returns (uint256) {
        return amountWei * RATE_UNIT / _candidates[operator].rate;
    }

    function _checkOpen(address operator) private view {
        _checkCandidate(operator);
        require(_candidates[operator].rate >= LEAST_RATE, StakingLostAll(operator));
    }

    function _checkNoRisk(uint256 bucket, Bucket storage entry) private view {
        require(entry.leftOperator == address(0), StakingAtRisk(bucket, entry.riskUntil));
    }

    function _isUnlocked(Bucket storage entry) private view returns (bool) {
        return !entry.autoRenew && block.timestamp >= entry.unlocksAt;
    }

    function _lockEnd(uint16 lockDays) private view returns (uint256) {
        return block.timestamp + uint256(lockDays) * 1 days;
    }
}
