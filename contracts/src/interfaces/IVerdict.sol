// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {IERC3643IdentityRegistryViews} from "./IERC3643IdentityRegistry.sol";

/// @title What a token asks
/// @notice The verdict (I4), behind the views of ERC-3643: any contract that gives it can stand in a token.
interface IVerdict is IERC3643IdentityRegistryViews {
    /// @notice Whether both wallets are verified, in one call: what a token asks before a transfer.
    function areVerified(address a, address b) external view returns (bool);
}
