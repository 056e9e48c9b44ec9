// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {DeviceRegistry, Payment, Registration, RegistrationTerms} from "../../src/DeviceRegistry.sol";
import {NetworkFactory, NetworkSettings} from "../../src/NetworkFactory.sol";
import {RewardToken} from "../../src/RewardToken.sol";
import {Settlement} from "../../src/Settlement.sol";
import {Posting, SettlementSettings} from "../../src/SettlementTypes.sol";
import {IDeviceRegistry} from "../../src/interfaces/IDeviceRegistry.sol";
import {IVerifier} from "../../src/interfaces/IVerifier.sol";
import {IdentitySignature} from "../../src/libraries/IdentitySignature.sol";
import {KeyCommitment} from "../../src/libraries/KeyCommitment.sol";
import {AllowlistVerifier} from "./AllowlistVerifier.sol";
import {TestBase} from "./TestBase.sol";

/// A network made through the factory, devices with real identity signatures, and postings that the test's
/// verifier is told to accept.
abstract contract NetworkFixture is TestBase {
    uint64 internal constant GENESIS = 1_800_000_000;
    uint32 internal constant HOUR = 3600;
    uint32 internal constant GRACE = 300;
    uint32 internal constant DEADLINE = 1 days;
    uint128 internal constant FEE_WEI = 0.01 ether;
    uint128 internal constant STAKE_WEI = 1 ether;
    uint128 internal constant UNIT_WEI = 1e9;
    uint64 internal constant EMISSION_UNITS = 1000e9;
    /// Greatest raw value of the one attribute.
    uint64 internal constant ATTRIBUTE_MAXIMUM = 5000;
    /// The generator of Grumpkin.
    uint256 internal constant SEAL_KEY_X = 1;
    uint256 internal constant SEAL_KEY_Y = 17631683881184975370165255887551781615748388533673675138860;

    address internal constant OPERATOR = address(0x0b);
    address internal constant OTHER_OPERATOR = address(0x0c);
    address internal constant ALICE = address(0xa11ce);
    address internal constant BOB = address(0xb0b);
    bytes internal constant PROOF = "a proof";

    NetworkFactory internal _factory;
    AllowlistVerifier internal _verifier;
    DeviceRegistry internal _registry;
    Settlement internal _settlement;
    RewardToken internal _token;

    function setUpFactory() internal {
        vm.warp(GENESIS - 1 days);
        _factory = new NetworkFactory(
            address(new DeviceRegistry()), address(new Settlement()), address(new RewardToken())
        );
        _verifier = new AllowlistVerifier();
    }

    /// A network of `capacity` devices a cohort that mints its reward and has a settling deadline.
    function defaultSettings(uint16 capacity) internal view returns (NetworkSettings memory settings) {
        settings.deviceName = "Rooftop devices";
        settings.deviceSymbol = "ROOF";
        settings.rewardName = "Sun";
        settings.rewardSymbol = "SUN";
        settings.verifierCodeHash = address(_verifier).codehash;
        settings.terms.maxDevices = 4 * uint32(capacity);
        settings.terms.feeWei = FEE_WEI;
        settings.terms.stakeWei = STAKE_WEI;
        settings.terms.attributeMaxima = new uint64[](1);
        settings.terms.attributeMaxima[0] = ATTRIBUTE_MAXIMUM;
        SettlementSettings memory own = settings.settlement;
        own.genesis = GENESIS;
        own.windowLength = HOUR;
        own.verifier = _verifier;
        own.emissionUnits = EMISSION_UNITS;
        own.grace = GRACE;
        own.supplyCapUnits = type(uint64).max;
        own.settlingDeadline = DEADLINE;
        own.capacity = capacity;
        own.mintsReward = true;
        own.unitWei = UNIT_WEI;
        own.programId = bytes32(uint256(0xabcdef));
        own.schemaHash = keccak256("schema");
        own.operators = new address[](2);
        own.operators[0] = OPERATOR;
        own.operators[1] = OTHER_OPERATOR;
        own.gateways = new address[](1);
        own.gateways[0] = address(0x6a7e);
    }

    /// The same for one cohort and one operator, crediting with the posting.
    function atOnceSettings(uint16 capacity) internal view returns (NetworkSettings memory settings) {
        settings = defaultSettings(capacity);
        settings.terms.maxDevices = capacity;
        settings.settlement.settlingDeadline = 0;
        settings.settlement.operators = new address[](1);
        settings.settlement.operators[0] = OPERATOR;
    }

    function createNetwork(NetworkSettings memory settings) internal {
        address token;
        (_registry, _settlement, token) = _factory.createNetwork(settings);
        _token = RewardToken(token);
    }

    /// A registration by an ES256K identity whose private key is `secret`.
    function makeRegistration(uint256 secret, address owner)
        internal
        returns (Registration memory registration)
    {
        return makeRegistrationFor(IdentitySignature.ES256K, secret, owner);
    }

    function makeRegistrationFor(uint8 algorithm, uint256 secret, address owner)
        internal
        returns (Registration memory registration)
    {
        registration.owner = owner;
        registration.algorithm = algorithm;
        if (algorithm == IdentitySignature.ES256) {
            (uint256 x, uint256 y) = vm.publicKeyP256(secret);
            (registration.identityX, registration.identityY) = (bytes32(x), bytes32(y));
        } else if (algorithm == IdentitySignature.ES256K) {
            registration.identityX = bytes32(vm.createWallet(secret).publicKeyX);
            registration.identityY = bytes32(vm.createWallet(secret).publicKeyY);
        } else {
            registration.identityX = keccak256(abi.encode(secret));
        }
        registration.sealKeyX = SEAL_KEY_X;
        registration.sealKeyY = SEAL_KEY_Y;
        registration.attributes = new uint64[](1);
        registration.attributes[0] = 1234;
        registration.nonce =
            _registry.nonceOf(algorithm, registration.identityX, registration.identityY, owner);
        registration.deadline = vm.getBlockTimestamp() + 1 hours;
        signRegistration(registration, secret);
    }

    /// Puts the signature of the identity key over everything else into `registration`.
    function signRegistration(Registration memory registration, uint256 secret) internal view {
        bytes32 digest = sha256(this.encodeRegistration(registration, block.chainid, address(_registry)));
        if (registration.algorithm == IdentitySignature.ES256) {
            (registration.signatureR, registration.signatureS) = vm.signP256(secret, digest);
            uint256 order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551;
            if (uint256(registration.signatureS) > order / 2) {
                registration.signatureS = bytes32(order - uint256(registration.signatureS));
            }
        } else {
            (, registration.signatureR, registration.signatureS) = vm.sign(secret, digest);
        }
    }

    /// The 320 bytes of docs/reference/protocol.md, "Registration".
    function encodeRegistration(Registration calldata registration, uint256 chainId, address registry)
        external
        pure
        returns (bytes memory)
    {
        return abi.encode(
            bytes32("fieldproof.register.1"),
            chainId,
            registry,
            registration.owner,
            keccak256(abi.encode(registration.algorithm, registration.identityX, registration.identityY)),
            registration.sealKeyX,
            registration.sealKeyY,
            KeyCommitment.computeAttributesHash(registration.attributes),
            registration.nonce,
            registration.deadline
        );
    }

    function registerWithFee(uint256 secret, address owner) internal returns (uint256 device) {
        return send(makeRegistration(secret, owner), Payment.Fee);
    }

    function registerWithStake(uint256 secret, address owner) internal returns (uint256 device) {
        return send(makeRegistration(secret, owner), Payment.Stake);
    }

    /// Registers, as the owner, and pays what it costs.
    function send(Registration memory registration, Payment payment) internal returns (uint256 device) {
        uint256 priceWei = payment == Payment.Fee ? FEE_WEI : STAKE_WEI;
        vm.deal(registration.owner, registration.owner.balance + priceWei);
        vm.prank(registration.owner);
        return _registry.register{value: priceWei}(registration, payment);
    }

    function registerMany(uint256 count, address owner) internal {
        for (uint256 i = 0; i < count; ++i) {
            registerWithFee(i + 1, owner);
        }
    }

    /// The first second at which a window can be posted.
    function opensAt(uint256 window) internal view returns (uint256 time) {
        (, time,) = _settlement.timesOf(window);
    }

    /// The last second at which a window can be posted.
    function closesAt(uint256 window) internal view returns (uint256 time) {
        (,, time) = _settlement.timesOf(window);
    }

    /// A posting of `devices` (bits of `sealedBitmap`), each with the points that `points` gives it.
    function makePosting(uint64 cohort, uint64 window, uint256 sealedBitmap, uint32[] memory points)
        internal
        view
        returns (Posting memory posting)
    {
        posting.cohort = cohort;
        posting.window = window;
        posting.windowRoot = uint256(keccak256(abi.encode(cohort, window, sealedBitmap))) >> 8;
        posting.sealedBitmap = sealedBitmap;
        posting.result = new uint256[]((_settlement.settings().capacity + 6) / 7);
        for (uint256 i = 0; i < points.length; ++i) {
            posting.result[i / 7] |= uint256(points[i]) << (32 * (i % 7));
        }
    }

    /// Points for the first devices of a cohort.
    function list(uint32 a) internal pure returns (uint32[] memory points) {
        points = new uint32[](1);
        points[0] = a;
    }

    function list(uint32 a, uint32 b) internal pure returns (uint32[] memory points) {
        points = new uint32[](2);
        (points[0], points[1]) = (a, b);
    }

    function list(uint32 a, uint32 b, uint32 c) internal pure returns (uint32[] memory points) {
        points = new uint32[](3);
        (points[0], points[1], points[2]) = (a, b, c);
    }

    /// Tells the verifier to accept this posting, then posts it.
    function post(Posting memory posting) internal returns (uint256 index) {
        _verifier.allow(PROOF, _settlement.statement(posting));
        vm.prank(OPERATOR);
        return _settlement.post(posting, PROOF);
    }

    function credit(Posting memory posting, uint256 index) internal {
        _settlement.credit(
            posting.cohort, posting.window, index, posting.windowRoot, posting.sealedBitmap, posting.result
        );
    }

    function withdraw(uint256 device, address holder) internal returns (uint256 amountWei) {
        uint256[] memory devices = new uint256[](1);
        devices[0] = device;
        vm.prank(holder);
        return _settlement.withdraw(devices);
    }
}
