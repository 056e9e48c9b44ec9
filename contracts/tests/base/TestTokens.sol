// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {Settlement} from "../../src/Settlement.sol";

/// A token that anybody can mint.
contract PlainToken is ERC20("Plain", "PLN") {
    function mint(address to, uint256 amountWei) external {
        _mint(to, amountWei);
    }
}

/// A token that keeps a hundredth of every transfer.
contract FeeToken is ERC20("Fee", "FEE") {
    function mint(address to, uint256 amountWei) external {
        _mint(to, amountWei);
    }

    function _update(address from, address to, uint256 amountWei) internal override {
        super._update(from, to, amountWei);
        if (from != address(0) && to != address(0)) super._update(to, address(0xfee), amountWei / 100);
    }
}

/// A token that, while it is moved, calls the Settlement again.
contract CallingToken is ERC20("Calling", "CALL") {
    Settlement private _settlement;
    bytes private _call;
    bool private _isCalling;
    bool private _failed;

    function mint(address to, uint256 amountWei) external {
        _mint(to, amountWei);
    }

    function setCall(Settlement settlement, bytes calldata data) external {
        (_settlement, _call) = (settlement, data);
    }

    function failed() external view returns (bool) {
        return _failed;
    }

    function _update(address from, address to, uint256 amountWei) internal override {
        super._update(from, to, amountWei);
        if (_isCalling || _call.length == 0) return;
        _isCalling = true;
        (bool success,) = address(_settlement).call(_call);
        _failed = !success;
        _isCalling = false;
    }
}
