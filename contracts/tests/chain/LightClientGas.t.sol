// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {LightClient} from "../../src/chain/LightClient.sol";
import {Commit} from "../../src/chain/libraries/CometCommit.sol";
import {Header} from "../../src/chain/libraries/CometHeader.sol";
import {Ballot, LightFixture} from "./LightFixture.sol";

/// What an update costs as a whole transaction, calldata included, with no more signatures than are needed.
/// forge-config: default.isolate = true
contract LightClientGasTest is LightFixture {
    function testGasOfUpdates() public {
        assertTrue(_measure(4) < 200_000, "four members are too dear");
        assertTrue(_measure(24) < 400_000, "24 members are too dear");
    }

    function _measure(uint256 size) private returns (uint256) {
        uint256[] memory keys = committee(size, size);
        createClient(keys);
        Header memory header = headerOf(3600, committee(size + 1, size));
        vm.warp(header.timeS);
        Ballot memory ballot = ballotFor(header, keys);
        Commit memory commit = commitOf(ballot, keys, 2 * size / 3 + 1);
        _client.update(header, commit);
        return vm.snapshotGasLastCall("light", string.concat(vm.toString(size), " members"));
    }
}
