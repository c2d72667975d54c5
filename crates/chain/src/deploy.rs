//! Putting the contracts in place, at the same address on every chain.

use alloy::{
    primitives::{Address, B256, Bytes},
    sol_types::SolConstructor,
};
use symbolon_bindings::{
    CertificateRegistry, ClaimIssuer, CountryRules, IdentityFactory, IdentityRegistry,
    RegulatedToken,
};
use symbolon_core::transfer_rules::RULES_WAIT_SECONDS;

use crate::{
    ChainError,
    deployer::{self, CREATE2_DEPLOYER},
    endpoint::Endpoint,
    roles,
    signer::LaneSigner,
    transaction::send,
};

/// `Mode.Allowed` of `Rule.sol`.
const ALLOWED: u8 = 1;

/// A contract in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deployed {
    /// Where.
    pub address: Address,
    /// The block that it was deployed in, or an earlier one: logs begin no earlier.
    pub block: u64,
    /// Whether this call put it there.
    pub fresh: bool,
}

/// The registry's creation code for an owner.
pub fn registry_code(owner: Address) -> Bytes {
    with_arguments(
        &IdentityRegistry::BYTECODE,
        IdentityRegistry::constructorCall { owner }.abi_encode(),
    )
}

/// The reference token's creation code.
pub fn token_code(name: &str, symbol: &str, registry: Address, owner: Address) -> Bytes {
    let arguments = RegulatedToken::constructorCall {
        name: name.to_owned(),
        symbol: symbol.to_owned(),
        registry,
        owner,
    };
    with_arguments(&RegulatedToken::BYTECODE, arguments.abi_encode())
}

/// The creation code of the rules by country that tokens of this registry ask. They
/// wait as long as the register does, count holders, and ask nothing at first.
pub fn rules_code(owner: Address, registry: Address) -> Bytes {
    let arguments = CountryRules::constructorCall {
        owner,
        registry,
        delay: RULES_WAIT_SECONDS.try_into().unwrap_or(u32::MAX),
        countsHolders: true,
        defaultRule: (ALLOWED, 0, 0, false, 0).into(),
    };
    with_arguments(&CountryRules::BYTECODE, arguments.abi_encode())
}

/// The creation code of a certificate registry for an owner.
pub fn certificates_code(owner: Address) -> Bytes {
    with_arguments(
        &CertificateRegistry::BYTECODE,
        CertificateRegistry::constructorCall { owner }.abi_encode(),
    )
}

/// The factory of identities, which is everybody's: its creation code.
pub fn identity_factory_code() -> Bytes {
    IdentityFactory::BYTECODE.clone()
}

/// Where that factory is, on every chain that has it.
pub fn identity_factory() -> Address {
    address_of(&identity_factory_code(), B256::ZERO)
}

/// The creation code of the claim issuer of a registry's register.
pub fn claims_code(owner: Address, registry: Address) -> Bytes {
    let manager = owner;
    with_arguments(
        &ClaimIssuer::BYTECODE,
        ClaimIssuer::constructorCall {
            manager,
            registry_: registry,
        }
        .abi_encode(),
    )
}

/// Where this code would stand, on any chain.
pub fn address_of(code: &Bytes, salt: B256) -> Address {
    CREATE2_DEPLOYER.create2_from_code(salt, code)
}

/// Puts code in place unless it stands there already.
pub async fn deploy(
    endpoint: &Endpoint,
    payer: &LaneSigner,
    code: &Bytes,
    salt: B256,
) -> Result<Deployed, ChainError> {
    let address = address_of(code, salt);
    if !endpoint.code(address).await?.is_empty() {
        let block = first_block(endpoint, address).await?;
        return Ok(Deployed {
            address,
            block,
            fresh: false,
        });
    }
    if !deployer::stands(endpoint).await? {
        return Err(ChainError::NoDeployer(endpoint.chain()));
    }
    let mut input = salt.to_vec();
    input.extend_from_slice(code);
    let receipt = send(endpoint, payer, CREATE2_DEPLOYER, input.into(), "to deploy").await?;
    if endpoint.code(address).await?.is_empty() {
        return Err(ChainError::ForeignCode(address));
    }
    Ok(Deployed {
        address,
        block: receipt.block_number().unwrap_or_default(),
        fresh: true,
    })
}

/// Whether the registry's code at this address is the committed one.
pub async fn is_committed_registry(
    endpoint: &Endpoint,
    registry: Address,
) -> Result<bool, ChainError> {
    Ok(endpoint.code(registry).await? == *IdentityRegistry::DEPLOYED_BYTECODE)
}

/// Lets a signer write to the registry, as its owner, unless it may already.
pub async fn appoint_mirror(
    endpoint: &Endpoint,
    owner: &LaneSigner,
    registry: Address,
    mirror: Address,
) -> Result<(), ChainError> {
    if roles::is_mirror(endpoint, registry, mirror).await? {
        return Ok(());
    }
    let call = roles::add_mirror(mirror);
    send(endpoint, owner, registry, call, "to appoint the mirror").await?;
    Ok(())
}

/// The block that this contract was deployed in, or 0 where the node keeps no
/// old states: logs begin no earlier.
async fn first_block(endpoint: &Endpoint, address: Address) -> Result<u64, ChainError> {
    let (mut without, mut with) = (0, endpoint.head().await?.number);
    while without < with {
        let middle = without + (with - without) / 2;
        match endpoint.had_code(address, middle).await {
            Ok(true) => with = middle,
            Ok(false) => without = middle + 1,
            Err(ChainError::Rpc { .. }) => return Ok(0),
            Err(error) => return Err(error),
        }
    }
    Ok(with)
}

fn with_arguments(code: &Bytes, arguments: Vec<u8>) -> Bytes {
    let mut all = code.to_vec();
    all.extend(arguments);
    all.into()
}
