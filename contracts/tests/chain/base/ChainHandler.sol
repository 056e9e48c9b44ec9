// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    Bucket,
    CandidateInfo,
    Fault,
    FaultProof,
    LeafProof,
    ProvenKey,
    Result
} from "../../../src/chain/ChainTypes.sol";
import {ConsensusProof} from "../../../src/chain/libraries/ConsensusProof.sol";
import {VoteWeight} from "../../../src/chain/libraries/VoteWeight.sol";
import {ChainFixture} from "./ChainFixture.sol";

/// Does what anybody might do with stakes, faults and rewards, and keeps its own books.
contract ChainHandler is ChainFixture {
    uint256 public constant CANDIDATES = 3;

    uint256 public stakedInWei;
    uint256 public paidOutWei;
    /// What all blocks of settled epochs brought.
    uint256 public broughtWei;
    uint256 public claimedWei;
    uint256 public forgeriesTaken;
    uint256 public slashes;
    uint256 public settlements;
    /// Calls that can each leave less than two wei to nobody.
    uint256 public calls;

    bytes32 private _chain;
    uint64 private _epoch;
    uint256 private _secrets = 500_000;
    /// The rate that each candidate must have, from the faults that were proven.
    uint256[CANDIDATES] private _rates;
    /// Results whose epochs are over and that nobody settled, by epoch.
    mapping(uint64 epoch => Result) private _pending;
    uint64 private _settledEpochs;

    constructor() {
        setUpChain();
        for (uint256 number = 0; number < CANDIDATES; ++number) {
            register(number, LEAST_STAKE, uint16(number * 91), number == 1);
            stakedInWei += LEAST_STAKE;
            _rates[number] = 1e27;
        }
    }

    function stake(uint256 who, uint256 number, uint256 amountWei, uint256 lockDays, bool autoRenew)
        external
    {
        amountWei = bound(amountWei, 1, 10_000 ether);
        address operator = operatorOf(number % CANDIDATES);
        address account = _accountOf(who);
        vm.deal(account, account.balance + amountWei);
        vm.prank(account);
        try _staking.stake{value: amountWei}(operator, uint16(bound(lockDays, 0, 1050)), autoRenew) {
            stakedInWei += amountWei;
            ++calls;
        } catch {}
    }

    function addStake(uint256 which, uint256 amountWei) external {
        (uint256 bucket, address owner) = _pick(which);
        amountWei = bound(amountWei, 1, 10_000 ether);
        vm.deal(owner, owner.balance + amountWei);
        vm.prank(owner);
        try _staking.addStake{value: amountWei}(bucket) {
            stakedInWei += amountWei;
            ++calls;
        } catch {}
    }

    function renew(uint256 which, uint256 lockDays, bool autoRenew) external {
        (uint256 bucket, address owner) = _pick(which);
        vm.prank(owner);
        try _staking.renew(bucket, uint16(bound(lockDays, 0, 1050)), autoRenew) {
            ++calls;
        } catch {}
    }

    function endLock(uint256 which) external {
        (uint256 bucket,) = _pick(which);
        try _staking.endLock(bucket) {
            ++calls;
        } catch {}
    }

    function move(uint256 which, uint256 number) external {
        (uint256 bucket, address owner) = _pick(which);
        vm.prank(owner);
        try _staking.move(bucket, operatorOf(number % CANDIDATES)) {
            ++calls;
        } catch {}
    }

    function unstake(uint256 which) external {
        (uint256 bucket, address owner) = _pick(which);
        vm.prank(owner);
        try _staking.unstake(bucket) {
            ++calls;
        } catch {}
    }

    function withdraw(uint256 which) external {
        (uint256 bucket, address owner) = _pick(which);
        uint256 before = owner.balance;
        vm.prank(owner);
        try _staking.withdraw(bucket) {
            paidOutWei += owner.balance - before;
            ++calls;
        } catch {}
    }

    function settleRisk(uint256 which) external {
        (uint256 bucket,) = _pick(which);
        _staking.settleRisk(bucket);
        ++calls;
    }

    function passTime(uint256 seconds_, bool isLong) external {
        passTime(bound(seconds_, 1, isLong ? 40 days : 3 days));
    }

    function resign(uint256 number) external {
        // The first stays, so that there is one to vote for.
        number = 1 + number % (CANDIDATES - 1);
        vm.prank(ownerOf(number));
        try _staking.resign(operatorOf(number)) {} catch {}
    }

    function rotate(uint256 number) external {
        number = number % CANDIDATES;
        ProvenKey memory key = makeConsensusKey(++_secrets, number);
        vm.prank(ownerOf(number));
        try _staking.rotateConsensusKey(operatorOf(number), key) {} catch {}
    }

    /// Has a candidate commit a fault; first it is tried against another, and without standing in a hash.
    function slash(uint256 kind, uint256 number) external {
        number = number % CANDIDATES;
        passTime(1);
        vm.roll(vm.getBlockNumber() + 1);
        Fault memory fault = makeFault(uint8(bound(kind, 1, 3)), number);
        FaultProof memory proof = publishFault(makeFault(fault.kind, CANDIDATES));
        _tryForgery(fault, proof);
        proof = publishFault(fault);
        fault.operator = operatorOf((number + 1) % CANDIDATES);
        _tryForgery(fault, proof);
        fault.operator = operatorOf(number);
        _staking.slash(fault, proof);
        uint256 share = fault.kind == NO_DEALING ? NO_DEALING_SHARE : OFFENCE_SHARE;
        _rates[number] = _rates[number] * (10_000 - share) / 10_000;
        _tryForgery(fault, proof);
        ++slashes;
        ++calls;
    }

    /// Ends an epoch: its blocks brought their coins, and its result joins the chain.
    function endEpoch(uint256[3] memory blocks, uint256 expected) external {
        uint256[] memory votes = new uint256[](CANDIDATES);
        uint32[] memory proposed = new uint32[](CANDIDATES);
        uint256 rest = EPOCH_BLOCKS;
        for (uint256 i = 0; i < CANDIDATES; ++i) {
            votes[i] = _staking.getVotes(operatorOf(i));
            proposed[i] = uint32(bound(blocks[i], 0, rest));
            rest -= proposed[i];
        }
        Result memory result = makeResult(_epoch, votes, proposed, uint32(bound(expected, 0, 10)));
        _pending[_epoch].epoch = _epoch;
        for (uint256 i = 0; i < CANDIDATES; ++i) {
            _pending[_epoch].entries.push(result.entries[i]);
        }
        _chain = extendResults(_chain, result);
        ++_epoch;
        vm.roll(vm.getBlockNumber() + EPOCH_BLOCKS);
        uint256 epochWei = EPOCH_BLOCKS * uint256(BLOCK_REWARD) + EPOCH_REWARD;
        vm.deal(address(_rewards), address(_rewards).balance + epochWei);
        broughtWei += epochWei;
    }

    /// Settles the first epoch that is missing, the others by their hashes.
    function settle() external {
        if (_settledEpochs == _epoch) return;
        LeafProof memory proof = publish(ConsensusProof.RESULTS, _chain);
        Result[] memory results = new Result[](1);
        results[0] = _pending[_settledEpochs];
        bytes32[] memory later = new bytes32[](_epoch - _settledEpochs - 1);
        for (uint64 i = 0; i < later.length; ++i) {
            later[i] = keccak256(abi.encode(_pending[_settledEpochs + 1 + i]));
        }
        ++results[0].entries[0].proposed;
        try _rewards.settle(results, later, proof) {
            ++forgeriesTaken;
        } catch {}
        --results[0].entries[0].proposed;
        _rewards.settle(results, later, proof);
        ++_settledEpochs;
        ++settlements;
    }

    function claim(uint256 who) external {
        address account = _accountOf(who);
        uint256 before = account.balance;
        vm.prank(account);
        try _rewards.claim(_operators()) {
            claimedWei += account.balance - before;
        } catch {}
    }

    /// What all accounts could claim now.
    function sumOfClaimableWei() external view returns (uint256 sumWei) {
        address[] memory operators = _operators();
        for (uint256 who = 0; who < CANDIDATES + 2; ++who) {
            sumWei += _rewards.getClaimable(_accountOf(who), operators);
        }
    }

    /// What all buckets are worth now.
    function sumOfAmountsWei() public view returns (uint256 sumWei) {
        for (uint256 bucket = 0; bucket < _staking.getBucketCount(); ++bucket) {
            sumWei += _staking.getAmount(bucket);
        }
    }

    /// Coins that nobody owns once every bucket has paid for what it left. Leaves everything as it was.
    function countLostWei() external returns (uint256 lostWei) {
        uint256 snapshot = vm.snapshotState();
        for (uint256 bucket = 0; bucket < _staking.getBucketCount(); ++bucket) {
            _staking.settleRisk(bucket);
        }
        lostWei = address(_staking).balance - sumOfAmountsWei();
        vm.revertToState(snapshot);
    }

    /// Whether each candidate's sums are those of its buckets, its votes not above what its coins can weigh, and its
    /// rate what the proven faults left of it.
    function isEveryCandidateRight() external view returns (bool isRight) {
        isRight = true;
        for (uint256 number = 0; number < CANDIDATES; ++number) {
            address operator = operatorOf(number);
            CandidateInfo memory info = _staking.getCandidate(operator);
            (uint256 shares, uint256 weighted, uint256 self) = _sumBuckets(operator);
            isRight = isRight && info.shares == shares && info.weightedShares == weighted
                && info.selfShares == self && info.rate == _rates[number]
                && _staking.getVotes(operator) <= shares * info.rate / 1e27 * VoteWeight.BOUND / 1e18 + 2;
        }
    }

    function _sumBuckets(address operator)
        private
        view
        returns (uint256 shares, uint256 weighted, uint256 self)
    {
        for (uint256 i = 0; i < _staking.getBucketCount(); ++i) {
            Bucket memory bucket = _staking.getBucket(i);
            if (bucket.operator != operator) continue;
            shares += bucket.shares;
            weighted += bucket.weightedShares;
            if (bucket.isSelf) self += bucket.shares;
        }
    }

    function _tryForgery(Fault memory fault, FaultProof memory proof) private {
        try _staking.slash(fault, proof) {
            ++forgeriesTaken;
        } catch {}
    }

    function _pick(uint256 which) private view returns (uint256 bucket, address owner) {
        bucket = which % _staking.getBucketCount();
        owner = _staking.getBucket(bucket).owner;
    }

    function _operators() private pure returns (address[] memory operators) {
        operators = new address[](CANDIDATES);
        for (uint256 i = 0; i < CANDIDATES; ++i) {
            operators[i] = operatorOf(i);
        }
    }

    /// The owners, and two who only vote.
    function _accountOf(uint256 who) private pure returns (address) {
        who = who % (CANDIDATES + 2);
        if (who < CANDIDATES) return ownerOf(who);
        return who == CANDIDATES ? ALICE : BOB;
    }
}
