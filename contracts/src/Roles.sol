// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IRoles} from "./interfaces/IRoles.sol";
import {AgentRole} from "./AgentRole.sol";
import {MirrorRole} from "./MirrorRole.sol";

/// @notice An owner, its agents, and the mirrors.
abstract contract Roles is IRoles, AgentRole, MirrorRole {}
