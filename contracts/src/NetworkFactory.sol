// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {DeviceRegistry, RegistrationTerms, RegistrySettings} from "./DeviceRegistry.sol";
import {RewardToken} from "./RewardToken.sol";
import {Settlement} from "./Settlement.sol";
import {SettlementSettings} from "./SettlementTypes.sol";
import {IDeviceRegistry} from "./interfaces/IDeviceRegistry.sol";

/// All settings of a network.
struct NetworkSettings {
    /// Any number; the same deployer can make one network for each number and settings.
    bytes32 salt;
    /// Name and symbol of the devices' ERC-721.
    string deviceName;
    string deviceSymbol;
    /// Name and symbol of the reward token; unused if the network pays a token that exists.
    string rewardName;
    string rewardSymbol;
    /// Keccak-256 of the code that the verifier must have.
    bytes32 verifierCodeHash;
    RegistrationTerms terms;
    /// `registry` is zero, and so is `rewardToken` if the network mints its reward: the factory fills them
    /// in.
    SettlementSettings settlement;
}

/// Makes the contracts of a network, as clones that nobody can change, in one transaction.
contract NetworkFactory {
    using Clones for address;

    address private immutable _registryImplementation;
    address private immutable _settlementImplementation;
    address private immutable _rewardTokenImplementation;

    event NetworkCreated(
        Settlement indexed settlement,
        DeviceRegistry indexed registry,
        address indexed rewardToken,
        address deployer,
        bytes32 networkId
    );

    error FactoryNoCode(address implementation);
    error FactoryWrongVerifier(address verifier, bytes32 codeHash, bytes32 expectedCodeHash);
    error FactoryFilledIn();
    error FactoryNetworkExists(address settlement);

    constructor(
        address registryImplementation,
        address settlementImplementation,
        address rewardTokenImplementation
    ) {
        _checkCode(registryImplementation);
        _checkCode(settlementImplementation);
        _checkCode(rewardTokenImplementation);
        _registryImplementation = registryImplementation;
        _settlementImplementation = settlementImplementation;
        _rewardTokenImplementation = rewardTokenImplementation;
    }

    /// Makes a network. Its addresses depend on the caller and on all settings (`computeAddresses`), so
    /// sending the same transaction twice makes one network and the second fails.
    function createNetwork(NetworkSettings calldata settings)
        external
        returns (DeviceRegistry registry, Settlement settlement, address rewardToken)
    {
        address verifier = address(settings.settlement.verifier);
        require(
            verifier.code.length != 0 && verifier.codehash == settings.verifierCodeHash,
            FactoryWrongVerifier(verifier, verifier.codehash, settings.verifierCodeHash)
        );
        SettlementSettings memory own = settings.settlement;
        require(
            address(own.registry) == address(0)
                && (!own.mintsReward || address(own.rewardToken) == address(0)),
            FactoryFilledIn()
        );
        bytes32 salt = _computeSalt(msg.sender, settings);
        address existing = _settlementImplementation.predictDeterministicAddress(salt);
        // A creation that collides would use up all gas of the transaction.
        require(existing.code.length == 0, FactoryNetworkExists(existing));
        registry = DeviceRegistry(_registryImplementation.cloneDeterministic(salt));
        settlement = Settlement(_settlementImplementation.cloneDeterministic(salt));
        if (own.mintsReward) {
            rewardToken = _rewardTokenImplementation.cloneDeterministic(salt);
            RewardToken(rewardToken)
                .initialize(settings.rewardName, settings.rewardSymbol, address(settlement));
            own.rewardToken = IERC20(rewardToken);
        } else {
            rewardToken = address(own.rewardToken);
        }
        own.registry = IDeviceRegistry(address(registry));
        registry.initialize(
            RegistrySettings({
                name: settings.deviceName,
                symbol: settings.deviceSymbol,
                settlement: settlement,
                genesis: own.genesis,
                windowLength: own.windowLength,
                capacity: own.capacity,
                terms: settings.terms
            })
        );
        settlement.initialize(own);
        emit NetworkCreated(settlement, registry, rewardToken, msg.sender, settlement.networkId());
    }

    /// Where `createNetwork` puts the contracts. The reward token is zero if the network does not mint its
    /// own.
    function computeAddresses(address deployer, NetworkSettings calldata settings)
        external
        view
        returns (address registry, address settlement, address rewardToken)
    {
        bytes32 salt = _computeSalt(deployer, settings);
        registry = _registryImplementation.predictDeterministicAddress(salt);
        settlement = _settlementImplementation.predictDeterministicAddress(salt);
        if (settings.settlement.mintsReward) {
            rewardToken = _rewardTokenImplementation.predictDeterministicAddress(salt);
        }
    }

    /// The contracts that networks are clones of.
    function implementations()
        external
        view
        returns (address registry, address settlement, address rewardToken)
    {
        return (_registryImplementation, _settlementImplementation, _rewardTokenImplementation);
    }

    function _computeSalt(address deployer, NetworkSettings calldata settings)
        private
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(deployer, settings));
    }

    function _checkCode(address implementation) private view {
        require(implementation.code.length != 0, FactoryNoCode(implementation));
    }
}
