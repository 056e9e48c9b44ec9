// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Bitmap} from "../src/libraries/Bitmap.sol";
import {PackedResult} from "../src/libraries/PackedResult.sol";
import {TestBase} from "./base/TestBase.sol";

/// Gives the library calldata, and a fresh mapping for each way of crediting.
contract PackedResultUser {
    using PackedResult for mapping(uint256 => uint256);

    mapping(uint256 => uint256) private _balances;
    mapping(uint256 => uint256) private _plain;

    function checkAndSum(uint256[] calldata result, uint256 sealedBitmap, uint256 capacity)
        external
        pure
        returns (uint256)
    {
        return PackedResult.checkAndSum(result, sealedBitmap, capacity);
    }

    function credit(uint256 firstDevice, uint256[] calldata result, uint256 pool, uint256 totalPoints)
        external
        returns (uint256)
    {
        return _balances.credit(firstDevice, result, pool, totalPoints);
    }

    /// The same, device by device and without packing.
    function creditPlainly(uint256 firstDevice, uint256[] calldata result, uint256 pool, uint256 totalPoints)
        external
        returns (uint256 credited)
    {
        for (uint256 i = 0; i < 7 * result.length; ++i) {
            uint256 points = (result[i / 7] >> (32 * (i % 7))) % 2 ** 32;
            uint256 amount = pool * points / totalPoints;
            _plain[firstDevice + i] += amount;
            credited += amount;
        }
    }

    function take(uint256 device) external returns (uint256) {
        return _balances.take(device);
    }

    function balanceOf(uint256 device) external view returns (uint256) {
        return _balances.balanceOf(device);
    }

    function plainBalanceOf(uint256 device) external view returns (uint256) {
        return _plain[device];
    }
}

contract PackedResultTest is TestBase {
    PackedResultUser private _user;
    uint16[5] private _tiers = [1, 4, 16, 64, 256];

    function setUp() public {
        _user = new PackedResultUser();
    }

    function testFuzzPointsAreSummed(uint256 seed, uint256 sealedBitmap, uint256 tier) public view {
        uint256 capacity = _tiers[tier % 5];
        sealedBitmap &= type(uint256).max >> (256 - capacity);
        (uint256[] memory result, uint256 sum) = _makeResult(seed, sealedBitmap, capacity);
        assertEq(_user.checkAndSum(result, sealedBitmap, capacity), sum, "sum of points");
    }

    function testTheGreatestPointsAreSummed() public view {
        (uint256[] memory result, uint256 sum) = _makeResult(0, type(uint256).max, 256);
        for (uint256 i = 0; i < 256; ++i) {
            result[i / 7] |= uint256(type(uint32).max) << (32 * (i % 7));
        }
        sum = 256 * uint256(type(uint32).max);
        assertEq(_user.checkAndSum(result, type(uint256).max, 256), sum, "sum of points");
    }

    /// Every bit outside the lanes of sealed devices, spare bits and spare lanes included.
    function testFuzzABitOutsideSealedLanesIsRefused(
        uint256 seed,
        uint256 sealedBitmap,
        uint256 tier,
        uint256 bit
    ) public {
        uint256 capacity = _tiers[tier % 5];
        sealedBitmap &= type(uint256).max >> (256 - capacity);
        (uint256[] memory result,) = _makeResult(seed, sealedBitmap, capacity);
        bit = bound(bit, 0, 256 * result.length - 1);
        uint256 field = bit / 256;
        uint256 lane = (bit % 256) / 32;
        bool isSealed = lane < 7 && 7 * field + lane < 256 && (sealedBitmap >> (7 * field + lane)) & 1 == 1;
        vm.assume(!isSealed);
        result[field] |= 1 << (bit % 256);
        vm.expectRevert(abi.encodeWithSelector(PackedResult.ResultInvalid.selector, field, result[field]));
        _user.checkAndSum(result, sealedBitmap, capacity);
    }

    function testFuzzAnotherLengthIsRefused(uint256 length, uint256 tier) public {
        uint256 capacity = _tiers[tier % 5];
        uint256 needed = (capacity + 6) / 7;
        length = bound(length, 0, 40);
        vm.assume(length != needed);
        vm.expectRevert(abi.encodeWithSelector(PackedResult.ResultWrongLength.selector, length, needed));
        _user.checkAndSum(new uint256[](length), 0, capacity);
    }

    function testFuzzPackedAndPlainCreditingAgree(
        uint256 seed,
        uint256 sealedBitmap,
        uint256 tier,
        uint64 pool,
        uint32 cohort
    ) public {
        uint256 capacity = _tiers[tier % 5];
        sealedBitmap &= type(uint256).max >> (256 - capacity);
        (uint256[] memory result, uint256 sum) = _makeResult(seed, sealedBitmap, capacity);
        vm.assume(sum != 0);
        uint256 first = uint256(cohort) * capacity;
        // Twice, with less than half of the pool, so that sums of balances stay below 64 bits.
        for (uint256 i = 0; i < 2; ++i) {
            uint256 credited = _user.credit(first, result, pool / 2, sum);
            assertEq(credited, _user.creditPlainly(first, result, pool / 2, sum), "credited");
            assertTrue(credited <= pool / 2, "credited more than the pool");
        }
        for (uint256 device = first; device < first + capacity; ++device) {
            assertEq(_user.balanceOf(device), _user.plainBalanceOf(device), "balance");
        }
        if (first != 0) assertEq(_user.balanceOf(first - 1), 0, "the device before the cohort");
        assertEq(_user.balanceOf(first + capacity), 0, "the device after the cohort");
    }

    function testFuzzTakingEmptiesOneDevice(uint256 seed, uint256 device) public {
        (uint256[] memory result, uint256 sum) = _makeResult(seed, type(uint256).max, 16);
        vm.assume(sum != 0);
        device = bound(device, 0, 15);
        _user.credit(0, result, 1e15, sum);
        _user.creditPlainly(0, result, 1e15, sum);
        assertEq(_user.take(device), _user.plainBalanceOf(device), "taken");
        for (uint256 i = 0; i < 16; ++i) {
            assertEq(_user.balanceOf(i), i == device ? 0 : _user.plainBalanceOf(i), "balance");
        }
        assertEq(_user.take(device), 0, "taken again");
    }

    function testFuzzBitsAreCounted(uint256 bitmap) public pure {
        uint256 count = 0;
        for (uint256 i = 0; i < 256; ++i) {
            count += (bitmap >> i) & 1;
        }
        assertEq(Bitmap.count(bitmap), count, "count");
    }

    function testEveryNumberOfBitsIsCounted() public pure {
        for (uint256 i = 0; i < 256; ++i) {
            assertEq(Bitmap.count((1 << i) - 1), i, "low bits");
            assertEq(Bitmap.count(type(uint256).max << i), 256 - i, "high bits");
        }
    }

    /// Points drawn from `seed` for every sealed device, and their sum.
    function _makeResult(uint256 seed, uint256 sealedBitmap, uint256 capacity)
        private
        pure
        returns (uint256[] memory result, uint256 sum)
    {
        result = new uint256[]((capacity + 6) / 7);
        for (uint256 i = 0; i < capacity; ++i) {
            if ((sealedBitmap >> i) & 1 == 0) continue;
            uint256 points = uint256(keccak256(abi.encode(seed, i))) % 2 ** 32;
            result[i / 7] |= points << (32 * (i % 7));
            sum += points;
        }
    }
}
