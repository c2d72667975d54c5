// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {IIdentityContract} from "../interfaces/IIdentityContract.sol";
import {IIdentityFactory} from "../interfaces/IIdentityFactory.sol";
import {IRoles} from "../interfaces/IRoles.sol";
import {Identity} from "./Identity.sol";

/// @title Where identities come from
/// @notice See {IIdentityFactory}.
contract IdentityFactory is IIdentityFactory {
    /// @inheritdoc IIdentityFactory
    address public immutable implementation = address(new Identity());

    /// @inheritdoc IIdentityFactory
    function deploy(IRoles registry, bytes32 salt, address wallet) external returns (IIdentityContract identity) {
        require(registry.isMirror(msg.sender), NotItsMirror(msg.sender, registry));
        identity = identityOf(registry, salt);
        // Told twice, it deploys once.
        if (address(identity).code.length != 0) return identity;
        emit IdentityDeployed(identity, registry, wallet);
        // slither-disable-next-line unused-return it is where it was said to be, or this reverts
        Clones.cloneDeterministicWithImmutableArgs(implementation, abi.encodePacked(registry), salt);
        Identity(address(identity)).initialize(wallet);
    }

    /// @inheritdoc IIdentityFactory
    function identityOf(IRoles registry, bytes32 salt) public view returns (IIdentityContract) {
        return IIdentityContract(
            Clones.predictDeterministicAddressWithImmutableArgs(implementation, abi.encodePacked(registry), salt)
        );
    }
}
