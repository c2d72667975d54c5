// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IVerdict} from "../../src/interfaces/IVerdict.sol";
import {KycGuard} from "../../src/KycGuard.sol";
import {BareToken} from "./BareToken.sol";

/// @notice {BareToken} with the lines of {KycGuard}, and no more: what these add is the difference between the two.
contract GuardedToken is BareToken, KycGuard {
    constructor(string memory name, string memory symbol, IVerdict registry, address owner)
        BareToken(name, symbol, owner)
        KycGuard(registry)
    {}

    function _update(address from, address to, uint256 amount) internal override {
        if (from == address(0)) _requireVerified(to);
        else if (to == address(0)) _requireVerified(from);
        else _requireVerified(from, to);
        super._update(from, to, amount);
    }
}
