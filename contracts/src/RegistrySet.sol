// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC3643IdentityRegistry, IIdentity} from "./interfaces/IERC3643IdentityRegistry.sol";
import {IAgentRole} from "./interfaces/IAgentRole.sol";
import {IRegistrySet} from "./interfaces/IRegistrySet.sol";
import {AgentRole} from "./AgentRole.sol";
import {BuiltInStorage} from "./BuiltInStorage.sol";
import {OrderedRegistries} from "./OrderedRegistries.sol";
import {Ownership} from "./Ownership.sol";

/// @title Several registries behind one address
/// @notice The first registry in order that contains a wallet decides about it.
/// @dev This file is the agents' side of it; the list and the answers are in {OrderedRegistries}.
contract RegistrySet is IRegistrySet, AgentRole, BuiltInStorage, OrderedRegistries {
    /// @dev Which registry decided about a wallet that was removed through the set: it alone knows whether the wallet
    /// may come back.
    mapping(address wallet => address registry) private _removedFrom;

    // slither-disable-next-line shadowing-local named for deployers, who read it as the getter's first answer
    constructor(address owner) Ownership(owner) {}

    /// @inheritdoc IERC3643IdentityRegistry
    function registerIdentity(address _userAddress, IIdentity _identity, uint16 _country) external onlyAgent {
        _register(_userAddress, _identity, _country);
    }

    /// @inheritdoc IERC3643IdentityRegistry
    function batchRegisterIdentity(
        address[] calldata _userAddresses,
        IIdentity[] calldata _identities,
        uint16[] calldata _countries
    ) external onlyAgent {
        uint256 count = _userAddresses.length;
        require(_identities.length == count && _countries.length == count, LengthMismatch());
        for (uint256 i = 0; i < count; ++i) {
            _register(_userAddresses[i], _identities[i], _countries[i]);
        }
    }

    /// @inheritdoc IERC3643IdentityRegistry
    // slither-disable-next-line reentrancy-events said only of what the member has accepted
    function deleteIdentity(address _userAddress) external onlyAgent notZero(_userAddress) {
        address decider = _existing(_userAddress);
        IIdentity removed = _identityBy(decider, _userAddress);
        _removedFrom[_userAddress] = decider;
        address[] memory list = registries();
        for (uint256 i = 0; i < list.length; ++i) {
            if (!_holds(list[i], _userAddress)) continue;
            _forward(list[i], msg.data);
            require(!_holds(list[i], _userAddress), RegistryFailed(list[i]));
        }
        emit IdentityRemoved(_userAddress, removed);
    }

    /// @inheritdoc IERC3643IdentityRegistry
    // slither-disable-next-line reentrancy-events said only of what the member has accepted
    function updateIdentity(address _userAddress, IIdentity _identity)
        external
        onlyAgent
        notZero(_userAddress)
        notZero(address(_identity))
    {
        address decider = _existing(_userAddress);
        IIdentity replaced = _identityBy(decider, _userAddress);
        _forward(decider, msg.data);
        emit IdentityUpdated(replaced, _identity);
    }

    /// @inheritdoc IERC3643IdentityRegistry
    // slither-disable-next-line reentrancy-events said only of what the member has accepted
    function updateCountry(address _userAddress, uint16 _country) external onlyAgent notZero(_userAddress) {
        _forward(_existing(_userAddress), msg.data);
        emit CountryUpdated(_userAddress, _country);
    }

    // --------------------------------------------------------------------------- rules

    // slither-disable-next-line reentrancy-events said only of what the member has accepted
    function _register(address wallet, IIdentity identity_, uint16 country)
        private
        notZero(wallet)
        notZero(address(identity_))
    {
        require(_decider(wallet) == address(0), "address stored already");
        _forward(_home(wallet), abi.encodeCall(this.registerIdentity, (wallet, identity_, country)));
        emit IdentityRegistered(wallet, identity_);
    }

    function _existing(address wallet) private view returns (address decider) {
        decider = _decider(wallet);
        require(decider != address(0), "address not stored yet");
    }

    /// @dev Where a wallet goes that no registry contains: back to where it was removed from, while that registry is
    /// in the set, or else to the first that has appointed the set as an agent. Only when looking for that is one that
    /// does not answer passed over: it may be of a kind that has no agents.
    function _home(address wallet) private view returns (address) {
        address[] memory list = registries();
        address former = _removedFrom[wallet];
        for (uint256 i = 0; i < list.length; ++i) {
            if (list[i] == former) return former;
        }
        for (uint256 i = 0; i < list.length; ++i) {
            (bool answered, uint256 answer) = _tryAsk(list[i], IAgentRole.isAgent.selector, address(this));
            if (answered && answer == 1) return list[i];
        }
        revert NoRegistryForNewWallets();
    }

    /// @dev Makes the agent's call to a registry. What it refuses is refused, with its own words.
    function _forward(address registry, bytes memory call) private {
        // slither-disable-next-line low-level-calls,calls-loop any agent call in turn; a batch is all or none
        (bool success, bytes memory answer) = registry.call(call);
        if (success) return;
        assembly ("memory-safe") {
            revert(add(answer, 32), mload(answer))
        }
    }
}
