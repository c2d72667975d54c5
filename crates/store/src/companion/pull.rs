//! What a lane is to tell companions: what they are owed, held against what they
//! are known to hold.

use std::collections::BTreeMap;

use alloy_primitives::{Address, U256};
use sqlx::PgConnection;
use symbolon_core::{
    claim::signed::SignsClaims,
    ids::{IssuerId, RegistryId},
    log::EntryNumber,
    mirror::{
        companion::{Companion, CompanionKey, PendingErrand},
        filter::MirroredRegistry,
        lane::{Part, Pulled},
    },
    time::UnixSeconds,
};

use super::{
    dues::Dues,
    row::{LEAST_PATIENCE_S, MOST_DOUBLINGS, OwedRow},
};
use crate::{
    Lease, Result, Store,
    codec::{bigint, entry_number, issuer_key, registry_key},
    issuer, reconciliation,
};

/// Keys of which nobody knows what a companion holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// Which contract.
    pub contract: Address,
    /// Of what.
    pub keys: Vec<CompanionKey>,
}

impl Store {
    /// What the companions of this registry are owed, denials first and what was told
    /// in vain last, and the keys of which their words are to be read before
    /// ([`Store::note_companion`]). Claims wait for somebody who signs. An identity comes
    /// before what is claimed of it.
    pub async fn pull_errands(
        &self,
        lease: &Lease,
        target: &MirroredRegistry,
        signer: Option<&dyn SignsClaims>,
        limit: usize,
        now: UnixSeconds,
    ) -> Result<(Pulled, Vec<Unread>)> {
        let (issuer, registry) = (lease.issuer(), lease.registry());
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut transaction = self.begin_growing().await?;
        let head = issuer::read_head(&mut transaction, issuer).await?;
        let rows = sqlx::query_as!(
            OwedRow,
            r#"SELECT o.companion AS "companion!", o.key AS "key!",
                o.entry_number AS "entry_number!", m.told AS "told?",
                m.told_entry AS "told_entry?", m.observed AS "observed?",
                coalesce(m.vain, 0) AS "vain!", coalesce(m.ended_s, 0) AS "ended_s!",
                coalesce(m.highest_version, 0) AS "highest_version!",
                e.hash AS "hash?", c.contract AS "contract!", o.waits AS "waits!"
            FROM (SELECT w.*, w.companion = 'claims' AND NOT $6 AS waits
                FROM companion_owed w
                LEFT JOIN companion_mirror v ON v.issuer = $1 AND v.registry_id = $2
                    AND v.companion = w.companion AND v.key = w.key AND v.vain > 0
                    AND v.told_entry >= w.entry_number
                WHERE w.issuer = $1 AND w.registry_id = $2
                ORDER BY w.denial DESC, waits,
                    coalesce(v.ended_s + ($4::bigint << least(v.vain, $5)), 0),
                    w.entry_number, w.companion DESC, w.key LIMIT $3) o
            JOIN companion c ON c.issuer = $1 AND c.registry_id = $2 AND c.companion = o.companion
            LEFT JOIN LATERAL (SELECT * FROM companion_mirror WHERE issuer = $1
                AND registry_id = $2 AND companion = o.companion AND key = o.key LIMIT 1) m ON true
            LEFT JOIN LATERAL (SELECT hash FROM entry WHERE issuer = $1
                AND number = o.entry_number LIMIT 1) e ON true
            ORDER BY o.denial DESC, o.entry_number, o.companion DESC, o.key"#,
            issuer_key(issuer),
            registry_key(registry),
            limit,
            LEAST_PATIENCE_S.cast_signed(),
            MOST_DOUBLINGS,
            signer.is_some(),
        )
        .fetch_all(&mut *transaction)
        .await?;
        let doubted = doubted(&mut transaction, issuer, registry).await?;
        let rows = rows.into_iter().map(|row| row.read(doubted));
        let rows: Vec<_> = rows.collect::<Result<_>>()?;
        let known = Dues::of(&mut transaction, issuer, target, &rows).await?;
        // While decisions may be lost, companions hear of denials alone.
        let held_back = reconciliation::holds(&mut transaction, issuer, Part::Errands).await?;
        transaction.commit().await?;
        let more = i64::try_from(rows.len()).unwrap_or(i64::MAX) >= limit;
        let mut unread: BTreeMap<Companion, Unread> = BTreeMap::new();
        let mut errands = Vec::new();
        for owed in rows {
            let Some(held) = owed.held else {
                let (contract, keys) = (owed.contract, Vec::new());
                let unread = unread.entry(owed.errand.key.companion());
                let unread = unread.or_insert(Unread { contract, keys });
                unread.keys.push(owed.errand.key);
                continue;
            };
            let write = known.next_write(&owed, held, signer, now);
            let is_denial = write.is_some_and(|write| write.is_denial);
            if owed.waits && !is_denial && known.is_claimed(owed.errand.key) {
                continue;
            }
            if held_back && write.is_some_and(|write| !write.is_denial) {
                continue;
            }
            // What a contract has taken no notice of is tried ever less often.
            if write.is_some() && !owed.is_news && now < owed.not_before {
                continue;
            }
            let errand = owed.errand;
            errands.push(PendingErrand { errand, write });
        }
        let pulled = Pulled {
            errands,
            head,
            more,
            ..Pulled::default()
        };
        Ok((pulled, unread.into_values().collect()))
    }

    /// Notes what a final block of a companion showed, unless what has ended since is
    /// not in it.
    pub async fn note_companion(
        &self,
        lease: &Lease,
        block: u64,
        words: &[(CompanionKey, U256)],
    ) -> Result<()> {
        let mut transaction = self.begin_growing().await?;
        lease.hold(&mut transaction).await?;
        for (key, word) in words {
            sqlx::query!(
                "INSERT INTO companion_mirror \
                     (issuer, registry_id, companion, key, observed, block_number) \
                 VALUES ($1, $2, $3, $4, $5, $6) \
                 ON CONFLICT (issuer, registry_id, companion, key) \
                 DO UPDATE SET observed = excluded.observed, \
                     block_number = excluded.block_number \
                 WHERE companion_mirror.block_number <= excluded.block_number",
                issuer_key(lease.issuer()),
                registry_key(lease.registry()),
                key.companion().as_str(),
                key.bytes(),
                &word.to_be_bytes::<32>(),
                bigint(block),
            )
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await
    }
}

/// Up to which entry decisions may have been lost: what is older lifts no denial that
/// a companion holds.
async fn doubted(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    registry: RegistryId,
) -> Result<EntryNumber> {
    let doubted = sqlx::query_scalar!(
        "SELECT doubted_entry FROM chain WHERE issuer = $1 AND registry_id = $2",
        issuer_key(issuer),
        registry_key(registry),
    )
    .fetch_one(connection)
    .await?;
    entry_number(doubted)
}
