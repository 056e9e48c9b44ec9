// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {DeviceRegistry} from "../src/DeviceRegistry.sol";
import {NetworkFactory, NetworkSettings} from "../src/NetworkFactory.sol";
import {RewardToken} from "../src/RewardToken.sol";
import {Settlement} from "../src/Settlement.sol";
import {SettlementSettings} from "../src/SettlementTypes.sol";
import {IDeviceRegistry} from "../src/interfaces/IDeviceRegistry.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {IVerifier} from "../src/interfaces/IVerifier.sol";
import {Poseidon2} from "../src/libraries/Poseidon2.sol";
import {NetworkFixture} from "./base/NetworkFixture.sol";

contract FactoryTest is NetworkFixture {
    function setUp() public {
        setUpFactory();
    }

    function testANetworksContractsKnowEachOther() public {
        NetworkSettings memory settings = defaultSettings(16);
        createNetwork(settings);
        (ISettlement settlement, uint64 genesis, uint32 windowLength, uint16 capacity) = _registry.network();
        assertEq(address(settlement), address(_settlement), "settlement of the registry");
        assertEq(genesis, GENESIS, "genesis");
        assertEq(windowLength, HOUR, "window length");
        assertEq(capacity, 16, "capacity");
        settings.settlement.registry = IDeviceRegistry(address(_registry));
        settings.settlement.rewardToken = IERC20(address(_token));
        assertEq(
            keccak256(abi.encode(_settlement.settings())),
            keccak256(abi.encode(settings.settlement)),
            "settings"
        );
        assertEq(_token.minter(), address(_settlement), "minter");
        assertEq(keccak256(bytes(_token.name())), keccak256("Sun"), "name of the reward");
        assertEq(keccak256(bytes(_token.symbol())), keccak256("SUN"), "symbol of the reward");
    }

    function testAddressesAreKnownBefore() public {
        NetworkSettings memory settings = defaultSettings(16);
        (address registry, address settlement, address token) =
            _factory.computeAddresses(address(this), settings);
        createNetwork(settings);
        assertEq(address(_registry), registry, "registry");
        assertEq(address(_settlement), settlement, "settlement");
        assertEq(address(_token), token, "reward token");
    }

    /// The same transaction sent twice makes one network.
    function testTheSameNetworkIsMadeOnce() public {
        NetworkSettings memory settings = defaultSettings(16);
        createNetwork(settings);
        vm.expectRevert(
            abi.encodeWithSelector(NetworkFactory.FactoryNetworkExists.selector, address(_settlement))
        );
        _factory.createNetwork(settings);
        settings.salt = "another";
        _factory.createNetwork(settings);
        vm.prank(ALICE);
        _factory.createNetwork(settings);
    }

    function testAnotherVerifierThanExpectedIsRefused() public {
        NetworkSettings memory settings = defaultSettings(16);
        settings.verifierCodeHash = keccak256("other code");
        vm.expectRevert(
            abi.encodeWithSelector(
                NetworkFactory.FactoryWrongVerifier.selector,
                address(_verifier),
                address(_verifier).codehash,
                settings.verifierCodeHash
            )
        );
        _factory.createNetwork(settings);
    }

    function testAVerifierWithoutCodeIsRefused() public {
        NetworkSettings memory settings = defaultSettings(16);
        settings.settlement.verifier = IVerifier(ALICE);
        settings.verifierCodeHash = ALICE.codehash;
        vm.expectPartialRevert(NetworkFactory.FactoryWrongVerifier.selector);
        _factory.createNetwork(settings);
    }

    function testWhatTheFactoryFillsInIsLeftEmpty() public {
        NetworkSettings memory settings = defaultSettings(16);
        settings.settlement.registry = IDeviceRegistry(ALICE);
        vm.expectRevert(NetworkFactory.FactoryFilledIn.selector);
        _factory.createNetwork(settings);
        settings = defaultSettings(16);
        settings.settlement.rewardToken = IERC20(ALICE);
        vm.expectRevert(NetworkFactory.FactoryFilledIn.selector);
        _factory.createNetwork(settings);
    }

    function testAFactoryNeedsImplementationsWithCode() public {
        (address registry, address settlement, address token) = _factory.implementations();
        vm.expectRevert(abi.encodeWithSelector(NetworkFactory.FactoryNoCode.selector, ALICE));
        this.createFactory(ALICE, settlement, token);
        vm.expectRevert(abi.encodeWithSelector(NetworkFactory.FactoryNoCode.selector, ALICE));
        this.createFactory(registry, ALICE, token);
        vm.expectRevert(abi.encodeWithSelector(NetworkFactory.FactoryNoCode.selector, ALICE));
        this.createFactory(registry, settlement, ALICE);
    }

    /// A call of its own, because an expected revert is looked for in calls, not in deployments.
    function createFactory(address registry, address settlement, address token) external {
        new NetworkFactory(registry, settlement, token);
    }

    function testNothingIsInitializedTwice() public {
        createNetwork(defaultSettings(16));
        (, address settlement, address token) = _factory.implementations();
        SettlementSettings memory settings;
        vm.expectRevert(Initializable.InvalidInitialization.selector);
        _settlement.initialize(settings);
        vm.expectRevert(Initializable.InvalidInitialization.selector);
        Settlement(settlement).initialize(settings);
        vm.expectRevert(Initializable.InvalidInitialization.selector);
        _token.initialize("", "", ALICE);
        vm.expectRevert(Initializable.InvalidInitialization.selector);
        RewardToken(token).initialize("", "", ALICE);
    }

    /// Each setting that would make a network worthless or unsafe, by its name.
    function testSettingsThatMakeNoSenseAreRefused() public {
        NetworkSettings memory settings = defaultSettings(16);
        settings.settlement.capacity = 32;
        _expectNoNetwork(settings, "capacity");
        settings = defaultSettings(16);
        settings.settlement.unitWei = 0;
        _expectNoNetwork(settings, "unitWei");
        settings = defaultSettings(16);
        settings.settlement.grace = settings.settlement.settlingDeadline;
        _expectNoNetwork(settings, "grace");
        settings = atOnceSettings(16);
        settings.settlement.grace = 30 days;
        _expectNoNetwork(settings, "grace");
        settings = defaultSettings(16);
        settings.settlement.operators = new address[](0);
        _expectNoNetwork(settings, "operators");
        settings = defaultSettings(16);
        settings.settlement.gateways = new address[](0);
        _expectNoNetwork(settings, "gateways");
        settings.settlement.gateways = new address[](1);
        _expectNoNetwork(settings, "gateways");
        settings.settlement.gateways = new address[](16);
        _expectNoNetwork(settings, "gateways");
        settings = defaultSettings(16);
        settings.settlement.programId = bytes32(Poseidon2.FIELD_ORDER);
        _expectNoNetwork(settings, "programId");
        settings = defaultSettings(16);
        settings.settlement.initialStateRoot = 1;
        _expectNoNetwork(settings, "initialStateRoot");
        settings.settlement.stateWords = 1;
        settings.settlement.initialStateRoot = Poseidon2.FIELD_ORDER;
        _expectNoNetwork(settings, "initialStateRoot");
        settings = defaultSettings(16);
        settings.settlement.mintsReward = false;
        settings.settlement.rewardToken = IERC20(ALICE);
        _expectNoNetwork(settings, "rewardToken");
        settings = defaultSettings(16);
        settings.settlement.windowLength = 0;
        vm.expectRevert(
            abi.encodeWithSelector(DeviceRegistry.RegistryInvalidSetting.selector, bytes32("windowLength"))
        );
        _factory.createNetwork(settings);
    }

    function _expectNoNetwork(NetworkSettings memory settings, bytes32 setting) private {
        vm.expectRevert(abi.encodeWithSelector(Settlement.SettlementInvalidSetting.selector, setting));
        _factory.createNetwork(settings);
    }
}
