// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Vm} from "./Vm.sol";

/// Assertions, and helpers for fuzzed arguments. A test fails by reverting.
abstract contract TestBase {
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    error NotEqual(bytes32 given, bytes32 expected, string what);

    function assertEq(uint256 given, uint256 expected, string memory what) internal pure {
        require(given == expected, NotEqual(bytes32(given), bytes32(expected), what));
    }

    function assertEq(bytes32 given, bytes32 expected, string memory what) internal pure {
        require(given == expected, NotEqual(given, expected, what));
    }

    function assertEq(address given, address expected, string memory what) internal pure {
        assertEq(uint256(uint160(given)), uint256(uint160(expected)), what);
    }

    function assertTrue(bool condition, string memory what) internal pure {
        require(condition, what);
    }

    /// A value between `low` and `high`, both included, made from a fuzzed one; `value` itself if it is one.
    function bound(uint256 value, uint256 low, uint256 high) internal pure returns (uint256) {
        if (low <= value && value <= high) return value;
        return low + value % (high - low + 1);
    }
}
