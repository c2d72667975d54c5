// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ITransferRules} from "../../src/interfaces/ITransferRules.sol";

/// @dev The least of a token that keeps transfer rules. Anybody issues, redeems and forces.
contract RulesToken is ERC20("Bond", "BOND") {
    ITransferRules public immutable rules;
    bool public tells = true;

    constructor(ITransferRules rules_) {
        rules = rules_;
    }

    function bind() external {
        rules.bindToken(address(this));
    }

    function unbind() external {
        rules.unbindToken(address(this));
    }

    function setTells(bool tells_) external {
        tells = tells_;
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        require(rules.canTransfer(msg.sender, to, amount), rules.reason(msg.sender, to, amount));
        force(msg.sender, to, amount);
        return true;
    }

    function mint(address to, uint256 amount) external {
        require(rules.canTransfer(address(0), to, amount), rules.reason(address(0), to, amount));
        _mint(to, amount);
        if (tells) rules.created(to, amount);
    }

    function burn(address from, uint256 amount) external {
        _burn(from, amount);
        if (tells) rules.destroyed(from, amount);
    }

    function force(address from, address to, uint256 amount) public {
        _transfer(from, to, amount);
        if (tells) rules.transferred(from, to, amount);
    }
}
