// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {
    Device,
    DeviceRegistry,
    Payment,
    Registration,
    RegistrationTerms,
    RegistrySettings
} from "../src/DeviceRegistry.sol";
import {NetworkSettings} from "../src/NetworkFactory.sol";
import {IdentitySignature} from "../src/libraries/IdentitySignature.sol";
import {KeyCommitment} from "../src/libraries/KeyCommitment.sol";
import {Poseidon2} from "../src/libraries/Poseidon2.sol";
import {NetworkFixture} from "./base/NetworkFixture.sol";

contract DeviceRegistryTest is NetworkFixture {
    uint256 private constant SECP256K1_ORDER =
        0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
    uint256 private constant P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551;

    function setUp() public {
        setUpFactory();
        createNetwork(defaultSettings(4));
    }

    function testARegistrationMintsCommitsAndCounts() public {
        uint256 device = registerWithFee(1, ALICE);
        assertEq(device, 0, "first device");
        assertEq(_registry.ownerOf(0), ALICE, "holder");
        assertEq(_registry.deviceCount(), 1, "device count");
        (uint256 commitment, uint256 count, uint256 active) = _registry.cohortAt(0, 0);
        assertEq(commitment, _expectCommitment(0, 1), "commitment");
        assertEq(count, 1, "count");
        assertEq(active, 1, "active");
        assertEq(_registry.activeAt(0), 1, "active in all");
    }

    function testDevicesFillOneCohortAfterTheOther() public {
        registerMany(6, ALICE);
        (uint256 first, uint256 firstCount, uint256 firstActive) = _registry.cohortAt(0, 0);
        (uint256 second, uint256 secondCount, uint256 secondActive) = _registry.cohortAt(1, 0);
        assertEq(first, _expectCommitment(0, 4), "first cohort");
        assertEq(second, _expectCommitment(4, 2), "second cohort");
        assertEq(firstCount, 4, "count of the first");
        assertEq(secondCount, 2, "count of the second");
        assertEq(firstActive, 15, "active in the first");
        assertEq(secondActive, 3, "active in the second");
        assertEq(_registry.activeAt(0), 6, "active in all");
    }

    function testAnEmptyCohortHasItsFirstCommitment() public view {
        (uint256 commitment, uint256 count, uint256 active) = _registry.cohortAt(3, 7);
        assertEq(commitment, _registry.chainStart(3), "commitment");
        assertEq(count, 0, "count");
        assertEq(active, 0, "active");
    }

    function testTheFirstCommitmentDependsOnChainRegistryAndCohort() public {
        uint256 start = _registry.chainStart(0);
        assertTrue(start != _registry.chainStart(1), "cohort");
        NetworkSettings memory settings = defaultSettings(4);
        settings.salt = "other";
        DeviceRegistry before = _registry;
        createNetwork(settings);
        assertTrue(start != _registry.chainStart(0), "registry");
        vm.chainId(1);
        assertTrue(start != before.chainStart(0), "chain");
    }

    /// What happens in a window, its first second included, counts from the next one.
    function testALateRegistrationCountsFromTheNextWindow() public {
        registerWithFee(1, ALICE);
        vm.warp(GENESIS + 5 * HOUR);
        registerWithFee(2, BOB);
        vm.warp(GENESIS + 6 * HOUR - 1);
        registerWithFee(3, BOB);
        assertEq(_registry.activeAt(4), 1, "window before");
        assertEq(_registry.activeAt(5), 1, "same window");
        assertEq(_registry.activeAt(6), 3, "next window");
        (, uint256 count, uint256 active) = _registry.cohortAt(0, 5);
        assertEq(count, 1, "count in the same window");
        assertEq(active, 1, "active in the same window");
        (, count, active) = _registry.cohortAt(0, 6);
        assertEq(count, 3, "count in the next window");
        assertEq(active, 7, "active in the next window");
        assertEq(_registry.deviceOf(1).firstActiveWindow, 6, "first active window");
    }

    function testBeforeGenesisEverythingCountsFromTheFirstWindow() public {
        vm.warp(GENESIS - 1);
        registerWithFee(1, ALICE);
        assertEq(_registry.activeAt(0), 1, "first window");
        vm.warp(GENESIS);
        registerWithFee(2, ALICE);
        assertEq(_registry.activeAt(0), 1, "the first second is in the first window");
        assertEq(_registry.activeAt(1), 2, "second window");
    }

    /// Every past window keeps its values while devices come and go.
    function testFuzzCheckpointsMatchTheHistory(uint256 seed) public {
        uint256[12] memory active;
        uint256[12] memory counts;
        uint256 bitmap = 0;
        uint256 count = 0;
        for (uint256 window = 0; window < 12; ++window) {
            (active[window], counts[window]) = (bitmap, count);
            vm.warp(GENESIS + window * HOUR + seed % HOUR);
            uint256 choice = uint256(keccak256(abi.encode(seed, window))) % 4;
            if (choice != 0 && count < 4) {
                bitmap |= 1 << registerWithFee(count + 1, ALICE);
                ++count;
            } else if (choice == 1 && bitmap & 1 == 1) {
                vm.prank(ALICE);
                _registry.revoke(0);
                bitmap ^= 1;
            }
        }
        for (uint256 window = 0; window < 12; ++window) {
            (uint256 commitment, uint256 countThen, uint256 activeThen) = _registry.cohortAt(0, window);
            assertEq(activeThen, active[window], "active");
            assertEq(countThen, counts[window], "count");
            assertEq(commitment, _expectCommitment(0, counts[window]), "commitment");
        }
    }

    function testAllThreeAlgorithmsRegister() public {
        for (uint8 algorithm = 1; algorithm <= 3; ++algorithm) {
            send(makeRegistrationFor(algorithm, 99, ALICE), Payment.Fee);
        }
        assertEq(_registry.deviceCount(), 3, "devices");
    }

    function testFuzzSignedByAnotherKeyIsRefused(uint256 secret, uint256 other, bool isP256) public {
        uint256 order = isP256 ? P256_ORDER : SECP256K1_ORDER;
        secret = bound(secret, 1, order - 1);
        other = bound(other, 1, order - 1);
        vm.assume(secret != other);
        Registration memory registration = makeRegistrationFor(isP256 ? 1 : 2, secret, ALICE);
        signRegistration(registration, other);
        _expectRefusal(registration, DeviceRegistry.RegistryInvalidSignature.selector);
    }

    function testTheTwinOfASignatureIsRefused() public {
        Registration memory registration = makeRegistrationFor(IdentitySignature.ES256K, 5, ALICE);
        registration.signatureS = bytes32(SECP256K1_ORDER - uint256(registration.signatureS));
        _expectRefusal(registration, DeviceRegistry.RegistryInvalidSignature.selector);
        registration = makeRegistrationFor(IdentitySignature.ES256, 5, ALICE);
        registration.signatureS = bytes32(P256_ORDER - uint256(registration.signatureS));
        _expectRefusal(registration, DeviceRegistry.RegistryInvalidSignature.selector);
    }

    function testAnUnknownAlgorithmIsRefused() public {
        Registration memory registration = makeRegistrationFor(IdentitySignature.ES256K, 5, ALICE);
        registration.algorithm = 0;
        signRegistration(registration, 5);
        _expectRefusal(registration, DeviceRegistry.RegistryInvalidSignature.selector);
        registration.algorithm = 4;
        signRegistration(registration, 5);
        _expectRefusal(registration, DeviceRegistry.RegistryInvalidSignature.selector);
    }

    /// Each thing that the identity signs, changed after signing.
    function testEverySignedFieldIsBound() public {
        Registration memory registration = makeRegistration(5, ALICE);
        registration.owner = BOB;
        _expectRefusal(registration, DeviceRegistry.RegistryInvalidSignature.selector);
        registration = makeRegistration(5, ALICE);
        registration.sealKeyY = Poseidon2.FIELD_ORDER - SEAL_KEY_Y;
        _expectRefusal(registration, DeviceRegistry.RegistryInvalidSignature.selector);
        registration = makeRegistration(5, ALICE);
        registration.attributes[0] += 1;
        _expectRefusal(registration, DeviceRegistry.RegistryInvalidSignature.selector);
        registration = makeRegistration(5, ALICE);
        registration.deadline += 1;
        _expectRefusal(registration, DeviceRegistry.RegistryInvalidSignature.selector);
        registration = makeRegistration(5, ALICE);
        registration.identityY ^= bytes32(uint256(1));
        _expectRefusal(registration, DeviceRegistry.RegistryInvalidSignature.selector);
        registration = makeRegistration(5, ALICE);
        vm.chainId(1);
        _expectRefusal(registration, DeviceRegistry.RegistryInvalidSignature.selector);
        vm.chainId(31337);
        NetworkSettings memory settings = defaultSettings(4);
        settings.salt = "other";
        createNetwork(settings);
        _expectRefusal(registration, DeviceRegistry.RegistryInvalidSignature.selector);
    }

    /// The device that a signature is for can be registered by anyone who pays, and only to the owner it
    /// names.
    function testAnyoneMayPayForARegistration() public {
        Registration memory registration = makeRegistration(5, ALICE);
        vm.deal(BOB, FEE_WEI);
        vm.prank(BOB);
        _registry.register{value: FEE_WEI}(registration, Payment.Fee);
        assertEq(_registry.ownerOf(0), ALICE, "holder");
    }

    function testEdDsaIsRegisteredByItsOwnerOnly() public {
        Registration memory registration = makeRegistrationFor(IdentitySignature.EDDSA, 5, ALICE);
        vm.deal(BOB, FEE_WEI);
        vm.prank(BOB);
        vm.expectRevert(abi.encodeWithSelector(DeviceRegistry.RegistryNotOwner.selector, BOB, ALICE));
        _registry.register{value: FEE_WEI}(registration, Payment.Fee);
        registration.identityY = bytes32(uint256(1));
        _expectRefusal(registration, DeviceRegistry.RegistryInvalidSignature.selector);
    }

    /// Nobody can take the place of an EdDSA device, though its signature cannot be checked here.
    function testEdDsaIdentitiesAreKeptApartByOwner() public {
        send(makeRegistrationFor(IdentitySignature.EDDSA, 5, BOB), Payment.Fee);
        send(makeRegistrationFor(IdentitySignature.EDDSA, 5, ALICE), Payment.Fee);
        assertEq(_registry.deviceCount(), 2, "devices");
        _expectRefusal(
            makeRegistrationFor(IdentitySignature.EDDSA, 5, ALICE),
            DeviceRegistry.RegistryIdentityActive.selector
        );
    }

    function testAnIdentityIsActiveOnceAtATime() public {
        registerWithFee(5, ALICE);
        _expectRefusal(makeRegistration(5, ALICE), DeviceRegistry.RegistryIdentityActive.selector);
        _expectRefusal(makeRegistration(5, BOB), DeviceRegistry.RegistryIdentityActive.selector);
    }

    function testARotationNeedsTheNextNonce() public {
        Registration memory old = makeRegistration(5, ALICE);
        send(old, Payment.Fee);
        vm.prank(ALICE);
        _registry.revoke(0);
        _expectRefusal(old, DeviceRegistry.RegistryWrongNonce.selector);
        Registration memory next = makeRegistration(5, BOB);
        assertEq(next.nonce, 1, "nonce");
        assertEq(send(next, Payment.Fee), 1, "a new device");
    }

    function testTheDeadlineIsTheLastGoodSecond() public {
        Registration memory registration = makeRegistration(5, ALICE);
        vm.warp(registration.deadline + 1);
        _expectRefusal(registration, DeviceRegistry.RegistryDeadlinePassed.selector);
        vm.warp(registration.deadline);
        send(registration, Payment.Fee);
    }

    /// A seal key that is no point of its curve could make a whole cohort unprovable.
    function testFuzzASealKeyOffTheCurveIsRefused(uint256 x, uint256 y) public {
        x = bound(x, 0, Poseidon2.FIELD_ORDER - 1);
        y = bound(y, 0, Poseidon2.FIELD_ORDER - 1);
        vm.assume(!_isOnGrumpkin(x, y));
        Registration memory registration = makeRegistration(5, ALICE);
        (registration.sealKeyX, registration.sealKeyY) = (x, y);
        signRegistration(registration, 5);
        _expectRefusal(registration, DeviceRegistry.RegistryInvalidSealKey.selector);
    }

    function testOtherNamesOfASealKeyAreRefused() public {
        uint256[2][4] memory keys = [
            [SEAL_KEY_X + Poseidon2.FIELD_ORDER, SEAL_KEY_Y],
            [SEAL_KEY_X, SEAL_KEY_Y + Poseidon2.FIELD_ORDER],
            [uint256(0), uint256(0)],
            [SEAL_KEY_X, SEAL_KEY_Y + 1]
        ];
        for (uint256 i = 0; i < keys.length; ++i) {
            Registration memory registration = makeRegistration(5, ALICE);
            (registration.sealKeyX, registration.sealKeyY) = (keys[i][0], keys[i][1]);
            signRegistration(registration, 5);
            _expectRefusal(registration, DeviceRegistry.RegistryInvalidSealKey.selector);
        }
        assertTrue(
            KeyCommitment.isSealKey(SEAL_KEY_X, Poseidon2.FIELD_ORDER - SEAL_KEY_Y), "the generator's inverse"
        );
    }

    function testAttributesAreCountedAndBounded() public {
        Registration memory registration = makeRegistration(5, ALICE);
        registration.attributes = new uint64[](2);
        _expectRefusal(registration, DeviceRegistry.RegistryWrongAttributeCount.selector);
        registration.attributes = new uint64[](1);
        registration.attributes[0] = ATTRIBUTE_MAXIMUM + 1;
        signRegistration(registration, 5);
        _expectRefusal(registration, DeviceRegistry.RegistryAttributeTooGreat.selector);
        registration.attributes[0] = ATTRIBUTE_MAXIMUM;
        signRegistration(registration, 5);
        send(registration, Payment.Fee);
    }

    function testANetworkWithoutAttributesTakesNone() public {
        NetworkSettings memory settings = defaultSettings(4);
        settings.terms.attributeMaxima = new uint64[](0);
        createNetwork(settings);
        Registration memory registration = makeRegistration(5, ALICE);
        registration.attributes = new uint64[](0);
        signRegistration(registration, 5);
        send(registration, Payment.Fee);
        (uint256 commitment,,) = _registry.cohortAt(0, 0);
        uint256 leaf = KeyCommitment.computeLeaf(0, SEAL_KEY_X, SEAL_KEY_Y, 0);
        assertEq(commitment, KeyCommitment.computeNext(_registry.chainStart(0), leaf), "attributes hash zero");
    }

    function testTheFeeIsBurnt() public {
        uint256 before = _registry.BURN_ADDRESS().balance;
        registerWithFee(1, ALICE);
        assertEq(_registry.BURN_ADDRESS().balance - before, FEE_WEI, "burnt");
        assertEq(address(_registry).balance, 0, "held");
    }

    function testTheExactPriceIsTaken() public {
        Registration memory registration = makeRegistration(1, ALICE);
        vm.deal(ALICE, 10 ether);
        uint256[4] memory prices = [uint256(0), FEE_WEI - 1, FEE_WEI + 1, STAKE_WEI];
        for (uint256 i = 0; i < prices.length; ++i) {
            vm.prank(ALICE);
            vm.expectRevert(
                abi.encodeWithSelector(DeviceRegistry.RegistryWrongPayment.selector, prices[i], FEE_WEI)
            );
            _registry.register{value: prices[i]}(registration, Payment.Fee);
        }
    }

    function testAWayThatIsNotOfferedIsRefused() public {
        NetworkSettings memory settings = defaultSettings(4);
        settings.terms.feeWei = 0;
        createNetwork(settings);
        Registration memory registration = makeRegistration(1, ALICE);
        vm.expectRevert(
            abi.encodeWithSelector(DeviceRegistry.RegistryPaymentNotOffered.selector, Payment.Fee)
        );
        _registry.register(registration, Payment.Fee);
        settings.terms.feeWei = FEE_WEI;
        settings.terms.stakeWei = 0;
        createNetwork(settings);
        registration = makeRegistration(1, ALICE);
        vm.expectRevert(
            abi.encodeWithSelector(DeviceRegistry.RegistryPaymentNotOffered.selector, Payment.Stake)
        );
        _registry.register(registration, Payment.Stake);
    }

    function testNoMoreThanTheMaximumRegister() public {
        NetworkSettings memory settings = defaultSettings(4);
        settings.terms.maxDevices = 2;
        createNetwork(settings);
        registerMany(2, ALICE);
        _expectRefusal(makeRegistration(3, ALICE), DeviceRegistry.RegistryFull.selector);
    }

    function testARevocationCountsFromTheNextWindow() public {
        registerMany(2, ALICE);
        vm.warp(GENESIS + 3 * HOUR);
        vm.prank(ALICE);
        _registry.revoke(0);
        (uint256 before,, uint256 activeBefore) = _registry.cohortAt(0, 3);
        (uint256 commitment, uint256 count, uint256 active) = _registry.cohortAt(0, 4);
        assertEq(activeBefore, 3, "same window");
        assertEq(active, 2, "next window");
        assertEq(commitment, before, "the commitment stays");
        assertEq(count, 2, "the count stays");
        assertEq(_registry.activeAt(4), 1, "active in all");
        assertEq(_registry.ownerOf(0), ALICE, "the token stays");
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(DeviceRegistry.RegistryRevoked.selector, 0));
        _registry.revoke(0);
    }

    function testOnlyTheHolderRevokes() public {
        registerWithFee(1, ALICE);
        vm.expectRevert(abi.encodeWithSelector(DeviceRegistry.RegistryNotHolder.selector, BOB, 0));
        vm.prank(BOB);
        _registry.revoke(0);
        vm.prank(ALICE);
        _registry.transferFrom(ALICE, BOB, 0);
        vm.expectRevert(abi.encodeWithSelector(DeviceRegistry.RegistryNotHolder.selector, ALICE, 0));
        vm.prank(ALICE);
        _registry.revoke(0);
        vm.prank(BOB);
        _registry.revoke(0);
    }

    function testAStakeReturnsWhenItsLastWindowIsClosed() public {
        registerWithStake(1, ALICE);
        _expectNoStake(ALICE, abi.encodeWithSelector(DeviceRegistry.RegistryNotRevoked.selector, 0));
        vm.warp(GENESIS + 3 * HOUR);
        vm.prank(ALICE);
        _registry.revoke(0);
        vm.warp(closesAt(3));
        _expectNoStake(ALICE, abi.encodeWithSelector(DeviceRegistry.RegistryWindowOpen.selector, 0, 3));
        vm.warp(closesAt(3) + 1);
        _expectNoStake(BOB, abi.encodeWithSelector(DeviceRegistry.RegistryNotHolder.selector, BOB, 0));
        vm.prank(ALICE);
        _registry.withdrawStake(0);
        assertEq(ALICE.balance, STAKE_WEI, "returned");
        assertEq(address(_registry).balance, 0, "held");
        _expectNoStake(ALICE, abi.encodeWithSelector(DeviceRegistry.RegistryNoStake.selector, 0));
    }

    function testADeviceThatNeverCountedGetsItsStakeAtOnce() public {
        vm.warp(GENESIS + 3 * HOUR);
        registerWithStake(1, ALICE);
        vm.startPrank(ALICE);
        _registry.revoke(0);
        _registry.withdrawStake(0);
        vm.stopPrank();
        assertEq(ALICE.balance, STAKE_WEI, "returned");
        assertEq(_registry.activeAt(4), 0, "never active");
    }

    function testABurntFeeDoesNotReturn() public {
        registerWithFee(1, ALICE);
        vm.prank(ALICE);
        _registry.revoke(0);
        vm.warp(GENESIS + 365 days);
        _expectNoStake(ALICE, abi.encodeWithSelector(DeviceRegistry.RegistryNoStake.selector, 0));
    }

    /// A holder that calls back when it is paid gets its stake once.
    function testAStakeCannotBeWithdrawnTwiceByCallingBack() public {
        StakeReentrant holder = new StakeReentrant(_registry);
        Registration memory registration = makeRegistration(1, address(holder));
        send(registration, Payment.Stake);
        registerWithStake(2, ALICE);
        holder.revoke(0);
        vm.warp(GENESIS + 365 days);
        vm.expectRevert();
        holder.withdraw(0);
        assertEq(address(_registry).balance, 2 * uint256(STAKE_WEI), "held");
    }

    function testTheEventSaysEverything() public {
        Registration memory registration = makeRegistration(7, ALICE);
        vm.recordLogs();
        send(registration, Payment.Stake);
        bytes32 identity =
            keccak256(abi.encode(registration.algorithm, registration.identityX, registration.identityY));
        bytes memory expected = abi.encode(uint64(0), STAKE_WEI, registration);
        bytes memory data = vm.getRecordedLogs()[1].data;
        assertEq(keccak256(data), keccak256(expected), "data");
        assertEq(_registry.deviceOf(0).identity, identity, "identity");
    }

    function testSettingsThatMakeNoSenseAreRefused() public {
        NetworkSettings memory settings = defaultSettings(4);
        settings.terms.feeWei = 0;
        settings.terms.stakeWei = 0;
        _expectNoNetwork(settings, "stakeWei");
        settings = defaultSettings(4);
        settings.terms.maxDevices = 0;
        _expectNoNetwork(settings, "maxDevices");
        settings.terms.maxDevices = type(uint32).max;
        _expectNoNetwork(settings, "maxDevices");
    }

    function testARegistryIsInitializedOnce() public {
        RegistrySettings memory settings;
        vm.expectRevert(Initializable.InvalidInitialization.selector);
        _registry.initialize(settings);
        DeviceRegistry implementation = new DeviceRegistry();
        vm.expectRevert(Initializable.InvalidInitialization.selector);
        implementation.initialize(settings);
    }

    function testNamesAndTermsAreThoseOfTheSettings() public view {
        assertEq(keccak256(bytes(_registry.name())), keccak256("Rooftop devices"), "name");
        assertEq(keccak256(bytes(_registry.symbol())), keccak256("ROOF"), "symbol");
        RegistrationTerms memory terms = _registry.terms();
        assertEq(terms.stakeWei, STAKE_WEI, "stake");
        assertEq(terms.attributeMaxima[0], ATTRIBUTE_MAXIMUM, "attribute");
    }

    /// Commitment of a cohort of `count` devices from `first` on, all with the fixture's seal key and
    /// attribute.
    function _expectCommitment(uint256 first, uint256 count) private view returns (uint256 commitment) {
        commitment = _registry.chainStart(first / 4);
        uint256[] memory inputs = new uint256[](2);
        inputs[0] = uint256(uint112(bytes14("fp1.attributes"))) << 128;
        inputs[1] = 1234;
        uint256 attributesHash = Poseidon2.sponge(inputs);
        for (uint256 device = first; device < first + count; ++device) {
            uint256 leaf = KeyCommitment.computeLeaf(device, SEAL_KEY_X, SEAL_KEY_Y, attributesHash);
            commitment = KeyCommitment.computeNext(commitment, leaf);
        }
    }

    function _isOnGrumpkin(uint256 x, uint256 y) private pure returns (bool) {
        uint256 p = Poseidon2.FIELD_ORDER;
        if (x >= p || y >= p) return false;
        return addmod(mulmod(y, y, p), 17, p) == mulmod(x, mulmod(x, x, p), p);
    }

    function _expectRefusal(Registration memory registration, bytes4 selector) private {
        vm.deal(registration.owner, FEE_WEI);
        vm.prank(registration.owner);
        vm.expectPartialRevert(selector);
        _registry.register{value: FEE_WEI}(registration, Payment.Fee);
    }

    function _expectNoStake(address holder, bytes memory reason) private {
        vm.prank(holder);
        vm.expectRevert(reason);
        _registry.withdrawStake(0);
    }

    function _expectNoNetwork(NetworkSettings memory settings, bytes32 setting) private {
        vm.expectRevert(abi.encodeWithSelector(DeviceRegistry.RegistryInvalidSetting.selector, setting));
        _factory.createNetwork(settings);
    }
}

/// Asks for its stake again while it is being paid.
contract StakeReentrant {
    DeviceRegistry private immutable _registry;

    constructor(DeviceRegistry registry) {
        _registry = registry;
    }

    function revoke(uint256 device) external {
        _registry.revoke(device);
    }

    function withdraw(uint256 device) external {
        _registry.withdrawStake(device);
    }

    receive() external payable {
        _registry.withdrawStake(0);
    }
}
