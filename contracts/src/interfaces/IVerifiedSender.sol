// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {IComplianceModule} from "./IComplianceModule.sol";
import {IERC3643Compliance, IERC3643Token} from "./IERC3643Compliance.sol";

/// @title Nobody sends who is not verified
/// @notice T-REX's tokens ask their registry about the recipient alone. This asks the same registry about the sender:
/// a revoked holder keeps its balance and does not move it. Mints have no sender and pass. Burns and forced transfers
/// are not asked about, so an agent still recovers or redeems what an unverified wallet holds.
/// @dev One for each token, used in one of two ways: as a module of the token's modular compliance, or, for less gas,
/// as the token's compliance itself. It has no owner and nothing to set.
interface IVerifiedSender is IERC3643Compliance, IComplianceModule {
    /// @notice The caller is not {token}, or means another token.
    error NotTheToken(address caller, address named);

    /// @notice The token whose senders are checked. Its registry of the moment is asked, so the check goes along when
    /// the token switches registries.
    function token() external view returns (IERC3643Token);
}
