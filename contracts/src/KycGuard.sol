// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {IVerdict} from "./interfaces/IVerdict.sol";

/// @title What a token inherits to ask the registry
/// @notice Call {_requireVerified} before tokens move. It reverts with `KYC_NOT_VERIFIED` unless the registry answers
/// yes: a registry that reverts, or is none, denies everybody.
abstract contract KycGuard {
    /// @dev The selector of `areVerified(address,address)`; assembly reads no constant but a literal.
    bytes4 private constant ARE_VERIFIED = 0x653dd01c;

    /// @notice The registry whose verdict counts.
    IVerdict public immutable identityRegistry;

    constructor(IVerdict registry) {
        identityRegistry = registry;
    }

    function _requireVerified(address from, address to) internal view {
        require(_areVerified(from, to), "KYC_NOT_VERIFIED");
    }

    function _requireVerified(address account) internal view {
        require(identityRegistry.isVerified(account), "KYC_NOT_VERIFIED");
    }

    /// @dev Both parties of a transfer, in one call, which never reverts. It is spelt out because Solidity's own spends
    /// more gas on encoding two addresses and decoding one bool.
    function _areVerified(address from, address to) internal view returns (bool yes) {
        address registry = address(identityRegistry);
        assembly ("memory-safe") {
            let question := mload(0x40)
            mstore(question, ARE_VERIFIED)
            mstore(add(question, 16), shl(96, from))
            mstore(add(question, 48), shl(96, to))
            mstore(0, 0)
            yes := staticcall(gas(), registry, question, 68, 0, 32)
            yes := and(yes, eq(mload(0), 1))
        }
    }
}
