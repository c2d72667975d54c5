//! The outbox: which chain must be told of which wallet.
//!
//! A row says "because of this entry". What a lane then sends is whatever the
//! register holds at that moment, so the changes of one wallet coalesce while
//! they wait: a row is superseded while a row of the wallet's newest change
//! waits beside it. A row is deleted only
//!
//! 1. together with the storing of a signed transaction that carries the
//!    wallet as of that entry or a newer one ([`Store::store_signed`]),
//! 2. because the chain holds the right record already, or is being told of it
//!    ([`Store::discard`]), or
//! 3. because it is superseded ([`Store::pull`]).
//!
//! A change that is queued meanwhile stands under another entry and stays.
//!
//! This table fills and empties all the time, so the planner knows nothing of
//! it: every query here says so much of what it looks for that no plan can
//! read the whole table (`LATERAL … LIMIT 1` for one row by its key, bounds
//! for several).

use alloy_primitives::hex;
use sqlx::PgConnection;
use symbolon_core::{
    ids::{ChainId, IssuerId},
    log::EntryNumber,
    mirror::{
        lane::Urgency,
        plan::{Owed, PendingRecord},
    },
    time::UnixSeconds,
    wallet::WalletAddress,
};

use crate::{
    Result, Store, StoreError,
    codec::{self, bigint, entry_number},
    copy::Copy,
    standing::{StandingRow, select_standings},
    wallet,
};

/// The first rows of a part of the outbox, with all that a lane must know.
macro_rules! select_owed {
    ($part:tt, $issuer:expr, $chain:expr, $limit:expr) => {
        select_standings!(
            ["o.chain_id AS \"chain_id?\", o.record AS \"record?\", \
             o.block_number AS \"block_number?\", q.entry_number AS \"entry_number?\", \
             n.entry_number IS NOT NULL AS \"superseded?\" \
             FROM (SELECT * FROM outbox WHERE issuer = $1 AND chain_id = $2 "
                + $part
                + " \
                 ORDER BY entry_number, wallet LIMIT $3) q \
             LEFT JOIN LATERAL (SELECT * FROM wallet \
                 WHERE issuer = $1 AND address = q.wallet LIMIT 1) w ON true"],
            "LEFT JOIN LATERAL (SELECT * FROM observed \
                 WHERE issuer = $1 AND wallet = q.wallet AND chain_id = $2 LIMIT 1) o ON true \
             LEFT JOIN LATERAL (SELECT entry_number FROM outbox \
                 WHERE issuer = $1 AND chain_id = $2 AND entry_number = w.changed_entry \
                 AND entry_number <> q.entry_number AND wallet = q.wallet LIMIT 1) n ON true \
             ORDER BY q.entry_number, q.wallet",
            $issuer,
            $chain,
            $limit,
        )
    };
}

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
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut transaction = self.begin_growing().await?;
        loop {
            let rows = rows_in_turn(&mut transaction, issuer, chain, urgency, limit).await?;
            let (superseded, rows): (Vec<_>, Vec<_>) = rows
                .into_iter()
                .partition(|row| row.superseded == Some(true));
            let superseded = superseded
                .iter()
                .map(StandingRow::owed)
                .collect::<Result<Vec<_>>>()?;
            // What gave way makes room for more: look again.
            if strike(&mut transaction, issuer, chain, &superseded).await? == 0 {
                transaction.commit().await?;
                return rows.into_iter().map(|row| row.pending(chain)).collect();
            }
        }
    }

    /// Strikes out wallets of which the chain holds the right record already,
    /// unless they have changed since.
    pub async fn discard(&self, issuer: &IssuerId, chain: ChainId, settled: &[Owed]) -> Result<()> {
        let mut transaction = self.begin_growing().await?;
        strike(&mut transaction, issuer, chain, settled).await?;
        Ok(transaction.commit().await?)
    }
}

async fn rows_in_turn(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    chain: ChainId,
    urgency: Urgency,
    limit: i64,
) -> Result<Vec<StandingRow>> {
    // Each spelt out, so that the index of the denials serves the first.
    let rows = match urgency {
        Urgency::Denials => {
            select_owed!("AND denial", issuer.as_str(), bigint(chain.0), limit)
                .fetch_all(connection)
                .await?
        }
        Urgency::Approvals => {
            select_owed!("AND NOT denial", issuer.as_str(), bigint(chain.0), limit)
                .fetch_all(connection)
                .await?
        }
    };
    Ok(rows)
}

impl StandingRow {
    fn owed(&self) -> Result<Owed> {
        let entry = self
            .entry_number
            .ok_or_else(|| StoreError::damaged("an outbox row without a change"))?;
        Ok(Owed {
            entry: entry_number(entry)?,
            wallet: codec::wallet(&self.address)?,
        })
    }

    fn pending(self, chain: ChainId) -> Result<PendingRecord> {
        Ok(PendingRecord {
            owed: self.owed()?,
            observed: self.observed()?,
            desired: self.standing()?.desired(chain),
        })
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

/// Queues wallets again, as the register has them now.
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
        [
            "NULL::bigint AS chain_id, NULL::bytea AS record, NULL::bigint AS block_number, \
         NULL::bigint AS entry_number, NULL::boolean AS superseded \
         FROM unnest($2::bytea[]) AS k (key) CROSS JOIN LATERAL (SELECT * FROM wallet \
             WHERE issuer = $1 AND address = k.key LIMIT 1) w"
        ],
        "LEFT JOIN LATERAL (SELECT entry_number FROM outbox \
             WHERE issuer = $1 AND chain_id = $3 AND entry_number = w.changed_entry \
             AND wallet = w.address LIMIT 1) q ON true \
         WHERE q.entry_number IS NULL ORDER BY w.changed_entry, w.address",
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

/// Deletes rows that a transaction carries, or that need no telling, and
/// returns how many were there.
pub(crate) async fn strike(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    chain: ChainId,
    rows: &[Owed],
) -> Result<u64> {
    let (Some(first), Some(last)) = (rows.iter().min(), rows.iter().max()) else {
        return Ok(0);
    };
    // The bounds follow from the keys, but leave no plan the choice to read
    // more. A key is one text, since arrays of pairs would have to be joined.
    let keys = rows
        .iter()
        .map(|row| format!("{}:{}", row.entry.0, hex::encode(row.wallet.address())));
    let done = sqlx::query!(
        "DELETE FROM outbox WHERE issuer = $1 AND chain_id = $2 \
         AND entry_number BETWEEN $3 AND $4 \
         AND entry_number::text || ':' || encode(wallet, 'hex') = ANY($5)",
        issuer.as_str(),
        bigint(chain.0),
        bigint(first.entry.0),
        bigint(last.entry.0),
        &keys.collect::<Vec<_>>(),
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}
