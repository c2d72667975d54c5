// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAgentRole} from "./interfaces/IAgentRole.sol";
import {Ownership} from "./Ownership.sol";

/// @notice The agents that an owner appoints.
abstract contract AgentRole is IAgentRole, Ownership {
    /// @inheritdoc IAgentRole
    mapping(address agent => bool) public isAgent;

    modifier onlyAgent() {
        require(isAgent[msg.sender], "AgentRole: caller does not have the Agent role");
        _;
    }

    /// @inheritdoc IAgentRole
    function addAgent(address _agent) external onlyOwner notZero(_agent) {
        require(!isAgent[_agent], "Roles: account already has role");
        isAgent[_agent] = true;
        emit AgentAdded(_agent);
    }

    /// @inheritdoc IAgentRole
    function removeAgent(address _agent) external onlyOwner notZero(_agent) {
        require(isAgent[_agent], "Roles: account does not have role");
        isAgent[_agent] = false;
        emit AgentRemoved(_agent);
    }
}
