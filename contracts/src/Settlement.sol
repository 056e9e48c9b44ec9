// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {RewardToken} from "./RewardToken.sol";
import {Posting, SettlementSettings, WindowTotals} from "./SettlementTypes.sol";
import {StatementSource} from "./StatementSource.sol";
import {Bitmap} from "./libraries/Bitmap.sol";
import {PackedResult} from "./libraries/PackedResult.sol";
import {Poseidon2} from "./libraries/Poseidon2.sol";

/// Turns proofs into balances for one network.
///
/// An operator posts a proof for a (window, cohort). The statement it must show is built here, from this
/// contract's own storage and the registry's, so an operator can withhold a result but not forge one. What a
/// window pays is emission · devices settled / devices active at its start, shared by points; all divisions
/// round down and the remainder stays for later windows. Balances belong to device numbers, and whoever holds
/// a device's token withdraws.
///
/// Money that is set aside is counted in this contract's own books: what others send here without `deposit`
/// changes nothing.
contract Settlement is StatementSource, Initializable, ReentrancyGuardTransient {
    using Bitmap for uint256;
    using PackedResult for mapping(uint256 slot => uint256);
    using SafeERC20 for IERC20;

    struct Books {
        /// Units that may still be set aside for windows.
        uint64 unreservedUnits;
        /// Units ever deposited; 0 where the reward is minted.
        uint64 depositedUnits;
        /// Windows with points whose pool is not set aside yet.
        uint64 uncoveredWindows;
    }

    /// At most as many gateways have numbers in a seal.
    uint256 public constant MAXIMUM_GATEWAYS = 15;

    Books private _books;
    mapping(address account => bool) private _isOperator;
    mapping(uint256 window => WindowTotals) private _windows;
    mapping(uint256 window => mapping(uint256 cohort => mapping(uint256 index => bytes32))) private _postings;
    mapping(uint256 slot => uint256) private _balances;
    Settlement private _successor;

    /// Everything that is needed to rebuild balances and to go on from a cohort's state.
    event Posted(
        uint256 indexed cohort,
        uint256 indexed window,
        uint256 index,
        address operator,
        uint256 windowRoot,
        uint256 sealedBitmap,
        uint256 nextStateRoot,
        uint256 points,
        uint256[] result,
        uint256[] state
    );
    /// Every device of the posting got poolUnits · points / totalPoints, rounded down.
    event Credited(
        uint256 indexed cohort,
        uint256 indexed window,
        uint256 index,
        uint256 poolUnits,
        uint256 totalPoints,
        uint256 creditedUnits
    );
    event Withdrawn(uint256 indexed device, address indexed holder, uint256 units);
    event Deposited(address indexed account, uint256 units);
    /// Windows from `endWindow` on are the successor's.
    event SuccessorAnnounced(Settlement indexed successor, uint256 endWindow);
    event HandedOver(Settlement indexed successor, uint256 units);

    error SettlementInvalidSetting(bytes32 name);
    error SettlementNoAuthority();
    error SettlementNotAuthority(address caller);
    error SettlementSuccessorNamed(Settlement successor);
    error SettlementUnfitSuccessor(Settlement successor);
    error SettlementNothingToHandOver();
    error SettlementNotOperator(address caller);
    error SettlementInvalidProof();
    error SettlementUnknownPosting(uint256 cohort, uint256 window, uint256 index);
    error SettlementNotHolder(address caller);
    error SettlementNothingToWithdraw();
    error SettlementMintsReward();
    error SettlementDepositTooSmall(uint256 receivedWei, uint256 unitWei);
    error SettlementSupplyCap(uint256 units, uint256 supplyCapUnits);

    /// The implementation itself stays unusable; networks use clones.
    constructor() {
        _disableInitializers();
    }

    function initialize(SettlementSettings calldata settings_) external initializer {
        _checkSettings(settings_);
        _setUpStatements(settings_);
        for (uint256 i = 0; i < settings_.operators.length; ++i) {
            _isOperator[settings_.operators[i]] = true;
        }
        if (settings_.mintsReward) _books.unreservedUnits = settings_.supplyCapUnits;
    }

    /// Posts a result with its proof. Returns the number of the posting among those for the same window and
    /// cohort. In a network without settling deadline it is credited at once.
    function post(Posting calldata posting, bytes calldata proof)
        external
        nonReentrant
        returns (uint256 index)
    {
        require(_isOperator[msg.sender], SettlementNotOperator(msg.sender));
        (bytes32[] memory inputs, uint256 settled, uint256 active, uint256 points) = _buildStatement(posting);
        require(_settings.verifier.verify(proof, inputs), SettlementInvalidProof());

        CohortState storage cohort = _cohorts[posting.cohort];
        index = posting.window < cohort.windowsPassed ? cohort.postings : 0;
        cohort.windowsPassed = posting.window + 1;
        cohort.postings = uint64(index + 1);
        cohort.settled = settled | posting.sealedBitmap;
        if (_settings.stateWords != 0) cohort.stateRoot = posting.nextStateRoot;

        emit Posted(
            posting.cohort,
            posting.window,
            index,
            msg.sender,
            posting.windowRoot,
            posting.sealedBitmap,
            posting.nextStateRoot,
            points,
            posting.result,
            posting.state
        );
        uint256 devices = posting.sealedBitmap.count();
        if (_settings.settlingDeadline == 0) {
            _creditAtOnce(posting, points, _computePool(devices, active.count()));
        } else {
            _postings[posting.window][posting.cohort][index] =
                _hashPosting(posting.windowRoot, posting.sealedBitmap, posting.result);
            WindowTotals storage totals = _windows[posting.window];
            if (totals.points == 0 && points != 0) ++_books.uncoveredWindows;
            // Casts: fewer than 2^32 devices of fewer than 2^32 points each.
            totals.points += uint64(points);
            totals.uncreditedPoints += uint64(points);
            totals.settledDevices += uint64(devices);
        }
    }

    /// Credits a posting after the deadline of its window. Anyone may; everything but its name is compared
    /// with what was posted, and it works once.
    function credit(
        uint256 cohort,
        uint256 window,
        uint256 index,
        uint256 windowRoot,
        uint256 sealedBitmap,
        uint256[] calldata result
    ) external nonReentrant {
        uint256 closedAt = _closedAt(window);
        require(block.timestamp > closedAt, SettlementTooEarly(window, closedAt + 1));
        bytes32 posted = _postings[window][cohort][index];
        require(
            posted != 0 && posted == _hashPosting(windowRoot, sealedBitmap, result),
            SettlementUnknownPosting(cohort, window, index)
        );
        delete _postings[window][cohort][index];

        WindowTotals storage totals = _windows[window];
        uint256 points = PackedResult.checkAndSum(result, sealedBitmap, _settings.capacity);
        uint256 creditedUnits = 0;
        if (points != 0) {
            if (totals.uncreditedPoints == totals.points) _reservePool(totals, window);
            creditedUnits =
                _balances.credit(cohort * _settings.capacity, result, totals.poolUnits, totals.points);
            // Casts: parts of 64-bit totals.
            totals.uncreditedPoints -= uint64(points);
            totals.uncreditedUnits -= uint64(creditedUnits);
            if (totals.uncreditedPoints == 0) {
                // All postings are credited: what rounding left over is free again.
                _books.unreservedUnits += totals.uncreditedUnits;
                totals.uncreditedUnits = 0;
            }
        }
        emit Credited(cohort, window, index, totals.poolUnits, totals.points, creditedUnits);
    }

    /// Pays what `devices` have earned to the caller, who must hold all their tokens. Only the holder
    /// may ask: a stranger could otherwise empty a device in the moment of its sale, or pay to a custodian
    /// that cannot pass it on.
    function withdraw(uint256[] calldata devices) external nonReentrant returns (uint256 amountWei) {
        require(_settings.registry.isHolder(msg.sender, devices), SettlementNotHolder(msg.sender));
        uint256 total = 0;
        for (uint256 i = 0; i < devices.length; ++i) {
            uint256 units = _balances.take(devices[i]);
            if (units == 0) continue;
            total += units;
            emit Withdrawn(devices[i], msg.sender, units);
        }
        require(total != 0, SettlementNothingToWithdraw());
        amountWei = total * _settings.unitWei;
        if (_settings.mintsReward) {
            RewardToken(address(_settings.rewardToken)).mint(msg.sender, amountWei);
        } else {
            _settings.rewardToken.safeTransfer(msg.sender, amountWei);
        }
    }

    /// Adds to what a network that does not mint can pay. The caller has approved `amountWei`. What
    /// arrives is counted, in whole units; a remainder below one unit stays here uncounted.
    function deposit(uint256 amountWei) external nonReentrant returns (uint256 units) {
        require(!_settings.mintsReward, SettlementMintsReward());
        IERC20 token = _settings.rewardToken;
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(msg.sender, address(this), amountWei);
        uint256 receivedWei = token.balanceOf(address(this)) - before;
        units = receivedWei / _settings.unitWei;
        require(units != 0, SettlementDepositTooSmall(receivedWei, _settings.unitWei));
        uint256 deposited = _books.depositedUnits + units;
        require(
            deposited <= _settings.supplyCapUnits, SettlementSupplyCap(deposited, _settings.supplyCapUnits)
        );
        // Casts: both are at most the cap, which has 64 bits.
        _books.depositedUnits = uint64(deposited);
        _books.unreservedUnits += uint64(units);
        emit Deposited(msg.sender, units);
    }

    /// Names, once and for ever, the contract that gets what this one has not set aside when its last window
    /// is over: the window that starts after the delay of the settings, counted from now, is not paid here
    /// any more. The successor pays from deposits, in the same token. Only for the authority of the settings.
    function announceSuccessor(Settlement successor_) external {
        require(_settings.authority != address(0), SettlementNoAuthority());
        require(msg.sender == _settings.authority, SettlementNotAuthority(msg.sender));
        require(address(_successor) == address(0), SettlementSuccessorNamed(_successor));
        SettlementSettings memory theirs = successor_.settings();
        require(
            address(successor_) != address(this) && !theirs.mintsReward
                && address(theirs.rewardToken) == address(_settings.rewardToken),
            SettlementUnfitSuccessor(successor_)
        );
        uint256 endsAt = Math.max(block.timestamp + _settings.successionDelay, _settings.genesis);
        uint256 endWindow = Math.ceilDiv(endsAt - _settings.genesis, _settings.windowLength);
        _successor = successor_;
        // Cast: seconds since 1970 over a length in seconds.
        _endWindow = uint64(endWindow);
        emit SuccessorAnnounced(successor_, endWindow);
    }

    /// Deposits what is not set aside with the successor, once nothing can be posted here any more and every
    /// window with points has its pool. Anyone may; a later call brings what rounding left over since.
    function handOver() external nonReentrant returns (uint256 units) {
        units = _books.unreservedUnits;
        require(
            units != 0 && address(_successor) != address(0) && block.timestamp > _closedAt(_endWindow)
                && _books.uncoveredWindows == 0,
            SettlementNothingToHandOver()
        );
        _books.unreservedUnits = 0;
        emit HandedOver(_successor, units);
        uint256 amountWei = units * _settings.unitWei;
        IERC20 token = _settings.rewardToken;
        if (_settings.mintsReward) RewardToken(address(token)).mint(address(this), amountWei);
        token.forceApprove(address(_successor), amountWei);
        // slither-disable-next-line unused-return
        _successor.deposit(amountWei);
    }

    /// The successor, zero if none is named, and the first window that is not paid here.
    function succession() external view returns (Settlement successor, uint256 endWindow) {
        return (_successor, _endWindow);
    }

    function isOperator(address account) external view returns (bool) {
        return _isOperator[account];
    }

    /// Totals of a window; all zero in a network that credits at once.
    function windowTotals(uint256 window) external view returns (WindowTotals memory) {
        return _windows[window];
    }

    /// Hash of a posting that waits to be credited; zero for one that is credited or never was.
    function postingHash(uint256 cohort, uint256 window, uint256 index) external view returns (bytes32) {
        return _postings[window][cohort][index];
    }

    /// What a device has earned and nobody has withdrawn, units.
    function balanceUnits(uint256 device) external view returns (uint256) {
        return _balances.balanceOf(device);
    }

    /// Units that may still be set aside for windows, and units ever deposited.
    function books() external view returns (uint256 unreservedUnits, uint256 depositedUnits) {
        return (_books.unreservedUnits, _books.depositedUnits);
    }

    function _checkSettings(SettlementSettings calldata s) private view {
        bool atOnce = s.settlingDeadline == 0;
        bool isTier =
            s.capacity == 1 || s.capacity == 4 || s.capacity == 16 || s.capacity == 64 || s.capacity == 256;
        _checkSetting(isTier, "capacity");
        _checkSetting(s.windowLength != 0, "windowLength");
        _checkSetting(s.unitWei != 0, "unitWei");
        _checkSetting(atOnce ? s.grace < AT_ONCE_DEADLINE : s.grace < s.settlingDeadline, "grace");
        _checkSetting(!atOnce || s.registry.maxDevices() <= s.capacity, "maxDevices");
        _checkSetting(s.operators.length != 0 && (!atOnce || s.operators.length == 1), "operators");
        _checkSetting(s.gateways.length != 0 && s.gateways.length <= MAXIMUM_GATEWAYS, "gateways");
        // A failed `ecrecover` gives the zero address: it must never stand for a gateway.
        for (uint256 i = 0; i < s.gateways.length; ++i) {
            _checkSetting(s.gateways[i] != address(0), "gateways");
        }
        _checkSetting(uint256(s.programId) < Poseidon2.FIELD_ORDER, "programId");
        _checkSetting(
            s.initialStateRoot < Poseidon2.FIELD_ORDER && (s.stateWords != 0 || s.initialStateRoot == 0),
            "initialStateRoot"
        );
        _checkSetting(address(s.verifier).code.length != 0, "verifier");
        _checkSetting(address(s.rewardToken).code.length != 0, "rewardToken");
        _checkSetting((s.authority == address(0)) == (s.successionDelay == 0), "successionDelay");
    }

    function _checkSetting(bool isValid, bytes32 name) private pure {
        require(isValid, SettlementInvalidSetting(name));
    }

    /// Where there is no settling deadline, a window has one posting, whose points are all there are.
    function _creditAtOnce(Posting calldata posting, uint256 points, uint256 pool) private {
        uint256 creditedUnits = 0;
        if (points != 0) {
            creditedUnits =
                _balances.credit(posting.cohort * uint256(_settings.capacity), posting.result, pool, points);
            // Cast: at most the pool, which has 64 bits.
            _books.unreservedUnits -= uint64(creditedUnits);
        }
        emit Credited(posting.cohort, posting.window, 0, pool, points, creditedUnits);
    }

    /// Fixes what a window pays and sets it aside, so that no later window can spend it.
    function _reservePool(WindowTotals storage totals, uint256 window) private {
        // Cast: at most what is unreserved, which has 64 bits.
        uint64 pool = uint64(_computePool(totals.settledDevices, _settings.registry.activeAt(window)));
        totals.poolUnits = pool;
        totals.uncreditedUnits = pool;
        _books.unreservedUnits -= pool;
        --_books.uncoveredWindows;
    }

    /// What a window pays: emission by the share of active devices that settled, as far as it is covered.
    function _computePool(uint256 settledDevices, uint256 activeDevices) private view returns (uint256) {
        return Math.min(_settings.emissionUnits * settledDevices / activeDevices, _books.unreservedUnits);
    }

    function _hashPosting(uint256 windowRoot, uint256 sealedBitmap, uint256[] calldata result)
        private
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(windowRoot, sealedBitmap, result));
    }
}
