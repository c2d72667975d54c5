//! Putting the contracts in place, at the same address on every chain.

use std::time::Duration;

use alloy::{
    consensus::{TxEip1559, TxEnvelope, TxLegacy},
    eips::eip2718::Encodable2718,
    primitives::{Address, B256, Bytes, TxKind, U256},
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
    receipt::MinedReceipt,
    roles,
    signer::LaneSigner,
};

/// How long to wait for one transaction.
const PATIENCE: Duration = Duration::from_secs(120);

/// `Mode.Allowed` of `Rule.sol`.
const ALLOWED: u8 = 1;

/// How nodes say that an account has too little.
const TOO_POOR: &str = "insufficient funds";

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

/// Signs, sends, and waits until the transaction is mined and carried out.
pub async fn send(
    endpoint: &Endpoint,
    signer: &LaneSigner,
    to: Address,
    input: Bytes,
    what: &'static str,
) -> Result<MinedReceipt, ChainError> {
    send_value(endpoint, signer, to, U256::ZERO, input, what).await
}

/// The same with some of the chain's coin.
pub async fn send_value(
    endpoint: &Endpoint,
    signer: &LaneSigner,
    to: Address,
    value: U256,
    input: Bytes,
    what: &'static str,
) -> Result<MinedReceipt, ChainError> {
    let request = alloy::rpc::types::TransactionRequest::default()
        .from(signer.address())
        .to(to)
        .value(value)
        .input(input.clone().into());
    if let Err(reason) = endpoint.call(request.clone()).await? {
        return Err(ChainError::Reverted { what, reason });
    }
    let gas = alloy::providers::Provider::estimate_gas(endpoint.provider(), request)
        .await
        .map_err(crate::endpoint::refused("eth_estimateGas"))?;
    let call = Call {
        nonce: endpoint.mined_nonce(signer.address()).await?,
        gas_limit: gas + gas / 5,
        to,
        value,
        input,
    };
    let signed = call.sign(endpoint, signer).await?;
    let sent = endpoint.send_raw(&signed.encoded_2718()).await;
    let hash = sent.map_err(|error| match error {
        ChainError::Rpc { message, .. } if message.to_ascii_lowercase().contains(TOO_POOR) => {
            ChainError::Unfunded {
                account: signer.address(),
                chain: endpoint.chain(),
                what,
            }
        }
        other => other,
    })?;
    let receipt = mined(endpoint, hash, what).await?;
    if receipt.succeeded() {
        Ok(receipt)
    } else {
        Err(ChainError::Reverted {
            what,
            reason: "out of gas, or the chain changed meanwhile".to_owned(),
        })
    }
}

/// A transaction that has no price yet.
struct Call {
    nonce: u64,
    gas_limit: u64,
    to: Address,
    value: U256,
    input: Bytes,
}

impl Call {
    /// At today's price, in the form that the chain takes.
    async fn sign(
        self,
        endpoint: &Endpoint,
        signer: &LaneSigner,
    ) -> Result<TxEnvelope, ChainError> {
        let chain_id = endpoint.chain().0;
        let head = endpoint.head().await?;
        let Self {
            nonce,
            gas_limit,
            to,
            value,
            input,
        } = self;
        if head.base_fee.is_none() {
            return signer.sign(TxLegacy {
                chain_id: Some(chain_id),
                nonce,
                gas_price: endpoint.gas_price().await?.0,
                gas_limit,
                to: TxKind::Call(to),
                value,
                input,
            });
        }
        let market = endpoint.market(head).await;
        signer.sign(TxEip1559 {
            chain_id,
            nonce,
            gas_limit,
            max_fee_per_gas: market.base_fee.0 * 2 + market.tip.0,
            max_priority_fee_per_gas: market.tip.0,
            to: TxKind::Call(to),
            value,
            access_list: Default::default(),
            input,
        })
    }
}

/// Waits until a transaction is mined, carried out or not.
pub async fn mined(
    endpoint: &Endpoint,
    hash: B256,
    what: &'static str,
) -> Result<MinedReceipt, ChainError> {
    let begun = tokio::time::Instant::now();
    while begun.elapsed() < PATIENCE {
        if let Some(receipt) = endpoint.receipt(hash).await? {
            return Ok(receipt);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Err(ChainError::NotMined {
        what,
        seconds: PATIENCE.as_secs(),
    })
}

fn with_arguments(code: &Bytes, arguments: Vec<u8>) -> Bytes {
    let mut all = code.to_vec();
    all.extend(arguments);
    all.into()
}
