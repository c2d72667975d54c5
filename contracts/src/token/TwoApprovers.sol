// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {ITwoApprovers} from "../interfaces/ITwoApprovers.sol";

/// @notice The approvers of a token, and what one of them approved and another one has not.
abstract contract TwoApprovers is ITwoApprovers, ERC20, Ownable2Step {
    /// @dev Numbered, so that what an approver approved does not count again when it is named again.
    struct Appointment {
        uint48 since;
        uint48 number;
    }

    struct PendingCall {
        address approver;
        uint40 until;
        uint48 appointment;
        bool executed;
    }

    /// @inheritdoc ITwoApprovers
    uint256 public constant APPROVAL_LIFETIME = 7 days;
    /// @inheritdoc ITwoApprovers
    uint256 public constant APPROVER_NOTICE = 7 days;

    mapping(address approver => Appointment) private _appointments;
    uint48 private _lastAppointment;
    mapping(bytes32 callHash => PendingCall) private _approvals;

    modifier onlyApprover() {
        require(isApprover(msg.sender), NotApprover(msg.sender));
        _;
    }

    /// @inheritdoc ITwoApprovers
    function addApprover(address approver) external onlyOwner {
        require(approver != address(0) && approver != owner(), CannotApprove(approver));
        require(_appointments[approver].since == 0, AlreadyApprover(approver));
        uint256 since = block.timestamp + (totalSupply() == 0 ? 0 : APPROVER_NOTICE);
        _appointments[approver] = Appointment(uint48(since), ++_lastAppointment);
        emit ApproverAdded(approver, since);
    }

    /// @inheritdoc ITwoApprovers
    function removeApprover(address approver) external onlyOwner {
        require(_appointments[approver].since != 0, NotApprover(approver));
        delete _appointments[approver];
        emit ApproverRemoved(approver);
    }

    /// @inheritdoc ITwoApprovers
    function cancelApproval(bytes32 callHash) external onlyApprover {
        PendingCall memory approval = _approvals[callHash];
        require(_counts(approval) && approval.approver == msg.sender, NotApproved(msg.sender, callHash));
        delete _approvals[callHash];
        emit ApprovalCancelled(callHash, msg.sender);
    }

    /// @inheritdoc ITwoApprovers
    /// @dev An approver that became the owner does not count, or one key would be both.
    function isApprover(address account) public view returns (bool) {
        uint256 since = _appointments[account].since;
        return since != 0 && block.timestamp >= since && account != owner();
    }

    /// @inheritdoc ITwoApprovers
    function approvalOf(bytes32 callHash) external view returns (address approver, uint256 until) {
        PendingCall memory approval = _approvals[callHash];
        if (_counts(approval)) (approver, until) = (approval.approver, approval.until);
    }

    /// @dev Counts the sender's approval of this very calldata, and says whether the call is to be executed now. The
    /// caller of this function has made sure that the sender is an approver, and that the call would succeed.
    function _approvedByTwo() internal returns (bool) {
        bytes32 callHash = keccak256(msg.data);
        PendingCall memory approval = _approvals[callHash];
        require(!approval.executed, AlreadyExecuted(callHash));
        if (!_counts(approval)) {
            uint256 until = block.timestamp + APPROVAL_LIFETIME;
            _approvals[callHash] = PendingCall(msg.sender, uint40(until), _appointments[msg.sender].number, false);
            emit CallApproved(callHash, msg.sig, msg.sender, until);
            return false;
        }
        require(approval.approver != msg.sender, RepeatCaller(msg.sender));
        _approvals[callHash].executed = true;
        emit CallExecuted(callHash, msg.sig, approval.approver, msg.sender);
        return true;
    }

    function _counts(PendingCall memory approval) private view returns (bool) {
        // slither-disable-next-line incorrect-equality an appointment has one number
        return !approval.executed && block.timestamp < approval.until && isApprover(approval.approver)
            && _appointments[approval.approver].number == approval.appointment;
    }
}
