// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {STAKING} from "./interfaces/IStaking.sol";

/// Records what candidates bring to the making of seeds. It only looks at who sends and how much: every node
/// verifies the rest, and of what a member records the first of each kind counts (docs/reference/chain.md).
contract Beacon {
    /// Members that a pool can have.
    uint256 public constant LARGEST_POOL = 100;
    /// Bytes of an opening, and of a share: a point, a challenge, a response.
    uint256 public constant PROVEN_POINT_LENGTH = 97;

    /// Bytes of a dealing: a challenge, and for each member two points and a response.
    uint256 private constant CHALLENGE_LENGTH = 32;
    uint256 private constant MEMBER_LENGTH = 98;

    /// `epoch` is the one whose seed is being made.
    event Dealt(uint64 indexed epoch, address indexed dealer, bytes dealing);
    event Opened(uint64 indexed epoch, address indexed dealer, bytes opening);
    event Shared(uint64 indexed epoch, address indexed member, address indexed dealer, bytes share);

    error BeaconNotCandidate(address caller);
    error BeaconInvalidLength(uint256 length);

    modifier onlyCandidate() {
        require(STAKING.isCandidate(msg.sender), BeaconNotCandidate(msg.sender));
        _;
    }

    /// Records a dealing by the caller.
    function deal(uint64 epoch, bytes calldata dealing) external onlyCandidate {
        uint256 length = dealing.length;
        require(
            length > CHALLENGE_LENGTH && length <= CHALLENGE_LENGTH + LARGEST_POOL * MEMBER_LENGTH
                && (length - CHALLENGE_LENGTH) % MEMBER_LENGTH == 0,
            BeaconInvalidLength(length)
        );
        emit Dealt(epoch, msg.sender, dealing);
    }

    /// Records the opening of the caller's dealing.
    function open(uint64 epoch, bytes calldata opening) external onlyCandidate {
        _checkProvenPoint(opening);
        emit Opened(epoch, msg.sender, opening);
    }

    /// Records the caller's decrypted share of `dealer`'s dealing.
    function share(uint64 epoch, address dealer, bytes calldata share_) external onlyCandidate {
        _checkProvenPoint(share_);
        emit Shared(epoch, msg.sender, dealer, share_);
    }

    function _checkProvenPoint(bytes calldata data) private pure {
        require(data.length == PROVEN_POINT_LENGTH, BeaconInvalidLength(data.length));
    }
}
