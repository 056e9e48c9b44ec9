// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// Points of a cohort as a proof states them: 32 bits a device, seven devices to a field, device i of the
/// cohort in bits 32·(i mod 7) of field i div 7; and balances, 64 bits a device, four to a storage slot.
library PackedResult {
    uint256 private constant LANES = 7;
    /// Bit 31·k for k = 0 … 6: multiplied with seven neighbouring bits it puts bit k at 32·k.
    uint256 private constant SPREAD = 1 | 1 << 31 | 1 << 62 | 1 << 93 | 1 << 124 | 1 << 155 | 1 << 186;
    /// Bit 32·k for k = 0 … 6.
    uint256 private constant FIRST_BITS = 1 | 1 << 32 | 1 << 64 | 1 << 96 | 1 << 128 | 1 << 160 | 1 << 192;
    /// The lower half of each of four 64-bit words.
    uint256 private constant EVEN_LANES = 0x00000000ffffffff00000000ffffffff00000000ffffffff00000000ffffffff;

    /// A field has bits outside the lanes of sealed devices.
    error ResultInvalid(uint256 index, uint256 field);
    error ResultWrongLength(uint256 given, uint256 needed);

    /// How many fields hold the points of `capacity` devices.
    function fieldsFor(uint256 capacity) internal pure returns (uint256) {
        return (capacity + LANES - 1) / LANES;
    }

    /// Sum of all points. Reverts unless every bit outside the lanes of devices in `sealedBitmap` is zero.
    function checkAndSum(uint256[] calldata result, uint256 sealedBitmap, uint256 capacity)
        internal
        pure
        returns (uint256)
    {
        uint256 count = fieldsFor(capacity);
        require(result.length == count, ResultWrongLength(result.length, count));
        uint256 sums = 0;
        // Unchecked: the index is bounded by the length; seven bits times SPREAD stay below 2^194; at most 37
        // fields add at most 2^33 to each of the four 64-bit sums.
        unchecked {
            for (uint256 i = 0; i < count; ++i) {
                uint256 field = result[i];
                uint256 lanes = (((sealedBitmap & 0x7f) * SPREAD) & FIRST_BITS) * type(uint32).max;
                require(field & ~lanes == 0, ResultInvalid(i, field));
                sums += (field & EVEN_LANES) + ((field >> 32) & EVEN_LANES);
                sealedBitmap >>= LANES;
            }
            return (sums & type(uint64).max) + ((sums >> 64) & type(uint64).max)
                + ((sums >> 128) & type(uint64).max) + (sums >> 192);
        }
    }

    /// Adds pool · points / totalPoints, rounded down, to the balance of every device and returns the sum.
    /// The remainder stays with the caller.
    ///
    /// `result` was checked and its points are at most `totalPoints`, which is not zero. pool has 64 bits,
    /// and no sum of balances ever passes 64 bits: the caller bounds what is credited over all time.
    /// Assembly, for gas; `tests/PackedResult.t.sol` has the same in plain Solidity and compares.
    function credit(
        mapping(uint256 slot => uint256) storage balances,
        uint256 firstDevice,
        uint256[] calldata result,
        uint256 pool,
        uint256 totalPoints
    ) internal returns (uint256 credited) {
        assembly ("memory-safe") {
            // Adds to the four balances of a slot.
            function addTo(base, slot, added) {
                mstore(0, slot)
                mstore(32, base)
                let location := keccak256(0, 64)
                sstore(location, add(sload(location), added))
            }

            let device := firstDevice
            let added := 0
            let end := add(result.offset, mul(32, result.length))
            for { let pointer := result.offset } lt(pointer, end) { pointer := add(pointer, 32) } {
                let lanes := calldataload(pointer)
                for { let next := add(device, LANES) } lt(device, next) { device := add(device, 1) } {
                    let amount := div(mul(pool, and(lanes, 0xffffffff)), totalPoints)
                    let place := and(device, 3)
                    lanes := shr(32, lanes)
                    credited := add(credited, amount)
                    added := add(added, shl(shl(6, place), amount))
                    // One write a slot, when its last device is passed. That comes for every slot: cohorts of
                    // four and more fill whole slots, and a cohort of one has six spare lanes behind it.
                    if eq(place, 3) {
                        if added {
                            addTo(balances.slot, shr(2, device), added)
                            added := 0
                        }
                    }
                }
            }
        }
    }

    /// Sets the balance of `device` to zero and returns what it was.
    function take(mapping(uint256 slot => uint256) storage balances, uint256 device)
        internal
        returns (uint256 units)
    {
        uint256 word = balances[device / 4];
        uint256 shift = 64 * (device % 4);
        units = (word >> shift) & type(uint64).max;
        if (units != 0) balances[device / 4] = word ^ (units << shift);
    }

    /// Balance of `device`, in units.
    function balanceOf(mapping(uint256 slot => uint256) storage balances, uint256 device)
        internal
        view
        returns (uint256)
    {
        return (balances[device / 4] >> (64 * (device % 4))) & type(uint64).max;
    }
}
