// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {IClaimIssuer} from "./IClaimIssuer.sol";
import {IIdentityContract} from "./IIdentityContract.sol";
import {IRoles} from "./IRoles.sol";

/// @title Where identities come from
/// @notice Knows an identity's address before it is there: a registry can name it to tokens long before somebody
/// needs more of it than the name. Nobody owns the factory; each registry's mirrors deploy that registry's identities,
/// and keep the keys and claims of many at once.
/// @dev Purposes are bits here: bit n for purpose n.
interface IIdentityFactory {
    event IdentityDeployed(IIdentityContract indexed identity, IRoles indexed registry, address indexed wallet);

    /// @notice The caller is no mirror of this registry.
    error NotItsMirror(address caller, IRoles registry);
    /// @notice The batch is empty, is larger than {MAX_BATCH}, or ends within an entry.
    error InvalidBatchLength(uint256 length);
    /// @notice The entry at `index` names the zero address.
    error ZeroWalletAt(uint256 index);
    /// @notice The entry at `index` has other bits than 1 to 4 among its purposes.
    error UnknownPurposesAt(uint256 index);
    /// @notice An issuer failed, and the transaction has too little gas left to tell whether for that.
    error TooLittleGas();

    /// @notice The most entries that one transaction of a mirror may hold. Fewer new ones fit in the gas of one.
    function MAX_BATCH() external view returns (uint256);

    /// @notice The code behind every identity.
    function implementation() external view returns (address);

    /// @notice The address of an identity, be it deployed or not.
    /// @param salt What tells a registry's identities apart.
    function identityOf(IRoles registry, bytes32 salt) external view returns (IIdentityContract);

    /// @notice Deploys an identity with the wallet's key for management and action, unless it is there already.
    function deploy(IRoles registry, bytes32 salt, address wallet) external returns (IIdentityContract);

    /// @notice Gives each wallet's key exactly these purposes on its identity. Only for mirrors of the registry.
    /// @dev An identity that is not there is deployed for the first key that has a purpose. What is so already changes
    /// nothing, and no event tells of it.
    /// @param keys Entries of 53 bytes: salt (32), wallet (20), purposes (1).
    function keepKeys(IRoles registry, bytes calldata keys) external;

    /// @notice Adds claims to identities. Only for mirrors of the registry.
    /// @dev An entry is skipped if its identity is not deployed or holds this very claim, or its issuer does not stand by
    /// it: a claim that a denial overtook reverts no batch. An issuer that fails, rather than to say no, is given half a
    /// million gas before it is taken to.
    /// @param claims Entries of 188 bytes: salt (32), issuer (20), topic (32), when it ends in unix seconds or 0 (5),
    /// version (2), content (32), signature (65).
    function addClaims(IRoles registry, bytes calldata claims) external;

    /// @notice The purposes that wallets' keys have, in the order of the entries; 0 where no identity is.
    /// @param keys Any number of entries of 52 bytes: salt (32), wallet (20).
    function purposesOf(IRoles registry, bytes calldata keys) external view returns (uint256[] memory);

    /// @notice What is held of an issuer's claims, and which are denied, in words laid out as {HeldClaim} says, in the
    /// order of the entries.
    /// @param claims Any number of entries of 64 bytes: salt (32), topic (32).
    function claimsOf(IRoles registry, IClaimIssuer issuer, bytes calldata claims)
        external
        view
        returns (uint256[] memory);
}
