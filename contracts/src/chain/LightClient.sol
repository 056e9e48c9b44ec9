// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ShortString, ShortStrings} from "@openzeppelin/contracts/utils/ShortStrings.sol";
import {ILightClient} from "./interfaces/ILightClient.sol";
import {CometCommit, Commit} from "./libraries/CometCommit.sol";
import {CometHeader, Header} from "./libraries/CometHeader.sol";
import {ConsensusProof} from "./libraries/ConsensusProof.sol";

/// Which chain a light client follows, and for how long it trusts; fixed at birth.
struct LightClientSettings {
    /// CometBFT's, 1 to 50 bytes.
    string chainId;
    /// Seconds for which a committee is trusted after the time of the newest header.
    uint64 trustingPeriod;
    /// Seconds for which stake on that chain can still be slashed: the trusting period ends before.
    uint64 unbondingPeriod;
    /// Seconds that a header may be ahead of this chain's clock.
    uint64 maximumDrift;
}

/// The header that everything after it is trusted by.
struct TrustedHeader {
    uint64 height;
    /// Seconds since 1970, and nanoseconds beyond them.
    uint64 timeS;
    uint32 timeNanos;
    bytes32 nextValidatorsHash;
    bytes32 appHash;
}

/// Follows a Fieldproof chain from any EVM chain: takes headers that more than two thirds of the committee
/// signed, and keeps the hash of the application in them for others to prove values against.
///
/// One rule covers the next header and all that may be skipped: a later header is taken if its committee is the
/// one that the newest accepted header names as next. So one update for each committee is enough, for the last
/// header that this committee signed names the one after. Anyone may bring an update.
///
/// What this does not promise: more than two thirds of a committee that is still within the trusting period can
/// sign what never happened, which costs them their stake on their own chain, not here; nobody is bound to
/// bring updates; and once the trusting period is over, this client accepts nothing for ever.
contract LightClient is ILightClient {
    using CometCommit for Commit;
    using CometHeader for Header;
    using ShortStrings for *;

    struct Latest {
        uint64 height;
        uint64 timeS;
        uint32 timeNanos;
        bytes32 nextValidatorsHash;
    }

    struct AcceptedHeader {
        bytes32 appHash;
        uint64 timeS;
    }

    /// CometBFT's own bound, in bytes.
    uint256 public constant MAXIMUM_CHAIN_ID_LENGTH = 50;

    uint64 public immutable trustingPeriod;
    uint64 public immutable unbondingPeriod;
    uint64 public immutable maximumDrift;
    bytes32 private immutable _chainIdLeaf;
    ShortString private immutable _chainId;
    /// Holds a chain id that is longer than a `ShortString`; written by reference.
    // slither-disable-next-line constable-states
    string private _longChainId;
    Latest private _latest;
    mapping(uint64 height => AcceptedHeader) private _headers;

    event HeaderAccepted(uint64 indexed height, uint64 timeS, bytes32 appHash, bytes32 nextValidatorsHash);

    error LightClientInvalidSetting(bytes32 name);
    error LightClientExpired(uint256 expiredAt);
    error LightClientFromTheFuture(uint64 timeS, uint256 firstRefused);
    error LightClientHeightNotRising(uint64 height, uint64 latestHeight);
    error LightClientTimeNotRising(uint64 height);
    error LightClientWrongValidators(bytes32 given, bytes32 trusted);
    error LightClientTooFewSigners(uint256 signers, uint256 members);
    error LightClientUnknownHeight(uint64 height);

    constructor(LightClientSettings memory settings, TrustedHeader memory trusted) {
        uint256 length = bytes(settings.chainId).length;
        require(length != 0 && length <= MAXIMUM_CHAIN_ID_LENGTH, LightClientInvalidSetting("chain id"));
        // A header's time may be ahead by the drift, and trust in it ends that much later.
        require(
            settings.trustingPeriod != 0
                && uint256(settings.trustingPeriod) + settings.maximumDrift < settings.unbondingPeriod,
            LightClientInvalidSetting("trusting period")
        );
        require(trusted.height != 0, LightClientInvalidSetting("trusted height"));
        trustingPeriod = settings.trustingPeriod;
        unbondingPeriod = settings.unbondingPeriod;
        maximumDrift = settings.maximumDrift;
        _chainIdLeaf = CometHeader.hashChainId(bytes(settings.chainId));
        _chainId = settings.chainId.toShortStringWithFallback(_longChainId);
        _checkAge(trusted.timeS, settings.trustingPeriod);
        _checkFuture(trusted.timeS, settings.maximumDrift);
        _accept(trusted.height, trusted.timeS, trusted.timeNanos, trusted.nextValidatorsHash, trusted.appHash);
    }

    /// Takes a later header with its committee's signatures, or reverts.
    function update(Header calldata header, Commit calldata commit) external {
        Latest memory trusted = _latest;
        _checkAge(trusted.timeS, trustingPeriod);
        _checkFuture(header.timeS, maximumDrift);
        require(header.height > trusted.height, LightClientHeightNotRising(header.height, trusted.height));
        require(
            header.timeS > trusted.timeS
                || (header.timeS == trusted.timeS && header.timeNanos > trusted.timeNanos),
            LightClientTimeNotRising(header.height)
        );
        bytes32 blockHash = header.computeHash(_chainIdLeaf, trusted.nextValidatorsHash);
        CometCommit.Tally memory tally = commit.count(header.height, blockHash, bytes(chainId()));
        require(
            tally.validatorsHash == trusted.nextValidatorsHash,
            LightClientWrongValidators(tally.validatorsHash, trusted.nextValidatorsHash)
        );
        require(3 * tally.signers > 2 * tally.members, LightClientTooFewSigners(tally.signers, tally.members));
        _accept(header.height, header.timeS, header.timeNanos, header.nextValidatorsHash, header.appHash);
    }

    /// @inheritdoc ILightClient
    function verifyLeaf(uint64 height, uint256 leafIndex, bytes32 value, bytes32[] calldata proof)
        external
        view
    {
        bytes32 appHash = _headers[height].appHash;
        require(appHash != 0, LightClientUnknownHeight(height));
        ConsensusProof.verifyLeafOf(appHash, leafIndex, value, proof);
    }

    /// @inheritdoc ILightClient
    function headerAt(uint64 height) external view returns (bytes32 appHash, uint64 timeS) {
        AcceptedHeader storage header = _headers[height];
        return (header.appHash, header.timeS);
    }

    /// @inheritdoc ILightClient
    function latest()
        external
        view
        returns (uint64 height, uint64 timeS, uint32 timeNanos, bytes32 nextValidatorsHash)
    {
        return (_latest.height, _latest.timeS, _latest.timeNanos, _latest.nextValidatorsHash);
    }

    /// CometBFT's id of the chain that is followed.
    function chainId() public view returns (string memory) {
        return _chainId.toStringWithFallback(_longChainId);
    }

    function _accept(
        uint64 height,
        uint64 timeS,
        uint32 timeNanos,
        bytes32 nextValidatorsHash,
        bytes32 appHash
    ) private {
        _latest = Latest(height, timeS, timeNanos, nextValidatorsHash);
        _headers[height] = AcceptedHeader(appHash, timeS);
        emit HeaderAccepted(height, timeS, appHash, nextValidatorsHash);
    }

    function _checkAge(uint256 timeS, uint256 period) private view {
        require(block.timestamp < timeS + period, LightClientExpired(timeS + period));
    }

    function _checkFuture(uint64 timeS, uint256 drift) private view {
        require(timeS < block.timestamp + drift, LightClientFromTheFuture(timeS, block.timestamp + drift));
    }
}
