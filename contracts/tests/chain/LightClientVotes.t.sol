// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {LightClient} from "../../src/chain/LightClient.sol";
import {CometCommit, Commit} from "../../src/chain/libraries/CometCommit.sol";
import {Header} from "../../src/chain/libraries/CometHeader.sol";
import {Ballot, LightFixture} from "./LightFixture.sol";

/// What counts as a vote of the committee, and what does not.
contract LightClientVotesTest is LightFixture {
    uint256 private constant ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
    uint256 private constant VOTE_OFFSET = 65;
    uint256 private constant V_OFFSET = 129;

    uint256[] private _keys;
    Header private _header;

    function setUp() public {
        _keys = committee(1, 4);
        createClient(_keys);
        _header = headerOf(5, _keys);
        vm.warp(_header.timeS);
    }

    function testMoreThanTwoThirdsMustSign() public {
        uint8[8] memory sizes = [1, 2, 3, 4, 5, 6, 7, 24];
        uint8[8] memory least = [1, 2, 3, 3, 4, 5, 5, 17];
        for (uint256 i = 0; i < sizes.length; ++i) {
            uint256[] memory keys = committee(100 + i, sizes[i]);
            createClient(keys);
            vm.warp(_header.timeS);
            Ballot memory ballot = ballotFor(_header, keys);
            Commit memory commit = commitOf(ballot, keys, least[i] - 1);
            vm.expectRevert(
                abi.encodeWithSelector(LightClient.LightClientTooFewSigners.selector, least[i] - 1, sizes[i])
            );
            _client.update(_header, commit);
            _client.update(_header, commitOf(ballot, keys, least[i]));
        }
    }

    function testACommitWithoutAnybodyIsRefused() public {
        Commit memory commit;
        vm.expectPartialRevert(LightClient.LightClientWrongValidators.selector);
        _client.update(_header, commit);
    }

    function testTheCommitThatTheseTestsBendIsTaken() public {
        _client.update(_header, commitOf(ballotFor(_header, _keys), _keys, 4));
    }

    function testALaterRoundAndManyPartsAreTaken() public {
        Ballot memory ballot = ballotFor(_header, _keys);
        (ballot.round, ballot.partCount) = (type(uint32).max, type(uint32).max);
        _client.update(_header, commitOf(ballot, _keys, 3));
    }

    function testAMemberGivenTwiceIsNoMemberOfTheSet() public {
        (uint256 third, uint256 second) = (_keys[2], _keys[1]);
        Ballot memory ballot = ballotFor(_header, _keys);
        _keys[2] = second;
        Commit memory commit = commitOf(ballot, _keys, 2);
        vm.expectPartialRevert(LightClient.LightClientWrongValidators.selector);
        _client.update(_header, commit);
        _keys[2] = third;
        _keys.push(third);
        commit = commitOf(ballot, _keys, 3);
        vm.expectPartialRevert(LightClient.LightClientWrongValidators.selector);
        _client.update(_header, commit);
    }

    /// Even if a set held one twice, which CometBFT never lets happen.
    function testASignerIsCountedOnce() public {
        _keys[2] = _keys[1];
        createClient(_keys);
        vm.warp(_header.timeS);
        _expectRefused(
            commitOf(ballotFor(_header, _keys), _keys, 4),
            abi.encodeWithSelector(CometCommit.CometCommitWrongOrder.selector, 2)
        );
    }

    function testSignersInAnotherOrderAreRefused() public {
        (_keys[0], _keys[1]) = (_keys[1], _keys[0]);
        _expectRefused(
            commitOf(ballotFor(_header, hashOf(committee(1, 4)), CHAIN_ID), _keys, 4),
            abi.encodeWithSelector(CometCommit.CometCommitWrongOrder.selector, 1)
        );
    }

    function testAnotherSetIsRefused() public {
        uint256[] memory others = committee(2, 4);
        _expectRefused(
            commitOf(ballotFor(_header, _keys), others, 4),
            abi.encodeWithSelector(
                LightClient.LightClientWrongValidators.selector, hashOf(others), hashOf(_keys)
            )
        );
    }

    function testMembersLeftOutAreNoticed() public {
        bytes32 trusted = hashOf(_keys);
        Ballot memory ballot = ballotFor(_header, _keys);
        _keys.pop();
        _expectRefused(
            commitOf(ballot, _keys, 3),
            abi.encodeWithSelector(LightClient.LightClientWrongValidators.selector, hashOf(_keys), trusted)
        );
    }

    function testASetOfOtherPowerIsRefused() public {
        vm.warp(START + 1);
        _client = new LightClient(settingsOf(CHAIN_ID), trustedBy(hashOf(_keys, 2)));
        vm.warp(_header.timeS);
        _expectRefused(
            commitOf(ballotFor(_header, hashOf(_keys, 2), CHAIN_ID), _keys, 4),
            abi.encodeWithSelector(
                LightClient.LightClientWrongValidators.selector, hashOf(_keys), hashOf(_keys, 2)
            )
        );
    }

    function testVotesForAnotherChainAreRefused() public {
        Ballot memory ballot = ballotFor(_header, _keys);
        ballot.chainId = "fieldproof-31338";
        _expectWrongSignature(ballot);
        _expectWrongSignature(ballotFor(_header, hashOf(_keys), "fieldproof-31338"));
    }

    function testPrevotesAreRefused() public {
        Ballot memory ballot = ballotFor(_header, _keys);
        ballot.kind = PREVOTE;
        _expectWrongSignature(ballot);
    }

    function testVotesForNilAreRefused() public {
        Ballot memory ballot = ballotFor(_header, _keys);
        ballot.isNil = true;
        _expectWrongSignature(ballot);
    }

    function testVotesForAnotherBlockAreRefused() public {
        Ballot memory ballot = ballotFor(_header, _keys);
        ballot.blockHash ^= bytes32(uint256(1));
        _expectWrongSignature(ballot);
    }

    function testVotesForAnotherHeightAreRefused() public {
        Ballot memory ballot = ballotFor(_header, _keys);
        ballot.height += 1;
        _expectWrongSignature(ballot);
    }

    function testVotesOfAnotherRoundOrForOtherPartsAreRefused() public {
        Ballot memory ballot = ballotFor(_header, _keys);
        for (uint256 i = 0; i < 3; ++i) {
            Commit memory commit = commitOf(ballot, _keys, 4);
            if (i == 0) commit.round = 1;
            if (i == 1) commit.partCount += 1;
            if (i == 2) commit.partsHash ^= bytes32(uint256(1));
            _expectRefused(commit, abi.encodeWithSelector(CometCommit.CometCommitWrongSignature.selector, 0));
        }
    }

    function testAnothersSignatureIsRefused() public {
        uint256 stranger = committee(2, 1)[0];
        Ballot memory ballot = ballotFor(_header, _keys);
        Commit memory commit = commitOf(ballot, _keys, 4);
        bytes memory vote = voteOf(ballot, stranger, 0);
        for (uint256 i = VOTE_OFFSET; i < vote.length; ++i) {
            commit.members[i] = vote[i];
        }
        _expectRefused(commit, abi.encodeWithSelector(CometCommit.CometCommitWrongSignature.selector, 0));
    }

    function testAHighSIsRefused() public {
        Commit memory commit = commitOf(ballotFor(_header, _keys), _keys, 4);
        uint256 s = uint256(_read(commit.members, 97));
        _write(commit.members, 97, bytes32(ORDER - s));
        commit.members[V_OFFSET] ^= 0x01;
        _expectRefused(
            commit, abi.encodeWithSelector(ECDSA.ECDSAInvalidSignatureS.selector, bytes32(ORDER - s))
        );
    }

    /// The other twin of a signature, with s as it was, belongs to another key.
    function testOnlyTheRightOneOfTwoKeysIsTaken() public {
        Commit memory commit = commitOf(ballotFor(_header, _keys), _keys, 4);
        commit.members[V_OFFSET] ^= 0x01;
        _expectRefused(commit, abi.encodeWithSelector(CometCommit.CometCommitWrongSignature.selector, 0));
    }

    function testOnlyZeroAndOneNameAKey() public {
        for (uint8 v = 2; v < 100; ++v) {
            Commit memory commit = commitOf(ballotFor(_header, _keys), _keys, 3);
            commit.members[V_OFFSET] = bytes1(v);
            _expectRefused(commit, abi.encodeWithSelector(ECDSA.ECDSAInvalidSignature.selector));
        }
    }

    /// Where nothing can be recovered, the precompile gives no address at all.
    function testTheZeroAddressIsNobody() public {
        Commit memory commit = commitOf(ballotFor(_header, _keys), _keys, 4);
        _write(commit.members, VOTE_OFFSET, bytes32(0));
        _expectRefused(commit, abi.encodeWithSelector(ECDSA.ECDSAInvalidSignature.selector));
    }

    /// A y of somebody's choice would give a member another address.
    function testAKeyThatIsNoPointIsRefused() public {
        for (uint256 i = 0; i < 3; ++i) {
            Commit memory commit = commitOf(ballotFor(_header, _keys), _keys, 4);
            uint256 y = uint256(_read(commit.members, 33));
            if (i == 0) y ^= 2;
            if (i == 1) y = 0;
            if (i == 2) _write(commit.members, 1, bytes32(type(uint256).max));
            _write(commit.members, 33, bytes32(y));
            _expectRefused(commit, abi.encodeWithSelector(CometCommit.CometCommitNotAKey.selector, 0));
        }
    }

    function testTheOtherPointOfAnXIsNotItsMember() public {
        Commit memory commit = commitOf(ballotFor(_header, _keys), _keys, 4);
        uint256 prime = 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f;
        _write(commit.members, 33, bytes32(prime - uint256(_read(commit.members, 33))));
        _expectRefused(commit, abi.encodeWithSelector(CometCommit.CometCommitWrongSignature.selector, 0));
    }

    function testFuzzNoBitOfACommitCanBeForged(uint256 bit) public {
        Commit memory commit = commitOf(ballotFor(_header, _keys), _keys, 3);
        bit = bound(bit, 0, 8 * commit.members.length - 1);
        commit.members[bit / 8] ^= bytes1(uint8(1 << (bit % 8)));
        vm.expectRevert();
        _client.update(_header, commit);
    }

    function testFuzzAnIncompleteCommitIsRefused(uint256 length) public {
        Commit memory commit = commitOf(ballotFor(_header, _keys), _keys, 3);
        bytes memory part = new bytes(bound(length, 0, commit.members.length - 1));
        for (uint256 i = 0; i < part.length; ++i) {
            part[i] = commit.members[i];
        }
        commit.members = part;
        vm.expectRevert();
        _client.update(_header, commit);
    }

    function _expectWrongSignature(Ballot memory ballot) private {
        Commit memory commit = commitOf(ballot, _keys, 4);
        _expectRefused(commit, abi.encodeWithSelector(CometCommit.CometCommitWrongSignature.selector, 0));
    }

    function _expectRefused(Commit memory commit, bytes memory reason) private {
        vm.expectRevert(reason);
        _client.update(_header, commit);
    }

    function _read(bytes memory data, uint256 offset) private pure returns (bytes32 word) {
        for (uint256 i = 0; i < 32; ++i) {
            word |= bytes32(data[offset + i]) >> (8 * i);
        }
    }

    function _write(bytes memory data, uint256 offset, bytes32 word) private pure {
        for (uint256 i = 0; i < 32; ++i) {
            data[offset + i] = word[i];
        }
    }
}
