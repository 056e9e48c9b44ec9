// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ISettlement} from "./interfaces/ISettlement.sol";
import {Posting, SettlementSettings} from "./SettlementTypes.sol";
import {Bitmap} from "./libraries/Bitmap.sol";
import {PackedResult} from "./libraries/PackedResult.sol";
import {Poseidon2} from "./libraries/Poseidon2.sol";

/// The part of a Settlement that says what a proof must show: settings, clock, the state of every cohort, and
/// the statement made of them (docs/reference/protocol.md, "Statement").
abstract contract StatementSource is ISettlement {
    struct CohortState {
        /// Last window posted, plus one; 0 before the first posting.
        uint64 windowsPassed;
        /// Postings for the last window.
        uint64 postings;
        /// Devices settled in the last window.
        uint256 settled;
        uint256 stateRoot;
    }

    /// How long a network that credits at once may post for a window, counted from its end. Bounds the time
    /// for which stakes are held when its operator dies.
    uint256 public constant AT_ONCE_DEADLINE = 30 days;

    bytes32 private constant NETWORK_DOMAIN = "fieldproof.network.1";

    SettlementSettings internal _settings;
    mapping(uint256 cohort => CohortState) internal _cohorts;
    bytes32 private _networkId;
    /// First window that this contract pays nothing for; the greatest 64-bit number without a successor.
    uint64 internal _endWindow;

    error SettlementBeforeGenesis(uint256 timestamp);
    error SettlementTooEarly(uint256 window, uint256 opensAt);
    error SettlementTooLate(uint256 window, uint256 closedAt);
    error SettlementEnded(uint256 window, uint256 endWindow);
    error SettlementWindowPassed(uint256 cohort, uint256 window, uint256 windowsPassed);
    error SettlementAlreadyPosted(uint256 cohort, uint256 window);
    error SettlementNothingSealed();
    error SettlementNotActive(uint256 devices);
    error SettlementAlreadySettled(uint256 devices);
    error SettlementNotAField(uint256 value);
    error SettlementWrongState();

    /// The public inputs that a proof of `posting` must show now. Reverts as `post` would if the posting
    /// could not be accepted at this moment whatever its proof.
    function statement(Posting calldata posting) external view returns (bytes32[] memory inputs) {
        (inputs,,,) = _buildStatement(posting);
    }

    /// @inheritdoc ISettlement
    function isClosed(uint256 cohort, uint256 window) external view returns (bool) {
        uint256 passed = _cohorts[cohort].windowsPassed;
        // Where a posting credits at once there is one for a window.
        bool takesMore = _settings.settlingDeadline != 0;
        return block.timestamp > _closedAt(window) || window + (takesMore ? 1 : 0) < passed;
    }

    /// The window that holds the second `timestamp` (since 1970).
    function windowAt(uint256 timestamp) external view returns (uint256) {
        require(timestamp >= _settings.genesis, SettlementBeforeGenesis(timestamp));
        return (timestamp - _settings.genesis) / _settings.windowLength;
    }

    /// When a window starts, when postings for it open, and the last second at which they are taken.
    function timesOf(uint256 window)
        external
        view
        returns (uint256 startsAt, uint256 opensAt, uint256 closesAt)
    {
        startsAt = _startsAt(window);
        return (startsAt, startsAt + _settings.windowLength + _settings.grace, _closedAt(window));
    }

    function settings() external view returns (SettlementSettings memory) {
        return _settings;
    }

    function networkId() external view returns (bytes32) {
        return _networkId;
    }

    /// Where a cohort stands: last window posted plus one (0: none), postings for that window, devices
    /// settled in it, state root.
    function cohortState(uint256 cohort)
        external
        view
        returns (uint256 windowsPassed, uint256 postings, uint256 settled, uint256 stateRoot)
    {
        CohortState storage entry = _cohorts[cohort];
        return (entry.windowsPassed, entry.postings, entry.settled, _stateRootOf(entry));
    }

    /// Takes the settings, which were checked.
    function _setUpStatements(SettlementSettings calldata settings_) internal {
        _settings = settings_;
        bytes32 digest =
            sha256(abi.encodePacked(NETWORK_DOMAIN, block.chainid, address(this), settings_.schemaHash));
        // The top byte is cleared so that the id is a field.
        _networkId = digest & bytes32(type(uint256).max >> 8);
        _endWindow = type(uint64).max;
    }

    /// Checks a posting and returns the statement, the devices settled so far in the window, those active at
    /// its start, and the sum of the posting's points.
    function _buildStatement(Posting calldata posting)
        internal
        view
        returns (bytes32[] memory inputs, uint256 settled, uint256 active, uint256 points)
    {
        _checkTime(posting.window);
        CohortState storage cohort = _cohorts[posting.cohort];
        uint256 passed = cohort.windowsPassed;
        require(posting.window + 1 >= passed, SettlementWindowPassed(posting.cohort, posting.window, passed));
        if (posting.window + 1 == passed) {
            require(_settings.settlingDeadline != 0, SettlementAlreadyPosted(posting.cohort, posting.window));
            settled = cohort.settled;
        }
        uint256 commitment;
        uint256 count;
        (commitment, count, active) = _settings.registry.cohortAt(posting.cohort, posting.window);
        _checkShape(posting, active, settled);

        uint256 capacity = _settings.capacity;
        points = PackedResult.checkAndSum(posting.result, posting.sealedBitmap, capacity);
        uint256 bitmapFields = Bitmap.fieldsFor(capacity);
        inputs = new bytes32[](10 + 3 * bitmapFields + posting.result.length + posting.state.length);
        inputs[0] = _networkId;
        inputs[1] = _settings.programId;
        inputs[2] = bytes32(uint256(posting.cohort));
        inputs[3] = bytes32(uint256(posting.window));
        inputs[4] = bytes32(_startsAt(posting.window));
        inputs[5] = bytes32(commitment);
        inputs[6] = bytes32(count);
        uint256 next = _putBitmap(inputs, 7, active, bitmapFields);
        next = _putBitmap(inputs, next, settled, bitmapFields);
        inputs[next++] = bytes32(_stateRootOf(cohort));
        inputs[next++] = bytes32(posting.windowRoot);
        next = _putBitmap(inputs, next, posting.sealedBitmap, bitmapFields);
        inputs[next++] = bytes32(posting.nextStateRoot);
        next = _putWords(inputs, next, posting.result);
        _putWords(inputs, next, posting.state);
    }

    function _checkTime(uint256 window) private view {
        require(window < _endWindow, SettlementEnded(window, _endWindow));
        uint256 opensAt = _startsAt(window) + _settings.windowLength + _settings.grace;
        require(block.timestamp >= opensAt, SettlementTooEarly(window, opensAt));
        uint256 closedAt = _closedAt(window);
        require(block.timestamp <= closedAt, SettlementTooLate(window, closedAt));
    }

    /// Checks what the caller brings for a statement. Values at or above the field's order would be other
    /// names for smaller ones.
    function _checkShape(Posting calldata posting, uint256 active, uint256 settled) private view {
        uint256 sealedBitmap = posting.sealedBitmap;
        require(sealedBitmap != 0, SettlementNothingSealed());
        require(sealedBitmap & ~active == 0, SettlementNotActive(sealedBitmap & ~active));
        require(sealedBitmap & settled == 0, SettlementAlreadySettled(sealedBitmap & settled));
        _checkField(posting.windowRoot);
        _checkField(posting.nextStateRoot);
        uint256 stateWords = _settings.stateWords;
        require(
            posting.state.length == stateWords && (stateWords != 0 || posting.nextStateRoot == 0),
            SettlementWrongState()
        );
        for (uint256 i = 0; i < stateWords; ++i) {
            _checkField(posting.state[i]);
        }
    }

    function _checkField(uint256 value) private pure {
        require(value < Poseidon2.FIELD_ORDER, SettlementNotAField(value));
    }

    function _putBitmap(bytes32[] memory inputs, uint256 next, uint256 bitmap, uint256 fields)
        private
        pure
        returns (uint256)
    {
        inputs[next++] = bytes32(bitmap & type(uint128).max);
        if (fields == 2) inputs[next++] = bytes32(bitmap >> 128);
        return next;
    }

    function _putWords(bytes32[] memory inputs, uint256 next, uint256[] calldata words)
        private
        pure
        returns (uint256)
    {
        for (uint256 i = 0; i < words.length; ++i) {
            inputs[next++] = bytes32(words[i]);
        }
        return next;
    }

    function _stateRootOf(CohortState storage cohort) internal view returns (uint256) {
        return cohort.windowsPassed == 0 ? _settings.initialStateRoot : cohort.stateRoot;
    }

    function _startsAt(uint256 window) internal view returns (uint256) {
        return _settings.genesis + window * _settings.windowLength;
    }

    /// The last second at which something can be posted for `window`.
    function _closedAt(uint256 window) internal view returns (uint256) {
        uint256 deadline = _settings.settlingDeadline;
        return _startsAt(window) + _settings.windowLength + (deadline == 0 ? AT_ONCE_DEADLINE : deadline);
    }
}
