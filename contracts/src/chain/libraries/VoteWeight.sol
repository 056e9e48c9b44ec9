// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// Weight of a vote by its lock: w = 1 + ln(days · (2 with auto-renewal)) / ln 1.2 / 100, and 1.06 · w for
/// self-stake with auto-renewal of 91 days or more. Without a lock it is 1.
///
/// A weight has 18 digits behind the point. It is never above the exact one, and less than 3 · 10^-18 below.
library VoteWeight {
    uint256 internal constant ONE = 1e18;
    uint256 internal constant MAXIMUM_LOCK_DAYS = 1050;
    /// No weight is as great: that of the longest lock of self-stake is 1.5047457….
    uint256 internal constant BOUND = 1.504746e18;

    uint256 private constant SELF_DAYS = 91;
    uint256 private constant SELF_PERCENT = 106;

    uint256 private constant FRACTION_BITS = 64;
    /// 10^18 / (100 · log2 1.2) · 2^64, rounded down.
    uint256 private constant PER_DOUBLING = 701305367837152044799731957391674479;

    function compute(uint256 lockDays, bool autoRenew, bool isSelf) internal pure returns (uint256 weight) {
        if (lockDays == 0) return ONE;
        uint256 doublings = _computeLogarithm(autoRenew ? 2 * lockDays : lockDays);
        weight = ONE + ((doublings * PER_DOUBLING) >> (2 * FRACTION_BITS));
        if (isSelf && autoRenew && lockDays >= SELF_DAYS) weight = weight * SELF_PERCENT / 100;
    }

    /// log2 of `value` with `FRACTION_BITS` binary places, rounded down: every squaring of the mantissa shows
    /// one bit more. `value` is positive and has at most 127 bits.
    function _computeLogarithm(uint256 value) private pure returns (uint256 logarithm) {
        uint256 whole = Math.log2(value);
        logarithm = whole << FRACTION_BITS;
        // From 2^127, which stands for 1, to 2^128.
        uint256 mantissa = value << (127 - whole);
        for (uint256 bit = 1 << (FRACTION_BITS - 1); bit != 0; bit >>= 1) {
            mantissa = (mantissa * mantissa) >> 127;
            if (mantissa >> 128 != 0) {
                mantissa >>= 1;
                logarithm |= bit;
            }
        }
    }
}
