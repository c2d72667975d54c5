// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {IOwnership} from "./IOwnership.sol";

/// @title Who may use the write functions of ERC-3643
/// @dev Agents answer as T-REX's do, revert strings included, since its clients match on them.
interface IAgentRole is IOwnership {
    event AgentAdded(address indexed _agent);
    event AgentRemoved(address indexed _agent);

    /// @notice Whether `_agent` may use the write functions of ERC-3643.
    function isAgent(address _agent) external view returns (bool);

    function addAgent(address _agent) external;

    function removeAgent(address _agent) external;
}
