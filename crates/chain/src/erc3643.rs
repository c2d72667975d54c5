//! ERC-3643 as T-REX 4 gives it, as far as it is called here: whoever deployed
//! the token, its issuer, or somebody who looks at it from outside.

#![allow(missing_docs, reason = "the standard's own words")]

use alloy::{
    primitives::{Address, B256, b256},
    providers::Provider,
    sol,
    sol_types::SolCall,
};

use crate::{
    ChainError,
    endpoint::{Endpoint, refused},
};

/// Where T-REX's proxies and ONCHAINID's keep the address of the contract that
/// names their code.
const IMPLEMENTATION_AUTHORITY: B256 =
    b256!("821f3e4d3d679f19eacc940c87acf846ea6eae24a63058ea750304437a62aafc");
/// Where the proxies of ERC-1967 keep the address of their code, and of the
/// beacon that names it.
const ERC1967: [B256; 2] = [
    b256!("360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc"),
    b256!("a3f0ad74e5423aebfd80d3ef4346578335a9a72aeaee59ff6cb3582b35133d50"),
];

sol! {
    /// The token.
    #[sol(all_derives)]
    interface Token {
        event Transfer(address indexed from, address indexed to, uint256 value);

        function name() external view returns (string);
        function symbol() external view returns (string);
        function decimals() external view returns (uint8);
        function version() external view returns (string);
        function owner() external view returns (address);
        function paused() external view returns (bool);
        function identityRegistry() external view returns (address);
        function compliance() external view returns (address);
        function balanceOf(address account) external view returns (uint256);
        function isFrozen(address account) external view returns (bool);
        function getFrozenTokens(address account) external view returns (uint256);

        function setIdentityRegistry(address identityRegistry) external;
        function setCompliance(address compliance) external;
        function transfer(address to, uint256 amount) external returns (bool);
        function approve(address spender, uint256 amount) external returns (bool);
        function transferFrom(address from, address to, uint256 amount) external returns (bool);
        function batchTransfer(address[] to, uint256[] amounts) external;
        function mint(address to, uint256 amount) external;
        function burn(address account, uint256 amount) external;
        function forcedTransfer(address from, address to, uint256 amount) external returns (bool);
        function setAddressFrozen(address account, bool freeze) external;
        function freezePartialTokens(address account, uint256 amount) external;
        function unfreezePartialTokens(address account, uint256 amount) external;
        function pause() external;
        function unpause() external;
        function recoveryAddress(address lost, address fresh, address identity) external returns (bool);
    }

    /// Who acts for a token or a registry besides its owner.
    #[sol(all_derives)]
    interface Agents {
        event AgentAdded(address indexed agent);

        function isAgent(address agent) external view returns (bool);
        function addAgent(address agent) external;
    }

    /// The registry that a token asks.
    #[sol(all_derives)]
    interface Registry {
        event IdentityRegistered(address indexed wallet, address indexed identity);

        function isVerified(address wallet) external view returns (bool);
        function identity(address wallet) external view returns (address);
        function investorCountry(address wallet) external view returns (uint16);
        function topicsRegistry() external view returns (address);
        function registerIdentity(address wallet, address identity, uint16 country) external;
        function batchRegisterIdentity(address[] wallets, address[] identities, uint16[] countries) external;
        function updateCountry(address wallet, uint16 country) external;
        function deleteIdentity(address wallet) external;
    }

    /// Which claims an identity needs to count as verified.
    #[sol(all_derives)]
    interface ClaimTopics {
        function getClaimTopics() external view returns (uint256[]);
        function addClaimTopic(uint256 topic) external;
        function removeClaimTopic(uint256 topic) external;
    }

    /// The compliance contract of a token, made of modules.
    #[sol(all_derives)]
    interface Compliance {
        function getModules() external view returns (address[]);
        function isModuleBound(address module) external view returns (bool);
        function addModule(address module) external;
        function removeModule(address module) external;
        function callModuleFunction(bytes data, address module) external;
    }

    /// A module of a compliance contract.
    #[sol(all_derives)]
    interface ComplianceModule {
        function name() external view returns (string);
    }

    /// An investor's identity contract (ERC-734 and ERC-735).
    #[sol(all_derives)]
    interface OnchainId {
        function keyHasPurpose(bytes32 key, uint256 purpose) external view returns (bool);
        function addKey(bytes32 key, uint256 purpose, uint256 keyType) external returns (bool);
        function addClaim(uint256 topic, uint256 scheme, address issuer, bytes signature, bytes data, string uri) external returns (bytes32);
    }
}

/// A contract's answer; `None` where it gives none of this kind, be it that it
/// reverts, that it has no such function, or that it is no contract.
pub async fn ask<C: SolCall>(
    endpoint: &Endpoint,
    contract: Address,
    question: &C,
) -> Result<Option<C::Return>, ChainError> {
    let answer = endpoint.ask(contract, question.abi_encode().into()).await?;
    Ok(answer.and_then(|answer| C::abi_decode_returns(&answer).ok()))
}

/// What a proxy's code can be replaced through: T-REX's implementation
/// authority, else the code or the beacon of ERC-1967. `None` is no proxy of
/// either kind.
pub async fn proxied_by(
    endpoint: &Endpoint,
    contract: Address,
) -> Result<Option<Address>, ChainError> {
    for slot in [IMPLEMENTATION_AUTHORITY].into_iter().chain(ERC1967) {
        let word = endpoint
            .provider()
            .get_storage_at(contract, slot.into())
            .await
            .map_err(refused("eth_getStorageAt"))?;
        let found = Address::from_word(word.into());
        if !found.is_zero() {
            return Ok(Some(found));
        }
    }
    Ok(None)
}
