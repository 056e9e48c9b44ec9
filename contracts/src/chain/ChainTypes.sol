// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// A candidate as a pool or a committee holds it; keys are compressed (prefix 2 or 3, then x).
struct Member {
    address operator;
    /// Address of the consensus key.
    address consensus;
    uint8 consensusPrefix;
    bytes32 consensusX;
    uint8 beaconPrefix;
    bytes32 beaconX;
    /// Weighted, wei; 0: may not be elected.
    uint256 votes;
}

/// A secp256k1 key with a signature by it, which shows that who registers it has it.
struct ProvenKey {
    uint256 x;
    uint256 y;
    bytes32 r;
    bytes32 s;
    uint8 v;
}

/// A charge against a candidate, as the application's hash commits to it.
struct Fault {
    bytes32 id;
    /// 1: signed two votes of one round, 2: attacked light clients, 3: did not deal.
    uint8 kind;
    address operator;
    /// Epoch, height and time (seconds since 1970) of the block in which it was recorded.
    uint64 epoch;
    uint64 height;
    uint64 timeS;
}

/// What one member of an epoch's pool did.
struct Entry {
    address operator;
    uint256 votes;
    /// Blocks it proposed.
    uint32 proposed;
    /// Blocks it had to propose; 0 outside of the committee.
    uint32 expected;
}

struct Result {
    uint64 epoch;
    Entry[] entries;
}

/// The way from one value up to the application's hash.
struct LeafProof {
    /// Time of the block whose parent's beacon root the hash is, seconds since 1970.
    uint64 nextTimeS;
    /// Lowest first.
    bytes32[] siblings;
}

/// The way from one fault up to the application's hash.
struct FaultProof {
    /// Place of the fault among all.
    uint256 index;
    /// How many there are.
    uint256 count;
    /// Lowest first.
    bytes32[] siblings;
    LeafProof leaf;
}

/// The ways from epoch, seed and committee up to one application's hash.
struct CommitteeProof {
    uint64 nextTimeS;
    bytes32[] epochSiblings;
    bytes32[] seedSiblings;
    bytes32[] committeeSiblings;
}

/// What genesis fixes of `Staking`. Shares are in hundredths of a percent.
struct StakingParameters {
    uint64 epochBlocks;
    /// How long what was behind a candidate still answers for it, seconds.
    uint32 unbondingS;
    /// How long an offence against consensus keeps a candidate out of the pool, seconds.
    uint32 jailS;
    /// Share of a stake that a fault of kind 1 or 2 takes.
    uint16 offenceShare;
    /// Share of a stake that a fault of kind 3 takes.
    uint16 noDealingShare;
    uint128 leastSelfStakeWei;
}

/// What is known of a candidate. A share is worth `rate` / 10^27 wei: what a slash takes, it takes from the
/// rate, so that everybody behind the candidate bears it alike.
struct CandidateInfo {
    address owner;
    /// Share of its voters' rewards that the owner keeps, in hundredths of a percent.
    uint16 commission;
    bool hasResigned;
    /// Seconds since 1970; 0: it never was in jail.
    uint48 jailedUntil;
    /// The first epoch whose pools are frozen without it; 0: it never was on probation.
    uint64 probationUntilEpoch;
    uint96 rate;
    uint128 shares;
    /// Σ shares · weight of the vote.
    uint128 weightedShares;
    /// Shares of the owner's own votes.
    uint128 selfShares;
}

/// Coins behind a candidate, or on their way back to their owner.
struct Bucket {
    address owner;
    /// Days for which it is locked, 0 for none.
    uint16 lockDays;
    /// While it is set, the lock does not begin to run out.
    bool autoRenew;
    /// Whether the owner is the candidate's.
    bool isSelf;
    /// The end of the lock without auto-renewal, seconds since 1970.
    uint48 unlocksAt;
    /// Zero once it is unstaked.
    address operator;
    /// Until when it answers for `leftOperator`, seconds since 1970.
    uint48 riskUntil;
    /// Of the candidate; wei where there is none.
    uint128 shares;
    uint128 weightedShares;
    /// The candidate that it was behind before, for which it still answers; zero: none.
    address leftOperator;
    /// Rate of `leftOperator` up to which its losses are paid.
    uint96 leftRate;
}
