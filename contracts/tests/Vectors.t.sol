// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {
    DeviceRegistry,
    Payment,
    Registration,
    RegistrationTerms,
    RegistrySettings
} from "../src/DeviceRegistry.sol";
import {Settlement} from "../src/Settlement.sol";
import {Posting, SettlementSettings} from "../src/SettlementTypes.sol";
import {IDeviceRegistry} from "../src/interfaces/IDeviceRegistry.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {KeyCommitment} from "../src/libraries/KeyCommitment.sol";
import {Poseidon2} from "../src/libraries/Poseidon2.sol";
import {AllowlistVerifier} from "./base/AllowlistVerifier.sol";
import {PlainPoseidon2} from "./base/PlainPoseidon2.sol";
import {TestBase} from "./base/TestBase.sol";

/// Says of every cohort and window what a vector says of one.
contract FixedRegistry is IDeviceRegistry {
    uint256 private immutable _commitment;
    uint256 private immutable _count;
    uint256 private immutable _activeBitmap;

    constructor(uint256 commitment, uint256 count, uint256 activeBitmap) {
        (_commitment, _count, _activeBitmap) = (commitment, count, activeBitmap);
    }

    function cohortAt(uint256, uint256) external view returns (uint256, uint256, uint256) {
        return (_commitment, _count, _activeBitmap);
    }

    function activeAt(uint256) external view returns (uint256) {
        return _count;
    }

    function isHolder(address, uint256[] calldata) external pure returns (bool) {
        return true;
    }

    function maxDevices() external pure returns (uint256) {
        return 1024;
    }
}

/// Replays the files under `vectors/`. Contracts are put at the addresses that the vectors name.
contract VectorsTest is TestBase {
    function testPoseidon2() public {
        string memory json = vm.readFile("../vectors/poseidon2.json");
        PlainPoseidon2 plain = new PlainPoseidon2();
        uint256 count = 0;
        for (
            string memory path = ".sponges[0]";
            vm.keyExistsJson(json, path);
            path = _item(".sponges", ++count)
        ) {
            uint256[] memory inputs = vm.parseJsonUintArray(json, string.concat(path, ".inputs"));
            uint256 output = vm.parseJsonUint(json, string.concat(path, ".output"));
            assertEq(Poseidon2.sponge(inputs), output, path);
            assertEq(plain.sponge(inputs), output, path);
        }
        assertTrue(count > 5, "too few sponges");
        count = 0;
        for (
            string memory path = ".hashes[0]";
            vm.keyExistsJson(json, path);
            path = _item(".hashes", ++count)
        ) {
            string memory domain = vm.parseJsonString(json, string.concat(path, ".domain"));
            uint256[] memory rest = vm.parseJsonUintArray(json, string.concat(path, ".inputs"));
            uint256[] memory inputs = new uint256[](rest.length + 1);
            inputs[0] = (vm.parseJsonUint(json, string.concat(".domains.", domain)) << 128)
                + vm.parseJsonUint(json, string.concat(path, ".context"));
            for (uint256 i = 0; i < rest.length; ++i) {
                inputs[i + 1] = rest[i];
            }
            assertEq(Poseidon2.sponge(inputs), vm.parseJsonUint(json, string.concat(path, ".output")), path);
        }
        assertTrue(count > 5, "too few hashes");
    }

    function testKeyCommitment() public view {
        string memory json = vm.readFile("../vectors/registry.json");
        uint256 commitment = KeyCommitment.computeStart(
            vm.parseJsonUint(json, ".chain_id"),
            vm.parseJsonAddress(json, ".registry"),
            vm.parseJsonUint(json, ".cohort")
        );
        assertEq(commitment, vm.parseJsonUint(json, ".chain_start"), "chain start");
        uint256 count = 0;
        for (
            string memory path = ".registrations[0]";
            vm.keyExistsJson(json, path);
            path = _item(".registrations", ++count)
        ) {
            uint256[] memory key = vm.parseJsonUintArray(json, string.concat(path, ".seal_key"));
            assertTrue(KeyCommitment.isSealKey(key[0], key[1]), "seal key");
            uint256 attributesHash =
                this.computeAttributesHash(_parse64(json, string.concat(path, ".attributes")));
            assertEq(
                attributesHash,
                vm.parseJsonUint(json, string.concat(path, ".attributes_hash")),
                "attributes hash"
            );
            uint256 leaf = KeyCommitment.computeLeaf(
                vm.parseJsonUint(json, string.concat(path, ".device")), key[0], key[1], attributesHash
            );
            assertEq(leaf, vm.parseJsonUint(json, string.concat(path, ".leaf")), "leaf");
            commitment = KeyCommitment.computeNext(commitment, leaf);
            assertEq(commitment, vm.parseJsonUint(json, string.concat(path, ".commitment")), "commitment");
        }
        assertTrue(count > 1, "too few registrations");
    }

    function testNetworkId() public {
        string memory json = vm.readFile("../vectors/ids.json");
        string memory statements = vm.readFile("../vectors/statement.json");
        Settlement settlement = _settlementOf(json, statements, ".statements[0]");
        assertEq(settlement.networkId(), vm.parseJsonBytes32(json, ".network.network_id"), "network id");
    }

    function testStatement() public {
        string memory ids = vm.readFile("../vectors/ids.json");
        string memory json = vm.readFile("../vectors/statement.json");
        uint256 count = 0;
        for (
            string memory path = ".statements[0]";
            vm.keyExistsJson(json, path);
            path = _item(".statements", ++count)
        ) {
            uint256 snapshot = vm.snapshotState();
            _replayStatement(ids, json, path);
            vm.revertToState(snapshot);
        }
        assertTrue(count > 1, "too few statements");
    }

    /// The registry accepts the signature over exactly the bytes of the vector.
    function testRegistration() public {
        string memory json = vm.readFile("../vectors/messages.json");
        DeviceRegistry registry = DeviceRegistry(vm.parseJsonAddress(json, ".registration.registry"));
        vm.etch(address(registry), _clone(address(new DeviceRegistry())));
        vm.chainId(vm.parseJsonUint(json, ".registration.chain_id"));
        RegistrySettings memory settings;
        settings.windowLength = 3600;
        settings.capacity = 4;
        settings.settlement = ISettlement(address(this));
        settings.terms.maxDevices = 4;
        settings.terms.stakeWei = 1;
        settings.terms.attributeMaxima = new uint64[](1);
        settings.terms.attributeMaxima[0] = type(uint64).max;
        registry.initialize(settings);

        Registration memory registration;
        registration.owner = vm.parseJsonAddress(json, ".registration.owner");
        uint256[] memory identity = vm.parseJsonUintArray(json, ".identity.words");
        registration.algorithm = uint8(identity[0]);
        (registration.identityX, registration.identityY) = (bytes32(identity[1]), bytes32(identity[2]));
        uint256[] memory key = vm.parseJsonUintArray(json, ".registration.seal_key");
        (registration.sealKeyX, registration.sealKeyY) = (key[0], key[1]);
        registration.attributes = _parse64(json, ".registration.attributes");
        registration.nonce = vm.parseJsonUint(json, ".registration.nonce");
        registration.deadline = vm.parseJsonUint(json, ".registration.deadline");
        (registration.signatureR, registration.signatureS) =
            abi.decode(vm.parseJsonBytes(json, ".registration.signature"), (bytes32, bytes32));
        vm.warp(registration.deadline);
        vm.deal(address(this), 2);
        registration.nonce += 1;
        vm.expectPartialRevert(DeviceRegistry.RegistryWrongNonce.selector);
        registry.register{value: 1}(registration, Payment.Stake);
        registration.nonce -= 1;
        registration.sealKeyY = Poseidon2.FIELD_ORDER - registration.sealKeyY;
        vm.expectPartialRevert(DeviceRegistry.RegistryInvalidSignature.selector);
        registry.register{value: 1}(registration, Payment.Stake);
        registration.sealKeyY = Poseidon2.FIELD_ORDER - registration.sealKeyY;
        registry.register{value: 1}(registration, Payment.Stake);
        assertEq(registry.ownerOf(0), registration.owner, "holder");
    }

    function computeAttributesHash(uint64[] calldata attributes) external pure returns (uint256) {
        return KeyCommitment.computeAttributesHash(attributes);
    }

    function _replayStatement(string memory ids, string memory json, string memory path) private {
        Settlement settlement = _settlementOf(ids, json, path);
        Posting memory posting;
        posting.cohort = uint64(vm.parseJsonUint(json, string.concat(path, ".cohort")));
        posting.window = uint64(vm.parseJsonUint(json, string.concat(path, ".window")));
        posting.windowRoot = vm.parseJsonUint(json, string.concat(path, ".window_root"));
        posting.nextStateRoot = vm.parseJsonUint(json, string.concat(path, ".next_state"));
        posting.result = vm.parseJsonUintArray(json, string.concat(path, ".result"));
        (, uint256 opensAt,) = settlement.timesOf(posting.window);
        vm.warp(opensAt);

        // What the vector says is settled already was posted before.
        posting.sealedBitmap = vm.parseJsonUint(json, string.concat(path, ".settled"));
        uint256[] memory result = posting.result;
        posting.result = new uint256[](result.length);
        AllowlistVerifier verifier = AllowlistVerifier(address(settlement.settings().verifier));
        verifier.allow("", settlement.statement(posting));
        settlement.post(posting, "");

        posting.result = result;
        posting.sealedBitmap = vm.parseJsonUint(json, string.concat(path, ".sealed"));
        bytes32[] memory inputs = settlement.statement(posting);
        uint256[] memory expected = vm.parseJsonUintArray(json, string.concat(path, ".public_inputs"));
        assertEq(inputs.length, expected.length, "length");
        for (uint256 i = 0; i < inputs.length; ++i) {
            assertEq(uint256(inputs[i]), expected[i], _item(string.concat(path, ".public_inputs"), i));
        }
    }

    /// The Settlement of `ids`, for the network that the statement at `path` belongs to.
    function _settlementOf(string memory ids, string memory json, string memory path)
        private
        returns (Settlement settlement)
    {
        vm.chainId(vm.parseJsonUint(ids, ".network.chain_id"));
        settlement = Settlement(vm.parseJsonAddress(ids, ".network.settlement"));
        SettlementSettings memory settings;
        settings.registry = new FixedRegistry(
            vm.parseJsonUint(json, string.concat(path, ".key_commitment")),
            vm.parseJsonUint(json, string.concat(path, ".count")),
            vm.parseJsonUint(json, string.concat(path, ".active"))
        );
        settings.genesis = uint64(vm.parseJsonUint(json, ".genesis"));
        settings.windowLength = uint32(vm.parseJsonUint(json, ".window_s"));
        settings.settlingDeadline = 1 days;
        settings.verifier = new AllowlistVerifier();
        settings.rewardToken = IERC20(address(this));
        settings.capacity = uint16(vm.parseJsonUint(json, string.concat(path, ".capacity")));
        settings.unitWei = 1;
        settings.programId = vm.parseJsonBytes32(json, string.concat(path, ".program_id"));
        settings.schemaHash = vm.parseJsonBytes32(ids, ".network.schema_hash");
        settings.operators = new address[](1);
        settings.operators[0] = address(this);
        settings.gateways = settings.operators;
        vm.etch(address(settlement), _clone(address(new Settlement())));
        settlement.initialize(settings);
    }

    function _parse64(string memory json, string memory path) private pure returns (uint64[] memory values) {
        uint256[] memory wide = vm.parseJsonUintArray(json, path);
        values = new uint64[](wide.length);
        for (uint256 i = 0; i < wide.length; ++i) {
            values[i] = uint64(wide[i]);
        }
    }

    function _item(string memory list, uint256 index) private pure returns (string memory) {
        return string.concat(list, "[", vm.toString(index), "]");
    }

    /// Code of a clone of `implementation` (ERC-1167).
    function _clone(address implementation) private pure returns (bytes memory) {
        return
            abi.encodePacked(hex"363d3d373d3d3d363d73", implementation, hex"5af43d82803e903d91602b57fd5bf3");
    }
}
