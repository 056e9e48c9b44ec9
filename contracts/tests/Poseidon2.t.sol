// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Poseidon2} from "../src/libraries/Poseidon2.sol";
import {PlainPoseidon2} from "./base/PlainPoseidon2.sol";
import {TestBase} from "./base/TestBase.sol";

contract Poseidon2Test is TestBase {
    uint256 private constant P = Poseidon2.FIELD_ORDER;

    PlainPoseidon2 private _plain;

    function setUp() public {
        _plain = new PlainPoseidon2();
    }

    function testFuzzAssemblyAndPlainSolidityAgree(uint256[8] calldata values, uint256 length) public view {
        uint256[] memory inputs = new uint256[](bound(length, 0, 8));
        for (uint256 i = 0; i < inputs.length; ++i) {
            inputs[i] = values[i] % P;
        }
        _compare(inputs);
    }

    /// Values at the ends of the field, where a missing reduction would show.
    function testFuzzAssemblyAndPlainSolidityAgreeAtTheEdges(uint8[8] calldata choices, uint256 length)
        public
        view
    {
        uint256[] memory inputs = new uint256[](bound(length, 1, 8));
        uint256[4] memory edges = [uint256(0), 1, P - 1, P / 2];
        for (uint256 i = 0; i < inputs.length; ++i) {
            inputs[i] = edges[choices[i] % 4];
        }
        _compare(inputs);
    }

    function testLengthIsPartOfTheHash() public pure {
        assertTrue(
            Poseidon2.sponge(new uint256[](1)) != Poseidon2.sponge(new uint256[](2)), "zeros of other length"
        );
        assertEq(Poseidon2.sponge(new uint256[](0)), 0, "nothing is absorbed");
    }

    function testAPermutationStaysCheap() public view {
        uint256[] memory inputs = new uint256[](3);
        uint256 before = gasleft();
        Poseidon2.sponge(inputs);
        uint256 gas = before - gasleft();
        assertTrue(gas < 25_000, vm.toString(gas));
    }

    /// The hash does not disturb memory that others hold.
    function testMemoryIsLeftAlone() public pure {
        uint256[] memory before = new uint256[](2);
        uint256[] memory inputs = new uint256[](4);
        (before[0], before[1]) = (7, 8);
        uint256 first = Poseidon2.sponge(inputs);
        uint256[] memory later = new uint256[](2);
        assertEq(later[0] + later[1], 0, "fresh memory");
        assertEq(before[0], 7, "earlier memory");
        assertEq(before[1], 8, "earlier memory");
        assertEq(inputs[0], 0, "inputs");
        assertEq(Poseidon2.sponge(inputs), first, "again");
    }

    function _compare(uint256[] memory inputs) private view {
        assertEq(Poseidon2.sponge(inputs), _plain.sponge(inputs), "assembly and plain Solidity");
    }
}
