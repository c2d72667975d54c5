// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

/// @title Calls that several addresses of one authority approve
/// @notice A call is named by the hash of its calldata. Each address of the authority sends the same calldata; the one
/// that reaches the threshold executes it, and all approvals of it are gone.
/// @dev Each sending makes the checks of the call, the one that executes it too. An approval counts for
/// {APPROVAL_LIFETIME} from the first one, while its address is unrestricted, and until the next {ApprovalsVoided}.
interface IApprovals {
    event MultiSigCall(
        bytes32 indexed id,
        bytes4 indexed callSignature,
        bytes32 indexed callHash,
        address caller,
        uint256 callCount,
        uint256 threshold
    );
    event MultiSigCallApproved(
        bytes32 indexed id, bytes4 indexed callSignature, bytes32 indexed callHash, address caller
    );
    /// @notice `caller` took its approval back; `callCount` others still count.
    event ApprovalCancelled(bytes32 indexed id, bytes32 indexed callHash, address caller, uint256 callCount);
    /// @notice Nothing that the authority approved and did not execute counts any more: it was restricted, one of its
    /// restricted addresses came back, or its threshold became 1.
    event ApprovalsVoided(bytes32 indexed id);

    /// @notice The caller approved this call already, and others have to.
    error RepeatCaller(address caller);
    /// @notice The caller has no approval of this call that counts.
    error NotApproved(address caller, bytes32 callHash);

    /// @notice For how many seconds the approvals of a call count, from the first one.
    function APPROVAL_LIFETIME() external view returns (uint256);

    /// @notice Takes the caller's approval of a call back. Only for unrestricted addresses of authorities.
    /// @dev There is no cancelling for others: one signer could veto all the others for ever. What an absent signer
    /// approved ends with its lifetime, and at once when the owner restricts the address.
    /// @param callHash The keccak256 of the call's whole calldata.
    function cancelApproval(bytes32 callHash) external;

    /// @notice Who approved a call of the authority and counts now, and until when; (none, 0) when nobody does.
    /// @param id The authority.
    /// @param callHash The keccak256 of the call's whole calldata.
    function getApprovals(bytes32 id, bytes32 callHash) external view returns (address[] memory callers, uint40 until);
}
