// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {DeviceRegistry, Payment} from "../../src/DeviceRegistry.sol";
import {NetworkSettings} from "../../src/NetworkFactory.sol";
import {Settlement} from "../../src/Settlement.sol";
import {Posting} from "../../src/SettlementTypes.sol";
import {Bitmap} from "../../src/libraries/Bitmap.sol";
import {NetworkFixture} from "./NetworkFixture.sol";
import {PlainToken} from "./TestTokens.sol";

/// Does at random what owners, operators and strangers can do, and keeps its own books.
contract NetworkHandler is NetworkFixture {
    uint256 private constant CAPACITY = 4;
    uint64 private constant CAP_UNITS = 5 * EMISSION_UNITS;

    struct Pending {
        Posting posting;
        uint256 index;
    }

    uint256 private immutable _cohortCount;
    /// The token that is deposited; zero where the network mints its reward.
    PlainToken private immutable _deposited;

    Pending[] private _pending;
    uint256 private _secrets;
    uint256 private _arrivedWei;
    uint256[] private _postedWindows;
    mapping(uint256 window => bool) private _isPosted;
    mapping(uint256 window => uint256) private _credited;

    uint256 public stakesInWei;
    uint256 public stakesOutWei;
    uint256 public withdrawnWei;
    uint256 public creditedUnits;
    uint256 public forgeriesTaken;
    uint256 public poolsPassed;
    uint256 public settlements;

    /// Either three cohorts that mint their reward and credit after a deadline, or one that pays a deposited token
    /// with the posting.
    constructor(bool atOnce) {
        setUpFactory();
        NetworkSettings memory settings =
            atOnce ? atOnceSettings(uint16(CAPACITY)) : defaultSettings(uint16(CAPACITY));
        _cohortCount = atOnce ? 1 : 3;
        settings.terms.maxDevices = uint32(CAPACITY * _cohortCount);
        settings.settlement.supplyCapUnits = CAP_UNITS;
        if (atOnce) {
            _deposited = new PlainToken();
            settings.settlement.mintsReward = false;
            settings.settlement.rewardToken = _deposited;
        }
        createNetwork(settings);
        vm.warp(GENESIS);
    }

    /// Deposits up to one and a half windows' emission, where that is possible.
    function deposit(uint256 amountWei) external {
        if (address(_deposited) == address(0)) return;
        amountWei = bound(amountWei, UNIT_WEI, uint256(EMISSION_UNITS) * 3 / 2 * UNIT_WEI);
        _deposited.mint(BOB, amountWei);
        vm.prank(BOB);
        _deposited.approve(address(_settlement), amountWei);
        vm.prank(BOB);
        try _settlement.deposit(amountWei) {
            _arrivedWei += amountWei;
        } catch {}
    }

    function register(bool byStake, bool byAlice) external {
        if (_registry.deviceCount() == CAPACITY * _cohortCount) return;
        address owner = byAlice ? ALICE : BOB;
        if (byStake) {
            registerWithStake(++_secrets, owner);
            stakesInWei += STAKE_WEI;
        } else {
            registerWithFee(++_secrets, owner);
        }
    }

    function revoke(uint256 device) external {
        if (_registry.deviceCount() == 0) return;
        device = bound(device, 0, _registry.deviceCount() - 1);
        if (_registry.deviceOf(device).firstInactiveWindow != type(uint64).max) return;
        vm.prank(_registry.ownerOf(device));
        _registry.revoke(device);
    }

    /// Tries for any device; the registry decides.
    function withdrawStake(uint256 device) external {
        if (_registry.deviceCount() == 0) return;
        device = bound(device, 0, _registry.deviceCount() - 1);
        address holder = _registry.ownerOf(device);
        uint256 before = holder.balance;
        vm.prank(holder);
        try _registry.withdrawStake(device) {
            stakesOutWei += holder.balance - before;
        } catch {}
    }

    function transfer(uint256 device) external {
        if (_registry.deviceCount() == 0) return;
        device = bound(device, 0, _registry.deviceCount() - 1);
        address holder = _registry.ownerOf(device);
        vm.prank(holder);
        _registry.transferFrom(holder, holder == ALICE ? BOB : ALICE, device);
    }

    function passTime(uint256 seconds_) external {
        vm.warp(vm.getBlockTimestamp() + bound(seconds_, 1, 12 * HOUR));
    }

    /// Posts any devices that the contract would take, with any points; first without a proof.
    function post(uint256 cohort, uint256 window, uint256 devices, uint32[4] calldata points) external {
        uint256 now_ = _settlement.windowAt(vm.getBlockTimestamp());
        if (now_ == 0) return;
        cohort = bound(cohort, 0, _cohortCount - 1);
        window = bound(window, now_ > 30 ? now_ - 30 : 0, now_ - 1);
        (,, uint256 active) = _registry.cohortAt(cohort, window);
        (uint256 passed,, uint256 settled,) = _settlement.cohortState(cohort);
        devices &= active & ~(passed == window + 1 ? settled : 0);
        Posting memory posting = makePosting(uint64(cohort), uint64(window), devices, new uint32[](0));
        for (uint256 i = 0; i < CAPACITY; ++i) {
            if ((devices >> i) & 1 == 1) posting.result[0] |= uint256(points[i]) << (32 * i);
        }
        try _settlement.statement(posting) returns (bytes32[] memory inputs) {
            bytes memory proof = abi.encode(settlements);
            vm.prank(OPERATOR);
            try _settlement.post(posting, proof) {
                ++forgeriesTaken;
            } catch {}
            _verifier.allow(proof, inputs);
            uint256 before = sumOfBalances();
            vm.prank(OPERATOR);
            _pending.push(Pending(posting, _settlement.post(posting, proof)));
            uint256 units = sumOfBalances() - before;
            creditedUnits += units;
            if (units > EMISSION_UNITS * Bitmap.count(devices) / Bitmap.count(active)) ++poolsPassed;
            ++settlements;
            if (!_isPosted[window]) _postedWindows.push(window);
            _isPosted[window] = true;
        } catch {}
    }

    /// Credits a posting, old or new, at any time; the contract decides.
    function credit(uint256 which) external {
        if (_pending.length == 0) return;
        Pending memory pending = _pending[which % _pending.length];
        uint256 before = sumOfBalances();
        vm.prank(ALICE);
        try _settlement.credit(
            pending.posting.cohort,
            pending.posting.window,
            pending.index,
            pending.posting.windowRoot,
            pending.posting.sealedBitmap,
            pending.posting.result
        ) {
            uint256 units = sumOfBalances() - before;
            creditedUnits += units;
            _credited[pending.posting.window] += units;
        } catch {}
    }

    function withdraw(uint256 device) external {
        if (_registry.deviceCount() == 0) return;
        device = bound(device, 0, _registry.deviceCount() - 1);
        if (_settlement.balanceUnits(device) == 0) return;
        withdrawnWei += withdraw(device, _registry.ownerOf(device));
    }

    function sumOfBalances() public view returns (uint256 units) {
        for (uint256 device = 0; device < CAPACITY * _cohortCount; ++device) {
            units += _settlement.balanceUnits(device);
        }
    }

    /// Stakes that the registry says it holds.
    function sumOfStakesWei() external view returns (uint256 sumWei) {
        for (uint256 device = 0; device < _registry.deviceCount(); ++device) {
            sumWei += _registry.deviceOf(device).stakeWei;
        }
    }

    /// Devices that are active from the next window on, counted bit by bit.
    function countActive() external view returns (uint256 count) {
        for (uint256 cohort = 0; cohort < _cohortCount; ++cohort) {
            (,, uint256 active) = _registry.cohortAt(cohort, _registry.nextWindow());
            for (uint256 i = 0; i < CAPACITY; ++i) {
                count += (active >> i) & 1;
            }
        }
    }

    /// Units that are set aside for windows and not credited.
    function sumOfUncredited() external view returns (uint256 units) {
        for (uint256 i = 0; i < _postedWindows.length; ++i) {
            units += _settlement.windowTotals(_postedWindows[i]).uncreditedUnits;
        }
    }

    /// True if no window credited more than its pool, nor had a pool above the emission.
    function isEveryPoolKept() external view returns (bool) {
        if (poolsPassed != 0) return false;
        for (uint256 i = 0; i < _postedWindows.length; ++i) {
            uint256 pool = _settlement.windowTotals(_postedWindows[i]).poolUnits;
            if (_credited[_postedWindows[i]] > pool || pool > EMISSION_UNITS) return false;
        }
        return true;
    }

    function network() external view returns (DeviceRegistry, Settlement) {
        return (_registry, _settlement);
    }

    /// All that could ever be paid so far, units.
    function coveredUnits() external view returns (uint256 units) {
        if (address(_deposited) == address(0)) return CAP_UNITS;
        (, units) = _settlement.books();
    }

    /// What the Settlement paid out, wei: tokens minted, or deposits that are gone.
    function paidWei() external view returns (uint256) {
        if (address(_deposited) == address(0)) return _token.totalSupply();
        return _arrivedWei - _deposited.balanceOf(address(_settlement));
    }
}
