// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {IERC3643Compliance} from "./IERC3643Compliance.sol";

/// @title Rules that say why they refuse
/// @notice A compliance of ERC-3643 for tokens that pass its reasons on to wallets.
interface ITransferRules is IERC3643Compliance {
    /// @notice Why {canTransfer} refuses, short and in upper case; empty when it does not.
    function reason(address _from, address _to, uint256 _value) external view returns (string memory);

    /// @notice Whether the token has to tell of what it moved, minted and burnt. Asked once, when a token takes these
    /// rules.
    function countsHolders() external view returns (bool);
}
