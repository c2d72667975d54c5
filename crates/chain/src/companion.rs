//! What contracts beside a registry hold, and how a lane calls them.

use alloy::{
    eips::BlockId,
    primitives::{Address, B256, Bytes, U256},
    rpc::types::TransactionRequest,
    sol_types::SolCall,
};
use futures::{StreamExt, TryStreamExt, stream};
use symbolon_bindings::CountryRules;
use symbolon_core::{
    mirror::companion::{
        CompanionBatch, CompanionCall, CompanionEntry, CompanionKey, RuleWithdrawal,
    },
    transfer_rules::record::key_code,
    wallet::Version,
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
    let nonsense = |_| ChainError::Nonsense {
        method: "eth_call",
        why: "the contract does not say what rule it holds",
    };
    let CompanionKey::Rule(country) = key;
    let call = CountryRules::ruleRecordOfCall {
        country: key_code(country),
    };
    let request = TransactionRequest::default()
        .to(contract)
        .input(Bytes::from(call.abi_encode()).into());
    let output = endpoint
        .judged_at(request, block)
        .await?
        .map_err(nonsense)?;
    let word = CountryRules::ruleRecordOfCall::abi_decode_returns(&output);
    let word = word.map_err(|error| nonsense(error.to_string()))?;
    Ok((key, word))
}

/// The call of a companion that carries a batch and the log's head (I9).
pub(crate) fn calldata(head: B256, batch: &CompanionBatch) -> Vec<u8> {
    let entries = Bytes::from(batch.argument());
    match batch.call() {
        CompanionCall::AnnounceRules => CountryRules::announceCall { head, entries }.abi_encode(),
        CompanionCall::WithdrawRules => CountryRules::withdrawCall { head, entries }.abi_encode(),
    }
}

/// One like it that the contract has no reason to refuse: its version never counts.
pub(crate) fn harmless(batch: &CompanionBatch) -> CompanionBatch {
    let withdrawal = RuleWithdrawal {
        key: None,
        version: Version(0),
    };
    let entry = CompanionEntry::WithdrawRule(withdrawal);
    entry.call().batch(batch.contract, [entry])
}
