//! What mirrors have written to a registry, read back from the chain: the
//! calldata of their transactions, with the heads of the log that they notarise.

use alloy::{
    consensus::Transaction,
    primitives::{Address, B256},
    providers::Provider,
    rpc::types::Filter,
    sol_types::SolEvent,
};
use futures::{StreamExt, TryStreamExt, stream};
use symbolon_bindings::IdentityRegistry;
use symbolon_core::mirror::{batch::Batch, fees::Gas};

use crate::{
    ChainError,
    calldata::read_calldata,
    endpoint::{Endpoint, refused},
    spans,
};

/// Transactions or words asked for at the same time.
const AT_ONCE: usize = 8;
/// A mirror's transaction as it stands in a block. Those that reverted left
/// no trace and are not among them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MirrorTransaction {
    /// Its block.
    pub block: u64,
    /// Its hash.
    pub hash: B256,
    /// The head of the register's log that it carries (I9).
    pub head: B256,
    /// What it wrote; `None` for a call that is no batch.
    pub batch: Option<Batch>,
    /// What it used.
    pub gas_used: Gas,
}

/// Every transaction by which a mirror wrote to this registry, from one block
/// to another, both included, in the chain's order.
pub async fn mirror_transactions(
    endpoint: &Endpoint,
    registry: Address,
    from: u64,
    to: u64,
) -> Result<Vec<MirrorTransaction>, ChainError> {
    let filter = Filter::new()
        .address(registry)
        .event_signature(IdentityRegistry::RegisterHead::SIGNATURE_HASH);
    let logs = spans::logs(endpoint, &filter, from, to).await?;
    stream::iter(logs)
        .map(|log| async move {
            let nonsense = |why| ChainError::Nonsense {
                method: "eth_getLogs",
                why,
            };
            let notarised = IdentityRegistry::RegisterHead::decode_log(&log.inner)
                .map_err(|_| nonsense("a RegisterHead log that cannot be read"))?;
            let (Some(hash), Some(block)) = (log.transaction_hash, log.block_number) else {
                return Err(nonsense("a log without a transaction"));
            };
            let transaction = endpoint
                .provider()
                .get_transaction_by_hash(hash)
                .await
                .map_err(refused("eth_getTransactionByHash"))?
                .ok_or_else(|| nonsense("a log of a transaction that the node does not have"))?;
            let receipt = endpoint
                .receipt(hash)
                .await?
                .ok_or_else(|| nonsense("a log without a receipt"))?;
            Ok(MirrorTransaction {
                block,
                hash,
                head: notarised.head,
                batch: read_calldata(transaction.input()).map(|(_, batch)| batch),
                gas_used: receipt.gas_used(),
            })
        })
        .buffered(AT_ONCE)
        .try_collect()
        .await
}
