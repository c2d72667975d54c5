//! What a chain must be told of.
//!
//! 1. Every change of a wallet is told in turn: those after `chain.told_entry`,
//!    in the order of the log, each wallet once at its newest change. So an
//!    import of new customers writes no row for any chain.
//! 2. The outbox holds those that go out of turn, each because of an entry:
//!    denials, which cannot wait (I3), and wallets that must be told again.
//!    A row counts only while that entry is the wallet's newest change; a later
//!    one has a turn, or a row, of its own. (Unless the wallet left the chain
//!    with it: then there is no other turn, and the row stands.)
//!
//! What a lane then sends is whatever the register holds at that moment. The
//! chain is no longer owed it
//!
//! 1. once a signed transaction that carries it is stored, and together with
//!    that ([`Store::store_signed`]),
//! 2. because the chain holds the right record already, or is being told of it
//!    ([`Store::discharge`]), or
//! 3. because the row does not count ([`Store::pull`]).
//!
//! The outbox fills and empties all the time, so the planner knows nothing of
//! it: every query here says so much of what it looks for that no plan can
//! read a whole table (`LATERAL … LIMIT 1` for one row by its key, bounds for
//! several).

use std::collections::BTreeSet;

use alloy_primitives::hex;
use sqlx::PgConnection;
use symbolon_core::{
    ids::{IssuerId, RegistryId},
    log::EntryNumber,
    mirror::{
        filter::MirroredRegistry,
        lane::{Part, Pulled},
        plan::{Discharge, Owed, PendingRecord},
    },
    time::UnixSeconds,
    wallet::WalletAddress,
};

use crate::{
    Result, Store, StoreError, authority,
    codec::{self, bigint, entry_number, issuer_key, registry_key},
    copy::Copy,
    issuer,
    standing::{StandingRow, select_standings},
    wallet,
};

/// The first rows of a part of the outbox, with all that a lane must know.
macro_rules! select_rows {
    ($part:tt, $issuer:expr, $registry:expr, $limit:expr) => {
        select_standings!(
            ["o.registry_id AS \"registry_id?\", o.record AS \"record?\", \
             o.block_number AS \"block_number?\", q.entry_number AS \"entry_number?\", \
             w.changed_entry <> q.entry_number AND (w.chains IS NULL OR $2 % 72057594037927936 = ANY(w.chains)) \
                 AS \"superseded?\" \
             FROM (SELECT * FROM outbox WHERE issuer = $1 AND registry_id = $2 "
                + $part
                + " \
                 ORDER BY entry_number, wallet LIMIT $3) q \
             LEFT JOIN LATERAL (SELECT * FROM wallet \
                 WHERE issuer = $1 AND address = q.wallet LIMIT 1) w ON true"],
            "LEFT JOIN LATERAL (SELECT * FROM observed \
                 WHERE issuer = $1 AND wallet = q.wallet AND registry_id = $2 LIMIT 1) o ON true \
             ORDER BY q.entry_number, q.wallet",
            $issuer,
            $registry,
            $limit,
        )
    };
}

impl Store {
    /// What this chain must be told, oldest change first. Nothing is claimed: a
    /// chain has one lane, and it is owed all this until [`Store::store_signed`].
    pub async fn pull(
        &self,
        issuer: &IssuerId,
        target: &MirroredRegistry,
        part: Part,
        limit: usize,
    ) -> Result<Pulled> {
        let registry = target.id;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut transaction = self.begin_growing().await?;
        // Read first: what the head has is in the rows that are read after it.
        let head = issuer::read_head(&mut transaction, issuer).await?;
        let connection = &mut *transaction;
        let mut pulled = match part {
            Part::After(entry) => {
                in_turn(connection, issuer, target, entry, head.number, limit).await?
            }
            Part::Denials | Part::Again => {
                out_of_turn(connection, issuer, target, part, limit).await?
            }
        };
        pulled.authorities = match part {
            Part::Denials => authority::to_cut_off(connection, issuer, registry).await?,
            // Whoever is denied must not count for a moment.
            Part::Again => authority::to_reinstate(connection, issuer, registry).await?,
            Part::After(_) => Vec::new(),
        };
        transaction.commit().await?;
        pulled.head = head;
        Ok(pulled)
    }

    /// Notes that the chain is no longer owed this.
    pub async fn discharge(
        &self,
        issuer: &IssuerId,
        registry: RegistryId,
        discharge: &Discharge,
    ) -> Result<()> {
        let mut transaction = self.begin_growing().await?;
        carry_out(&mut transaction, issuer, registry, discharge).await?;
        transaction.commit().await
    }

    /// The entry up to which this chain is no longer owed any change, the
    /// outbox aside.
    pub async fn told_through(
        &self,
        issuer: &IssuerId,
        registry: RegistryId,
    ) -> Result<EntryNumber> {
        let mut connection = self.pool.acquire().await?;
        lock_chain(&mut connection, issuer, registry).await
    }
}

/// Waits for whoever is storing a transaction for this chain, and returns the
/// entry up to which it was told then.
pub(crate) async fn lock_chain(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    registry: RegistryId,
) -> Result<EntryNumber> {
    let entry = sqlx::query_scalar!(
        "SELECT told_entry FROM chain WHERE issuer = $1 AND registry_id = $2 FOR UPDATE",
        issuer_key(issuer),
        registry_key(registry),
    )
    .fetch_optional(connection)
    .await?;
    entry_number(entry.ok_or(StoreError::NotFound { what: "chain" })?)
}

/// Whole entries, so that an entry's number is enough to go on from: one that
/// changed many wallets exceeds the limit.
async fn in_turn(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    target: &MirroredRegistry,
    after: EntryNumber,
    head: EntryNumber,
    limit: i64,
) -> Result<Pulled> {
    let rows = select_standings!(
        [
            "o.registry_id AS \"registry_id?\", o.record AS \"record?\", \
             o.block_number AS \"block_number?\", NULL::bigint AS entry_number, \
             NULL::boolean AS superseded \
             FROM (SELECT * FROM wallet \
                 WHERE issuer = $1 AND changed_entry > $3 AND changed_entry <= $4 \
                 AND (chains IS NULL OR $2 % 72057594037927936 = ANY(chains)) \
                 ORDER BY changed_entry FETCH FIRST ($5::bigint) ROWS WITH TIES) w"
        ],
        "LEFT JOIN LATERAL (SELECT * FROM observed \
             WHERE issuer = $1 AND wallet = w.address AND registry_id = $2 LIMIT 1) o ON true \
         ORDER BY w.changed_entry, w.address",
        issuer_key(issuer),
        registry_key(target.id),
        bigint(after.0),
        bigint(head.0),
        limit,
    )
    .fetch_all(connection)
    .await?;
    let more = i64::try_from(rows.len()).unwrap_or(i64::MAX) >= limit;
    let last = rows.last().map(|row| entry_number(row.turn)).transpose()?;
    Ok(Pulled {
        records: rows
            .into_iter()
            .map(|row| row.pending(target))
            .collect::<Result<_>>()?,
        through: last.filter(|_| more).unwrap_or(head),
        more,
        ..Pulled::default()
    })
}

async fn out_of_turn(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    target: &MirroredRegistry,
    part: Part,
    limit: i64,
) -> Result<Pulled> {
    let registry = target.id;
    loop {
        // Each spelt out, so that the index of the denials serves the first.
        let rows = match part {
            Part::Denials => {
                select_rows!(
                    "AND denial",
                    issuer_key(issuer),
                    registry_key(registry),
                    limit
                )
                .fetch_all(&mut *connection)
                .await?
            }
            Part::Again | Part::After(_) => {
                select_rows!(
                    "AND NOT denial",
                    issuer_key(issuer),
                    registry_key(registry),
                    limit
                )
                .fetch_all(&mut *connection)
                .await?
            }
        };
        let more = i64::try_from(rows.len()).unwrap_or(i64::MAX) >= limit;
        let (superseded, rows): (Vec<_>, Vec<_>) = rows
            .into_iter()
            .partition(|row| row.superseded == Some(true));
        let superseded = superseded
            .iter()
            .map(StandingRow::owed)
            .collect::<Result<Vec<_>>>()?;
        // What gave way makes room for more: look again.
        if strike(connection, issuer, registry, &superseded).await? == 0 {
            let records = rows.into_iter().map(|row| row.pending(target));
            return Ok(Pulled {
                records: records.collect::<Result<_>>()?,
                more,
                ..Pulled::default()
            });
        }
    }
}

impl StandingRow {
    /// The outbox's row, or the wallet's turn.
    fn owed(&self) -> Result<Owed> {
        Ok(Owed {
            entry: entry_number(self.entry_number.unwrap_or(self.turn))?,
            wallet: codec::wallet(&self.address)?,
        })
    }

    fn pending(self, target: &MirroredRegistry) -> Result<PendingRecord> {
        Ok(PendingRecord {
            owed: self.owed()?,
            observed: self.observed()?,
            desired: self.standing()?.desired(target),
        })
    }
}

/// A row to be queued.
pub(crate) struct Row {
    pub(crate) registry: RegistryId,
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
    let issuer = issuer_key(issuer);
    let mut copy = Copy::begin(
        connection,
        "COPY outbox (issuer, registry_id, entry_number, wallet, denial, queued_s) \
         FROM STDIN (FORMAT binary)",
        6,
    )
    .await?;
    for row in rows {
        copy.row()
            .await?
            .bigint(issuer)
            .bigint(registry_key(row.registry))
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
    target: &MirroredRegistry,
    wallets: &[WalletAddress],
    now: UnixSeconds,
) -> Result<()> {
    if wallets.is_empty() {
        return Ok(());
    }
    // Two transactions that came to nothing may have carried the same wallet.
    let addresses: BTreeSet<_> = wallets.iter().copied().map(wallet::bytes).collect();
    let addresses = Vec::from_iter(addresses);
    let standings = select_standings!(
        [
            "NULL::bigint AS registry_id, NULL::bytea AS record, NULL::bigint AS block_number, \
         NULL::bigint AS entry_number, NULL::boolean AS superseded \
         FROM unnest($2::bytea[]) AS k (key) CROSS JOIN LATERAL (SELECT * FROM wallet \
             WHERE issuer = $1 AND address = k.key LIMIT 1) w"
        ],
        "LEFT JOIN LATERAL (SELECT entry_number FROM outbox \
             WHERE issuer = $1 AND registry_id = $3 AND entry_number = w.changed_entry \
             AND wallet = w.address LIMIT 1) q ON true \
         WHERE q.entry_number IS NULL ORDER BY w.changed_entry, w.address",
        issuer_key(issuer),
        &addresses,
        registry_key(target.id),
    )
    .fetch_all(&mut *connection)
    .await?;
    queue(connection, issuer, &rows_of(target, standings)?, now).await
}

fn rows_of(target: &MirroredRegistry, standings: Vec<StandingRow>) -> Result<Vec<Row>> {
    standings
        .into_iter()
        .map(|row| {
            let entry = entry_number(row.turn)?;
            let standing = row.standing()?;
            Ok(Row {
                registry: target.id,
                entry,
                wallet: standing.wallet.address,
                denial: standing.desired(target).denies(),
            })
        })
        .collect()
}

/// Notes that a chain is no longer owed this.
pub(crate) async fn carry_out(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    registry: RegistryId,
    discharge: &Discharge,
) -> Result<()> {
    if let Some(through) = discharge.through {
        sqlx::query!(
            "UPDATE chain SET told_entry = $3 \
             WHERE issuer = $1 AND registry_id = $2 AND told_entry < $3",
            issuer_key(issuer),
            registry_key(registry),
            bigint(through.0),
        )
        .execute(&mut *connection)
        .await?;
    }
    if let Some(told) = discharge.authority {
        authority::tell(&mut *connection, issuer, registry, told).await?;
    }
    strike(connection, issuer, registry, &discharge.rows).await?;
    Ok(())
}

/// Deletes rows that a transaction carries, or that need no telling, and
/// returns how many were there.
async fn strike(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    registry: RegistryId,
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
        "DELETE FROM outbox WHERE issuer = $1 AND registry_id = $2 \
         AND entry_number BETWEEN $3 AND $4 \
         AND entry_number::text || ':' || encode(wallet, 'hex') = ANY($5)",
        issuer_key(issuer),
        registry_key(registry),
        bigint(first.entry.0),
        bigint(last.entry.0),
        &keys.collect::<Vec<_>>(),
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}
