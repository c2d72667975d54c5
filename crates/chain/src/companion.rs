//! What contracts beside a registry hold, and how a lane calls them.

use alloy::{
    eips::BlockId,
    primitives::{Address, B256, Bytes, U256},
    rpc::types::TransactionRequest,
    sol_types::SolCall,
};
use futures::{StreamExt, TryStreamExt, stream};
use symbolon_bindings::{CertificateRegistry, CountryRules};
use symbolon_core::{
    certificate::{CertificateId, RequirementVersion, record::CertificateRecord},
    mirror::companion::{
        Certification, Companion, CompanionBatch, CompanionCall, CompanionEntry, CompanionKey,
        RuleWithdrawal,
    },
    transfer_rules::record::key_code,
    wallet::{Version, WalletAddress},
};

use crate::{ChainError, endpoint::Endpoint, lane::LaneClient};

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

impl LaneClient {
    /// What a companion held in the newest block that counts, whoever wrote it.
    pub async fn companion_words(
        &self,
        contract: Address,
        keys: &[CompanionKey],
    ) -> Result<CompanionWords, ChainError> {
        let head = self.endpoint().head().await?.number;
        let block = self.finality().block(self.endpoint(), head).await?;
        let words = words_at(self.endpoint(), contract, keys, block).await?;
        Ok(CompanionWords { block, words })
    }
}

/// What a companion held of these keys in this block.
pub async fn words_at(
    endpoint: &Endpoint,
    contract: Address,
    keys: &[CompanionKey],
    block: u64,
) -> Result<Vec<(CompanionKey, U256)>, ChainError> {
    let (mut countries, mut tokens) = (Vec::new(), Vec::new());
    for key in keys {
        match key {
            CompanionKey::Rule(country) => countries.push((*key, key_code(*country))),
            CompanionKey::Certificate(certificate, holder) => {
                let id = U256::from(certificate.0) << 160;
                let holder = U256::from_be_slice(holder.address().as_slice());
                tokens.push((*key, id | holder));
            }
        }
    }
    let place = Place {
        endpoint,
        contract,
        block: BlockId::number(block),
    };
    let rules = countries.into_iter().map(|(key, country)| async move {
        let call = CountryRules::ruleRecordOfCall { country };
        Ok::<_, ChainError>((key, place.ask(call).await?))
    });
    let rules: Vec<_> = rules.collect();
    let rules = stream::iter(rules).buffered(AT_ONCE);
    let mut words: Vec<_> = rules.try_collect().await?;
    if !tokens.is_empty() {
        let (keys, tokens): (Vec<_>, Vec<_>) = tokens.into_iter().unzip();
        let call = CertificateRegistry::recordsOfCall { tokenIds: tokens };
        let found = place.ask(call).await?;
        if found.len() != keys.len() {
            return Err(nonsense());
        }
        words.extend(keys.into_iter().zip(found));
    }
    Ok(words)
}

/// A contract in one block.
#[derive(Clone, Copy)]
struct Place<'a> {
    endpoint: &'a Endpoint,
    contract: Address,
    block: BlockId,
}

impl Place<'_> {
    async fn ask<C: SolCall>(&self, call: C) -> Result<C::Return, ChainError> {
        let request = TransactionRequest::default()
            .to(self.contract)
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

/// The call of a companion that carries a batch and the log's head (I9).
pub(crate) fn calldata(head: B256, batch: &CompanionBatch) -> Vec<u8> {
    let argument = Bytes::from(batch.argument());
    match batch.call() {
        CompanionCall::AnnounceRules => {
            let entries = argument;
            CountryRules::announceCall { head, entries }.abi_encode()
        }
        CompanionCall::WithdrawRules => {
            let entries = argument;
            CountryRules::withdrawCall { head, entries }.abi_encode()
        }
        CompanionCall::Certify => {
            let records = argument;
            CertificateRegistry::upsertCall { head, records }.abi_encode()
        }
        CompanionCall::DenyCertificates => {
            let denials = argument;
            CertificateRegistry::denyCall { head, denials }.abi_encode()
        }
    }
}

/// One like it that the contract has no reason to refuse: its version never counts.
pub(crate) fn harmless(batch: &CompanionBatch) -> CompanionBatch {
    let stale = Version(0);
    let entry = match batch.call().companion() {
        Companion::Rules => CompanionEntry::WithdrawRule(RuleWithdrawal {
            key: None,
            version: stale,
        }),
        Companion::Certificates => {
            let Ok(holder) = WalletAddress::new(Address::with_last_byte(1)) else {
                return batch.clone();
            };
            CompanionEntry::Certify(Certification {
                certificate: CertificateId(0),
                holder,
                record: CertificateRecord::certifying(stale, RequirementVersion(0), None),
            })
        }
    };
    entry.call().batch(batch.contract, [entry])
}
