// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IMirrorRole} from "./interfaces/IMirrorRole.sol";
import {Ownership} from "./Ownership.sol";

/// @notice The mirrors that an owner appoints.
abstract contract MirrorRole is IMirrorRole, Ownership {
    /// @inheritdoc IMirrorRole
    mapping(address mirror => bool) public isMirror;

    modifier onlyMirror() {
        require(isMirror[msg.sender], NotMirror(msg.sender));
        _;
    }

    /// @inheritdoc IMirrorRole
    function addMirror(address mirror) external onlyOwner notZero(mirror) {
        require(!isMirror[mirror], AlreadyMirror(mirror));
        isMirror[mirror] = true;
        emit MirrorAdded(mirror);
    }

    /// @inheritdoc IMirrorRole
    function removeMirror(address mirror) external onlyOwner {
        require(isMirror[mirror], NotMirror(mirror));
        isMirror[mirror] = false;
        emit MirrorRemoved(mirror);
    }
}
