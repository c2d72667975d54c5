// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC3643IdentityRegistry} from "../../src/interfaces/IERC3643IdentityRegistry.sol";

// What the tests call of T-REX 4.1.6 and ONCHAINID 2.2.1, declared anew: their sources are not compiled here.

interface ITrexOwned {
    function owner() external view returns (address);

    function transferOwnership(address newOwner) external;

    function isAgent(address agent) external view returns (bool);

    function addAgent(address agent) external;

    function removeAgent(address agent) external;
}

interface ITrexRegistry is IERC3643IdentityRegistry, ITrexOwned {}

interface ITrexToken is ITrexOwned {
    event IdentityRegistryAdded(address indexed identityRegistry);
    event RecoverySuccess(address indexed lostWallet, address indexed newWallet, address indexed investorOnchainID);

    function identityRegistry() external view returns (address);

    function setIdentityRegistry(address registry) external;

    function compliance() external view returns (address);

    function setCompliance(address compliance) external;

    function balanceOf(address wallet) external view returns (uint256);

    function totalSupply() external view returns (uint256);

    function paused() external view returns (bool);

    function pause() external;

    function unpause() external;

    function isFrozen(address wallet) external view returns (bool);

    function getFrozenTokens(address wallet) external view returns (uint256);

    function approve(address spender, uint256 amount) external returns (bool);

    function transfer(address to, uint256 amount) external returns (bool);

    function transferFrom(address from, address to, uint256 amount) external returns (bool);

    function mint(address to, uint256 amount) external;

    function burn(address from, uint256 amount) external;

    function forcedTransfer(address from, address to, uint256 amount) external returns (bool);

    function setAddressFrozen(address wallet, bool freeze) external;

    function freezePartialTokens(address wallet, uint256 amount) external;

    function unfreezePartialTokens(address wallet, uint256 amount) external;

    function batchTransfer(address[] calldata to, uint256[] calldata amounts) external;

    function batchForcedTransfer(address[] calldata from, address[] calldata to, uint256[] calldata amounts) external;

    function batchMint(address[] calldata to, uint256[] calldata amounts) external;

    function batchBurn(address[] calldata from, uint256[] calldata amounts) external;

    function batchSetAddressFrozen(address[] calldata wallets, bool[] calldata freeze) external;

    function batchFreezePartialTokens(address[] calldata wallets, uint256[] calldata amounts) external;

    function batchUnfreezePartialTokens(address[] calldata wallets, uint256[] calldata amounts) external;

    function recoveryAddress(address lostWallet, address newWallet, address onchainId) external returns (bool);
}

interface ITrexCompliance is ITrexOwned {
    function addModule(address module) external;

    function removeModule(address module) external;

    function callModuleFunction(bytes calldata callData, address module) external;

    function isModuleBound(address module) external view returns (bool);

    function getTokenBound() external view returns (address);

    function canTransfer(address from, address to, uint256 amount) external view returns (bool);
}

interface ITrexStorage {
    function bindIdentityRegistry(address registry) external;
}

interface ITrexClaimTopics {
    function addClaimTopic(uint256 topic) external;
}

interface ITrexTrustedIssuers {
    function addTrustedIssuer(address issuer, uint256[] calldata topics) external;
}

interface ITrexAuthority {
    struct Version {
        uint8 major;
        uint8 minor;
        uint8 patch;
    }

    struct Implementations {
        address token;
        address claimTopics;
        address registry;
        address registryStorage;
        address trustedIssuers;
        address compliance;
    }

    function addAndUseTREXVersion(Version calldata version, Implementations calldata implementations) external;
}

interface IOnchainIdFactory {
    function createIdentity(address wallet, string calldata salt) external returns (address);
}

interface IOnchainId {
    function addKey(bytes32 key, uint256 purpose, uint256 keyType) external returns (bool);

    function addClaim(
        uint256 topic,
        uint256 scheme,
        address issuer,
        bytes calldata signature,
        bytes calldata data,
        string calldata uri
    ) external returns (bytes32);

    function revokeClaimBySignature(bytes calldata signature) external;
}
