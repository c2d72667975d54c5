// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {IIdentity} from "./IERC3643IdentityRegistry.sol";
import {IKeys} from "./IKeys.sol";

/// @title What whoever relies on a claim asks its issuer
interface IClaimValidity {
    /// @notice Whether this issuer stands by a claim now.
    /// @param _identity Of whom it is.
    function isClaimValid(IIdentity _identity, uint256 claimTopic, bytes calldata sig, bytes calldata data)
        external
        view
        returns (bool);
}

/// @title Who signs claims, and takes them back
/// @notice Speaks as ONCHAINID's claim issuers do, and knows claims that end: `data` begins with a word that says
/// when, in unix seconds, 0 for never.
interface IClaimIssuer is IClaimValidity, IKeys {
    event ClaimRevoked(bytes indexed signature);

    /// @notice The claim was taken back before.
    error AlreadyRevoked(bytes signature);
    /// @notice The identity does not hold this claim now, and may again: take it back by its signature.
    error NothingToRevoke(bytes32 claimId, address identity);

    /// @notice Takes back the claim that an identity holds under this id. Only for management.
    function revokeClaim(bytes32 _claimId, address _identity) external returns (bool);

    /// @notice Takes back a claim by its signature, wherever it is held. Only for management.
    function revokeClaimBySignature(bytes calldata signature) external;

    /// @notice Whether a claim of this signature was taken back.
    function isClaimRevoked(bytes calldata _sig) external view returns (bool);
}
