//! Receipts: when a denial was decided, sent, mined and final on each chain; and which
//! transactions carried approvals ([`ApprovalReceipt`]).
//!
//! A denial that was told out of turn names the transaction that carried it
//! (`denial_told`). One that came to nothing was told again, perhaps because of
//! an older entry: then whatever told the wallet later, with the entry in the log
//! that it notarises, is what carried it.

mod approval;

use alloy_primitives::{Address, B256};
use symbolon_core::{
    ids::{IssuerId, RegistryId},
    log::EntryNumber,
    mirror::reached::Reached,
    time::{UnixMillis, UnixSeconds},
    wallet::WalletAddress,
};

pub use approval::ApprovalReceipt;

use crate::{
    Lease, Result, Store,
    codec::{bigint, entry_number, hash, issuer_key, registry_id, registry_key, seconds, unsigned},
    connection, wallet,
};

/// The newest denials of a wallet, at most so many.
const NEWEST: i64 = 100;

/// When a denial reached one chain. Unknown times are absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DenialReceipt {
    /// The entry that decided it.
    pub entry: EntryNumber,
    /// When.
    pub decided: UnixSeconds,
    /// On which registry.
    pub registry: RegistryId,
    /// How far it has come.
    pub reached: Reached,
    /// What carries it.
    pub transaction: Option<B256>,
    /// The block that includes it.
    pub block: Option<u64>,
    /// When a node first took it.
    pub sent: Option<UnixMillis>,
    /// When it was first seen in a block.
    pub mined: Option<UnixMillis>,
    /// When it was seen in a block that counts.
    pub finalized: Option<UnixSeconds>,
}

impl DenialReceipt {
    /// Seconds from the decision to the block; absent until it is in one.
    pub fn seconds_to_block(&self) -> Option<u64> {
        let mined = self.mined.map(|at| at.0 / 1_000);
        let mined = mined.or(self.finalized.map(|at| at.0))?;
        Some(mined.saturating_sub(self.decided.0))
    }

    /// Whether it was in a block within so many seconds; absent while it may
    /// still be, and where it needed none.
    pub fn keeps(&self, promised_seconds: u64, now: UnixSeconds) -> Option<bool> {
        match self.seconds_to_block() {
            Some(took) => Some(took <= promised_seconds),
            None if self.reached == Reached::Needless => None,
            None => (now.0 > self.decided.0 + promised_seconds).then_some(false),
        }
    }
}

/// A step of a transaction that carries denials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Milestone {
    /// A node has taken it.
    Sent,
    /// It was seen in a block.
    Mined,
}

struct CarrierRow {
    registry_id: i64,
    head_number: i64,
    nonce: i64,
    hash: Vec<u8>,
    outcome: Option<String>,
    block_number: Option<i64>,
    sent_ms: Option<i64>,
    mined_ms: Option<i64>,
    final_s: Option<i64>,
}

struct ToldRow {
    entry_number: i64,
    registry_id: i64,
    decided_s: i64,
    carried: bool,
    waiting: bool,
}

impl Store {
    /// When each denial of a wallet reached each chain, the newest first.
    pub async fn denial_receipts(
        &self,
        issuer: &IssuerId,
        address: WalletAddress,
    ) -> Result<Vec<DenialReceipt>> {
        let key = wallet::bytes(address);
        let told = sqlx::query_as!(
            ToldRow,
            r#"SELECT d.entry_number AS "entry_number!", d.registry_id AS "registry_id!",
                e.decided_s AS "decided_s!", d.carried AS "carried!", d.waiting AS "waiting!"
            FROM (
                SELECT entry_number, registry_id, signer IS NOT NULL AS carried, false AS waiting
                FROM denial_told WHERE issuer = $1 AND wallet = $2
                UNION ALL
                SELECT o.entry_number, o.registry_id, false, true
                FROM wallet w
                JOIN chain c ON c.issuer = w.issuer
                JOIN outbox o ON o.issuer = w.issuer AND o.registry_id = c.registry_id
                    AND o.entry_number = w.changed_entry AND o.wallet = w.address
                WHERE w.issuer = $1 AND w.address = $2 AND o.denial) d
            JOIN entry e ON e.issuer = $1 AND e.number = d.entry_number
            ORDER BY d.entry_number DESC, d.registry_id, d.waiting DESC LIMIT $3"#,
            issuer_key(issuer),
            key,
            NEWEST,
        )
        .fetch_all(&self.pool)
        .await?;
        let carriers = sqlx::query_as!(
            CarrierRow,
            r#"SELECT t.registry_id, t.head_number, t.nonce, t.hash, t.outcome, t.block_number,
                t.sent_ms, t.mined_ms, t.final_s
            FROM (SELECT DISTINCT registry_id, signer, nonce FROM denial_told
                WHERE issuer = $1 AND wallet = $2 AND signer IS NOT NULL) d
            JOIN lane_transaction t ON t.issuer = $1 AND t.registry_id = d.registry_id
                AND t.signer = d.signer AND t.nonce = d.nonce
            WHERE t.outcome IS NULL OR t.outcome IN ('mined', 'replaced')
            ORDER BY t.head_number, t.nonce, t.attempt"#,
            issuer_key(issuer),
            key,
        )
        .fetch_all(&self.pool)
        .await?;
        let mut receipts: Vec<DenialReceipt> = Vec::with_capacity(told.len());
        for row in &told {
            let receipt = row.receipt(&carriers)?;
            // Owed again, it has a row of either kind.
            let known = receipts.last().is_some_and(|last| {
                (last.entry, last.registry) == (receipt.entry, receipt.registry)
            });
            if !known {
                receipts.push(receipt);
            }
        }
        Ok(receipts)
    }

    /// Notes when a transaction that carries denials came so far, the first time.
    /// A failure costs a receipt a time, and nothing else.
    pub async fn note_milestone(
        &self,
        lease: &Lease,
        (signer, nonce): (Address, symbolon_core::mirror::lane::Nonce),
        milestone: Milestone,
        at: UnixMillis,
    ) -> Result<()> {
        let mut transaction = self.begin_growing().await?;
        connection::commit_at_leisure(&mut transaction).await?;
        lease.hold(&mut transaction).await?;
        let (issuer, registry) = (lease.issuer(), lease.registry());
        let sent = (milestone == Milestone::Sent).then(|| bigint(at.0));
        let mined = (milestone == Milestone::Mined).then(|| bigint(at.0));
        sqlx::query!(
            "UPDATE lane_transaction SET sent_ms = coalesce(sent_ms, $5), \
                 mined_ms = coalesce(mined_ms, $6) \
             WHERE issuer = $1 AND registry_id = $2 AND signer = $3 AND nonce = $4 \
                 AND outcome IS DISTINCT FROM 'dropped'",
            issuer_key(issuer),
            registry_key(registry),
            signer.as_slice(),
            bigint(nonce.0),
            sent,
            mined,
        )
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await
    }
}

impl ToldRow {
    fn receipt(&self, carriers: &[CarrierRow]) -> Result<DenialReceipt> {
        let carries = |row: &&CarrierRow| {
            row.registry_id == self.registry_id && row.head_number >= self.entry_number
        };
        let carries = || carriers.iter().filter(carries);
        let mined = carries().find(|row| row.outcome.as_deref() == Some("mined"));
        let newest = mined.or_else(|| carries().rfind(|row| row.outcome.is_none()));
        let nonce = newest.map(|row| row.nonce);
        let tries = || carries().filter(|row| Some(row.nonce) == nonce);
        let earliest = |of: fn(&CarrierRow) -> Option<i64>| tries().filter_map(of).min();
        let millis = |ms: Option<i64>| ms.map(|ms| unsigned(ms, "a time").map(UnixMillis));
        let (sent, seen) = (earliest(|row| row.sent_ms), earliest(|row| row.mined_ms));
        let reached = match newest {
            Some(_) if mined.is_some() => Reached::Final,
            Some(_) if seen.is_some() => Reached::Mined,
            Some(_) if sent.is_some() => Reached::Sent,
            Some(_) => Reached::Stored,
            None if self.waiting || self.carried => Reached::Waiting,
            None => Reached::Needless,
        };
        Ok(DenialReceipt {
            entry: entry_number(self.entry_number)?,
            decided: seconds(self.decided_s)?,
            registry: registry_id(self.registry_id)?,
            reached,
            transaction: newest.map(|row| hash(&row.hash)).transpose()?,
            block: newest
                .and_then(|row| row.block_number)
                .map(|number| unsigned(number, "a block number"))
                .transpose()?,
            sent: millis(sent).transpose()?,
            mined: millis(seen).transpose()?,
            finalized: newest
                .and_then(|row| row.final_s)
                .map(seconds)
                .transpose()?,
        })
    }
}
