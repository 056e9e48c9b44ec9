// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {LightClient, LightClientSettings, TrustedHeader} from "../../src/chain/LightClient.sol";
import {Commit} from "../../src/chain/libraries/CometCommit.sol";
import {CometHeader, Header} from "../../src/chain/libraries/CometHeader.sol";
import {Protobuf} from "../../src/chain/libraries/Protobuf.sol";
import {Rfc6962} from "../../src/chain/libraries/Rfc6962.sol";
import {TestBase} from "../base/TestBase.sol";
import {Vm} from "../base/Vm.sol";

/// What a member signs, and what it adds to it; a test bends it.
struct Ballot {
    uint8 kind;
    bool isNil;
    uint64 height;
    uint32 round;
    bytes32 blockHash;
    uint32 partCount;
    bytes32 partsHash;
    string chainId;
}

/// A chain whose committees are keys of these tests. That its encodings are CometBFT's is shown by the vectors.
abstract contract LightFixture is TestBase {
    using CometHeader for Header;

    uint64 internal constant START = 1_700_000_000;
    uint64 internal constant TRUSTING = 1 days;
    uint64 internal constant UNBONDING = 2 days;
    uint64 internal constant DRIFT = 10;
    uint8 internal constant PREVOTE = 1;
    uint8 internal constant PRECOMMIT = 2;
    string internal constant CHAIN_ID = "fieldproof-31337";

    LightClient internal _client;

    /// A client that trusts the header of height 1 and names `next` as its next committee.
    function createClient(uint256[] memory next) internal {
        vm.warp(START + 1);
        _client = new LightClient(settingsOf(CHAIN_ID), trustedBy(hashOf(next)));
    }

    function settingsOf(string memory chainId) internal pure returns (LightClientSettings memory) {
        return LightClientSettings(chainId, TRUSTING, UNBONDING, DRIFT);
    }

    function trustedBy(bytes32 nextValidatorsHash) internal pure returns (TrustedHeader memory) {
        return TrustedHeader(1, START + 1, 0, nextValidatorsHash, appHashOf(1));
    }

    /// Keys of a committee in CometBFT's order: by address.
    function committee(uint256 salt, uint256 size) internal pure returns (uint256[] memory keys) {
        keys = new uint256[](size);
        for (uint256 i = 0; i < size; ++i) {
            uint256 key = uint256(keccak256(abi.encode(salt, i))) >> 1;
            uint256 place = i;
            for (; place > 0 && vm.addr(keys[place - 1]) > vm.addr(key); --place) {
                keys[place] = keys[place - 1];
            }
            keys[place] = key;
        }
    }

    /// CometBFT's hash of a set with power 1 each.
    function hashOf(uint256[] memory keys) internal returns (bytes32) {
        return hashOf(keys, 1);
    }

    function hashOf(uint256[] memory keys, uint8 power) internal returns (bytes32) {
        bytes32[] memory leaves = new bytes32[](keys.length);
        for (uint256 i = 0; i < keys.length; ++i) {
            leaves[i] = Rfc6962.hashLeaf(abi.encodePacked(hex"0a232a21", compress(keys[i]), hex"10", power));
        }
        return Rfc6962.computeRoot(leaves, leaves.length);
    }

    function compress(uint256 key) internal returns (bytes memory) {
        Vm.Wallet memory wallet = vm.createWallet(key);
        return abi.encodePacked(wallet.publicKeyY % 2 == 0 ? bytes1(0x02) : bytes1(0x03), wallet.publicKeyX);
    }

    /// A header a second after the one before, with `next` as its next committee.
    function headerOf(uint64 height, uint256[] memory next) internal returns (Header memory header) {
        header.height = height;
        header.timeS = START + height;
        header.timeNanos = 500;
        header.nextValidatorsHash = hashOf(next);
        header.appHash = appHashOf(height);
        for (uint256 i = 0; i < header.siblings.length; ++i) {
            header.siblings[i] = keccak256(abi.encode("sibling", height, i));
        }
    }

    function appHashOf(uint64 height) internal pure returns (bytes32) {
        return keccak256(abi.encode("application", height));
    }

    /// What the committee `keys` signs for a header.
    function ballotFor(Header memory header, uint256[] memory keys) internal returns (Ballot memory) {
        return ballotFor(header, hashOf(keys), CHAIN_ID);
    }

    function ballotFor(Header memory header, bytes32 validatorsHash, string memory chainId)
        internal
        view
        returns (Ballot memory)
    {
        bytes32 leaf = CometHeader.hashChainId(bytes(chainId));
        bytes32 blockHash = this.hashHeader(header, leaf, validatorsHash);
        bytes32 partsHash = keccak256(abi.encode("parts", header.height));
        return Ballot(PRECOMMIT, false, header.height, 0, blockHash, 3, partsHash, chainId);
    }

    function hashHeader(Header calldata header, bytes32 chainIdLeaf, bytes32 validatorsHash)
        external
        pure
        returns (bytes32)
    {
        return header.computeHash(chainIdLeaf, validatorsHash);
    }

    /// A commit with the votes of the first `signers` of `keys`.
    function commitOf(Ballot memory ballot, uint256[] memory keys, uint256 signers)
        internal
        returns (Commit memory commit)
    {
        (commit.round, commit.partCount, commit.partsHash) =
        (ballot.round, ballot.partCount, ballot.partsHash);
        for (uint256 i = 0; i < keys.length; ++i) {
            bytes memory member = i < signers ? voteOf(ballot, keys[i], i) : compress(keys[i]);
            commit.members = bytes.concat(commit.members, member);
        }
    }

    /// A member's key with its vote; votes of different members have different times.
    function voteOf(Ballot memory ballot, uint256 key, uint256 place) internal returns (bytes memory) {
        Vm.Wallet memory wallet = vm.createWallet(key);
        bytes memory time = Protobuf.timestamp(START + ballot.height, uint32(place * 1000));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, keccak256(encodeBallot(ballot, time)));
        return abi.encodePacked(
            hex"04", wallet.publicKeyX, wallet.publicKeyY, r, s, v - 27, uint8(time.length), time
        );
    }

    /// A CanonicalVote with its length before it, field by field.
    function encodeBallot(Ballot memory ballot, bytes memory time) internal pure returns (bytes memory) {
        bytes memory parts =
            abi.encodePacked(hex"08", Protobuf.varint(ballot.partCount), hex"1220", ballot.partsHash);
        bytes memory blockId =
            abi.encodePacked(hex"0a20", ballot.blockHash, hex"12", Protobuf.varint(parts.length), parts);
        bytes memory vote = abi.encodePacked(hex"08", ballot.kind, hex"11", Protobuf.fixed64(ballot.height));
        if (ballot.round != 0) vote = abi.encodePacked(vote, hex"19", Protobuf.fixed64(ballot.round));
        if (!ballot.isNil) {
            vote = abi.encodePacked(vote, hex"22", Protobuf.varint(blockId.length), blockId);
        }
        bytes memory chainId = bytes(ballot.chainId);
        vote = abi.encodePacked(vote, hex"2a", uint8(time.length), time);
        vote = abi.encodePacked(vote, hex"32", uint8(chainId.length), chainId);
        return abi.encodePacked(Protobuf.varint(vote.length), vote);
    }

    /// Brings a header that all of `keys` sign.
    function bring(Header memory header, uint256[] memory keys) internal {
        vm.warp(header.timeS);
        _client.update(header, commitOf(ballotFor(header, keys), keys, keys.length));
    }
}
