// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {IDeviceRegistry} from "./interfaces/IDeviceRegistry.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {IdentitySignature} from "./libraries/IdentitySignature.sol";
import {KeyCommitment} from "./libraries/KeyCommitment.sol";

/// What a registration costs and says. Part of a network's settings.
struct RegistrationTerms {
    /// How many devices can ever be registered, revoked ones included.
    uint32 maxDevices;
    /// Burnt when a device registers this way; 0: this way is not offered.
    uint128 feeWei;
    /// Held while the device lives and returned after; 0: this way is not offered.
    uint128 stakeWei;
    /// The greatest raw value of each attribute of the schema.
    uint64[] attributeMaxima;
}

/// All settings of a registry.
struct RegistrySettings {
    string name;
    string symbol;
    ISettlement settlement;
    /// Start of window 0, seconds since 1970.
    uint64 genesis;
    /// Length of a window, seconds.
    uint32 windowLength;
    /// Devices of a cohort: device number i is in cohort i / capacity, at bit i % capacity.
    uint16 capacity;
    RegistrationTerms terms;
}

/// A request to register a device, signed by its identity key.
struct Registration {
    address owner;
    /// 1 ES256, 2 ES256K, 3 EdDSA.
    uint8 algorithm;
    bytes32 identityX;
    /// Zero for EdDSA.
    bytes32 identityY;
    /// The device's point on Grumpkin.
    uint256 sealKeyX;
    uint256 sealKeyY;
    /// Raw values in the schema's order.
    uint64[] attributes;
    /// How often the identity was registered before (`nonceOf`).
    uint256 nonce;
    /// Last second, since 1970, at which the signature is good.
    uint256 deadline;
    bytes32 signatureR;
    bytes32 signatureS;
}

/// The way in which a registration is paid for.
enum Payment {
    Fee,
    Stake
}

/// What the registry remembers of a device.
struct Device {
    /// First window in which the device counts.
    uint64 firstActiveWindow;
    /// First window in which it counts no more; the greatest 64-bit number while it is not revoked.
    uint64 firstInactiveWindow;
    /// Stake that is still held, wei.
    uint128 stakeWei;
    /// Identity under which it was registered (`identityOf`).
    bytes32 identity;
}

/// The devices of one network, an ERC-721 each, and for every cohort the commitment to their keys.
///
/// Commitment, count and bitmaps are kept as they stood at the start of every window: what happens in a
/// window counts from the next one, so no registration can spoil a proof that is under way.
///
/// A registration with an ES256 or ES256K identity is signed by the device and checked here. The EVM cannot
/// check EdDSA: such a registration must be sent by the owner itself, proves nothing about the device, and
/// its identity is kept apart for every owner, so that nobody can take the place of another's device.
/// Gateways check the signature, which stands in the event, before they accept anything from that device.
contract DeviceRegistry is ERC721, IDeviceRegistry, Initializable {
    using Checkpoints for Checkpoints.Trace160;
    using SafeCast for uint256;

    struct CohortCheckpoint {
        uint64 window;
        uint32 count;
        uint256 commitment;
        uint256 active;
    }

    struct Identity {
        uint128 registrations;
        bool isActive;
    }

    /// Where burnt fees go: an address of which nobody has the key.
    address public constant BURN_ADDRESS = 0x000000000000000000000000000000000000dEaD;

    bytes32 private constant REGISTRATION_DOMAIN = "fieldproof.register.1";
    uint64 private constant NEVER = type(uint64).max;

    string private _deviceName;
    string private _deviceSymbol;
    ISettlement private _settlement;
    uint64 private _genesis;
    uint32 private _windowLength;
    uint16 private _capacity;
    RegistrationTerms private _terms;
    uint32 private _deviceCount;
    mapping(uint256 device => Device) private _devices;
    mapping(bytes32 identity => Identity) private _identities;
    // slither-disable-next-line uninitialized-state
    mapping(uint256 cohort => CohortCheckpoint[]) private _cohorts;
    Checkpoints.Trace160 private _active;

    /// `firstActiveWindow`: the device counts from this window on. `registration` is all that was signed.
    event DeviceRegistered(
        uint256 indexed device,
        address indexed owner,
        bytes32 indexed identity,
        uint64 firstActiveWindow,
        uint128 stakeWei,
        Registration registration
    );
    event DeviceRevoked(uint256 indexed device, uint64 firstInactiveWindow);
    event StakeWithdrawn(uint256 indexed device, address indexed holder, uint256 stakeWei);

    error RegistryInvalidSetting(bytes32 name);
    error RegistryPaymentNotOffered(Payment payment);
    error RegistryWrongPayment(uint256 sentWei, uint256 neededWei);
    error RegistryFull(uint256 maxDevices);
    error RegistryDeadlinePassed(uint256 deadline);
    error RegistryWrongAttributeCount(uint256 given, uint256 needed);
    error RegistryAttributeTooGreat(uint256 index, uint64 given, uint64 maximum);
    error RegistryInvalidSealKey(uint256 x, uint256 y);
    error RegistryIdentityActive(bytes32 identity);
    error RegistryWrongNonce(uint256 given, uint256 needed);
    error RegistryInvalidSignature();
    error RegistryNotOwner(address caller, address owner);
    error RegistryNotHolder(address caller, uint256 device);
    error RegistryRevoked(uint256 device);
    error RegistryNotRevoked(uint256 device);
    error RegistryNoStake(uint256 device);
    error RegistryWindowOpen(uint256 device, uint256 lastActiveWindow);

    /// The implementation itself stays unusable; networks use clones.
    constructor() ERC721("", "") {
        _disableInitializers();
    }

    function initialize(RegistrySettings calldata settings) external initializer {
        _checkSetting(settings.windowLength != 0, "windowLength");
        _checkSetting(settings.capacity != 0, "capacity");
        uint32 maximum = settings.terms.maxDevices;
        _checkSetting(maximum != 0 && maximum != type(uint32).max, "maxDevices");
        _checkSetting(settings.terms.feeWei != 0 || settings.terms.stakeWei != 0, "stakeWei");
        _deviceName = settings.name;
        _deviceSymbol = settings.symbol;
        _settlement = settings.settlement;
        _genesis = settings.genesis;
        _windowLength = settings.windowLength;
        _capacity = settings.capacity;
        _terms = settings.terms;
    }

    /// Registers a device and gives its token to the owner named in the registration. Anyone may send it who
    /// pays exactly what `payment` costs, except for EdDSA, where only the owner may. Returns the device's
    /// number.
    ///
    /// The token is minted without asking the owner's contract: a contract that could refuse could also call
    /// back.
    function register(Registration calldata registration, Payment payment)
        external
        payable
        returns (uint256 device)
    {
        device = _deviceCount;
        require(device < _terms.maxDevices, RegistryFull(_terms.maxDevices));
        require(block.timestamp <= registration.deadline, RegistryDeadlinePassed(registration.deadline));
        require(
            KeyCommitment.isSealKey(registration.sealKeyX, registration.sealKeyY),
            RegistryInvalidSealKey(registration.sealKeyX, registration.sealKeyY)
        );
        _checkAttributes(registration.attributes);
        uint128 stakeWei = _checkPayment(payment);
        uint256 attributesHash = KeyCommitment.computeAttributesHash(registration.attributes);
        bytes32 identity = _takeIdentity(registration, attributesHash);

        _deviceCount = uint32(device + 1);
        uint64 window = nextWindow();
        _devices[device] = Device(window, NEVER, stakeWei, identity);
        _appendToCohort(
            device,
            window,
            KeyCommitment.computeLeaf(device, registration.sealKeyX, registration.sealKeyY, attributesHash)
        );
        // slither-disable-next-line unused-return
        _active.push(window, _active.latest() + 1);
        _mint(registration.owner, device);
        emit DeviceRegistered(device, registration.owner, identity, window, stakeWei, registration);
        if (payment == Payment.Fee) Address.sendValue(payable(BURN_ADDRESS), msg.value);
    }

    /// Ends a device from the next window on. Only its holder can; its token, and the right to what it
    /// earned, stay. The identity can be registered again, as a new device.
    function revoke(uint256 device) external {
        _checkHolder(device);
        Device storage entry = _devices[device];
        require(entry.firstInactiveWindow == NEVER, RegistryRevoked(device));
        uint64 window = nextWindow();
        entry.firstInactiveWindow = window;
        _identities[entry.identity].isActive = false;
        CohortCheckpoint storage checkpoint = _checkpointFrom(device / _capacity, window);
        checkpoint.active &= ~(1 << (device % _capacity));
        // slither-disable-next-line unused-return
        _active.push(window, _active.latest() - 1);
        emit DeviceRevoked(device, window);
    }

    /// Returns a revoked device's stake to its holder, once nothing can be posted any more for the last
    /// window in which it counted.
    function withdrawStake(uint256 device) external {
        _checkHolder(device);
        Device storage entry = _devices[device];
        uint256 stakeWei = entry.stakeWei;
        require(stakeWei != 0, RegistryNoStake(device));
        require(entry.firstInactiveWindow != NEVER, RegistryNotRevoked(device));
        if (entry.firstInactiveWindow > entry.firstActiveWindow) {
            uint256 lastActiveWindow = entry.firstInactiveWindow - 1;
            require(
                _settlement.isClosed(device / _capacity, lastActiveWindow),
                RegistryWindowOpen(device, lastActiveWindow)
            );
        }
        entry.stakeWei = 0;
        emit StakeWithdrawn(device, msg.sender, stakeWei);
        Address.sendValue(payable(msg.sender), stakeWei);
    }

    /// @inheritdoc IDeviceRegistry
    function cohortAt(uint256 cohort, uint256 window)
        external
        view
        returns (uint256 commitment, uint256 count, uint256 active)
    {
        CohortCheckpoint[] storage checkpoints = _cohorts[cohort];
        // Almost always the window asked for is recent: look at the newest first, then halve.
        uint256 high = checkpoints.length;
        if (high != 0 && checkpoints[high - 1].window > window) {
            uint256 low = 0;
            --high;
            while (low < high) {
                uint256 middle = (low + high) / 2;
                if (checkpoints[middle].window > window) high = middle;
                else low = middle + 1;
            }
        }
        if (high == 0) return (chainStart(cohort), 0, 0);
        CohortCheckpoint storage checkpoint = checkpoints[high - 1];
        return (checkpoint.commitment, checkpoint.count, checkpoint.active);
    }

    /// @inheritdoc IDeviceRegistry
    function activeAt(uint256 window) external view returns (uint256) {
        return _active.upperLookupRecent(window.toUint96());
    }

    /// @inheritdoc IDeviceRegistry
    function isHolder(address holder, uint256[] calldata devices) external view returns (bool) {
        for (uint256 i = 0; i < devices.length; ++i) {
            if (_ownerOf(devices[i]) != holder) return false;
        }
        return true;
    }

    /// @inheritdoc IDeviceRegistry
    function maxDevices() external view returns (uint256) {
        return _terms.maxDevices;
    }

    /// How many devices were registered, revoked ones included; the next device's number.
    function deviceCount() external view returns (uint256) {
        return _deviceCount;
    }

    /// What is remembered of a device; all zero for one that was never registered.
    function deviceOf(uint256 device) external view returns (Device memory) {
        return _devices[device];
    }

    /// Price and attributes of a registration.
    function terms() external view returns (RegistrationTerms memory) {
        return _terms;
    }

    /// Settlement, genesis (seconds since 1970), length of a window (seconds) and capacity of a cohort.
    function network()
        external
        view
        returns (ISettlement settlement, uint64 genesis, uint32 windowLength, uint16 capacity)
    {
        return (_settlement, _genesis, _windowLength, _capacity);
    }

    /// The next registration of this identity by this owner must carry this nonce. The owner matters for
    /// EdDSA only.
    function nonceOf(uint8 algorithm, bytes32 identityX, bytes32 identityY, address owner)
        external
        view
        returns (uint256)
    {
        return _identities[identityOf(algorithm, identityX, identityY, owner)].registrations;
    }

    /// The name under which an identity key is remembered: its hash, for EdDSA together with the owner.
    function identityOf(uint8 algorithm, bytes32 identityX, bytes32 identityY, address owner)
        public
        pure
        returns (bytes32 identity)
    {
        identity = keccak256(abi.encode(algorithm, identityX, identityY));
        if (algorithm == IdentitySignature.EDDSA) identity = keccak256(abi.encode(identity, owner));
    }

    /// Key commitment of a cohort before its first registration.
    function chainStart(uint256 cohort) public view returns (uint256) {
        return KeyCommitment.computeStart(block.chainid, address(this), cohort);
    }

    /// The first window for which what happens now counts.
    function nextWindow() public view returns (uint64) {
        if (block.timestamp < _genesis) return 0;
        return uint64((block.timestamp - _genesis) / _windowLength + 1);
    }

    function name() public view override returns (string memory) {
        return _deviceName;
    }

    function symbol() public view override returns (string memory) {
        return _deviceSymbol;
    }

    function _checkSetting(bool isValid, bytes32 name_) private pure {
        require(isValid, RegistryInvalidSetting(name_));
    }

    function _checkAttributes(uint64[] calldata attributes) private view {
        uint64[] storage maxima = _terms.attributeMaxima;
        require(
            attributes.length == maxima.length, RegistryWrongAttributeCount(attributes.length, maxima.length)
        );
        for (uint256 i = 0; i < attributes.length; ++i) {
            require(attributes[i] <= maxima[i], RegistryAttributeTooGreat(i, attributes[i], maxima[i]));
        }
    }

    /// Returns the stake that the registration leaves here.
    function _checkPayment(Payment payment) private view returns (uint128 stakeWei) {
        stakeWei = payment == Payment.Stake ? _terms.stakeWei : 0;
        uint256 neededWei = payment == Payment.Stake ? stakeWei : _terms.feeWei;
        require(neededWei != 0, RegistryPaymentNotOffered(payment));
        require(msg.value == neededWei, RegistryWrongPayment(msg.value, neededWei));
    }

    /// Checks the identity's signature and marks it active.
    function _takeIdentity(Registration calldata registration, uint256 attributesHash)
        private
        returns (bytes32 identity)
    {
        identity = identityOf(
            registration.algorithm, registration.identityX, registration.identityY, registration.owner
        );
        Identity storage entry = _identities[identity];
        require(!entry.isActive, RegistryIdentityActive(identity));
        require(
            registration.nonce == entry.registrations,
            RegistryWrongNonce(registration.nonce, entry.registrations)
        );
        require(
            IdentitySignature.isValid(
                registration.algorithm,
                registration.identityX,
                registration.identityY,
                _registrationMessage(registration, attributesHash),
                registration.signatureR,
                registration.signatureS
            ),
            RegistryInvalidSignature()
        );
        if (registration.algorithm == IdentitySignature.EDDSA) {
            require(msg.sender == registration.owner, RegistryNotOwner(msg.sender, registration.owner));
        }
        entry.isActive = true;
        ++entry.registrations;
    }

    /// The 320 bytes that an identity key signs.
    function _registrationMessage(Registration calldata registration, uint256 attributesHash)
        private
        view
        returns (bytes memory)
    {
        return abi.encode(
            REGISTRATION_DOMAIN,
            block.chainid,
            address(this),
            registration.owner,
            keccak256(abi.encode(registration.algorithm, registration.identityX, registration.identityY)),
            registration.sealKeyX,
            registration.sealKeyY,
            attributesHash,
            registration.nonce,
            registration.deadline
        );
    }

    function _appendToCohort(uint256 device, uint64 window, uint256 leaf) private {
        CohortCheckpoint storage checkpoint = _checkpointFrom(device / _capacity, window);
        checkpoint.commitment = KeyCommitment.computeNext(checkpoint.commitment, leaf);
        checkpoint.active |= 1 << (device % _capacity);
        ++checkpoint.count;
    }

    /// The checkpoint of a cohort that counts from `window` on, made from the one before if there is none
    /// yet.
    function _checkpointFrom(uint256 cohort, uint64 window) private returns (CohortCheckpoint storage) {
        CohortCheckpoint[] storage checkpoints = _cohorts[cohort];
        uint256 length = checkpoints.length;
        if (length == 0) {
            checkpoints.push(CohortCheckpoint(window, 0, chainStart(cohort), 0));
        } else if (checkpoints[length - 1].window != window) {
            CohortCheckpoint memory next = checkpoints[length - 1];
            next.window = window;
            checkpoints.push(next);
        } else {
            return checkpoints[length - 1];
        }
        return checkpoints[length];
    }

    function _checkHolder(uint256 device) private view {
        require(_ownerOf(device) == msg.sender, RegistryNotHolder(msg.sender, device));
    }
}
