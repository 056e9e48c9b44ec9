// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Payment, Registration} from "../src/DeviceRegistry.sol";
import {NetworkSettings} from "../src/NetworkFactory.sol";
import {Posting} from "../src/SettlementTypes.sol";
import {IdentitySignature} from "../src/libraries/IdentitySignature.sol";
import {NetworkFixture} from "./base/NetworkFixture.sol";

/// What whole transactions cost, calldata included, without the verifier; figures stand in `snapshots/`.
/// forge-config: default.isolate = true
contract GasTest is NetworkFixture {
    function setUp() public {
        setUpFactory();
    }

    function testGasOfCreatingANetwork() public {
        NetworkSettings memory settings = atOnceSettings(256);
        _factory.createNetwork(settings);
        uint256 gas = vm.snapshotGasLastCall("network", "create");
        // A transaction may use 16.78 million.
        assertTrue(gas < 3_000_000, "creating a network is too dear");
    }

    function testGasOfRegistrations() public {
        createNetwork(defaultSettings(16));
        registerWithFee(1, ALICE);
        vm.snapshotGasLastCall("register", "first of a cohort");
        registerWithFee(2, ALICE);
        vm.snapshotGasLastCall("register", "same window");
        vm.warp(GENESIS + 10 * HOUR);
        registerWithFee(3, ALICE);
        vm.snapshotGasLastCall("register", "first in a window");
        vm.warp(GENESIS + 20 * HOUR);
        send(makeRegistrationFor(IdentitySignature.ES256, 4, ALICE), Payment.Stake);
        vm.snapshotGasLastCall("register", "first in a window, ES256");
    }

    function testGasOfPostingsCreditedAtOnce() public {
        _measureAtOnce(16, "at once, 16 devices");
        uint256 gas = _measureAtOnce(256, "at once, 256 devices");
        assertTrue(gas < 550_000, "posting 256 devices is too dear");
    }

    function testGasOfPostingsCreditedLater() public {
        _measureLater(16, "16 devices");
        _measureLater(256, "256 devices");
    }

    function testGasOfPostingsWithState() public {
        // 16 devices of the smallest state and 256 of the largest.
        _measureWithState(16, 3, "16 devices, 3 words of state");
        _measureWithState(256, 256, "256 devices, 256 words of state");
    }

    function _measureWithState(uint16 capacity, uint16 words, string memory name) private {
        NetworkSettings memory settings = defaultSettings(capacity);
        settings.settlement.stateWords = words;
        settings.settlement.initialStateRoot = 1;
        createNetwork(settings);
        vm.warp(GENESIS - 1 days);
        registerMany(capacity, ALICE);
        for (uint64 window = 0; window < 2; ++window) {
            Posting memory posting = _makeFull(capacity, window);
            posting.nextStateRoot = 2 + window;
            posting.state = new uint256[](words);
            for (uint256 i = 0; i < words; ++i) {
                posting.state[i] = uint256(keccak256(abi.encode(window, i))) >> 4;
            }
            post(posting);
        }
        vm.snapshotGasLastCall("post", string.concat(name, ", later window"));
    }

    function _measureAtOnce(uint16 capacity, string memory name) private returns (uint256 gas) {
        createNetwork(atOnceSettings(capacity));
        vm.warp(GENESIS - 1 days);
        registerMany(capacity, ALICE);
        _postAll(capacity, 0);
        vm.snapshotGasLastCall("post", string.concat(name, ", first window"));
        _postAll(capacity, 1);
        return vm.snapshotGasLastCall("post", string.concat(name, ", later window"));
    }

    function _measureLater(uint16 capacity, string memory name) private {
        createNetwork(defaultSettings(capacity));
        vm.warp(GENESIS - 1 days);
        registerMany(capacity, ALICE);
        Posting memory first = _postAll(capacity, 0);
        Posting memory second = _postAll(capacity, 1);
        vm.snapshotGasLastCall("post", string.concat(name, ", later window"));
        vm.warp(closesAt(1) + 1);
        credit(first, 0);
        vm.snapshotGasLastCall("credit", string.concat(name, ", first window"));
        credit(second, 0);
        vm.snapshotGasLastCall("credit", string.concat(name, ", later window"));
        uint256[] memory devices = new uint256[](capacity);
        for (uint256 i = 0; i < capacity; ++i) {
            devices[i] = i;
        }
        vm.prank(ALICE);
        _settlement.withdraw(devices);
        vm.snapshotGasLastCall("withdraw", name);
    }

    function _postAll(uint16 capacity, uint64 window) private returns (Posting memory posting) {
        posting = _makeFull(capacity, window);
        post(posting);
    }

    function _makeFull(uint16 capacity, uint64 window) private returns (Posting memory posting) {
        uint32[] memory points = new uint32[](capacity);
        for (uint256 i = 0; i < capacity; ++i) {
            points[i] = uint32(1000 + 13 * i + window);
        }
        vm.warp(opensAt(window));
        posting = makePosting(0, window, type(uint256).max >> (256 - capacity), points);
    }
}
