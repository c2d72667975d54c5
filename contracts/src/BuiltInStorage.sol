// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {
    IClaimTopicsRegistry,
    IERC3643IdentityRegistry,
    IERC3643IdentityRegistryViews,
    IIdentity,
    IIdentityRegistryStorage,
    ITrustedIssuersRegistry
} from "./interfaces/IERC3643IdentityRegistry.sol";
import {IBuiltInStorage} from "./interfaces/IBuiltInStorage.sol";
import {Ownership} from "./Ownership.sol";

/// @notice The three registries that an ERC-3643 identity registry names: itself for its storage, and two that are
/// named for information.
abstract contract BuiltInStorage is IBuiltInStorage, Ownership {
    /// @inheritdoc IERC3643IdentityRegistryViews
    IClaimTopicsRegistry public topicsRegistry;
    /// @inheritdoc IERC3643IdentityRegistryViews
    ITrustedIssuersRegistry public issuersRegistry;

    constructor() {
        emit ClaimTopicsRegistrySet(address(0));
        emit TrustedIssuersRegistrySet(address(0));
        emit IdentityStorageSet(address(this));
    }

    /// @inheritdoc IERC3643IdentityRegistry
    function setIdentityRegistryStorage(address _identityRegistryStorage) external onlyOwner {
        require(_identityRegistryStorage == address(this), StorageIsBuiltIn(_identityRegistryStorage));
        emit IdentityStorageSet(_identityRegistryStorage);
    }

    /// @inheritdoc IERC3643IdentityRegistry
    function setClaimTopicsRegistry(address _claimTopicsRegistry) external onlyOwner {
        topicsRegistry = IClaimTopicsRegistry(_claimTopicsRegistry);
        emit ClaimTopicsRegistrySet(_claimTopicsRegistry);
    }

    /// @inheritdoc IERC3643IdentityRegistry
    function setTrustedIssuersRegistry(address _trustedIssuersRegistry) external onlyOwner {
        issuersRegistry = ITrustedIssuersRegistry(_trustedIssuersRegistry);
        emit TrustedIssuersRegistrySet(_trustedIssuersRegistry);
    }

    /// @inheritdoc IERC3643IdentityRegistryViews
    function identityStorage() external view returns (IIdentityRegistryStorage) {
        return IIdentityRegistryStorage(address(this));
    }

    /// @inheritdoc IIdentityRegistryStorage
    function storedIdentity(address _userAddress) external view returns (IIdentity) {
        return this.identity(_userAddress);
    }

    /// @inheritdoc IIdentityRegistryStorage
    function storedInvestorCountry(address _userAddress) external view returns (uint16) {
        return this.investorCountry(_userAddress);
    }

    /// @inheritdoc IIdentityRegistryStorage
    function linkedIdentityRegistries() external view returns (address[] memory registries) {
        registries = new address[](1);
        registries[0] = address(this);
    }
}
