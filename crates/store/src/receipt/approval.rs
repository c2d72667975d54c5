//! Which transactions carried a wallet's approvals.
//!
//! Approvals go in turn, and nothing is noted of each: what carried one is found in the
//! batches of the transactions that were mined.

use alloy_primitives::B256;
use symbolon_core::{
    ids::{IssuerId, RegistryId},
    log::EntryNumber,
    mirror::batch::Batch,
    time::UnixSeconds,
    wallet::{Version, WalletAddress},
};

use crate::{
    Result, Store,
    codec::{bigint, hash, issuer_key, registry_id, seconds, unsigned},
    lane, wallet,
};

/// A transaction in a block that counts, by which a registry was told to approve a wallet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApprovalReceipt {
    /// Which registry.
    pub registry: RegistryId,
    /// The version of the record that it carries.
    pub version: Version,
    /// What carries it.
    pub transaction: B256,
    /// The block that includes it.
    pub block: Option<u64>,
    /// When it was seen in a block that counts.
    pub finalized: Option<UnixSeconds>,
}

impl Store {
    /// Which transactions carried approvals of a wallet to each registry, in the order of
    /// their blocks, and each version once: the first that was mined. `since` is the entry
    /// that first named the wallet.
    ///
    /// It looks into every batch that was mined since, and is for people's questions.
    pub async fn approval_receipts(
        &self,
        issuer: &IssuerId,
        address: WalletAddress,
        since: EntryNumber,
    ) -> Result<Vec<ApprovalReceipt>> {
        let rows = sqlx::query!(
            "SELECT registry_id, hash, call, batch, block_number, final_s FROM lane_transaction \
             WHERE issuer = $1 AND outcome = 'mined' AND call = 'upsert' AND head_number >= $3 \
                 AND position($2 IN batch) > 0 \
             ORDER BY registry_id, block_number, nonce",
            issuer_key(issuer),
            wallet::bytes(address),
            bigint(since.0),
        )
        .fetch_all(&self.pool)
        .await?;
        let mut receipts: Vec<ApprovalReceipt> = Vec::new();
        for row in rows {
            let registry = registry_id(row.registry_id)?;
            // The bytes may be somebody else's.
            let Batch::Upsert(told) = lane::batch(&row.call, &row.batch)? else {
                continue;
            };
            let told = told.iter().filter(|told| told.wallet == address);
            for record in told.map(|told| told.record).filter(|it| !it.denies()) {
                let version = record.version();
                let known = receipts
                    .iter()
                    .any(|known| (known.registry, known.version) == (registry, version));
                if known {
                    continue;
                }
                receipts.push(ApprovalReceipt {
                    registry,
                    version,
                    transaction: hash(&row.hash)?,
                    block: row
                        .block_number
                        .map(|number| unsigned(number, "a block number"))
                        .transpose()?,
                    finalized: row.final_s.map(seconds).transpose()?,
                });
            }
        }
        Ok(receipts)
    }
}
