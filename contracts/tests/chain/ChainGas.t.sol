// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    CommitteeProof,
    Fault,
    FaultProof,
    LeafProof,
    Member,
    ProvenKey,
    Result
} from "../../src/chain/ChainTypes.sol";
import {ConsensusProof} from "../../src/chain/libraries/ConsensusProof.sol";
import {ChainFixture} from "./base/ChainFixture.sol";

/// What whole transactions cost, calldata included; figures stand in `snapshots/`.
/// forge-config: default.isolate = true
contract ChainGasTest is ChainFixture {
    /// A transaction may use 16.78 million.
    uint256 private constant LARGEST = 1 << 24;

    function setUp() public {
        setUpChain();
    }

    function testGasOfStakes() public {
        (ProvenKey memory consensusKey, ProvenKey memory beaconKey) = makeKeys(0);
        vm.deal(ownerOf(0), LEAST_STAKE);
        vm.prank(ownerOf(0));
        _staking.register{value: LEAST_STAKE}(operatorOf(0), consensusKey, beaconKey, COMMISSION, 91, true);
        vm.snapshotGasLastCall("chain-stake", "register");
        register(1, LEAST_STAKE);
        uint256 bucket = vote(ALICE, 0, 1 ether, 91, true);
        vm.snapshotGasLastCall("chain-stake", "stake");
        vm.prank(ALICE);
        _staking.renew(bucket, 91, false);
        vm.snapshotGasLastCall("chain-stake", "renew");
        vm.prank(ALICE);
        _staking.move(bucket, operatorOf(1));
        vm.snapshotGasLastCall("chain-stake", "move");
        passTime(91 days);
        vm.prank(ALICE);
        _staking.unstake(bucket);
        vm.snapshotGasLastCall("chain-stake", "unstake");
        passTime(UNBONDING);
        vm.prank(ALICE);
        _staking.withdraw(bucket);
        vm.snapshotGasLastCall("chain-stake", "withdraw");
    }

    function testGasOfASlash() public {
        register(0, LEAST_STAKE);
        Fault[] memory faults = new Fault[](100);
        for (uint256 i = 0; i < 100; ++i) {
            faults[i] = makeFault(DOUBLE_SIGN, i);
        }
        FaultProof memory proof = publishFaults(faults, 0);
        _staking.slash(faults[0], proof);
        vm.snapshotGasLastCall("chain-stake", "slash, of 100 faults");
    }

    function testGasOfReadingCandidates() public {
        for (uint256 i = 0; i < 100; ++i) {
            register(i, LEAST_STAKE);
        }
        _staking.getCandidates(0, 100);
        uint256 gas = vm.snapshotGasLastCall("chain-stake", "read 100 candidates");
        // The execution client bounds a call by 50 million, and 200 are read at once.
        assertTrue(gas < 20_000_000, "reading candidates is too dear");
    }

    function testGasOfAnEpochOfTheDefaultPool() public {
        _measureEpoch(36, "36 members");
    }

    function testGasOfAnEpochOfTheLargestPool() public {
        _measureEpoch(100, "100 members");
    }

    function _measureEpoch(uint256 size, string memory name) private {
        uint256[] memory votes = new uint256[](size);
        uint32[] memory proposed = new uint32[](size);
        Member[] memory members = new Member[](size);
        for (uint256 i = 0; i < size; ++i) {
            register(i, LEAST_STAKE);
            (votes[i], members[i].operator) = (LEAST_STAKE, operatorOf(i));
        }
        // The dearest there is: nobody ever earned before, and all go on probation.
        _settle(0, 6, votes, proposed, string.concat("settle 6 epochs, ", name));
        _settle(6, 1, votes, proposed, string.concat("settle 1 epoch, ", name));

        bytes32[8] memory leaves = makeLeaves(ConsensusProof.EPOCH, bytes32(size));
        leaves[ConsensusProof.COMMITTEE] = keccak256(abi.encode(members));
        CommitteeProof memory ways;
        ways.nextTimeS = beginBlock(computeRoot(leaves));
        ways.epochSiblings = proveLeaf(leaves, ConsensusProof.EPOCH);
        ways.seedSiblings = proveLeaf(leaves, ConsensusProof.SEED);
        ways.committeeSiblings = proveLeaf(leaves, ConsensusProof.COMMITTEE);
        _committee.record(uint64(size), leaves[ConsensusProof.SEED], members, ways);
        uint256 gas = vm.snapshotGasLastCall("chain-epoch", string.concat("record committee, ", name));
        assertTrue(gas < LARGEST / 2, "a committee is too dear to record");

        bytes memory dealing = new bytes(32 + 98 * size);
        for (uint256 i = 0; i < dealing.length; ++i) {
            dealing[i] = 0xff;
        }
        vm.prank(operatorOf(0));
        _beacon.deal(1, dealing);
        vm.snapshotGasLastCall("chain-epoch", string.concat("deal, ", name));
    }

    function _settle(
        uint64 first,
        uint64 count,
        uint256[] memory votes,
        uint32[] memory proposed,
        string memory name
    ) private {
        (, bytes32 chain) = _rewards.getProgress();
        Result[] memory results = new Result[](count);
        for (uint64 i = 0; i < count; ++i) {
            results[i] = makeResult(first + i, votes, proposed, 1);
            chain = extendResults(chain, results[i]);
        }
        LeafProof memory proof = publish(ConsensusProof.RESULTS, chain);
        _rewards.settle(results, new bytes32[](0), proof);
        uint256 gas = vm.snapshotGasLastCall("chain-epoch", name);
        assertTrue(gas < LARGEST, "an epoch is too dear to settle");
    }
}
