// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {IERC734} from "./IERC734.sol";

/// @title Keys, with their history
interface IKeys is IERC734 {
    /// @notice The caller's key is not for this.
    error NotForThis(address caller, uint256 purpose);
    /// @notice There are four purposes, 1 to 4.
    error UnknownPurpose(uint256 purpose);
    /// @notice The type does not fit in 64 bits.
    error KeyTypeOutOfRange(uint256 keyType);
    /// @notice A key has one type for all its purposes.
    error AnotherKeyType(bytes32 key, uint256 keyType);
    /// @notice The zero key is nobody's.
    error ZeroKey();
    /// @notice The key has this purpose already.
    error AlreadyForThis(bytes32 key, uint256 purpose);
    /// @notice The key does not have this purpose.
    error NotItsPurpose(bytes32 key, uint256 purpose);
    /// @notice Nobody could manage the identity after this.
    error LastManager(bytes32 key);
    /// @notice No call waits under this id.
    error NothingWaits(uint256 executionId);

    /// @notice Moves all purposes of a key to another one: a wallet is lost, and its holder has a new one. Only for
    /// management.
    function replaceKey(bytes32 lost, bytes32 replacement) external;

    /// @notice A key's purposes in one word; bit n: purpose n.
    function purposesOf(bytes32 key) external view returns (uint256);

    /// @notice Every key that ever had a purpose, in the order in which they first came.
    function allKeys() external view returns (bytes32[] memory);

    /// @notice What a key was for and is no more, and when its purposes last grew and shrank, in unix seconds.
    function keyHistory(bytes32 key)
        external
        view
        returns (uint256[] memory formerPurposes, uint256 addedAt, uint256 removedAt);
}
