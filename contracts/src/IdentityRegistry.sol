// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC3643IdentityRegistry, IIdentity} from "./interfaces/IERC3643IdentityRegistry.sol";
import {IIdentityRegistry} from "./interfaces/IIdentityRegistry.sol";
import {MAX_COUNTRY, MAX_EXPIRY, WalletRecord} from "./WalletRecord.sol";
import {BuiltInStorage} from "./BuiltInStorage.sol";
import {Ownership} from "./Ownership.sol";
import {WalletRecords} from "./WalletRecords.sol";

/// @title Symbolon's identity registry
/// @notice An ERC-3643 identity registry that keeps one word per wallet and is its own storage. Not upgradeable: a
/// new registry is a new address in the token.
/// @dev This file is the agents' and the owner's side of it; the register's side and the verdict are in
/// {WalletRecords}. An agent never moves a version and never lifts a denial (I2).
contract IdentityRegistry is IIdentityRegistry, BuiltInStorage, WalletRecords {
    uint40 private constant UNLIMITED = type(uint40).max;

    /// @inheritdoc IIdentityRegistry
    uint40 public agentTerm = 1 days;

    // slither-disable-next-line shadowing-local named for deployers, who read it as the getter's first answer
    constructor(address owner) Ownership(owner) {
        emit AgentTermSet(agentTerm);
    }

    // ------------------------------------------------------------------------- agents

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
    function updateIdentity(address _userAddress, IIdentity _identity)
        external
        onlyAgent
        notZero(_userAddress)
        notZero(address(_identity))
    {
        (Slot storage slot, WalletRecord stored) = _existing(_userAddress);
        _record(_userAddress, slot, stored, stored.amended(address(_identity), stored.country(), _agentExpiry()));
        // T-REX says so even if nothing changed, and its clients may wait for it.
        if (stored.identity() == address(_identity)) emit IdentityUpdated(_identity, _identity);
    }

    /// @inheritdoc IERC3643IdentityRegistry
    function updateCountry(address _userAddress, uint16 _country) external onlyAgent notZero(_userAddress) {
        (Slot storage slot, WalletRecord stored) = _existing(_userAddress);
        require(_country <= MAX_COUNTRY, CountryOutOfRange(_country));
        _record(_userAddress, slot, stored, stored.amended(stored.identity(), _country, _agentExpiry()));
        if (stored.country() == _country) emit CountryUpdated(_userAddress, _country);
    }

    /// @inheritdoc IERC3643IdentityRegistry
    /// @dev The wallet may be registered again by an agent only if it was verified until now: removing a record is no
    /// way around a denial, an expiry or a restricted authority.
    function deleteIdentity(address _userAddress) external onlyAgent notZero(_userAddress) {
        (Slot storage slot, WalletRecord stored) = _existing(_userAddress);
        _record(_userAddress, slot, stored, stored.removed(_verdict(_userAddress)));
    }

    // -------------------------------------------------------------------------- owner

    /// @inheritdoc IIdentityRegistry
    function setAgentTerm(uint40 term) external onlyOwner {
        agentTerm = term;
        emit AgentTermSet(term);
    }

    // -------------------------------------------------------------------------- rules

    function _register(address wallet, IIdentity identity_, uint16 country)
        private
        notZero(wallet)
        notZero(address(identity_))
    {
        require(country <= MAX_COUNTRY, CountryOutOfRange(country));
        (Slot storage slot, WalletRecord stored) = _slotOf(wallet);
        require(stored.identity() == address(0), "address stored already");
        require(stored.vacant(), WalletDenied(wallet));
        _record(wallet, slot, stored, stored.registered(address(identity_), country, _agentExpiry()));
    }

    function _existing(address wallet) private view returns (Slot storage slot, WalletRecord stored) {
        (slot, stored) = _slotOf(wallet);
        require(stored.identity() != address(0), "address not stored yet");
    }

    /// @dev Until when an agent's write of this moment counts; 0 = without limit.
    function _agentExpiry() private view returns (uint256) {
        uint256 term = agentTerm;
        if (term == UNLIMITED) return 0;
        uint256 until = block.timestamp + term;
        return until < MAX_EXPIRY ? until : MAX_EXPIRY;
    }
}
