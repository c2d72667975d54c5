//! What a chain must be told of.
//!
//! 1. Every change of a wallet is told in turn: those after `chain.told_entry`,
//!    in the order of the log, each wallet once at its newest change. So an
//!    import of new customers writes no row for any chain.
//! 2. The outbox holds those that go out of turn, each because of an entry:
//!    denials, which cannot wait (I3), and wallets that must be told again.
//!    A row counts only while that entry is the wallet's newest change; a later
//!    one has a turn, or a row, of its own. (Unless the wallet left the chain
//!    with it: then there is no other turn, and the row stands.) A denial's row
//!    counts while the wallet is to be denied: a reinstatement that was decided
//!    later must wait for it ([`symbolon_core::mirror::reinstatement`]).
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

mod strike;

use std::collections::BTreeSet;

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

pub(crate) use strike::Carrier;
use strike::{Struck, queued, strike};

use crate::{
    Lease, Result, Store, StoreError, authority,
    codec::{self, bigint, entry_number, issuer_key, registry_key},
    companion,
    copy::Copy,
    issuer, lane, reconciliation,
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
    /// lane has one driver, and its chain is owed all this until [`Store::store_signed`].
    pub async fn pull(
        &self,
        lease: &Lease,
        target: &MirroredRegistry,
        part: Part,
        limit: usize,
    ) -> Result<Pulled> {
        let (issuer, registry) = (lease.issuer(), lease.registry());
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut transaction = self.begin_growing().await?;
        // Read first: what the head has is in the rows that are read after it.
        let head = issuer::read_head(&mut transaction, issuer).await?;
        let connection = &mut *transaction;
        if reconciliation::holds(connection, issuer, part).await? {
            return Ok(Pulled::nothing(part, head));
        }
        let mut pulled = match part {
            Part::After(entry) => {
                in_turn(connection, issuer, target, entry, head.number, limit).await?
            }
            Part::Denials | Part::Again => {
                out_of_turn(connection, lease, target, part, limit).await?
            }
            // Read by [`Store::pull_errands`], with what companions hold.
            Part::Errands => Pulled::nothing(part, head),
        };
        pulled.authorities = match part {
            Part::Denials => authority::to_cut_off(connection, issuer, registry).await?,
            // Whoever is denied must not count for a moment.
            Part::Again => authority::to_reinstate(connection, issuer, registry).await?,
            Part::After(_) | Part::Errands => Vec::new(),
        };
        transaction.commit().await?;
        pulled.head = head;
        Ok(pulled)
    }

    /// Notes that the chain is no longer owed this, since it holds it or is being
    /// told of it: whatever is open may carry the denials that are struck here.
    pub async fn discharge(&self, lease: &Lease, discharge: &Discharge) -> Result<()> {
        let (issuer, registry) = (lease.issuer(), lease.registry());
        let mut transaction = self.begin_growing().await?;
        lease.hold(&mut transaction).await?;
        let struck = carry_out(&mut transaction, issuer, registry, discharge, None).await?;
        if let Some(oldest) = struck.oldest_denial {
            lane::inherit_denial(&mut transaction, issuer, registry, oldest).await?;
            lane::note_carriers(&mut transaction, issuer, registry, &discharge.rows).await?;
        }
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
    lease: &Lease,
    target: &MirroredRegistry,
    part: Part,
    limit: i64,
) -> Result<Pulled> {
    let (issuer, registry) = (lease.issuer(), lease.registry());
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
            Part::Again | Part::After(_) | Part::Errands => {
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
        let (mut superseded, mut records) = (Vec::new(), Vec::new());
        for row in rows {
            let overtaken = row.superseded == Some(true);
            let pending = row.pending(target)?;
            let still_denied = part == Part::Denials && pending.desired.denies();
            match overtaken && !still_denied {
                true => superseded.push(pending.owed),
                false => records.push(pending),
            }
        }
        if !superseded.is_empty() {
            lease.hold(connection).await?;
        }
        // What gave way makes room for more: look again.
        let struck = strike(connection, issuer, registry, &superseded, None).await?;
        if struck.rows == 0 {
            return Ok(Pulled {
                records,
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

impl Row {
    fn owed(&self) -> Owed {
        Owed {
            entry: self.entry,
            wallet: self.wallet,
        }
    }
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

/// Queues wallets again, as the register has them now. Denials among them are
/// no younger than the one in what came to nothing.
pub(crate) async fn requeue(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    target: &MirroredRegistry,
    wallets: &[WalletAddress],
    oldest_denial: Option<EntryNumber>,
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
        "ORDER BY w.changed_entry, w.address",
        issuer_key(issuer),
        &addresses,
    )
    .fetch_all(&mut *connection)
    .await?;
    let mut rows = rows_of(target, standings, oldest_denial)?;
    let keys: Vec<_> = rows.iter().map(Row::owed).collect();
    let queued = queued(connection, issuer, target.id, &keys).await?;
    rows.retain(|row| !queued.contains(&row.owed()));
    queue(connection, issuer, &rows, now).await
}

fn rows_of(
    target: &MirroredRegistry,
    standings: Vec<StandingRow>,
    oldest_denial: Option<EntryNumber>,
) -> Result<Vec<Row>> {
    standings
        .into_iter()
        .map(|row| {
            let turn = entry_number(row.turn)?;
            let standing = row.standing()?;
            let denial = standing.desired(target).denies();
            let since = oldest_denial.filter(|_| denial);
            Ok(Row {
                registry: target.id,
                entry: since.map_or(turn, |since| since.min(turn)),
                wallet: standing.wallet.address,
                denial,
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
    carrier: Option<Carrier>,
) -> Result<Struck> {
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
    companion::tell(&mut *connection, issuer, registry, &discharge.errands).await?;
    strike(connection, issuer, registry, &discharge.rows, carrier).await
}
