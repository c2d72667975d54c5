// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

/// @dev Contracts that ERC-3643 names in its signatures. The registry stores and returns their addresses and never
/// calls them.
interface IIdentity {}

interface IClaimTopicsRegistry {}

interface ITrustedIssuersRegistry {}

/// @title What ERC-3643 lets anybody ask an identity storage
interface IIdentityRegistryStorage {
    /// @notice What {IERC3643IdentityRegistryViews.identity} answers.
    function storedIdentity(address _userAddress) external view returns (IIdentity);

    /// @notice What {IERC3643IdentityRegistryViews.investorCountry} answers.
    function storedInvestorCountry(address _userAddress) external view returns (uint16);

    /// @notice The registries that share the storage.
    function linkedIdentityRegistries() external view returns (address[] memory);
}

/// @title What ERC-3643 lets anybody ask an identity registry
interface IERC3643IdentityRegistryViews {
    /// @notice Whether the wallet has an identity, be it verified or not.
    function contains(address _userAddress) external view returns (bool);

    /// @notice Whether the wallet may hold and move tokens now.
    function isVerified(address _userAddress) external view returns (bool);

    /// @notice The identity of the wallet; a revoked one keeps it.
    function identity(address _userAddress) external view returns (IIdentity);

    /// @notice The country of the wallet, ISO 3166-1 numeric; a revoked one keeps it.
    function investorCountry(address _userAddress) external view returns (uint16);

    function identityStorage() external view returns (IIdentityRegistryStorage);

    function issuersRegistry() external view returns (ITrustedIssuersRegistry);

    function topicsRegistry() external view returns (IClaimTopicsRegistry);
}

/// @title The identity registry of ERC-3643
/// @notice Signatures, events and names of parameters are T-REX 4's, so that its tokens and clients need no change.
interface IERC3643IdentityRegistry is IERC3643IdentityRegistryViews {
    event ClaimTopicsRegistrySet(address indexed claimTopicsRegistry);
    event IdentityStorageSet(address indexed identityStorage);
    event TrustedIssuersRegistrySet(address indexed trustedIssuersRegistry);
    event IdentityRegistered(address indexed investorAddress, IIdentity indexed identity);
    event IdentityRemoved(address indexed investorAddress, IIdentity indexed identity);
    event IdentityUpdated(IIdentity indexed oldIdentity, IIdentity indexed newIdentity);
    event CountryUpdated(address indexed investorAddress, uint16 indexed country);

    /// @notice Registers a wallet that has no identity yet. Only for agents.
    function registerIdentity(address _userAddress, IIdentity _identity, uint16 _country) external;

    /// @notice Registers many wallets; all of them or none.
    function batchRegisterIdentity(
        address[] calldata _userAddresses,
        IIdentity[] calldata _identities,
        uint16[] calldata _countries
    ) external;

    /// @notice Removes a wallet. Only for agents.
    function deleteIdentity(address _userAddress) external;

    /// @notice Replaces the identity of a registered wallet. Only for agents.
    function updateIdentity(address _userAddress, IIdentity _identity) external;

    /// @notice Replaces the country of a registered wallet. Only for agents.
    function updateCountry(address _userAddress, uint16 _country) external;

    /// @notice Accepts only the registry itself, which is its own storage. Only for the owner.
    function setIdentityRegistryStorage(address _identityRegistryStorage) external;

    /// @notice Names a registry of claim topics, for information. Only for the owner.
    function setClaimTopicsRegistry(address _claimTopicsRegistry) external;

    /// @notice Names a registry of trusted issuers, for information. Only for the owner.
    function setTrustedIssuersRegistry(address _trustedIssuersRegistry) external;
}
