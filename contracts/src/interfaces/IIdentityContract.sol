// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {IERC735} from "./IERC735.sol";
import {IKeys} from "./IKeys.sol";
import {IRoles} from "./IRoles.sol";

/// @title An investor's identity on a chain
/// @notice Its keys say who acts for it (ERC-734), its claims what others say of it (ERC-735). The register that had it
/// deployed manages it beside the investor's own keys: so an investor who lost a wallet keeps the identity.
interface IIdentityContract is IKeys, IERC735 {
    /// @notice The issuer does not stand by this claim.
    error InvalidClaim(address issuer, uint256 topic);
    /// @notice The scheme does not fit in 32 bits.
    error SchemeOutOfRange(uint256 scheme);
    /// @notice There is no such claim.
    error NoSuchClaim(bytes32 claimId);
    /// @notice Only the factory gives an identity its first key.
    error NotTheFactory(address caller);
    /// @notice The caller is no mirror of the identity's registry, nor the factory, which acts for those.
    error NotTheRegister(address caller);
    /// @notice Bits 1 to 4 stand for purposes, and no others.
    error UnknownPurposes(uint256 purposes);

    /// @notice The registry whose mirrors manage the identity too.
    function registry() external view returns (IRoles);

    /// @notice Gives a key exactly these purposes, and the type ECDSA. Only for mirrors of the registry, and for the
    /// factory on their behalf.
    /// @dev They alone may take the last manager away: the register manages beside all keys, and whoever found a lost
    /// wallet must not. A key that has these purposes already changes nothing, and no event tells of it.
    /// @param purposes Bit n: purpose n.
    function setPurposes(bytes32 key, uint256 purposes) external;
}
