// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {IIdentityContract} from "../interfaces/IIdentityContract.sol";
import {IRoles} from "../interfaces/IRoles.sol";
import {Claims} from "./Claims.sol";

/// @title An investor's identity on a chain
/// @notice See {IIdentityContract}. Deployed by {IdentityFactory} as a minimal proxy that carries its registry's
/// address in its code; nobody can change what it runs.
contract Identity is Claims {
    /// @dev The bits of purposes 1 to 4.
    uint256 private constant PURPOSES = 30;

    address private immutable _factory = msg.sender;

    /// @dev Called once, in the transaction that deploys the identity.
    function initialize(address wallet, uint256 purposes) external {
        require(msg.sender == _factory, NotTheFactory(msg.sender));
        require(wallet != address(0), ZeroKey());
        _addFirstKey(_keyOf(wallet), purposes);
    }

    /// @inheritdoc IIdentityContract
    function setPurposes(bytes32 key, uint256 purposes) external {
        require(msg.sender == _factory || registry().isMirror(msg.sender), NotTheRegister(msg.sender));
        require(purposes & ~PURPOSES == 0, UnknownPurposes(purposes));
        _setPurposes(key, purposes);
    }

    /// @inheritdoc IIdentityContract
    function registry() public view returns (IRoles) {
        return IRoles(address(bytes20(Clones.fetchCloneArgs(address(this)))));
    }

    /// @dev The register manages, and adds claims, itself or by the factory, which asks whose mirror calls it. It is no
    /// action key: to act in the investor's name it would first have to add one, for all to see.
    function _mayAct(address who, uint256 purpose) internal view override returns (bool) {
        if (purpose == CLAIM && who == _factory) return true;
        if (super._mayAct(who, purpose)) return true;
        return (purpose == MANAGEMENT || purpose == CLAIM) && registry().isMirror(who);
    }
}
