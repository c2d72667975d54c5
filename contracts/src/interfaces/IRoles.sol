// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {IAgentRole} from "./IAgentRole.sol";
import {IMirrorRole} from "./IMirrorRole.sol";

/// @title Who may write to a registry
/// @notice The owner appoints mirrors, which alone move versions, and agents, and writes nothing itself.
interface IRoles is IAgentRole, IMirrorRole {}
