// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Entry, Fault, FaultProof, LeafProof, Member, ProvenKey, Result} from "../../src/chain/ChainTypes.sol";
import {ConsensusProof} from "../../src/chain/libraries/ConsensusProof.sol";
import {KeyPossession} from "../../src/chain/libraries/KeyPossession.sol";
import {ChainFixture} from "./base/ChainFixture.sol";
import {ProofProbe} from "./base/ProofProbe.sol";

/// Replays `vectors/chain.json`.
contract ChainVectorsTest is ChainFixture {
    string private _json;
    ProofProbe private _probe;

    function setUp() public {
        setUpChain();
        _json = vm.readFile("../vectors/chain.json");
        _probe = new ProofProbe();
    }

    function testEveryLeafIsProvenAgainstTheApplicationsHash() public {
        bytes32[] memory leaves = vm.parseJsonBytes32Array(_json, ".application.leaves");
        LeafProof memory proof;
        proof.nextTimeS = beginBlock(vm.parseJsonBytes32(_json, ".application.hash"));
        for (uint256 leaf = 0; leaf < 8; ++leaf) {
            string memory path = _item(".application.proofs", leaf);
            proof.siblings = vm.parseJsonBytes32Array(_json, path);
            _probe.verifyLeaf(leaf, leaves[leaf], proof);
            bytes32 wrong = leaves[leaf] ^ bytes32(uint256(1));
            vm.expectRevert(abi.encodeWithSelector(ConsensusProof.ConsensusInvalidLeaf.selector, leaf, wrong));
            _probe.verifyLeaf(leaf, wrong, proof);
            vm.expectPartialRevert(ConsensusProof.ConsensusInvalidLeaf.selector);
            _probe.verifyLeaf(leaf ^ 1, leaves[leaf], proof);
        }
    }

    function testTheFixtureBuildsTheSameTree() public view {
        bytes32[] memory values = vm.parseJsonBytes32Array(_json, ".application.leaves");
        bytes32[8] memory leaves;
        for (uint256 i = 0; i < 8; ++i) {
            leaves[i] = values[i];
        }
        assertEq(computeRoot(leaves), vm.parseJsonBytes32(_json, ".application.hash"), "hash");
    }

    function testMembersAreHashed() public view {
        Member[] memory members = new Member[](3);
        Member[] memory committee = new Member[](2);
        for (uint256 i = 0; i < 3; ++i) {
            string memory path = _item(".members", i);
            members[i] = Member(
                vm.parseJsonAddress(_json, string.concat(path, ".operator")),
                vm.parseJsonAddress(_json, string.concat(path, ".consensus")),
                uint8(vm.parseJsonUint(_json, string.concat(path, ".consensus_prefix"))),
                vm.parseJsonBytes32(_json, string.concat(path, ".consensus_x")),
                uint8(vm.parseJsonUint(_json, string.concat(path, ".beacon_prefix"))),
                vm.parseJsonBytes32(_json, string.concat(path, ".beacon_x")),
                vm.parseJsonUint(_json, string.concat(path, ".votes"))
            );
            if (i > 0) committee[i - 1] = members[i];
        }
        assertEq(keccak256(abi.encode(members)), vm.parseJsonBytes32(_json, ".members_hash"), "members");
        assertEq(keccak256(abi.encode(committee)), vm.parseJsonBytes32(_json, ".committee_hash"), "committee");
    }

    function testEveryFaultIsProvenAgainstTheApplicationsHash() public {
        uint256 count = 0;
        for (; vm.keyExistsJson(_json, _item(".faults", count)); ++count) {
            string memory path = _item(".faults", count);
            bytes32 root = vm.parseJsonBytes32(_json, string.concat(path, ".root"));
            FaultProof memory proof;
            proof.count = count;
            proof.leaf = publish(ConsensusProof.FAULTS, root);
            for (proof.index = 0; proof.index < count; ++proof.index) {
                Fault memory fault = _readFault(_item(string.concat(path, ".faults"), proof.index));
                assertEq(
                    fault.id, keccak256(abi.encode(fault.kind, fault.operator, fault.height)), "id of a fault"
                );
                string memory siblings = _item(string.concat(path, ".proofs"), proof.index);
                proof.siblings = vm.parseJsonBytes32Array(_json, siblings);
                _probe.verifyFault(fault, proof);
                ++fault.height;
                vm.expectPartialRevert(ConsensusProof.ConsensusInvalidLeaf.selector);
                _probe.verifyFault(fault, proof);
            }
        }
        assertEq(count, 6, "lists of faults");
    }

    function testResultsAreChained() public view {
        bytes32 chain = 0;
        uint256 count = 0;
        for (; vm.keyExistsJson(_json, _item(".results", count)); ++count) {
            string memory path = _item(".results", count);
            Result memory result;
            result.epoch = uint64(vm.parseJsonUint(_json, string.concat(path, ".epoch")));
            // A result of the vector has as many entries as its epoch's number.
            result.entries = new Entry[](result.epoch);
            for (uint256 i = 0; i < result.epoch; ++i) {
                result.entries[i] = _readEntry(_item(string.concat(path, ".entries"), i));
            }
            assertEq(
                keccak256(abi.encode(result)), vm.parseJsonBytes32(_json, string.concat(path, ".hash")), path
            );
            chain = extendResults(chain, result);
            assertEq(chain, vm.parseJsonBytes32(_json, string.concat(path, ".chain")), path);
        }
        assertEq(count, 3, "results");
    }

    function testTheRandomnessOfABlock() public view {
        bytes32 value = keccak256(
            abi.encode(
                "fieldproof randao",
                vm.parseJsonBytes32(_json, ".randao.seed"),
                vm.parseJsonUint(_json, ".randao.height")
            )
        );
        assertEq(value, vm.parseJsonBytes32(_json, ".randao.value"), "randomness");
    }

    function testPossessionIsProven() public {
        vm.chainId(vm.parseJsonUint(_json, ".possessions[0].chain_id"));
        // The proofs are for the contract at this address.
        ProofProbe probe = ProofProbe(vm.parseJsonAddress(_json, ".possessions[0].staking"));
        vm.etch(address(probe), address(_probe).code);
        for (uint256 i = 0; i < 2; ++i) {
            string memory path = _item(".possessions", i);
            ProvenKey memory key = _readKey(path);
            string memory purpose = vm.parseJsonString(_json, string.concat(path, ".purpose"));
            address operator = vm.parseJsonAddress(_json, string.concat(path, ".operator"));
            address owner = vm.parseJsonAddress(_json, string.concat(path, ".owner"));
            address account = probe.verifyKey(key, purpose, operator, owner);
            assertEq(account, address(uint160(uint256(keccak256(abi.encode(key.x, key.y))))), "address");
            bytes memory refusal =
                abi.encodeWithSelector(KeyPossession.KeyNotPossessed.selector, key.x, key.y);
            vm.expectRevert(refusal);
            probe.verifyKey(key, purpose, operator, operator);
            vm.expectRevert(refusal);
            probe.verifyKey(key, purpose, owner, owner);
            vm.expectRevert(refusal);
            probe.verifyKey(key, "fieldproof", operator, owner);
            vm.expectRevert(refusal);
            _probe.verifyKey(key, purpose, operator, owner);
        }
        vm.chainId(1);
        ProvenKey memory first = _readKey(".possessions[0]");
        vm.expectPartialRevert(KeyPossession.KeyNotPossessed.selector);
        probe.verifyKey(
            first,
            vm.parseJsonString(_json, ".possessions[0].purpose"),
            vm.parseJsonAddress(_json, ".possessions[0].operator"),
            vm.parseJsonAddress(_json, ".possessions[0].owner")
        );
    }

    /// Never above the exact weight, and less than 3 in the last of 18 digits below.
    function testWeights() public view {
        uint256 count = 0;
        for (; vm.keyExistsJson(_json, _item(".weights", count)); ++count) {
            string memory path = _item(".weights", count);
            uint256 exact = vm.parseJsonUint(_json, string.concat(path, ".weight"));
            uint256 weight = _probe.computeWeight(
                vm.parseJsonUint(_json, string.concat(path, ".lock_days")),
                vm.parseJsonBool(_json, string.concat(path, ".auto_renew")),
                vm.parseJsonBool(_json, string.concat(path, ".self"))
            );
            assertTrue(weight <= exact && exact - weight < 3, path);
        }
        assertEq(count, 48, "weights");
    }

    function _readFault(string memory path) private view returns (Fault memory) {
        return Fault(
            vm.parseJsonBytes32(_json, string.concat(path, ".id")),
            uint8(vm.parseJsonUint(_json, string.concat(path, ".kind"))),
            vm.parseJsonAddress(_json, string.concat(path, ".operator")),
            uint64(vm.parseJsonUint(_json, string.concat(path, ".epoch"))),
            uint64(vm.parseJsonUint(_json, string.concat(path, ".height"))),
            uint64(vm.parseJsonUint(_json, string.concat(path, ".time_s")))
        );
    }

    function _readEntry(string memory path) private view returns (Entry memory) {
        return Entry(
            vm.parseJsonAddress(_json, string.concat(path, ".operator")),
            vm.parseJsonUint(_json, string.concat(path, ".votes")),
            uint32(vm.parseJsonUint(_json, string.concat(path, ".proposed"))),
            uint32(vm.parseJsonUint(_json, string.concat(path, ".expected")))
        );
    }

    function _readKey(string memory path) private view returns (ProvenKey memory) {
        return ProvenKey(
            vm.parseJsonUint(_json, string.concat(path, ".x")),
            vm.parseJsonUint(_json, string.concat(path, ".y")),
            vm.parseJsonBytes32(_json, string.concat(path, ".r")),
            vm.parseJsonBytes32(_json, string.concat(path, ".s")),
            uint8(vm.parseJsonUint(_json, string.concat(path, ".v")))
        );
    }

    function _item(string memory list, uint256 index) private pure returns (string memory) {
        return string.concat(list, "[", vm.toString(index), "]");
    }
}
