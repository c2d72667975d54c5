//! What contracts beside a registry hold, and how a lane calls them.

use alloy::{
    eips::BlockId,
    primitives::{Address, Bytes, U256},
    rpc::types::TransactionRequest,
    sol_types::SolCall,
};
use futures::{StreamExt, TryStreamExt, stream};
use symbolon_bindings::{CertificateRegistry, CountryRules, IdentityFactory};
use symbolon_core::{
    identity::IdentitySalt, mirror::companion::CompanionKey, transfer_rules::record::key_code,
};

use crate::{ChainError, deploy, endpoint::Endpoint, lane::LaneClient};

/// Words asked for at the same time.
const AT_ONCE: usize = 8;

/// What a companion held of some keys in one block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompanionWords {
    /// That block, which counts.
    pub block: u64,
    /// Each key's word.
    pub words: Vec<(CompanionKey, U256)>,
}

/// Where companions are asked: beside which registry.
#[derive(Clone, Copy, Debug)]
pub struct Beside {
    /// The registry.
    pub registry: Address,
    /// The factory of its investors' identities.
    pub factory: Address,
}

impl Beside {
    /// Beside this one, whose investors' identities are by the common factory.
    pub fn registry(registry: Address) -> Self {
        let factory = deploy::identity_factory();
        Self { registry, factory }
    }
}

impl LaneClient {
    /// What a companion held in the newest block that counts, whoever wrote it.
    pub async fn companion_words(
        &self,
        factory: Address,
        contract: Address,
        keys: &[CompanionKey],
    ) -> Result<CompanionWords, ChainError> {
        let head = self.endpoint().head().await?.number;
        let block = self.finality().block(self.endpoint(), head).await?;
        let registry = self.registry();
        let beside = Beside { registry, factory };
        let words = words_at(self.endpoint(), beside, contract, keys, block).await?;
        Ok(CompanionWords { block, words })
    }
}

/// What a companion held of these keys in this block.
pub async fn words_at(
    endpoint: &Endpoint,
    beside: Beside,
    contract: Address,
    keys: &[CompanionKey],
    block: u64,
) -> Result<Vec<(CompanionKey, U256)>, ChainError> {
    let asked = Asked::of(keys, endpoint);
    let place = Place {
        endpoint,
        block: BlockId::number(block),
    };
    let Beside { registry, factory } = beside;
    let rules = asked.rules.into_iter().map(|(key, country)| async move {
        let call = CountryRules::ruleRecordOfCall { country };
        Ok::<_, ChainError>((key, place.ask(contract, call).await?))
    });
    let rules: Vec<_> = rules.collect();
    let rules = stream::iter(rules).buffered(AT_ONCE);
    let mut words: Vec<_> = rules.try_collect().await?;
    if !asked.certificates.is_empty() {
        let (keys, tokens) = asked.certificates.into_iter().unzip();
        let call = CertificateRegistry::recordsOfCall { tokenIds: tokens };
        words.extend(joined(keys, place.ask(contract, call).await?)?);
    }
    if !asked.identities.is_empty() {
        let (kept, packed): (_, Vec<_>) = asked.identities.into_iter().unzip();
        let keys = packed.concat().into();
        let call = IdentityFactory::purposesOfCall { registry, keys };
        words.extend(joined(kept, place.ask(factory, call).await?)?);
    }
    if !asked.claims.is_empty() {
        let (keys, packed): (_, Vec<_>) = asked.claims.into_iter().unzip();
        let call = IdentityFactory::claimsOfCall {
            registry,
            issuer: contract,
            claims: packed.concat().into(),
        };
        words.extend(joined(keys, place.ask(factory, call).await?)?);
    }
    Ok(words)
}

/// Keys by the call that tells of them, each as that call has it.
#[derive(Default)]
struct Asked {
    rules: Vec<(CompanionKey, u16)>,
    certificates: Vec<(CompanionKey, U256)>,
    identities: Vec<(CompanionKey, Vec<u8>)>,
    claims: Vec<(CompanionKey, Vec<u8>)>,
}

impl Asked {
    fn of(keys: &[CompanionKey], endpoint: &Endpoint) -> Self {
        let salt = |investor| IdentitySalt::of(investor, endpoint.chain()).0;
        let mut asked = Self::default();
        for key in keys {
            match *key {
                CompanionKey::Rule(country) => asked.rules.push((*key, key_code(country))),
                CompanionKey::Certificate(certificate, holder) => {
                    let id = U256::from(certificate.0) << 160;
                    let holder = U256::from_be_slice(holder.address().as_slice());
                    asked.certificates.push((*key, id | holder));
                }
                CompanionKey::IdentityKey(investor, wallet) => {
                    let salt = salt(investor);
                    let packed = [salt.as_slice(), wallet.address().as_slice()].concat();
                    asked.identities.push((*key, packed));
                }
                CompanionKey::Claim(investor, topic) => {
                    let packed = [salt(investor).0, topic.0.to_be_bytes()].concat();
                    asked.claims.push((*key, packed));
                }
            }
        }
        asked
    }
}

fn joined(
    keys: Vec<CompanionKey>,
    words: Vec<U256>,
) -> Result<impl Iterator<Item = (CompanionKey, U256)>, ChainError> {
    match words.len() == keys.len() {
        true => Ok(keys.into_iter().zip(words)),
        false => Err(nonsense()),
    }
}

/// A chain in one block.
#[derive(Clone, Copy)]
struct Place<'a> {
    endpoint: &'a Endpoint,
    block: BlockId,
}

impl Place<'_> {
    async fn ask<C: SolCall>(&self, contract: Address, call: C) -> Result<C::Return, ChainError> {
        let request = TransactionRequest::default()
            .to(contract)
            .input(Bytes::from(call.abi_encode()).into());
        let answer = self.endpoint.judged_at(request, self.block).await?;
        let output = answer.map_err(|_| nonsense())?;
        C::abi_decode_returns(&output).map_err(|_| nonsense())
    }
}

fn nonsense() -> ChainError {
    ChainError::Nonsense {
        method: "eth_call",
        why: "the contract does not say what it holds",
    }
}
