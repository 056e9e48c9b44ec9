// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {LightClient, LightClientSettings, TrustedHeader} from "../../src/chain/LightClient.sol";
import {Header} from "../../src/chain/libraries/CometHeader.sol";
import {LightFixture} from "./LightFixture.sol";

/// What a light client can be made with.
contract LightClientBirthTest is LightFixture {
    uint256[] private _keys;
    LightClientSettings private _settings;
    TrustedHeader private _trusted;

    function setUp() public {
        _keys = committee(1, 4);
        _settings = settingsOf(CHAIN_ID);
        _trusted = trustedBy(hashOf(_keys));
        vm.warp(START + 1);
    }

    function testSaysWhatItWasMadeWith() public {
        LightClient client = new LightClient(_settings, _trusted);
        assertEq(keccak256(bytes(client.chainId())), keccak256(bytes(CHAIN_ID)), "chain id");
        assertEq(client.trustingPeriod(), TRUSTING, "trusting period");
        assertEq(client.unbondingPeriod(), UNBONDING, "unbonding period");
        assertEq(client.maximumDrift(), DRIFT, "drift");
        (uint64 height, uint64 timeS, uint32 timeNanos, bytes32 nextHash) = client.latest();
        assertEq(height, _trusted.height, "height");
        assertEq(timeS, _trusted.timeS, "seconds");
        assertEq(timeNanos, _trusted.timeNanos, "nanoseconds");
        assertEq(nextHash, _trusted.nextValidatorsHash, "next committee");
    }

    /// 31 bytes fit in a word, 50 are CometBFT's bound.
    function testFollowsChainsWithIdsOfEveryLength() public {
        uint8[4] memory lengths = [1, 31, 32, 50];
        for (uint256 i = 0; i < lengths.length; ++i) {
            _settings.chainId = _chainIdOf(lengths[i]);
            _client = new LightClient(_settings, _trusted);
            assertEq(keccak256(bytes(_client.chainId())), keccak256(bytes(_settings.chainId)), "chain id");
            Header memory header = headerOf(2, _keys);
            _client.update(header, commitOf(ballotFor(header, hashOf(_keys), _settings.chainId), _keys, 3));
        }
    }

    function testAChainIdThatCometBFTCannotHaveIsRefused() public {
        _settings.chainId = "";
        _expectInvalid("chain id");
        _settings.chainId = _chainIdOf(51);
        _expectInvalid("chain id");
    }

    function testTrustEndsBeforeStakesAreGivenBack() public {
        _settings.trustingPeriod = 0;
        _expectInvalid("trusting period");
        _settings.trustingPeriod = UNBONDING - DRIFT;
        _expectInvalid("trusting period");
        _settings.trustingPeriod -= 1;
        new LightClient(_settings, _trusted);
    }

    function testHeightsBeginWithOne() public {
        _trusted.height = 0;
        _expectInvalid("trusted height");
    }

    function testAnExpiredHeaderIsNoBeginning() public {
        vm.warp(START + 1 + TRUSTING);
        vm.expectPartialRevert(LightClient.LightClientExpired.selector);
        new LightClient(_settings, _trusted);
        vm.warp(START + TRUSTING);
        new LightClient(_settings, _trusted);
    }

    function testAHeaderFromTheFutureIsNoBeginning() public {
        vm.warp(START + 1 - DRIFT);
        vm.expectPartialRevert(LightClient.LightClientFromTheFuture.selector);
        new LightClient(_settings, _trusted);
        vm.warp(START + 2 - DRIFT);
        new LightClient(_settings, _trusted);
    }

    function _expectInvalid(bytes32 name) private {
        vm.expectRevert(abi.encodeWithSelector(LightClient.LightClientInvalidSetting.selector, name));
        new LightClient(_settings, _trusted);
    }

    function _chainIdOf(uint256 length) private pure returns (string memory) {
        bytes memory text = new bytes(length);
        for (uint256 i = 0; i < length; ++i) {
            text[i] = bytes1(uint8(97 + i % 26));
        }
        return string(text);
    }
}
