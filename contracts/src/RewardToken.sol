// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// The reward of one network: 18 decimals, minted by its Settlement and by nobody else.
contract RewardToken is ERC20, Initializable {
    string private _tokenName;
    string private _tokenSymbol;
    address private _minter;

    error RewardTokenNotMinter(address caller);

    /// The implementation itself stays unusable; networks use clones.
    constructor() ERC20("", "") {
        _disableInitializers();
    }

    function initialize(string calldata tokenName, string calldata tokenSymbol, address tokenMinter)
        external
        initializer
    {
        _tokenName = tokenName;
        _tokenSymbol = tokenSymbol;
        _minter = tokenMinter;
    }

    /// Creates `amountWei` for `to`. Only for the minter.
    function mint(address to, uint256 amountWei) external {
        require(msg.sender == _minter, RewardTokenNotMinter(msg.sender));
        _mint(to, amountWei);
    }

    /// The one account that can mint: the network's Settlement.
    function minter() external view returns (address) {
        return _minter;
    }

    function name() public view override returns (string memory) {
        return _tokenName;
    }

    function symbol() public view override returns (string memory) {
        return _tokenSymbol;
    }
}
