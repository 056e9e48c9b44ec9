// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {Candidates} from "../../src/chain/Candidates.sol";
import {CandidateInfo, Member, ProvenKey, StakingParameters} from "../../src/chain/ChainTypes.sol";
import {Staking} from "../../src/chain/Staking.sol";
import {KeyPossession} from "../../src/chain/libraries/KeyPossession.sol";
import {ChainFixture} from "./base/ChainFixture.sol";
import {ProofProbe} from "./base/ProofProbe.sol";

contract CandidatesTest is ChainFixture {
    uint256 private constant CURVE_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
    uint256 private constant PRIME = 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f;

    function setUp() public {
        setUpChain();
    }

    function testACandidateStandsWithWhatItRegistered() public {
        (ProvenKey memory consensusKey, ProvenKey memory beaconKey) = makeKeys(0);
        register(0, LEAST_STAKE);
        Member[] memory members = _staking.getCandidates(0, 10);
        assertEq(members.length, 1, "candidates");
        assertEq(_staking.getCandidateCount(), 1, "count");
        assertTrue(_staking.isCandidate(operatorOf(0)), "candidate");
        assertEq(members[0].operator, operatorOf(0), "operator");
        assertEq(members[0].consensus, vm.addr(10_000), "consensus");
        assertEq(members[0].consensusPrefix, 2 + consensusKey.y % 2, "prefix");
        assertEq(members[0].consensusX, bytes32(consensusKey.x), "x");
        assertEq(members[0].beaconPrefix, 2 + beaconKey.y % 2, "beacon prefix");
        assertEq(members[0].beaconX, bytes32(beaconKey.x), "beacon x");
        assertEq(members[0].votes, LEAST_STAKE, "votes");
        CandidateInfo memory info = _staking.getCandidate(operatorOf(0));
        assertEq(info.owner, ownerOf(0), "owner");
        assertEq(info.commission, COMMISSION, "commission");
    }

    function testPrefixesTellBothSignsOfY() public {
        uint256 odd = 0;
        for (uint256 number = 0; number < 6; ++number) {
            register(number, LEAST_STAKE);
            odd += vm.createWallet(10_000 + number).publicKeyY % 2;
        }
        Member[] memory members = _staking.getCandidates(0, 6);
        uint256 found = 0;
        for (uint256 i = 0; i < 6; ++i) {
            found += members[i].consensusPrefix - 2;
        }
        assertEq(found, odd, "odd keys");
        assertTrue(odd != 0 && odd != 6, "the keys of this test are all alike");
    }

    function testLessThanTheLeastSelfStakeIsRefused() public {
        _expectRefusal(
            0,
            LEAST_STAKE - 1,
            abi.encodeWithSelector(
                Staking.StakingSelfStakeTooSmall.selector, LEAST_STAKE - 1, uint256(LEAST_STAKE)
            )
        );
        register(0, LEAST_STAKE);
    }

    function testACommissionOfMoreThanAllIsRefused() public {
        (ProvenKey memory consensusKey, ProvenKey memory beaconKey) = makeKeys(0);
        vm.deal(ownerOf(0), LEAST_STAKE);
        vm.prank(ownerOf(0));
        vm.expectRevert(abi.encodeWithSelector(Candidates.StakingInvalidCommission.selector, 10_001, 10_000));
        _staking.register{value: LEAST_STAKE}(operatorOf(0), consensusKey, beaconKey, 10_001, 0, false);
        vm.prank(ownerOf(0));
        _staking.register{value: LEAST_STAKE}(operatorOf(0), consensusKey, beaconKey, 10_000, 0, false);
    }

    function testAnOperatorServesOnceAndIsNotZero() public {
        register(0, LEAST_STAKE);
        ProvenKey memory consensusKey = makeConsensusKey(77, 0);
        ProvenKey memory beaconKey = makeBeaconKey(78, 0);
        bytes memory refusal =
            abi.encodeWithSelector(Candidates.StakingInvalidOperator.selector, operatorOf(0));
        _expectRefusal(operatorOf(0), ownerOf(0), consensusKey, beaconKey, refusal);
        vm.prank(ownerOf(0));
        _staking.resign(operatorOf(0));
        _expectRefusal(operatorOf(0), ownerOf(0), consensusKey, beaconKey, refusal);
        refusal = abi.encodeWithSelector(Candidates.StakingInvalidOperator.selector, address(0));
        consensusKey = makeKey(77, "fieldproof consensus key", address(0), ownerOf(0));
        beaconKey = makeKey(78, "fieldproof beacon key", address(0), ownerOf(0));
        _expectRefusal(address(0), ownerOf(0), consensusKey, beaconKey, refusal);
    }

    function testAKeyServesOnceWhateverFor() public {
        register(0, LEAST_STAKE);
        // Consensus and beacon key of candidate 0, their negatives, and a new key for both at once.
        uint256[5] memory secrets = [
            uint256(10_000),
            uint256(20_000),
            CURVE_ORDER - uint256(10_000),
            CURVE_ORDER - uint256(20_000),
            uint256(90_000)
        ];
        for (uint256 i = 0; i < secrets.length; ++i) {
            ProvenKey memory taken = makeConsensusKey(secrets[i], 1);
            bytes memory refusal =
                abi.encodeWithSelector(Candidates.StakingKeyTaken.selector, bytes32(taken.x));
            if (i < 4) {
                _expectRefusal(operatorOf(1), ownerOf(1), taken, makeBeaconKey(20_001, 1), refusal);
            }
            ProvenKey memory first = makeConsensusKey(i < 4 ? 10_001 : secrets[i], 1);
            _expectRefusal(operatorOf(1), ownerOf(1), first, makeBeaconKey(secrets[i], 1), refusal);
        }
        register(1, LEAST_STAKE);
    }

    /// Who sees a registration waiting cannot take its proofs: they name the owner.
    function testProofsOfAnotherOwnerAreRefused() public {
        (ProvenKey memory consensusKey, ProvenKey memory beaconKey) = makeKeys(0);
        bytes memory refusal =
            abi.encodeWithSelector(KeyPossession.KeyNotPossessed.selector, consensusKey.x, consensusKey.y);
        _expectRefusal(operatorOf(0), ALICE, consensusKey, beaconKey, refusal);
        _expectRefusal(operatorOf(1), ownerOf(0), consensusKey, beaconKey, refusal);
        refusal = abi.encodeWithSelector(KeyPossession.KeyNotPossessed.selector, beaconKey.x, beaconKey.y);
        _expectRefusal(operatorOf(0), ownerOf(0), beaconKey, consensusKey, refusal);
    }

    function testProofsForAnotherChainAreRefused() public {
        (ProvenKey memory consensusKey, ProvenKey memory beaconKey) = makeKeys(0);
        vm.chainId(1);
        _expectRefusal(
            operatorOf(0),
            ownerOf(0),
            consensusKey,
            beaconKey,
            abi.encodeWithSelector(KeyPossession.KeyNotPossessed.selector, consensusKey.x, consensusKey.y)
        );
    }

    function testTheTwinOfASignatureIsRefused() public {
        (ProvenKey memory consensusKey, ProvenKey memory beaconKey) = makeKeys(0);
        consensusKey.s = bytes32(CURVE_ORDER - uint256(consensusKey.s));
        consensusKey.v = 55 - consensusKey.v;
        bytes memory refusal =
            abi.encodeWithSelector(KeyPossession.KeyNotPossessed.selector, consensusKey.x, consensusKey.y);
        _expectRefusal(operatorOf(0), ownerOf(0), consensusKey, beaconKey, refusal);
        consensusKey.s = 0;
        _expectRefusal(operatorOf(0), ownerOf(0), consensusKey, beaconKey, refusal);
    }

    function testFuzzWhatIsNoPointIsRefused(uint256 x, uint256 y) public {
        (ProvenKey memory consensusKey, ProvenKey memory beaconKey) = makeKeys(0);
        (consensusKey.x, consensusKey.y) = (x, y);
        vm.assume(!new ProofProbe().isPoint(x, y));
        _expectRefusal(
            operatorOf(0),
            ownerOf(0),
            consensusKey,
            beaconKey,
            abi.encodeWithSelector(KeyPossession.KeyNotOnCurve.selector, x, y)
        );
    }

    function testFuzzEveryKeyIsAPointAndItsNeighboursAreNone(uint256 secret) public {
        secret = bound(secret, 1, CURVE_ORDER - 1);
        ProofProbe probe = new ProofProbe();
        uint256 x = vm.createWallet(secret).publicKeyX;
        uint256 y = vm.createWallet(secret).publicKeyY;
        assertTrue(probe.isPoint(x, y) && probe.isPoint(x, PRIME - y), "a point is refused");
        assertTrue(!probe.isPoint(x, addmod(y, 1, PRIME)) && !probe.isPoint(y, x), "no point is taken");
        if (x <= type(uint256).max - PRIME) {
            assertTrue(!probe.isPoint(x + PRIME, y), "an x beyond the prime is taken");
        }
        if (y <= type(uint256).max - PRIME) {
            assertTrue(!probe.isPoint(x, y + PRIME), "a y beyond the prime is taken");
        }
    }

    function testCoordinatesBeyondThePrimeAreNoPoint() public {
        ProofProbe probe = new ProofProbe();
        // 1 + 7 is a square: (1, y) is a point, and (1 + p, y) would be one without the check.
        uint256 y = 0x4218f20ae6c646b363db68605822fb14264ca8d2587fdd6fbc750d587e76a7ee;
        assertTrue(probe.isPoint(1, y), "a point is refused");
        assertTrue(!probe.isPoint(1 + PRIME, y), "x beyond the prime");
        assertTrue(!probe.isPoint(0, 0), "infinity");
    }

    function testCandidatesAreReadInPages() public {
        for (uint256 number = 0; number < 5; ++number) {
            register(number, LEAST_STAKE + number);
        }
        for (uint256 offset = 0; offset < 7; ++offset) {
            for (uint256 limit = 0; limit < 7; ++limit) {
                Member[] memory page = _staking.getCandidates(offset, limit);
                uint256 rest = offset < 5 ? 5 - offset : 0;
                assertEq(page.length, limit < rest ? limit : rest, "length of a page");
                for (uint256 i = 0; i < page.length; ++i) {
                    assertEq(page[i].operator, operatorOf(offset + i), "order of registration");
                    assertEq(page[i].votes, LEAST_STAKE + offset + i, "votes");
                }
            }
        }
        assertEq(_staking.getCandidates(type(uint256).max, type(uint256).max).length, 0, "far behind the end");
        assertEq(_staking.getCandidates(0, type(uint256).max).length, 5, "all");
    }

    function testTheOwnerGivesACandidateOtherKeys() public {
        register(0, LEAST_STAKE);
        ProvenKey memory consensusKey = makeConsensusKey(77, 0);
        ProvenKey memory beaconKey = makeBeaconKey(78, 0);
        bytes memory refusal =
            abi.encodeWithSelector(Candidates.StakingNotOwner.selector, operatorOf(0), ownerOf(0));
        vm.prank(operatorOf(0));
        vm.expectRevert(refusal);
        _staking.rotateConsensusKey(operatorOf(0), consensusKey);
        vm.prank(operatorOf(0));
        vm.expectRevert(refusal);
        _staking.rotateBeaconKey(operatorOf(0), beaconKey);
        vm.prank(ownerOf(0));
        _staking.rotateConsensusKey(operatorOf(0), consensusKey);
        vm.prank(ownerOf(0));
        _staking.rotateBeaconKey(operatorOf(0), beaconKey);
        Member memory member = _staking.getCandidates(0, 1)[0];
        assertEq(member.consensus, vm.addr(77), "consensus");
        assertEq(member.consensusX, bytes32(consensusKey.x), "x");
        assertEq(member.consensusPrefix, 2 + consensusKey.y % 2, "prefix");
        assertEq(member.beaconX, bytes32(beaconKey.x), "beacon x");
        assertEq(member.beaconPrefix, 2 + beaconKey.y % 2, "beacon prefix");
    }

    function testAKeyThatWasGivenUpIsNeverTakenAgain() public {
        register(0, LEAST_STAKE);
        ProvenKey memory old = makeConsensusKey(10_000, 0);
        ProvenKey memory other = makeConsensusKey(77, 0);
        vm.prank(ownerOf(0));
        _staking.rotateConsensusKey(operatorOf(0), other);
        bytes memory refusal = abi.encodeWithSelector(Candidates.StakingKeyTaken.selector, bytes32(old.x));
        vm.prank(ownerOf(0));
        vm.expectRevert(refusal);
        _staking.rotateConsensusKey(operatorOf(0), old);
        ProvenKey memory asBeacon = makeBeaconKey(10_000, 0);
        vm.prank(ownerOf(0));
        vm.expectRevert(refusal);
        _staking.rotateBeaconKey(operatorOf(0), asBeacon);
    }

    function testAnotherKeyIsNotTakenWithoutItsProof() public {
        register(0, LEAST_STAKE);
        ProvenKey memory key = makeBeaconKey(77, 0);
        vm.prank(ownerOf(0));
        vm.expectRevert(abi.encodeWithSelector(KeyPossession.KeyNotPossessed.selector, key.x, key.y));
        _staking.rotateConsensusKey(operatorOf(0), key);
    }

    function testWhoResignsIsNotElectedAndDoesNotComeBack() public {
        register(0, LEAST_STAKE);
        address operator = operatorOf(0);
        vm.expectRevert(
            abi.encodeWithSelector(Candidates.StakingNotOwner.selector, address(this), ownerOf(0))
        );
        _staking.resign(operator);
        vm.prank(ownerOf(0));
        _staking.resign(operator);
        assertEq(_staking.getCandidates(0, 1)[0].votes, 0, "votes");
        assertTrue(_staking.isCandidate(operator), "its part in a frozen pool is lost");
        bytes memory refusal = abi.encodeWithSelector(Candidates.StakingCandidateResigned.selector, operator);
        vm.prank(ownerOf(0));
        vm.expectRevert(refusal);
        _staking.resign(operator);
        ProvenKey memory key = makeConsensusKey(77, 0);
        vm.prank(ownerOf(0));
        vm.expectRevert(refusal);
        _staking.rotateConsensusKey(operator, key);
        vm.deal(ALICE, 1 ether);
        vm.prank(ALICE);
        vm.expectRevert(refusal);
        _staking.stake{value: 1 ether}(operator, 0, false);
    }

    function testWhatWasNeverRegisteredIsUnknown() public {
        assertTrue(!_staking.isCandidate(operatorOf(0)), "a candidate out of nothing");
        vm.expectRevert(abi.encodeWithSelector(Candidates.StakingUnknownCandidate.selector, operatorOf(0)));
        _staking.resign(operatorOf(0));
        vm.deal(ALICE, 1 ether);
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(Candidates.StakingUnknownCandidate.selector, operatorOf(0)));
        _staking.stake{value: 1 ether}(operatorOf(0), 0, false);
    }

    /// Whatever block it begins in, exactly six pools are frozen with a tenth of the votes.
    function testFuzzProbationLowersTheVotesOfTheNextSixPools(uint256 height) public {
        register(0, LEAST_STAKE);
        height = bound(height, 1, 1_000_000);
        vm.roll(height);
        vm.prank(address(_rewards));
        _staking.startProbation(operatorOf(0));
        uint256 freeze = (height - 1 + EPOCH_BLOCKS - 1) / EPOCH_BLOCKS * EPOCH_BLOCKS + 1;
        for (uint256 i = 0; i < 6; ++i) {
            vm.roll(freeze + i * EPOCH_BLOCKS);
            assertEq(_staking.getVotes(operatorOf(0)), LEAST_STAKE / 10, "votes on probation");
        }
        vm.roll(freeze + 6 * EPOCH_BLOCKS);
        assertEq(_staking.getVotes(operatorOf(0)), LEAST_STAKE, "votes behind it");
    }

    function testOnlyRewardsPutsOnProbation() public {
        register(0, LEAST_STAKE);
        vm.expectRevert(abi.encodeWithSelector(Candidates.StakingNotRewards.selector, address(this)));
        _staking.startProbation(operatorOf(0));
    }

    /// Genesis is block 0.
    function testVotesAreReadInBlock0() public {
        register(0, LEAST_STAKE);
        vm.roll(0);
        assertEq(_staking.getVotes(operatorOf(0)), LEAST_STAKE, "votes");
    }

    function testParametersAreSetOnce() public {
        StakingParameters memory parameters = defaultParameters();
        vm.expectRevert(Initializable.InvalidInitialization.selector);
        _staking.initialize(parameters);
        vm.expectRevert(Initializable.InvalidInitialization.selector);
        _rewards.initialize(1, 1, 1);
        assertEq(
            keccak256(abi.encode(_staking.getParameters())), keccak256(abi.encode(parameters)), "parameters"
        );
    }

    function testParametersThatCannotBeAreRefused() public {
        bytes32[5] memory names =
            [bytes32("epochBlocks"), "unbondingS", "offenceShare", "noDealingShare", "leastSelfStakeWei"];
        for (uint256 i = 0; i < names.length; ++i) {
            StakingParameters memory parameters = defaultParameters();
            if (i == 0) parameters.epochBlocks = 0;
            if (i == 1) parameters.unbondingS = 0;
            if (i == 2) parameters.offenceShare = 10_001;
            if (i == 3) parameters.noDealingShare = 10_001;
            if (i == 4) parameters.leastSelfStakeWei = 0;
            Staking fresh = new Staking();
            vm.expectRevert(abi.encodeWithSelector(Candidates.StakingInvalidParameter.selector, names[i]));
            fresh.initialize(parameters);
        }
    }

    function _expectRefusal(uint256 number, uint256 stakeWei, bytes memory refusal) private {
        (ProvenKey memory consensusKey, ProvenKey memory beaconKey) = makeKeys(number);
        vm.deal(ownerOf(number), stakeWei);
        vm.prank(ownerOf(number));
        vm.expectRevert(refusal);
        _staking.register{value: stakeWei}(operatorOf(number), consensusKey, beaconKey, COMMISSION, 0, false);
    }

    function _expectRefusal(
        address operator,
        address owner,
        ProvenKey memory consensusKey,
        ProvenKey memory beaconKey,
        bytes memory refusal
    ) private {
        vm.deal(owner, LEAST_STAKE);
        vm.prank(owner);
        vm.expectRevert(refusal);
        _staking.register{value: LEAST_STAKE}(operator, consensusKey, beaconKey, COMMISSION, 0, false);
    }
}
