// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IdentityRegistry} from "../../src/IdentityRegistry.sol";
import {WalletRecord} from "../../src/WalletRecord.sol";

/// @dev The registry itself, and a way to begin from any state, be it one that can be reached or not.
contract AnyRegistry is IdentityRegistry {
    constructor(address owner) IdentityRegistry(owner) {}

    function put(address wallet, uint256 word) external {
        (Slot storage slot,) = _slotOf(wallet);
        slot.record = WalletRecord.wrap(word);
    }
}
