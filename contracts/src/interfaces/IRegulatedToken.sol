// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {IForcedMoves} from "./IForcedMoves.sol";
import {IPartialFreezes} from "./IPartialFreezes.sol";
import {ITokenCompliance} from "./ITokenCompliance.sol";

/// @title The reference token
/// @notice An ERC-20 that moves only between verified wallets, and only where its rules let it. A wallet can show the
/// reason of a refusal as it stands:
///
/// | reason                 | a transfer is refused because                                              |
/// |------------------------|----------------------------------------------------------------------------|
/// | `KYC_NOT_VERIFIED`     | one of the parties is not verified; comes before any other reason          |
/// | `PAUSED`               | the token is paused                                                        |
/// | `TOKENS_FROZEN`        | the sender holds enough, but too much of it is frozen                      |
/// | what the rules say     | the rules refuse                                                           |
/// | `RULES_FAILED`         | the rules revert, or answer what is no answer                              |
/// | `INSUFFICIENT_BALANCE` | the sender holds too little; the revert itself is ERC-6093's               |
/// | `ASSET_FROZEN`         | of a redemption only: the holder is under an asset freeze                  |
///
/// @dev What it has besides ERC-20 bears ERC-3643's names where there are any.
interface IRegulatedToken is IForcedMoves, ITokenCompliance, IPartialFreezes {
    // slither-disable-next-line unindexed-event-address T-REX's event
    event Paused(address _userAddress);
    // slither-disable-next-line unindexed-event-address T-REX's event
    event Unpaused(address _userAddress);
    /// @notice A holder gave tokens back, for the issuer to pay.
    event Redeemed(address indexed holder, uint256 amount);

    /// @notice The token is paused already.
    error AlreadyPaused();
    /// @notice The token is not paused.
    error NotPaused();

    /// @notice Issues tokens to a verified wallet whom the rules accept, while the token is paused too. Only for the
    /// owner.
    function mint(address to, uint256 amount) external;

    /// @notice Takes tokens back from a verified wallet, frozen ones included as far as the others do not suffice, and
    /// while the token is paused too. Only for the owner.
    function burn(address from, uint256 amount) external;

    /// @notice Gives the caller's tokens back to the issuer, who pays by {Redeemed}. For holders who are verified, whose
    /// verification expired, or who left of their own will; not for revoked, restricted or frozen ones, nor while the
    /// token is paused. The rules are not asked.
    /// @dev Nothing but the expiry may stand against an expired holder: not a restricted authority, nor that an agent
    /// alone had written it. Who left is told by a tombstone without a hold, and an agent's removal is none. Where the
    /// registry keeps no words, such as a set or a {KYCRegistrar}, only verified holders redeem.
    function redeem(uint256 amount) external;

    /// @notice Stops transfers and redemptions. Only for the owner.
    function pause() external;

    /// @notice Lets transfers and redemptions go on. Only for the owner.
    function unpause() external;

    function paused() external view returns (bool);

    /// @notice Why a transfer would be refused now; empty when it would succeed.
    /// @dev What it cannot foresee is that rules which count holders fail when they are told.
    function reason(address from, address to, uint256 amount) external view returns (string memory);

    /// @notice Why a holder's redemption would be refused now; empty when it would succeed.
    function redemptionReason(address holder, uint256 amount) external view returns (string memory);
}
