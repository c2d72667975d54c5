// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IRoles} from "./interfaces/IRoles.sol";
import {AgentRole} from "./AgentRole.sol";

/// @notice An owner, its agents, and the mirrors.
abstract contract Roles is IRoles, AgentRole {
    /// @inheritdoc IRoles
    mapping(address mirror => bool) public isMirror;

    modifier onlyMirror() {
        require(isMirror[msg.sender], NotMirror(msg.sender));
        _;
    }

    /// @inheritdoc IRoles
    function addMirror(address mirror) external onlyOwner notZero(mirror) {
        require(!isMirror[mirror], AlreadyMirror(mirror));
        isMirror[mirror] = true;
        emit MirrorAdded(mirror);
    }

    /// @inheritdoc IRoles
    function removeMirror(address mirror) external onlyOwner {
        require(isMirror[mirror], NotMirror(mirror));
        isMirror[mirror] = false;
        emit MirrorRemoved(mirror);
    }
}
