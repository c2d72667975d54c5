// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {ITwoApprovers} from "./ITwoApprovers.sol";

/// @title Tokens that move without their holder
/// @notice By two approvers, for a reason, and to a verified wallet only; while the token is paused too. Nothing leaves
/// a wallet under an asset freeze without the reference of a licence. The reasons are public for ever: they name a file
/// or an order, not a person.
/// @dev The first approval is public, and the holder may move its tokens before the second: freeze them first.
interface IForcedMoves is ITwoApprovers {
    event RecoverySuccess(address indexed _lostWallet, address indexed _newWallet, address indexed _investorOnchainID);
    /// @notice Two approvers moved tokens of `from`; `licence` is 0 where none was given.
    event MovedByForce(
        address indexed from, address indexed to, uint256 amount, string justification, bytes32 indexed licence
    );

    /// @notice The wallet is under an asset freeze, and no licence is named.
    error AssetFrozen(address wallet);
    /// @notice No reason is given.
    error NoJustification();
    /// @notice The lost wallet holds nothing.
    error NothingToRecover(address lostWallet);
    /// @notice A wallet is not recovered to itself.
    error SameWallet(address wallet);
    /// @notice By the registry, the wallet is not of this identity.
    error NotOfIdentity(address wallet, address identity);

    /// @notice Moves tokens of a wallet, frozen ones included as far as the others do not suffice. Only for approvers.
    /// @dev The rules are asked about the recipient alone, as for a mint: the sender may well be one whom they refuse.
    /// @param licence The reference of the licence under which frozen assets move, or 0.
    /// @return executed Whether this was the second approval.
    function forcedTransfer(address from, address to, uint256 amount, string calldata justification, bytes32 licence)
        external
        returns (bool executed);

    /// @notice Moves all that a lost wallet holds, and its partial freeze, to another wallet of the same identity. Only
    /// for approvers.
    /// @dev The registry must name the identity for both wallets, so recover first and remove the lost wallet from the
    /// registry then: of a wallet that was removed nobody on chain can say whose it was, and {forcedTransfer} remains.
    /// The rules are not asked, since nothing changes hands.
    /// @param licence The reference of the licence under which frozen assets move, or 0.
    /// @return executed Whether this was the second approval.
    function recoveryAddress(
        address lostWallet,
        address newWallet,
        address investorOnchainID,
        string calldata justification,
        bytes32 licence
    ) external returns (bool executed);

    /// @notice Whether a wallet is under an asset freeze by the registry's word. A wallet that is not verified counts as
    /// frozen where the registry keeps no words.
    function isFrozen(address _userAddress) external view returns (bool);
}
