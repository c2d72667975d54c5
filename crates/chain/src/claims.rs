//! Who signs a claim issuer's claims: its keys of ERC-734's purpose 3.

use alloy::{
    primitives::{Address, B256, Bytes, U256, keccak256},
    sol_types::SolCall,
};
use symbolon_bindings::ClaimIssuer;

use crate::{ChainError, endpoint::Endpoint, roles::ask, signer::LaneSigner, transaction};

/// ERC-734's purpose of keys that sign claims.
const CLAIM: u64 = 3;
/// ERC-734's type of keys of ECDSA.
const ECDSA: u64 = 1;

/// Whether claims that this key signs count.
pub async fn signs(
    endpoint: &Endpoint,
    issuer: Address,
    signer: Address,
) -> Result<bool, ChainError> {
    let call = ClaimIssuer::keyHasPurposeCall {
        _key: key(signer),
        _purpose: U256::from(CLAIM),
    };
    ask(endpoint, issuer, call).await
}

/// The call that appoints a signer.
pub fn add_signer(signer: Address) -> Bytes {
    ClaimIssuer::addKeyCall {
        _key: key(signer),
        _purpose: U256::from(CLAIM),
        _keyType: U256::from(ECDSA),
    }
    .abi_encode()
    .into()
}

/// The call that dismisses one: no claim of its counts after that.
pub fn remove_signer(signer: Address) -> Bytes {
    ClaimIssuer::removeKeyCall {
        _key: key(signer),
        _purpose: U256::from(CLAIM),
    }
    .abi_encode()
    .into()
}

/// Lets a key sign claims, as the issuer's manager, unless it may already.
pub async fn appoint(
    endpoint: &Endpoint,
    manager: &LaneSigner,
    issuer: Address,
    signer: Address,
) -> Result<(), ChainError> {
    if signs(endpoint, issuer, signer).await? {
        return Ok(());
    }
    let call = add_signer(signer);
    transaction::send(
        endpoint,
        manager,
        issuer,
        call,
        "to appoint the claim signer",
    )
    .await?;
    Ok(())
}

/// The registry whose register's claims an issuer keeps.
pub async fn registry_of(endpoint: &Endpoint, issuer: Address) -> Result<Address, ChainError> {
    ask(endpoint, issuer, ClaimIssuer::registryCall {}).await
}

/// ERC-734's key of an address.
fn key(account: Address) -> B256 {
    keccak256(account.into_word())
}
