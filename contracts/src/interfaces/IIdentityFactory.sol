// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {IIdentityContract} from "./IIdentityContract.sol";
import {IRoles} from "./IRoles.sol";

/// @title Where identities come from
/// @notice Knows an identity's address before it is there: a registry can name it to tokens long before somebody
/// needs more of it than the name. Nobody owns the factory; each registry's mirrors deploy that registry's identities.
interface IIdentityFactory {
    event IdentityDeployed(IIdentityContract indexed identity, IRoles indexed registry, address indexed wallet);

    /// @notice The caller is no mirror of this registry.
    error NotItsMirror(address caller, IRoles registry);

    /// @notice The code behind every identity.
    function implementation() external view returns (address);

    /// @notice The address of an identity, be it deployed or not.
    /// @param salt What tells a registry's identities apart.
    function identityOf(IRoles registry, bytes32 salt) external view returns (IIdentityContract);

    /// @notice Deploys an identity with the wallet's key for management and action, unless it is there already.
    function deploy(IRoles registry, bytes32 salt, address wallet) external returns (IIdentityContract);
}
