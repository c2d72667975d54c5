// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {IIdentity} from "./IERC3643IdentityRegistry.sol";
import {IKeys} from "./IKeys.sol";
import {IRoles} from "./IRoles.sol";

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
/// when, in unix seconds, 0 for never. The word behind it is the claim's version, by which claims are denied.
/// @dev A denial is of all claims of a topic on an identity up to a version, be they held, on their way or kept by
/// somebody for later: so none of them overtakes it. A claim of data without second word, or with one of more than 16
/// bits, has version 0: it counts until the first denial.
interface IClaimIssuer is IClaimValidity, IKeys {
    event ClaimRevoked(bytes indexed signature);
    /// @notice From now on no claim of this topic on this identity counts up to this version.
    event ClaimsDenied(address indexed identity, uint256 indexed topic, uint256 version);

    /// @notice The claim was taken back before.
    error AlreadyRevoked(bytes signature);
    /// @notice The identity does not hold this claim now, and may again: take it back by its signature.
    error NothingToRevoke(bytes32 claimId, address identity);
    /// @notice The batch is empty, is larger than {MAX_BATCH}, or ends within an entry.
    error InvalidBatchLength(uint256 length);

    /// @notice The registry whose mirrors deny claims; nobody's, if it is the zero address.
    function registry() external view returns (IRoles);

    /// @notice The largest step that the denied version may take at once, unless a claim is held beyond it.
    function MAX_LEAP() external view returns (uint256);

    /// @notice The most denials that one transaction may hold.
    function MAX_BATCH() external view returns (uint256);

    /// @notice Takes back the claim that an identity holds under this id. Only for management.
    function revokeClaim(bytes32 _claimId, address _identity) external returns (bool);

    /// @notice Takes back a claim by its signature, wherever it is held. Only for management.
    function revokeClaimBySignature(bytes calldata signature) external;

    /// @notice Denies claims up to a version. For mirrors of the registry, and for management.
    /// @dev A denial always lands: the denied version rises to the given one, and to 1 at least, and never falls. It
    /// rises by {MAX_LEAP} at most, or as far as the claim that the identity holds now, so that no stolen key uses all
    /// versions up at once. Who denies a version beyond that looks at {deniedVersion}, and denies it again.
    /// @param denials Entries of 54 bytes: identity (20), topic (32), version (2).
    function denyClaims(bytes calldata denials) external;

    /// @notice The version up to which claims of this topic on this identity are denied; 0 where none ever was.
    function deniedVersion(address identity, uint256 topic) external view returns (uint16);

    /// @notice The version of this issuer's claim of this topic that an identity holds, 0 for none. Reverts where there is
    /// no identity.
    function heldVersion(address identity, uint256 topic) external view returns (uint256);

    /// @notice Whether this issuer stands by a claim, or would had it not ended, and who signed it: the zero address where
    /// nobody did.
    function standing(address identity, uint256 topic, bytes calldata sig, bytes calldata data)
        external
        view
        returns (bool stands, address signer);

    /// @notice Whether a claim of this signature was taken back.
    function isClaimRevoked(bytes calldata _sig) external view returns (bool);
}
