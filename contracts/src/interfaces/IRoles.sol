// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

/// @title Who may write to a registry
/// @notice The owner appoints mirrors and agents and writes nothing itself.
/// @dev Ownership and agents answer as T-REX's do, revert strings included, since its clients match on them.
interface IRoles {
    event OwnershipTransferStarted(address indexed previousOwner, address indexed newOwner);
    event OwnershipTransferred(address indexed previousOwner, address indexed newOwner);
    event AgentAdded(address indexed _agent);
    event AgentRemoved(address indexed _agent);
    event MirrorAdded(address indexed mirror);
    event MirrorRemoved(address indexed mirror);

    /// @notice The caller is none of the register's lanes.
    error NotMirror(address caller);
    /// @notice The address already is a mirror.
    error AlreadyMirror(address mirror);

    function owner() external view returns (address);

    /// @notice Who may accept the ownership; zero when nobody was offered it.
    function pendingOwner() external view returns (address);

    /// @notice Offers the ownership to `newOwner`, or withdraws the offer with the zero address.
    function transferOwnership(address newOwner) external;

    /// @notice Accepts the ownership offered to the caller.
    function acceptOwnership() external;

    /// @notice Whether `_agent` may use the write functions of ERC-3643.
    function isAgent(address _agent) external view returns (bool);

    function addAgent(address _agent) external;

    function removeAgent(address _agent) external;

    /// @notice Whether `mirror` is a lane of the register, which alone moves versions.
    function isMirror(address mirror) external view returns (bool);

    function addMirror(address mirror) external;

    function removeMirror(address mirror) external;
}
