// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// Poseidon2 in plain Solidity, the twin that `Poseidon2` is compared with. Its round constants are drawn
/// anew, from the Grain LFSR as the Poseidon2 paper prescribes, and its external matrix is written out.
contract PlainPoseidon2 {
    uint256 private constant P =
        21888242871839275222246405745257275088548364400416034343698204186575808495617;

    uint256[] private _constants;

    constructor() {
        // 80 bits, the oldest at bit 0: 01 (prime field), 0000 (power map), 254 bits, state 4, 8 and 56
        // rounds, 30 ones.
        uint256 register = _reverse(1, 2) | _reverse(0, 4) << 2 | _reverse(254, 12) << 6 | _reverse(4, 12)
            << 18 | _reverse(8, 10) << 30 | _reverse(56, 10) << 40 | uint256(type(uint32).max >> 2) << 50;
        for (uint256 i = 0; i < 160; ++i) {
            register = _step(register);
        }
        for (uint256 i = 0; i < 88; ++i) {
            uint256 value;
            do {
                (register, value) = _draw(register);
            } while (value >= P);
            _constants.push(value);
        }
    }

    function sponge(uint256[] memory inputs) external view returns (uint256) {
        uint256[] memory constants = _constants;
        uint256[4] memory state = [uint256(0), 0, 0, inputs.length << 64];
        for (uint256 i = 0; i < inputs.length; i += 3) {
            for (uint256 j = 0; j < 3 && i + j < inputs.length; ++j) {
                state[j] = addmod(state[j], inputs[i + j], P);
            }
            state = _permute(state, constants);
        }
        return state[0];
    }

    function _permute(uint256[4] memory state, uint256[] memory constants)
        private
        pure
        returns (uint256[4] memory)
    {
        uint256 used = 0;
        state = _mixExternal(state);
        for (uint256 round = 0; round < 64; ++round) {
            if (round < 4 || round >= 60) {
                for (uint256 i = 0; i < 4; ++i) {
                    state[i] = _power5(addmod(state[i], constants[used++], P));
                }
                state = _mixExternal(state);
            } else {
                state[0] = _power5(addmod(state[0], constants[used++], P));
                state = _mixInternal(state);
            }
        }
        return state;
    }

    function _mixExternal(uint256[4] memory s) private pure returns (uint256[4] memory) {
        return [_row(s, 5, 7, 1, 3), _row(s, 4, 6, 1, 1), _row(s, 1, 3, 5, 7), _row(s, 1, 1, 4, 6)];
    }

    function _row(uint256[4] memory s, uint256 a, uint256 b, uint256 c, uint256 d)
        private
        pure
        returns (uint256)
    {
        uint256 sum = addmod(mulmod(a, s[0], P), mulmod(b, s[1], P), P);
        return addmod(sum, addmod(mulmod(c, s[2], P), mulmod(d, s[3], P), P), P);
    }

    function _mixInternal(uint256[4] memory s) private pure returns (uint256[4] memory mixed) {
        uint256[4] memory diagonal = [
            0x10dc6e9c006ea38b04b1e03b4bd9490c0d03f98929ca1d7fb56821fd19d3b6e7,
            0x0c28145b6a44df3e0149b3d0a30b3bb599df9756d4dd9b84a86b38cfb45a740b,
            0x00544b8338791518b2c7645a50392798b21f75bb60e3596170067d00141cac15,
            0x222c01175718386f2e2e82eb122789e352e105a3b8fa852613bc534433ee428b
        ];
        uint256 sum = _row(s, 1, 1, 1, 1);
        for (uint256 i = 0; i < 4; ++i) {
            mixed[i] = addmod(mulmod(s[i], diagonal[i], P), sum, P);
        }
    }

    function _power5(uint256 x) private pure returns (uint256) {
        return mulmod(x, mulmod(mulmod(x, x, P), mulmod(x, x, P), P), P);
    }

    /// 254 bits of the self-shrinking generator: of two bits the second counts if the first is 1.
    function _draw(uint256 register) private pure returns (uint256, uint256 value) {
        uint256 bits = 0;
        while (bits < 254) {
            register = _step(register);
            bool counts = (register >> 79) & 1 == 1;
            register = _step(register);
            if (counts) {
                value = (value << 1) | ((register >> 79) & 1);
                ++bits;
            }
        }
        return (register, value);
    }

    /// One clock: the newest bit enters at bit 79.
    function _step(uint256 register) private pure returns (uint256) {
        uint256 bit = (register >> 62) ^ (register >> 51) ^ (register >> 38) ^ (register >> 23)
            ^ (register >> 13) ^ register;
        return (register >> 1) | ((bit & 1) << 79);
    }

    /// The `width` bits of `value` with the highest first.
    function _reverse(uint256 value, uint256 width) private pure returns (uint256 reversed) {
        for (uint256 i = 0; i < width; ++i) {
            reversed |= ((value >> i) & 1) << (width - 1 - i);
        }
    }
}
