// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IApprovals} from "../interfaces/IApprovals.sol";
import {AddressIds} from "./AddressIds.sol";

/// @notice Approvals of calls by the addresses of one authority, which expire, can be taken back, and count only while
/// their address is unrestricted.
/// @dev They are kept in rounds: what belongs to an authority's earlier round counts no more. While a round's threshold
/// is 1 nothing is pending in it, so that a single signer pays for no list.
abstract contract Approvals is IApprovals, AddressIds {
    struct Pending {
        uint40 until;
        address[] callers;
    }

    /// @inheritdoc IApprovals
    uint256 public constant APPROVAL_LIFETIME = 7 days;

    mapping(bytes32 id => mapping(uint256 round => mapping(bytes32 callHash => Pending))) private _pending;

    /// @dev Counts the sender's approval of this very calldata, and says whether the call may be executed now. The
    /// caller of this function has made sure that the sender may act for `id`, and that the call would succeed.
    function _approve(bytes32 id, uint256 round, uint256 threshold) internal returns (bool) {
        bytes32 callHash = keccak256(msg.data);
        if (threshold > 1) {
            Pending storage pending = _pending[id][round][callHash];
            bool repeated = _renew(pending, id);
            uint256 count = pending.callers.length + (repeated ? 0 : 1);
            if (count < threshold) {
                require(!repeated, RepeatCaller(msg.sender));
                pending.callers.push(msg.sender);
                emit MultiSigCall(id, msg.sig, callHash, msg.sender, count, threshold);
                return false;
            }
            delete _pending[id][round][callHash];
        }
        emit MultiSigCallApproved(id, msg.sig, callHash, msg.sender);
        return true;
    }

    /// @dev Takes the sender's approval back.
    function _cancel(bytes32 id, uint256 round, bytes32 callHash) internal {
        Pending storage pending = _pending[id][round][callHash];
        require(_renew(pending, id), NotApproved(msg.sender, callHash));
        address[] storage callers = pending.callers;
        for (uint256 i = 0; i < callers.length; ++i) {
            if (callers[i] == msg.sender) _remove(callers, i);
        }
        emit ApprovalCancelled(id, callHash, msg.sender, callers.length);
    }

    /// @dev Who counts now, and until when.
    function _approvals(bytes32 id, uint256 round, bytes32 callHash)
        internal
        view
        returns (address[] memory callers, uint40 until)
    {
        Pending storage pending = _pending[id][round][callHash];
        if (block.timestamp >= pending.until) return (callers, 0);

        callers = pending.callers;
        uint256 count = 0;
        for (uint256 i = 0; i < callers.length; ++i) {
            if (_activeId(callers[i]) == id) callers[count++] = callers[i];
        }
        assembly ("memory-safe") {
            mstore(callers, count)
        }
        until = count == 0 ? 0 : pending.until;
    }

    /// @dev Drops what does not count, starts a lifetime if nothing is left, and says whether the sender is among the
    /// rest.
    function _renew(Pending storage pending, bytes32 id) private returns (bool repeated) {
        address[] storage callers = pending.callers;
        if (block.timestamp >= pending.until) {
            delete pending.callers;
        } else {
            for (uint256 i = callers.length; i > 0; --i) {
                address caller = callers[i - 1];
                if (_activeId(caller) != id) _remove(callers, i - 1);
                else if (caller == msg.sender) repeated = true;
            }
        }
        if (callers.length == 0) pending.until = uint40(block.timestamp + APPROVAL_LIFETIME);
    }

    /// @dev Takes one out of a list whose order does not matter.
    function _remove(address[] storage list, uint256 at) private {
        list[at] = list[list.length - 1];
        list.pop();
    }
}
