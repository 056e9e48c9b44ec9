// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {NetworkSettings} from "../src/NetworkFactory.sol";
import {Settlement} from "../src/Settlement.sol";
import {Posting} from "../src/SettlementTypes.sol";
import {StatementSource} from "../src/StatementSource.sol";
import {PackedResult} from "../src/libraries/PackedResult.sol";
import {Poseidon2} from "../src/libraries/Poseidon2.sol";
import {NetworkFixture} from "./base/NetworkFixture.sol";

/// An attack for every input of the statement: whatever it stands for is changed, and the statement must
/// follow, so that a proof of the one is no proof of the other. Networks here keep state, so that no field is
/// idle.
contract StatementTest is NetworkFixture {
    uint16 private constant STATE_WORDS = 2;
    uint256 private constant INITIAL_STATE = 0x1111;

    function setUp() public {
        setUpFactory();
        _createNetworkWithState("");
        registerMany(6, ALICE);
        vm.warp(opensAt(3));
    }

    /// Order and origin of every field (docs/reference/protocol.md, "Statement").
    function testFieldsStandInOrder() public {
        Posting memory first = _posting(0, 3, 1);
        post(first);
        Posting memory posting = _posting(0, 3, 6);
        bytes32[] memory inputs = _settlement.statement(posting);
        (uint256 commitment,,) = _registry.cohortAt(0, 3);
        uint256[16] memory expected = [
            uint256(_settlement.networkId()),
            uint256(_settlement.settings().programId),
            0,
            3,
            GENESIS + 3 * HOUR,
            commitment,
            4,
            15,
            1,
            first.nextStateRoot,
            posting.windowRoot,
            6,
            posting.nextStateRoot,
            posting.result[0],
            posting.state[0],
            posting.state[1]
        ];
        assertEq(inputs.length, expected.length, "length");
        for (uint256 i = 0; i < expected.length; ++i) {
            assertEq(uint256(inputs[i]), expected[i], vm.toString(i));
        }
    }

    function testBitmapsOfALargeCohortHaveTwoFieldsOf128Bits() public {
        NetworkSettings memory settings = defaultSettings(256);
        createNetwork(settings);
        vm.warp(GENESIS - 1 days);
        registerMany(130, ALICE);
        vm.warp(opensAt(0));
        Posting memory posting = makePosting(0, 0, (1 << 129) | 1, list(1));
        bytes32[] memory inputs = _settlement.statement(posting);
        assertEq(inputs.length, 10 + 6 + 37, "length");
        assertEq(uint256(inputs[7]), type(uint128).max, "active, low");
        assertEq(uint256(inputs[8]), 3, "active, high");
        assertEq(uint256(inputs[13]), 1, "sealed, low");
        assertEq(uint256(inputs[14]), 2, "sealed, high");
    }

    function testTheNetworkIdIsBoundToChainContractAndSchema() public {
        bytes32 networkId = _settlement.networkId();
        bytes32 digest = sha256(
            abi.encodePacked(
                bytes32("fieldproof.network.1"), block.chainid, address(_settlement), keccak256("schema")
            )
        );
        assertEq(networkId, bytes32(uint256(digest) % 2 ** 248), "as the protocol says");
        uint256 snapshot = vm.snapshotState();
        _createNetworkWithState("other contract");
        assertTrue(_settlement.networkId() != networkId, "contract");
        vm.revertToState(snapshot);
        NetworkSettings memory settings = defaultSettings(4);
        settings.settlement.schemaHash = keccak256("other schema");
        createNetwork(settings);
        assertTrue(_settlement.networkId() != networkId, "schema");
    }

    /// The same transaction on another chain gives the same addresses, but never the same id.
    function testTheNetworkIdIsBoundToTheChain() public {
        uint256 snapshot = vm.snapshotState();
        NetworkSettings memory settings = defaultSettings(4);
        settings.salt = "twin";
        createNetwork(settings);
        (address settlement, bytes32 networkId) = (address(_settlement), _settlement.networkId());
        vm.revertToState(snapshot);
        vm.chainId(1);
        createNetwork(settings);
        assertEq(address(_settlement), settlement, "same address");
        assertTrue(_settlement.networkId() != networkId, "same id");
    }

    function testTheProgramIsBound() public {
        NetworkSettings memory settings = _settingsWithState();
        settings.settlement.programId = bytes32(uint256(0xabcdf0));
        createNetwork(settings);
        vm.warp(GENESIS - 1 days);
        registerMany(6, ALICE);
        vm.warp(opensAt(3));
        assertEq(_settlement.statement(_posting(0, 3, 1))[1], bytes32(uint256(0xabcdf0)), "program id");
    }

    function testTheCohortIsBound() public view {
        bytes32[] memory one = _settlement.statement(_posting(0, 3, 1));
        bytes32[] memory other = _settlement.statement(_posting(1, 3, 1));
        assertTrue(one[2] != other[2], "cohort");
        assertTrue(one[5] != other[5], "key commitment");
    }

    function testTheWindowAndItsTimeAreBound() public view {
        bytes32[] memory one = _settlement.statement(_posting(0, 3, 1));
        bytes32[] memory other = _settlement.statement(_posting(0, 2, 1));
        assertTrue(one[3] != other[3], "window");
        assertEq(uint256(one[4]) - uint256(other[4]), HOUR, "start");
    }

    /// Keys, count and bitmap are those of the window's start: what comes later changes nothing, what came
    /// before changes everything.
    function testKeysCountAndActivityAreThoseOfTheWindowsStart() public {
        bytes32[] memory before = _settlement.statement(_posting(1, 3, 1));
        registerWithFee(7, BOB);
        vm.prank(ALICE);
        _registry.revoke(5);
        bytes32[] memory same = _settlement.statement(_posting(1, 3, 1));
        assertEq(
            keccak256(abi.encode(before)),
            keccak256(abi.encode(same)),
            "the statement of a window that started"
        );
        vm.warp(opensAt(5));
        bytes32[] memory later = _settlement.statement(_posting(1, 5, 1));
        assertTrue(later[5] != before[5], "key commitment");
        assertEq(uint256(later[6]), 3, "count");
        assertEq(uint256(later[7]), 5, "active");
    }

    function testWhatIsSettledIsBound() public {
        bytes32[] memory before = _settlement.statement(_posting(0, 3, 2));
        Posting memory first = _posting(0, 3, 1);
        first.nextStateRoot = INITIAL_STATE;
        post(first);
        bytes32[] memory afterwards = _settlement.statement(_posting(0, 3, 2));
        assertEq(uint256(before[8]), 0, "nothing settled");
        assertEq(uint256(afterwards[8]), 1, "the first device settled");
        _differInOne(before, afterwards, 8);
    }

    /// The state that a posting starts from is what the last posting of its cohort left.
    function testThePreviousStateIsBound() public {
        assertEq(uint256(_settlement.statement(_posting(0, 3, 1))[9]), INITIAL_STATE, "first state");
        Posting memory first = _posting(0, 1, 1);
        vm.warp(opensAt(1));
        post(first);
        vm.warp(opensAt(3));
        assertEq(uint256(_settlement.statement(_posting(0, 3, 1))[9]), first.nextStateRoot, "state left");
        assertEq(
            uint256(_settlement.statement(_posting(1, 3, 1))[9]), INITIAL_STATE, "state of the other cohort"
        );
    }

    /// Each value that the caller brings moves its own field and no other.
    function testEveryValueOfTheCallerIsBound() public view {
        bytes32[] memory before = _settlement.statement(_posting(0, 3, 3));
        Posting memory posting = _posting(0, 3, 3);
        posting.windowRoot += 1;
        _differInOne(before, _settlement.statement(posting), 10);
        posting = _posting(0, 3, 3);
        posting.sealedBitmap = 7;
        _differInOne(before, _settlement.statement(posting), 11);
        posting = _posting(0, 3, 3);
        posting.nextStateRoot += 1;
        _differInOne(before, _settlement.statement(posting), 12);
        posting = _posting(0, 3, 3);
        posting.result[0] += 1;
        _differInOne(before, _settlement.statement(posting), 13);
        for (uint256 i = 0; i < STATE_WORDS; ++i) {
            posting = _posting(0, 3, 3);
            posting.state[i] += 1;
            _differInOne(before, _settlement.statement(posting), 14 + i);
        }
    }

    /// A value and the same value plus the field's order are the same to a proof: only one of them is taken.
    function testValuesBeyondTheFieldAreRefused() public {
        uint256 p = Poseidon2.FIELD_ORDER;
        Posting memory posting = _posting(0, 3, 1);
        posting.windowRoot = p;
        _expectRefusal(posting, abi.encodeWithSelector(StatementSource.SettlementNotAField.selector, p));
        posting = _posting(0, 3, 1);
        posting.nextStateRoot = p + 5;
        _expectRefusal(posting, abi.encodeWithSelector(StatementSource.SettlementNotAField.selector, p + 5));
        posting = _posting(0, 3, 1);
        posting.state[1] = type(uint256).max;
        _expectRefusal(
            posting, abi.encodeWithSelector(StatementSource.SettlementNotAField.selector, type(uint256).max)
        );
        posting = _posting(0, 3, 1);
        posting.result[0] += p;
        _expectRefusal(
            posting, abi.encodeWithSelector(PackedResult.ResultInvalid.selector, 0, posting.result[0])
        );
    }

    function testStateHasTheLengthOfTheSettings() public {
        Posting memory posting = _posting(0, 3, 1);
        posting.state = new uint256[](STATE_WORDS + 1);
        _expectRefusal(posting, abi.encodeWithSelector(StatementSource.SettlementWrongState.selector));
        posting.state = new uint256[](0);
        _expectRefusal(posting, abi.encodeWithSelector(StatementSource.SettlementWrongState.selector));
    }

    function testANetworkWithoutStateTakesNone() public {
        createNetwork(defaultSettings(4));
        vm.warp(GENESIS - 1 days);
        registerMany(1, ALICE);
        vm.warp(opensAt(0));
        Posting memory posting = makePosting(0, 0, 1, list(1));
        assertEq(uint256(_settlement.statement(posting)[9]), 0, "previous state");
        posting.nextStateRoot = 1;
        _expectRefusal(posting, abi.encodeWithSelector(StatementSource.SettlementWrongState.selector));
    }

    function _settingsWithState() private view returns (NetworkSettings memory settings) {
        settings = defaultSettings(4);
        settings.settlement.stateWords = STATE_WORDS;
        settings.settlement.initialStateRoot = INITIAL_STATE;
    }

    function _createNetworkWithState(bytes32 salt) private {
        NetworkSettings memory settings = _settingsWithState();
        settings.salt = salt;
        createNetwork(settings);
    }

    function _posting(uint64 cohort, uint64 window, uint256 sealedBitmap)
        private
        view
        returns (Posting memory posting)
    {
        posting = makePosting(cohort, window, sealedBitmap, list(0));
        posting.windowRoot = 0xabc;
        if (sealedBitmap & 1 == 1) posting.result[0] = 17;
        posting.nextStateRoot = 0x2222;
        posting.state = new uint256[](STATE_WORDS);
        (posting.state[0], posting.state[1]) = (0x3333, 0x4444);
    }

    function _expectRefusal(Posting memory posting, bytes memory reason) private {
        vm.expectRevert(reason);
        _settlement.statement(posting);
        vm.prank(OPERATOR);
        vm.expectRevert(reason);
        _settlement.post(posting, PROOF);
    }

    function _differInOne(bytes32[] memory one, bytes32[] memory other, uint256 place) private pure {
        assertEq(one.length, other.length, "length");
        for (uint256 i = 0; i < one.length; ++i) {
            assertTrue((one[i] != other[i]) == (i == place), string.concat("field ", vm.toString(i)));
        }
    }
}
