// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {IERC3643Compliance} from "./IERC3643Compliance.sol";

/// @title A compliance that says why
/// @notice A token asks {canTransfer} before tokens move, and on a no reverts with {reason}.
interface ITransferRules is IERC3643Compliance {
    /// @notice Why {canTransfer} says no to the same caller at the same time: a short text that never changes, for
    /// wallets to show. Empty where it says yes.
    function reason(address from, address to, uint256 amount) external view returns (string memory);

    /// @notice Whether holders are counted. If not, a token need not tell of what moved. Asked once, when a token takes
    /// these rules.
    function countsHolders() external view returns (bool);
}
