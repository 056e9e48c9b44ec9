// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IDeviceRegistry} from "./interfaces/IDeviceRegistry.sol";
import {IVerifier} from "./interfaces/IVerifier.sol";

/// All settings of a Settlement, fixed at birth. Amounts of reward are counted in units of `unitWei`.
struct SettlementSettings {
    IDeviceRegistry registry;
    /// Start of window 0, seconds since 1970.
    uint64 genesis;
    /// Length of a window, seconds.
    uint32 windowLength;
    IVerifier verifier;
    /// Emission of one window if every active device settles, units.
    uint64 emissionUnits;
    /// Nothing is posted before a window's end and these seconds.
    uint32 grace;
    /// The reward.
    IERC20 rewardToken;
    /// Bound on all rewards ever, units.
    uint64 supplyCapUnits;
    /// Last second of posting, counted from the window's end; crediting is open after it. 0: a posting
    /// credits at once; only for a network of one cohort and one operator, and one posting for a window.
    uint32 settlingDeadline;
    /// May name a successor (`announceSuccessor`); zero: nobody can.
    address authority;
    /// Seconds from that announcement to the end of emission here.
    uint32 successionDelay;
    /// Devices of a cohort: 1, 4, 16, 64 or 256.
    uint16 capacity;
    /// Fields of packed state of a cohort; 0 for a program without state.
    uint16 stateWords;
    /// True: the reward token is minted by this contract. False: it pays what was deposited.
    bool mintsReward;
    /// Wei of the reward token in one unit.
    uint128 unitWei;
    bytes32 programId;
    bytes32 schemaHash;
    /// State root of a cohort before its first posting; 0 without state.
    uint256 initialStateRoot;
    /// Accounts that may post.
    address[] operators;
    /// Keys that sign receipts, by gateway number, 0 to 14.
    address[] gateways;
}

/// What an operator brings: the part of a statement that the contract cannot know.
struct Posting {
    uint64 cohort;
    uint64 window;
    uint256 windowRoot;
    /// Devices whose seals the proof holds, device i of the cohort at bit i.
    uint256 sealedBitmap;
    uint256 nextStateRoot;
    /// Points, 32 bits a device, seven to a field.
    uint256[] result;
    uint256[] state;
}

/// Totals of a window over all postings; kept by networks with a settling deadline.
struct WindowTotals {
    uint64 points;
    uint64 settledDevices;
    /// Points whose posting was not credited yet.
    uint64 uncreditedPoints;
    /// Fixed, and set aside, by the first crediting; units.
    uint64 poolUnits;
    /// What of the pool was not credited yet, units.
    uint64 uncreditedUnits;
}
