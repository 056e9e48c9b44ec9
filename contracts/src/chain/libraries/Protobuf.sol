// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// The parts of Protocol Buffers' encoding that CometBFT's hashes and signatures are made of. Who calls leaves
/// out a field that is zero, as proto3 does.
library Protobuf {
    /// A number in groups of seven bits, lowest first.
    function varint(uint256 value) internal pure returns (bytes memory encoded) {
        uint256 length = 1;
        for (uint256 rest = value >> 7; rest != 0; rest >>= 7) {
            ++length;
        }
        encoded = new bytes(length);
        for (uint256 i = 0; i + 1 < length; ++i) {
            // Cast: the lowest seven bits are what is meant.
            encoded[i] = bytes1(uint8(value) | 0x80);
            value >>= 7;
        }
        encoded[length - 1] = bytes1(uint8(value));
    }

    /// A number in eight bytes, lowest first.
    function fixed64(uint64 value) internal pure returns (bytes8) {
        value = ((value & 0xff00ff00ff00ff00) >> 8) | ((value & 0x00ff00ff00ff00ff) << 8);
        value = ((value & 0xffff0000ffff0000) >> 16) | ((value & 0x0000ffff0000ffff) << 16);
        return bytes8((value >> 32) | (value << 32));
    }

    /// The message `google.protobuf.Timestamp`.
    function timestamp(uint64 timeS, uint32 nanos) internal pure returns (bytes memory) {
        return abi.encodePacked(
            timeS == 0 ? bytes("") : abi.encodePacked(hex"08", varint(timeS)),
            nanos == 0 ? bytes("") : abi.encodePacked(hex"10", varint(nanos))
        );
    }
}
