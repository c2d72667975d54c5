// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

/// @title Calls that two approvers make together
/// @notice A call is named by the hash of its calldata. Two approvers send the same calldata: the second one executes
/// it. The owner names the approvers and is none of them.
/// @dev Each sending makes the checks of the call, the one that executes it too. An approval counts for
/// {APPROVAL_LIFETIME} while its approver is in office. A call is executed once: another one like it needs words of its
/// own, so that a third approver who sends late starts nothing.
/// @dev An owner's key could name two more keys of its holder, so whom it names counts only after {APPROVER_NOTICE},
/// unless nothing was issued yet. Until then the owner can dismiss them again, and holders see them coming.
interface ITwoApprovers {
    /// @notice `approver` counts from `since` on.
    event ApproverAdded(address indexed approver, uint256 since);
    event ApproverRemoved(address indexed approver);
    /// @notice The first approval of a call, which counts until `until`.
    event CallApproved(bytes32 indexed callHash, bytes4 indexed selector, address indexed approver, uint256 until);
    event ApprovalCancelled(bytes32 indexed callHash, address indexed approver);
    /// @notice The second approval of a call, which executes it.
    event CallExecuted(bytes32 indexed callHash, bytes4 indexed selector, address first, address second);

    /// @notice The account is no approver, is one only after a notice, or owns the token.
    error NotApprover(address account);
    /// @notice The account was named already.
    error AlreadyApprover(address account);
    /// @notice Neither the owner nor the zero address can approve.
    error CannotApprove(address account);
    /// @notice The caller approved this call already, and another one has to.
    error RepeatCaller(address caller);
    /// @notice The caller has no approval of this call that counts.
    error NotApproved(address caller, bytes32 callHash);
    /// @notice This very call was executed before.
    error AlreadyExecuted(bytes32 callHash);

    /// @notice For how many seconds an approval counts.
    function APPROVAL_LIFETIME() external view returns (uint256);

    /// @notice After how many seconds an approver counts, where tokens are in circulation.
    function APPROVER_NOTICE() external view returns (uint256);

    /// @notice Names an approver. Only for the owner.
    function addApprover(address approver) external;

    /// @notice Dismisses an approver at once, and voids what it approved. Only for the owner.
    function removeApprover(address approver) external;

    /// @notice Takes the caller's approval of a call back. Only for approvers.
    /// @param callHash The keccak256 of the call's whole calldata.
    function cancelApproval(bytes32 callHash) external;

    /// @notice Whether the account may approve now.
    function isApprover(address account) external view returns (bool);

    /// @notice Who approved a call that waits for the second approver, and until when; zeros when nobody did.
    /// @param callHash The keccak256 of the call's whole calldata.
    function approvalOf(bytes32 callHash) external view returns (address approver, uint256 until);
}
