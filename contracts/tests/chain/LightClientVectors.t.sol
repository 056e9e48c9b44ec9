// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {LightClient, LightClientSettings, TrustedHeader} from "../../src/chain/LightClient.sol";
import {Protobuf} from "../../src/chain/libraries/Protobuf.sol";
import {Rfc6962} from "../../src/chain/libraries/Rfc6962.sol";
import {TestBase} from "../base/TestBase.sol";

/// Replays vectors/light.json, which a network of CometBFTs made.
contract LightClientVectorsTest is TestBase {
    string private _json;
    LightClient private _client;

    function setUp() public {
        _json = vm.readFile("../vectors/light.json");
        TrustedHeader memory trusted = TrustedHeader(
            uint64(vm.parseJsonUint(_json, ".trusted.height")),
            uint64(vm.parseJsonUint(_json, ".trusted.time_s")),
            uint32(vm.parseJsonUint(_json, ".trusted.time_nanos")),
            vm.parseJsonBytes32(_json, ".trusted.next_validators_hash"),
            vm.parseJsonBytes32(_json, ".trusted.app_hash")
        );
        vm.warp(trusted.timeS);
        string memory chainId = vm.parseJsonString(_json, ".chain_id");
        _client = new LightClient(LightClientSettings(chainId, 1 hours, 2 hours, 5), trusted);
    }

    function testFollowsTheNetworkThroughItsCommittees() public {
        uint256 committees = 0;
        bytes32 known = vm.parseJsonBytes32(_json, ".trusted.next_validators_hash");
        for (uint256 i = 0; vm.keyExistsJson(_json, _item(".updates", i)); ++i) {
            string memory path = _item(".updates", i);
            vm.warp(vm.parseJsonUint(_json, string.concat(path, ".received_s")));
            _update(vm.parseJsonBytes(_json, string.concat(path, ".data")));
            (uint64 height,,, bytes32 nextHash) = _client.latest();
            assertEq(height, vm.parseJsonUint(_json, string.concat(path, ".height")), path);
            if (nextHash != known) ++committees;
            known = nextHash;
        }
        assertEq(committees, 5, "changes of the committee");
    }

    function testLeavesOfTheNetworksHashAreProven() public {
        testFollowsTheNetworkThroughItsCommittees();
        uint256 count = 0;
        for (; vm.keyExistsJson(_json, _item(".leaves", count)); ++count) {
            string memory path = _item(".leaves", count);
            uint256[] memory words = vm.parseJsonUintArray(_json, string.concat(path, ".proof"));
            bytes32[] memory proof = new bytes32[](words.length);
            for (uint256 i = 0; i < words.length; ++i) {
                proof[i] = bytes32(words[i]);
            }
            _client.verifyLeaf(
                uint64(vm.parseJsonUint(_json, string.concat(path, ".height"))),
                vm.parseJsonUint(_json, string.concat(path, ".leaf")),
                vm.parseJsonBytes32(_json, string.concat(path, ".value")),
                proof
            );
        }
        assertEq(count, 16, "leaves");
    }

    function testHashesOfHeaders() public view {
        uint256 count = 0;
        for (; vm.keyExistsJson(_json, _item(".headers", count)); ++count) {
            string memory path = _item(".headers", count);
            bytes32[] memory leaves = new bytes32[](14);
            for (uint256 i = 0; i < leaves.length; ++i) {
                leaves[i] =
                    Rfc6962.hashLeaf(vm.parseJsonBytes(_json, _item(string.concat(path, ".fields"), i)));
            }
            bytes32 hash = vm.parseJsonBytes32(_json, string.concat(path, ".hash"));
            assertEq(Rfc6962.computeRoot(leaves, leaves.length), hash, path);
        }
        assertTrue(count > 2, "too few headers");
    }

    function testHashesOfValidators() public view {
        uint256 count = 0;
        for (; vm.keyExistsJson(_json, _item(".validators", count)); ++count) {
            string memory path = _item(".validators", count);
            bytes32[] memory leaves = new bytes32[](4);
            for (uint256 i = 0; i < leaves.length; ++i) {
                bytes memory key = vm.parseJsonBytes(_json, _item(string.concat(path, ".keys"), i));
                leaves[i] = Rfc6962.hashLeaf(abi.encodePacked(hex"0a232a21", key, hex"1001"));
            }
            bytes32 hash = vm.parseJsonBytes32(_json, string.concat(path, ".hash"));
            assertEq(Rfc6962.computeRoot(leaves, leaves.length), hash, path);
        }
        assertEq(count, 5, "sets");
    }

    function testSignersOfPrecommits() public view {
        uint256 count = 0;
        for (; vm.keyExistsJson(_json, _item(".precommits", count)); ++count) {
            string memory path = _item(".precommits", count);
            bytes memory signature = vm.parseJsonBytes(_json, string.concat(path, ".signature"));
            (bytes32 r, bytes32 s) = abi.decode(signature, (bytes32, bytes32));
            bytes32 digest = keccak256(vm.parseJsonBytes(_json, string.concat(path, ".signed")));
            address signer = ecrecover(digest, 27 + uint8(signature[64]), r, s);
            assertEq(signer, vm.parseJsonAddress(_json, string.concat(path, ".signer")), path);
        }
        assertTrue(count > 20, "too few precommits");
    }

    function testNumbersAndTimesOfProtocolBuffers() public pure {
        assertEq(keccak256(Protobuf.varint(0)), keccak256(hex"00"), "0");
        assertEq(keccak256(Protobuf.varint(127)), keccak256(hex"7f"), "127");
        assertEq(keccak256(Protobuf.varint(128)), keccak256(hex"8001"), "128");
        assertEq(
            keccak256(Protobuf.varint(type(uint64).max)), keccak256(hex"ffffffffffffffffff01"), "2^64 - 1"
        );
        assertEq(Protobuf.fixed64(0x0102030405060708), bytes8(0x0807060504030201), "fixed64");
        assertEq(keccak256(Protobuf.timestamp(0, 0)), keccak256(""), "zeros are left out");
        assertEq(keccak256(Protobuf.timestamp(1, 0)), keccak256(hex"0801"), "nanoseconds are left out");
        assertEq(keccak256(Protobuf.timestamp(0, 300)), keccak256(hex"10ac02"), "seconds are left out");
    }

    /// Trees of RFC 6962's own shape, written out: an odd subtree hangs to the right.
    function testTreesOfEverySizeSplitAtTheLargestPowerOfTwo() public view {
        for (uint256 size = 0; size <= 33; ++size) {
            bytes32[] memory leaves = new bytes32[](size);
            for (uint256 i = 0; i < size; ++i) {
                leaves[i] = keccak256(abi.encode(i));
            }
            bytes32 expected = size == 0 ? sha256("") : _split(leaves, 0, size);
            assertEq(Rfc6962.computeRoot(leaves, size), expected, vm.toString(size));
        }
    }

    function _split(bytes32[] memory leaves, uint256 start, uint256 end) private view returns (bytes32) {
        if (end - start == 1) return leaves[start];
        uint256 width = 1;
        while (2 * width < end - start) {
            width *= 2;
        }
        return sha256(
            abi.encodePacked(
                uint8(1), _split(leaves, start, start + width), _split(leaves, start + width, end)
            )
        );
    }

    function _update(bytes memory data) private {
        (bool succeeded, bytes memory reason) = address(_client).call(data);
        assertTrue(succeeded, vm.toString(reason));
    }

    function _item(string memory list, uint256 index) private pure returns (string memory) {
        return string.concat(list, "[", vm.toString(index), "]");
    }
}
