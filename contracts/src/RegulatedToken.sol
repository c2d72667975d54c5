// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {IVerdict} from "./interfaces/IVerdict.sol";
import {KycGuard} from "./KycGuard.sol";

/// @title The reference token
/// @notice An ERC-20 that moves only between verified wallets, and that its owner issues to and redeems from them.
contract RegulatedToken is ERC20, Ownable2Step, KycGuard {
    constructor(string memory name, string memory symbol, IVerdict registry, address owner)
        ERC20(name, symbol)
        Ownable(owner)
        KycGuard(registry)
    {}

    /// @notice Issues tokens to a verified wallet.
    function mint(address to, uint256 amount) external onlyOwner {
        _mint(to, amount);
    }

    /// @notice Redeems tokens from a verified wallet.
    function burn(address from, uint256 amount) external onlyOwner {
        _burn(from, amount);
    }

    /// @dev All movements pass here: the zero address stands for the issuer.
    function _update(address from, address to, uint256 amount) internal override {
        if (from == address(0)) _requireVerified(to);
        else if (to == address(0)) _requireVerified(from);
        else _requireVerified(from, to);
        super._update(from, to, amount);
    }
}
