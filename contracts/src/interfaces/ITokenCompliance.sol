// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {ITransferRules} from "./ITransferRules.sol";

/// @title The rules that a token asks, and how it changes them
/// @notice A token without rules takes some at once. Those that it has are replaced, or dropped, only after they were
/// announced for {COMPLIANCE_NOTICE}: so another contract is no way around the delays of the present one.
interface ITokenCompliance {
    event ComplianceAdded(address indexed _compliance);
    /// @notice `compliance` may replace the present rules from `due` on; zero for none at all.
    event ComplianceAnnounced(address indexed compliance, uint256 due);

    /// @notice These rules were not announced, are not due yet, or were due for longer than they were announced.
    error ComplianceNotDue(ITransferRules compliance);

    /// @notice For how many seconds other rules are announced before they count, and how long they may be taken then.
    function COMPLIANCE_NOTICE() external view returns (uint256);

    /// @notice The rules, or zero while there are none.
    function compliance() external view returns (ITransferRules);

    /// @notice What was announced last and has not been taken, and when it is due.
    function announcedCompliance() external view returns (ITransferRules next, uint256 due);

    /// @notice Announces the rules that are to replace the present ones, in the place of what was announced before.
    /// Only for the owner.
    function announceCompliance(ITransferRules next) external;

    /// @notice Takes rules: the first ones at once, others once they are due. Only for the owner.
    /// @dev The former rules are told, but cannot prevent it: what fails must be possible to leave. Rules that count
    /// holders are told of what happens from now on, not of what was before.
    function setCompliance(ITransferRules _compliance) external;
}
