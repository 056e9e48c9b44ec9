// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Beacon} from "../../../src/chain/Beacon.sol";
import {
    Entry,
    Fault,
    FaultProof,
    LeafProof,
    Member,
    ProvenKey,
    Result,
    StakingParameters
} from "../../../src/chain/ChainTypes.sol";
import {Committee} from "../../../src/chain/Committee.sol";
import {Rewards} from "../../../src/chain/Rewards.sol";
import {Staking} from "../../../src/chain/Staking.sol";
import {REWARDS} from "../../../src/chain/interfaces/IRewards.sol";
import {STAKING} from "../../../src/chain/interfaces/IStaking.sol";
import {ConsensusProof} from "../../../src/chain/libraries/ConsensusProof.sol";
import {TestBase} from "../../base/TestBase.sol";

/// The contracts in genesis at their addresses, the contract of EIP-4788 with its own code, and the part of
/// consensus: hashes that blocks bring, and proofs against them.
abstract contract ChainFixture is TestBase {
    uint256 internal constant GENESIS = 1_700_000_000;
    uint64 internal constant EPOCH_BLOCKS = 20;
    uint32 internal constant UNBONDING = 21 days;
    uint32 internal constant JAIL = 7 days;
    uint16 internal constant OFFENCE_SHARE = 1_000;
    uint16 internal constant NO_DEALING_SHARE = 10;
    uint128 internal constant LEAST_STAKE = 1_000 ether;
    uint128 internal constant BLOCK_REWARD = 2 ether;
    uint128 internal constant EPOCH_REWARD = 50 ether;
    uint16 internal constant COMMISSION = 1_000;

    uint8 internal constant DOUBLE_SIGN = 1;
    uint8 internal constant LIGHT_CLIENT_ATTACK = 2;
    uint8 internal constant NO_DEALING = 3;

    address internal constant ALICE = address(0xA11CE);
    address internal constant BOB = address(0xB0B);
    address internal constant SYSTEM = 0xffffFFFfFFffffffffffffffFfFFFfffFFFfFFfE;

    /// The runtime code of the contract of EIP-4788, from the EIP.
    bytes internal constant BEACON_ROOTS_CODE = hex"3373fffffffffffffffffffffffffffffffffffffffe14604d57602036146024575f5ffd5b5f35801560495762001fff"
        hex"810690815414603c575f5ffd5b62001fff01545f5260205ff35b5f5ffd5b62001fff42064281555f359062001fff0155"
        hex"00";

    Staking internal constant _staking = Staking(address(STAKING));
    Rewards internal constant _rewards = Rewards(address(REWARDS));
    Beacon internal constant _beacon = Beacon(address(0xF1E1D002));
    Committee internal constant _committee = Committee(address(0xF1E1D003));

    function setUpChain() internal {
        setUpChain(defaultParameters());
    }

    function setUpChain(StakingParameters memory parameters) internal {
        vm.warp(GENESIS);
        vm.roll(1);
        vm.etch(ConsensusProof.BEACON_ROOTS, BEACON_ROOTS_CODE);
        vm.etch(address(_staking), address(new Staking()).code);
        vm.etch(address(_beacon), address(new Beacon()).code);
        vm.etch(address(_committee), address(new Committee()).code);
        vm.etch(address(_rewards), address(new Rewards()).code);
        _staking.initialize(parameters);
        _rewards.initialize(EPOCH_BLOCKS, BLOCK_REWARD, EPOCH_REWARD);
    }

    function defaultParameters() internal pure returns (StakingParameters memory) {
        return StakingParameters(EPOCH_BLOCKS, UNBONDING, JAIL, OFFENCE_SHARE, NO_DEALING_SHARE, LEAST_STAKE);
    }

    function operatorOf(uint256 number) internal pure returns (address) {
        return address(uint160(0xAA0000 + number));
    }

    function ownerOf(uint256 number) internal pure returns (address) {
        return address(uint160(0xBB0000 + number));
    }

    /// A key with its proof of possession; `secret` is its private key.
    function makeKey(uint256 secret, string memory purpose, address operator, address owner)
        internal
        returns (ProvenKey memory key)
    {
        key.x = vm.createWallet(secret).publicKeyX;
        key.y = vm.createWallet(secret).publicKeyY;
        bytes32 message = keccak256(abi.encode(purpose, block.chainid, address(_staking), operator, owner));
        (key.v, key.r, key.s) = vm.sign(secret, message);
    }

    function makeConsensusKey(uint256 secret, uint256 number) internal returns (ProvenKey memory) {
        return makeKey(secret, "fieldproof consensus key", operatorOf(number), ownerOf(number));
    }

    function makeBeaconKey(uint256 secret, uint256 number) internal returns (ProvenKey memory) {
        return makeKey(secret, "fieldproof beacon key", operatorOf(number), ownerOf(number));
    }

    /// The two keys that candidate `number` registers with.
    function makeKeys(uint256 number)
        internal
        returns (ProvenKey memory consensusKey, ProvenKey memory beaconKey)
    {
        return (makeConsensusKey(10_000 + number, number), makeBeaconKey(20_000 + number, number));
    }

    /// Registers candidate `number` with self-stake without a lock.
    function register(uint256 number, uint256 stakeWei) internal returns (uint256 bucket) {
        return register(number, stakeWei, 0, false);
    }

    function register(uint256 number, uint256 stakeWei, uint16 lockDays, bool autoRenew)
        internal
        returns (uint256 bucket)
    {
        (ProvenKey memory consensusKey, ProvenKey memory beaconKey) = makeKeys(number);
        address owner = ownerOf(number);
        vm.deal(owner, owner.balance + stakeWei);
        vm.prank(owner);
        return _staking.register{value: stakeWei}(
            operatorOf(number), consensusKey, beaconKey, COMMISSION, lockDays, autoRenew
        );
    }

    /// Lets a voter vote for candidate `number`.
    function vote(address voter, uint256 number, uint256 amountWei, uint16 lockDays, bool autoRenew)
        internal
        returns (uint256 bucket)
    {
        vm.deal(voter, voter.balance + amountWei);
        vm.prank(voter);
        return _staking.stake{value: amountWei}(operatorOf(number), lockDays, autoRenew);
    }

    function passTime(uint256 seconds_) internal {
        vm.warp(vm.getBlockTimestamp() + seconds_);
    }

    /// Begins a block, which brings an application's hash. Returns its time.
    function beginBlock(bytes32 applicationHash) internal returns (uint64 timeS) {
        vm.roll(vm.getBlockNumber() + 1);
        passTime(1);
        vm.prank(SYSTEM);
        (bool isStored,) = ConsensusProof.BEACON_ROOTS.call(abi.encode(applicationHash));
        assertTrue(isStored, "the system's call failed");
        return uint64(vm.getBlockTimestamp());
    }

    /// Values of an application's hash of which those beside `leaf` mean nothing.
    function makeLeaves(uint256 leaf, bytes32 value) internal pure returns (bytes32[8] memory leaves) {
        for (uint256 i = 0; i < 8; ++i) {
            leaves[i] = keccak256(abi.encode("leaf", i, value));
        }
        leaves[leaf] = value;
    }

    function computeRoot(bytes32[8] memory leaves) internal pure returns (bytes32) {
        return _computeTree(_hashLeaves(leaves));
    }

    function proveLeaf(bytes32[8] memory leaves, uint256 leaf) internal pure returns (bytes32[] memory) {
        return _prove(_hashLeaves(leaves), leaf);
    }

    /// Brings a value of the application's hash with the next block.
    function publish(uint256 leaf, bytes32 value) internal returns (LeafProof memory proof) {
        bytes32[8] memory leaves = makeLeaves(leaf, value);
        proof.nextTimeS = beginBlock(computeRoot(leaves));
        proof.siblings = proveLeaf(leaves, leaf);
    }

    /// A fault of candidate `number` in the present block.
    function makeFault(uint8 kind, uint256 number) internal view returns (Fault memory fault) {
        fault.kind = kind;
        fault.operator = operatorOf(number);
        fault.height = uint64(vm.getBlockNumber());
        fault.epoch = (fault.height - 1) / EPOCH_BLOCKS;
        fault.timeS = uint64(vm.getBlockTimestamp());
        fault.id = keccak256(abi.encode(fault.kind, fault.operator, fault.height));
    }

    function publishFault(Fault memory fault) internal returns (FaultProof memory) {
        Fault[] memory faults = new Fault[](1);
        faults[0] = fault;
        return publishFaults(faults, 0);
    }

    /// Brings faults with the next block, and proves one.
    function publishFaults(Fault[] memory faults, uint256 index) internal returns (FaultProof memory proof) {
        proof.index = index;
        proof.count = faults.length;
        bytes32[] memory leaves = _hashFaults(faults);
        proof.siblings = _prove(leaves, index);
        bytes32 root = keccak256(abi.encodePacked(bytes1(0x02), faults.length, _computeTree(leaves)));
        proof.leaf = publish(ConsensusProof.FAULTS, root);
    }

    /// Has candidate `number` commit a fault, and punishes it.
    function slash(uint8 kind, uint256 number) internal returns (Fault memory fault) {
        fault = makeFault(kind, number);
        FaultProof memory proof = publishFault(fault);
        _staking.slash(fault, proof);
    }

    /// A result in which candidates 0, 1, … have the votes given, and proposed as many blocks as given.
    function makeResult(uint64 epoch, uint256[] memory votes, uint32[] memory proposed, uint32 expected)
        internal
        pure
        returns (Result memory result)
    {
        result.epoch = epoch;
        result.entries = new Entry[](votes.length);
        for (uint256 i = 0; i < votes.length; ++i) {
            result.entries[i] = Entry(operatorOf(i), votes[i], proposed[i], expected);
        }
    }

    function extendResults(bytes32 chain, Result memory result) internal pure returns (bytes32) {
        return keccak256(abi.encode(chain, keccak256(abi.encode(result))));
    }

    function _hashLeaves(bytes32[8] memory leaves) private pure returns (bytes32[] memory hashes) {
        hashes = new bytes32[](8);
        for (uint256 i = 0; i < 8; ++i) {
            hashes[i] = keccak256(abi.encodePacked(bytes1(0x00), leaves[i]));
        }
    }

    function _hashFaults(Fault[] memory faults) private pure returns (bytes32[] memory hashes) {
        uint256 width = 1;
        while (width < faults.length) width *= 2;
        hashes = new bytes32[](width);
        for (uint256 i = 0; i < faults.length; ++i) {
            hashes[i] = keccak256(abi.encodePacked(bytes1(0x00), abi.encode(faults[i])));
        }
    }

    function _computeTree(bytes32[] memory level) private pure returns (bytes32) {
        return level.length == 1 ? level[0] : _computeTree(_ascend(level));
    }

    function _prove(bytes32[] memory level, uint256 index) private pure returns (bytes32[] memory siblings) {
        uint256 depth = 0;
        while (1 << depth < level.length) ++depth;
        siblings = new bytes32[](depth);
        for (uint256 i = 0; i < depth; ++i) {
            siblings[i] = level[(index >> i) ^ 1];
            level = _ascend(level);
        }
    }

    function _ascend(bytes32[] memory level) private pure returns (bytes32[] memory above) {
        above = new bytes32[](level.length / 2);
        for (uint256 i = 0; i < above.length; ++i) {
            above[i] = keccak256(abi.encodePacked(bytes1(0x01), level[2 * i], level[2 * i + 1]));
        }
    }
}
