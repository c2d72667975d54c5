//! The outbox: which chain must be told of which wallet.
//!
//! A row says "because of this entry". Changes of one wallet coalesce while
//! they wait: the newer entry takes the place of the older, and what a lane
//! then sends is whatever the register holds at that moment. A row is deleted
//! only
//!
//! 1. together with the storing of a signed transaction that carries the
//!    wallet as of that entry ([`Store::store_signed`]), or
//! 2. because the chain holds the right record already ([`Store::discard`]).
//!
//! A change that is queued meanwhile stands under another entry and stays.
//!
//! Everybody locks rows in the order of chain, entry and wallet, and the
//! issuer's row before any of them, so nobody deadlocks. Rows are found one by
//! one through their key (`LATERAL … LIMIT 1`): a planner that has not seen the
//! table grow would otherwise read all of it.

use sqlx::{PgConnection, postgres::PgBindIterExt};
use symbolon_core::{
    ids::{ChainId, IssuerId},
    log::EntryNumber,
    mirror::{lane::Urgency, plan::{Owed, PendingRecord}},
    time::UnixSeconds,
    wallet::WalletAddress,
};

use crate::{
    Result, Store, StoreError,
    codec::{self, bigint, chain_id, entry_number},
    copy::Copy,
    standing::{StandingRow, select_standings},
    wallet,
};

impl Store {
    /// What this chain must be told, oldest change first: the denials, which
    /// go first (I3), or everything else. Nothing is claimed: a chain has one
    /// lane, and the rows stay until [`Store::store_signed`].
    pub async fn pull(
        &self,
        issuer: &IssuerId,
        chain: ChainId,
        urgency: Urgency,
        limit: usize,
    ) -> Result<Vec<PendingRecord>> {
        // Each spelt out, so that the index of the denials serves the first.
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut reading = self.begin_growing().await?;
        let rows = if urgency == Urgency::Denials {
            select_standings!(
                "o.chain_id AS \"chain_id?\", o.record AS \"record?\", \
                 o.block_number AS \"block_number?\", \
                 q.entry_number AS \"entry_number?\" \
                 FROM outbox q \
                 LEFT JOIN wallet w ON w.issuer = q.issuer AND w.address = q.wallet",
                "LEFT JOIN LATERAL ( \
                     SELECT * FROM observed s WHERE s.issuer = q.issuer \
                     AND s.wallet = q.wallet AND s.chain_id = q.chain_id LIMIT 1) o ON true \
                 LEFT JOIN outbox n ON n.issuer = q.issuer AND n.chain_id = q.chain_id \
                     AND n.entry_number = w.changed_entry AND n.wallet = q.wallet \
                     AND n.entry_number <> q.entry_number \
                 WHERE q.issuer = $1 AND q.chain_id = $2 AND q.denial \
                 ORDER BY q.entry_number, q.wallet LIMIT $3",
                issuer.as_str(),
                bigint(chain.0),
                limit,
            )
            .fetch_all(&mut *reading)
            .await?
        } else {
            select_standings!(
                "o.chain_id AS \"chain_id?\", o.record AS \"record?\", \
                 o.block_number AS \"block_number?\", \
                 q.entry_number AS \"entry_number?\" \
                 FROM outbox q \
                 LEFT JOIN wallet w ON w.issuer = q.issuer AND w.address = q.wallet",
                "LEFT JOIN LATERAL ( \
                     SELECT * FROM observed s WHERE s.issuer = q.issuer \
                     AND s.wallet = q.wallet AND s.chain_id = q.chain_id LIMIT 1) o ON true \
                 LEFT JOIN outbox n ON n.issuer = q.issuer AND n.chain_id = q.chain_id \
                     AND n.entry_number = w.changed_entry AND n.wallet = q.wallet \
                     AND n.entry_number <> q.entry_number \
                 WHERE q.issuer = $1 AND q.chain_id = $2 AND NOT q.denial \
                 ORDER BY q.entry_number, q.wallet LIMIT $3",
                issuer.as_str(),
                bigint(chain.0),
                limit,
            )
            .fetch_all(&mut *reading)
            .await?
        };
        reading.commit().await?;
        rows.into_iter()
        .map(|row| {
            let observed = row.observed()?;
            let entry = row
                .entry_number
                .ok_or_else(|| StoreError::damaged("an outbox row without a change"))?;
            let standing = row.standing()?;
            Ok(PendingRecord {
                owed: Owed {
                    entry: entry_number(entry)?,
                    wallet: standing.wallet.address,
                },
                desired: standing.desired(chain),
                observed,
            })
        })
        .collect()
    }

    /// Strikes out wallets of which the chain holds the right record already,
    /// unless they have changed since.
    pub async fn discard(
        &self,
        issuer: &IssuerId,
        chain: ChainId,
        settled: &[Owed],
    ) -> Result<()> {
        let mut transaction = self.begin_growing().await?;
        strike(&mut transaction, issuer, chain, settled).await?;
        Ok(transaction.commit().await?)
    }
}

/// A row to be queued.
pub(crate) struct Row {
    pub(crate) chain: ChainId,
    pub(crate) entry: EntryNumber,
    pub(crate) wallet: WalletAddress,
    pub(crate) denial: bool,
}

/// Queues rows that are not queued yet.
pub(crate) async fn queue(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    rows: &[Row],
    now: UnixSeconds,
) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut copy = Copy::begin(
        connection,
        "COPY outbox (issuer, chain_id, entry_number, wallet, denial, queued_s) \
         FROM STDIN (FORMAT binary)",
        6,
    )
    .await?;
    for row in rows {
        copy.row()
            .await?
            .text(issuer.as_str())
            .bigint(bigint(row.chain.0))
            .bigint(bigint(row.entry.0))
            .bytes(row.wallet.address().as_slice())
            .boolean(row.denial)
            .bigint(bigint(now.0));
    }
    copy.finish("the wallet is queued already").await
}

/// Queues wallets again, as the register has them now. Only under the issuer's
/// lock: a change that is being decided would leave two rows of a wallet.
pub(crate) async fn requeue(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    chain: ChainId,
    wallets: &[WalletAddress],
    now: UnixSeconds,
) -> Result<()> {
    if wallets.is_empty() {
        return Ok(());
    }
    let addresses: Vec<_> = wallets.iter().copied().map(wallet::bytes).collect();
    let standings = select_standings!(
        "NULL::bigint AS chain_id, NULL::bytea AS record, NULL::bigint AS block_number, \
         NULL::bigint AS entry_number FROM wallet w",
        "WHERE w.issuer = $1 AND w.address = ANY($2) AND NOT EXISTS ( \
             SELECT 1 FROM outbox q WHERE q.issuer = w.issuer AND q.chain_id = $3 \
             AND q.entry_number = w.changed_entry AND q.wallet = w.address) \
         ORDER BY w.changed_entry, w.address",
        issuer.as_str(),
        &addresses,
        bigint(chain.0),
    )
    .fetch_all(&mut *connection)
    .await?;
    queue(connection, issuer, &rows_of(chain, standings)?, now).await
}

pub(crate) fn rows_of(chain: ChainId, standings: Vec<StandingRow>) -> Result<Vec<Row>> {
    standings
        .into_iter()
        .map(|row| {
            let entry = entry_number(row.turn)?;
            let standing = row.standing()?;
            Ok(Row {
                chain,
                entry,
                wallet: standing.wallet.address,
                denial: standing.desired(chain).denies(),
            })
        })
        .collect()
}

/// Deletes rows that a transaction carries, or that need no telling.
pub(crate) async fn strike(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    chain: ChainId,
    rows: &[Owed],
) -> Result<()> {
    let (Some(first), Some(last)) = (rows.iter().min(), rows.iter().max()) else {
        return Ok(());
    };
    // The bounds follow from the rest, but tell the planner how little it is
    // about: it knows nothing of a table that fills and empties all the time.
    sqlx::query!(
        "WITH locked AS ( \
             SELECT o.entry_number, o.wallet FROM outbox o \
             JOIN unnest($3::bigint[], $4::bytea[]) AS c (entry_number, wallet) \
                 ON o.entry_number = c.entry_number AND o.wallet = c.wallet \
             WHERE o.issuer = $1 AND o.chain_id = $2 AND o.entry_number BETWEEN $5 AND $6 \
             ORDER BY o.entry_number, o.wallet FOR UPDATE OF o) \
         DELETE FROM outbox o USING locked l \
         WHERE o.issuer = $1 AND o.chain_id = $2 AND o.entry_number BETWEEN $5 AND $6 \
             AND o.entry_number = l.entry_number AND o.wallet = l.wallet",
        issuer.as_str(),
        bigint(chain.0),
        rows.iter().map(|row| bigint(row.entry.0)).bind_iter() as _,
        rows.iter().map(|row| wallet::bytes(row.wallet)).bind_iter() as _,
        bigint(first.entry.0),
        bigint(last.entry.0),
    )
    .execute(connection)
    .await?;
    Ok(())
}
