// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {IERC3643Compliance} from "../interfaces/IERC3643Compliance.sol";
import {ITokenCompliance} from "../interfaces/ITokenCompliance.sol";
import {ITransferRules} from "../interfaces/ITransferRules.sol";
import {RulesCalls} from "./RulesCalls.sol";
import {Terms, TransferTerms} from "./TransferTerms.sol";

/// @notice The rules of a token: taken, replaced after a notice, and asked about recipients.
abstract contract Compliance is ITokenCompliance, TransferTerms, Ownable2Step {
    using RulesCalls for ITransferRules;

    struct Announcement {
        ITransferRules next;
        uint48 due;
    }

    /// @inheritdoc ITokenCompliance
    uint256 public constant COMPLIANCE_NOTICE = 7 days;

    Announcement private _announced;

    /// @inheritdoc ITokenCompliance
    function announceCompliance(ITransferRules next) external onlyOwner {
        uint256 due = block.timestamp + COMPLIANCE_NOTICE;
        _announced = Announcement(next, uint48(due));
        emit ComplianceAnnounced(address(next), due);
    }

    /// @inheritdoc ITokenCompliance
    function setCompliance(ITransferRules _compliance) external onlyOwner {
        ITransferRules former = _terms.rules();
        require(address(former) == address(0) || _isDue(_compliance), ComplianceNotDue(_compliance));
        delete _announced;

        bool taken = address(_compliance) != address(0);
        bool counts = taken && _compliance.countsHolders();
        _terms = _terms.withRules(_compliance, counts);
        emit ComplianceAdded(address(_compliance));
        if (address(former) != address(0)) former.dismiss();
        if (taken) _compliance.bindToken(address(this));
    }

    /// @inheritdoc ITokenCompliance
    function compliance() external view returns (ITransferRules) {
        return _terms.rules();
    }

    /// @inheritdoc ITokenCompliance
    function announcedCompliance() external view returns (ITransferRules next, uint256 due) {
        return (_announced.next, _announced.due);
    }

    /// @dev The rules are asked about a recipient alone as they are about a mint.
    function _requireAccepted(address to, uint256 amount) internal view {
        Terms terms = _terms;
        if (terms.haveRules()) terms.rules().requireAllowed(address(0), to, amount);
    }

    function _tellTransferred(Terms terms, address from, address to, uint256 amount) internal {
        if (terms.counts()) terms.rules().tell(abi.encodeCall(IERC3643Compliance.transferred, (from, to, amount)));
    }

    function _tellCreated(address to, uint256 amount) internal {
        Terms terms = _terms;
        if (terms.counts()) terms.rules().tell(abi.encodeCall(IERC3643Compliance.created, (to, amount)));
    }

    function _tellDestroyed(address from, uint256 amount) internal {
        Terms terms = _terms;
        if (terms.counts()) terms.rules().tell(abi.encodeCall(IERC3643Compliance.destroyed, (from, amount)));
    }

    /// @dev What was announced lapses, or an owner would keep something announced at all times.
    function _isDue(ITransferRules next) private view returns (bool) {
        Announcement memory announced = _announced;
        return address(announced.next) == address(next) && block.timestamp >= announced.due
            && block.timestamp < announced.due + COMPLIANCE_NOTICE;
    }
}
