// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {IAgentRole} from "./IAgentRole.sol";
import {IBuiltInStorage} from "./IBuiltInStorage.sol";
import {IVerdict} from "./IVerdict.sol";

/// @title Several registries behind one address
/// @notice An ordered set of identity registries that a token asks as if it were one. The first registry in order
/// that contains a wallet decides about it: a later one neither overrides its denial nor its approval. When a registry
/// goes bad, the owner takes it out in one transaction, for all tokens that point here.
/// @dev Members may be any ERC-3643 registries: only `contains`, `isVerified`, `identity` and `investorCountry` are
/// asked of them. One that verifies a wallet contains it, whatever it says of that. One that reverts, runs out of gas
/// or answers what cannot be is never passed over: while it has its say, the wallet is not verified (I12), and what
/// has no safe answer reverts with {RegistryFailed}. A registry that removes a wallet, denied or not, leaves it to the
/// next ones.
/// @dev Agents write through the set to the members, which must have appointed the set as an agent. What a member
/// refuses is refused, for its own reason.
/// - A new wallet goes to the first member that appointed the set, and only if no member contains it: so no agent
///   puts an approval before a later member's denial.
/// - A removal goes to every member that contains the wallet, all of them or none: so no agent uncovers a later
///   member's approval by removing an earlier one's denial.
/// - A wallet that was removed through the set comes back, if at all, to the member that decided about it.
/// - Updates go to the member that decides.
interface IRegistrySet is IBuiltInStorage, IVerdict, IAgentRole {
    /// @notice The registries that are asked from now on, in order.
    event RegistriesSet(address[] registries);

    /// @notice There are more than {MAX_REGISTRIES}.
    error TooManyRegistries(uint256 count);
    /// @notice No registry is there, or it is this set itself.
    error NotARegistry(address given);
    /// @notice The list names the registry twice.
    error DuplicateRegistry(address registry);
    /// @notice The registry is not in the set.
    error UnknownRegistry(address registry);
    /// @notice The registry did not answer, or not to the question, or kept a wallet that it was told to remove.
    error RegistryFailed(address registry);
    /// @notice No registry of the set has appointed it as an agent, so a new wallet has nowhere to go.
    error NoRegistryForNewWallets();
    /// @notice The arrays of a batch differ in length.
    error LengthMismatch();

    /// @notice The most registries that a set may hold.
    function MAX_REGISTRIES() external view returns (uint256);

    /// @notice The registries in the order in which they are asked.
    function registries() external view returns (address[] memory);

    /// @notice Replaces all registries at once; none of them is called. An empty set verifies nobody. Only for the
    /// owner.
    function setRegistries(address[] calldata list) external;

    /// @notice Takes one registry out and leaves the others in their order; none of them is called. Only for the
    /// owner.
    function removeRegistry(address registry) external;
}
