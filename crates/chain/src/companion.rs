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
    let calls: Vec<_> = keys
        .iter()
        .map(|key| word(endpoint, contract, *key, BlockId::number(block)))
        .collect();
    stream::iter(calls).buffered(AT_ONCE).try_collect().await
}

async fn word(
    endpoint: &Endpoint,
    contract: Address,
    key: CompanionKey,
    block: BlockId,
) -> Result<(CompanionKey, U256), ChainError> {
    let nonsense = || ChainError::Nonsense {
        method: "eth_call",
        why: "the contract does not say what it holds",
    };
    let call = match key {
        CompanionKey::Rule(country) => CountryRules::ruleRecordOfCall {
            country: key_code(country),
        }
        .abi_encode(),
        CompanionKey::Certificate(certificate, holder) => CertificateRegistry::recordOfCall {
            holder: holder.address(),
            id: U256::from(certificate.0),
        }
        .abi_encode(),
    };
    let request = TransactionRequest::default()
        .to(contract)
        .input(Bytes::from(call).into());
    let answer = endpoint.judged_at(request, block).await?;
    let output = answer.map_err(|_| nonsense())?;
    // Either answers with one word.
    match output.len() {
        32 => Ok((key, U256::from_be_slice(&output))),
        _ => Err(nonsense()),
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
