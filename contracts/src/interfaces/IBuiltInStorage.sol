// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {IERC3643IdentityRegistry, IIdentityRegistryStorage} from "./IERC3643IdentityRegistry.sol";

/// @title A registry that is its own identity storage
/// @notice It answers what ERC-3643 lets anybody ask an identity storage. Nobody writes through a storage's functions,
/// and its events are not emitted: the registry's own say the same.
interface IBuiltInStorage is IERC3643IdentityRegistry, IIdentityRegistryStorage {
    /// @notice The registry is its own identity storage and accepts no other.
    error StorageIsBuiltIn(address given);
}
