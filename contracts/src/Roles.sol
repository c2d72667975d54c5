// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IRoles} from "./interfaces/IRoles.sol";

/// @notice An owner, the mirrors and the agents. There is deliberately no way to renounce the ownership.
abstract contract Roles is IRoles {
    /// @inheritdoc IRoles
    address public owner;
    /// @inheritdoc IRoles
    address public pendingOwner;
    /// @inheritdoc IRoles
    mapping(address mirror => bool) public isMirror;
    /// @inheritdoc IRoles
    mapping(address agent => bool) public isAgent;

    modifier onlyOwner() {
        require(msg.sender == owner, "Ownable: caller is not the owner");
        _;
    }

    modifier onlyMirror() {
        require(isMirror[msg.sender], NotMirror(msg.sender));
        _;
    }

    modifier onlyAgent() {
        require(isAgent[msg.sender], "AgentRole: caller does not have the Agent role");
        _;
    }

    modifier notZero(address account) {
        require(account != address(0), "invalid argument - zero address");
        _;
    }

    constructor(address initialOwner) notZero(initialOwner) {
        owner = initialOwner;
        emit OwnershipTransferred(address(0), initialOwner);
    }

    /// @inheritdoc IRoles
    function transferOwnership(address newOwner) external onlyOwner {
        pendingOwner = newOwner;
        emit OwnershipTransferStarted(owner, newOwner);
    }

    /// @inheritdoc IRoles
    function acceptOwnership() external {
        require(msg.sender == pendingOwner, "Ownable2Step: caller is not the new owner");
        emit OwnershipTransferred(owner, msg.sender);
        owner = msg.sender;
        delete pendingOwner;
    }

    /// @inheritdoc IRoles
    function addAgent(address _agent) external onlyOwner notZero(_agent) {
        require(!isAgent[_agent], "Roles: account already has role");
        isAgent[_agent] = true;
        emit AgentAdded(_agent);
    }

    /// @inheritdoc IRoles
    function removeAgent(address _agent) external onlyOwner notZero(_agent) {
        require(isAgent[_agent], "Roles: account does not have role");
        isAgent[_agent] = false;
        emit AgentRemoved(_agent);
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
