// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {IOwnership} from "./IOwnership.sol";

/// @title Which addresses are lanes of the register
interface IMirrorRole is IOwnership {
    event MirrorAdded(address indexed mirror);
    event MirrorRemoved(address indexed mirror);

    /// @notice The caller is none of the register's lanes.
    error NotMirror(address caller);
    /// @notice The address already is a mirror.
    error AlreadyMirror(address mirror);

    /// @notice Whether `mirror` is a lane of the register, which alone moves versions.
    function isMirror(address mirror) external view returns (bool);

    function addMirror(address mirror) external;

    function removeMirror(address mirror) external;
}
