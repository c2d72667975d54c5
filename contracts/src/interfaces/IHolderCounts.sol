// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {IRegistryFacts} from "./IRegistryFacts.sol";

/// @title How many holders a token has in each country
/// @notice A holder is an identity: its wallets are one holder, and a wallet without identity is one of its own. A
/// holder of whom the registry says that it is a US person counts in the USA too, wherever it lives.
/// @dev What counts is what the token says of a wallet's balance at the moment, not what anybody tells. So whoever
/// tells, once, twice or of transfers that there were not, the counts are those of the token's balances; a token that
/// lies about them spoils no counts but its own. A wallet that nobody tells of stays counted as it was: {count} it.
/// @dev Each holder is remembered as it was counted, so that it leaves the count that it entered, whatever the registry
/// says by then. Where its country or identity changed, it moves when one of its wallets is next told of.
interface IHolderCounts is IRegistryFacts {
    /// @notice Holders are not counted here.
    error NothingCounted();

    /// @notice How many holders of the token there are in the country. 0 is the country of those without one.
    function holdersOf(address token, uint16 country) external view returns (uint256);

    /// @notice Counts wallets of a token anew: those that had a balance before the token was bound, and those whose
    /// records changed. Anybody may.
    function count(address token, address[] calldata holders) external;
}
