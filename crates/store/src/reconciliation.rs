//! Chains held against the register: how far a scan has come, and what follows
//! from what final blocks show ([`symbolon_core::mirror::reconciliation`]).
//!
//! A scan first reads the registry's logs for wallets that the register never saw
//! ([`IssuerTransaction::sweep`]), then compares every wallet, by address, a page
//! at a time. What follows from a page is stored before the note that it was
//! compared; whoever compares it again finds that on its way. Wallets that
//! somebody else wrote are compared at once, beside any scan: the suspects.

mod page;
mod repair;
mod scan;

use std::collections::{BTreeSet, HashMap, HashSet};

use sqlx::PgConnection;
use symbolon_core::{
    ids::{IssuerId, RegistryId},
    log::EntryNumber,
    mirror::{
        filter::MirroredRegistry,
        lane::Part,
        reconciliation::{Finding, finding, is_on_its_way},
        record::WalletRecord,
    },
    time::UnixSeconds,
    wallet::WalletAddress,
};

use crate::{
    Result, Store, StoreError,
    codec::{self, entry_number, issuer_key, registry_key, unsigned},
    lane,
    standing::{StandingRow, select_standings},
    wallet,
};

pub use page::ToCompare;
pub(crate) use scan::begin;
pub use scan::{Findings, Scan, Step};

use repair::Course;

/// What a block showed of wallets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The block, which is final.
    pub block: u64,
    /// Its chain's time.
    pub at: UnixSeconds,
    /// What the registry held then.
    pub records: Vec<(WalletAddress, WalletRecord)>,
}

/// A wallet, compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compared {
    /// Which one.
    pub wallet: WalletAddress,
    /// What the chain must hold.
    pub desired: WalletRecord,
    /// What it was seen to hold.
    pub held: WalletRecord,
    /// How the two compare.
    pub finding: Finding,
    /// What is done about it.
    pub measure: Measure,
}

/// What is done about a wallet that was compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Measure {
    /// Nothing is to be done.
    Nothing,
    /// The chain is told at once to deny it.
    Denied,
    /// The chain is told the register's record anew.
    Rewritten,
    /// It stays denied there until a person has decided.
    LeftToPeople,
}

/// A wallet as the register has it while nobody changes it.
struct Judged {
    compared: Compared,
    /// The entry that gave it its version.
    turn: EntryNumber,
    /// Whether somebody holds it, so that the log can give it a version.
    bound: bool,
    /// Whether a transaction that may yet be mined writes it.
    carried: bool,
    /// Whether a person is to decide about it already, on any chain.
    disputed: bool,
    /// Whether another chain is yet to be understood.
    unclear_elsewhere: bool,
    /// Whether a later block was seen than the one that it is judged by.
    outdated: bool,
    /// Whether nobody expected what was seen: what is on its way was planned upon
    /// something else.
    unexpected: bool,
}

/// How the register stands to a registry.
struct Footing {
    told: EntryNumber,
    /// Decisions may be lost, as any chain has shown.
    lossy: bool,
}

impl Store {
    /// Wallets that somebody else wrote to this registry, to be compared at once.
    pub async fn suspects(
        &self,
        issuer: &IssuerId,
        registry: RegistryId,
        limit: u32,
    ) -> Result<Vec<WalletAddress>> {
        sqlx::query_scalar!(
            "SELECT wallet FROM suspect WHERE issuer = $1 AND registry_id = $2 \
             ORDER BY wallet LIMIT $3",
            issuer_key(issuer),
            registry_key(registry),
            i64::from(limit),
        )
        .fetch_all(&self.pool)
        .await?
        .iter()
        .map(|bytes| codec::wallet(bytes))
        .collect()
    }

    /// Those of these that the register never saw, nor any chain before.
    pub async fn unknown_wallets(
        &self,
        issuer: &IssuerId,
        wallets: &[WalletAddress],
    ) -> Result<BTreeSet<WalletAddress>> {
        let wallets: Vec<_> = wallets.iter().copied().map(wallet::bytes).collect();
        sqlx::query_scalar!(
            r#"SELECT k.key AS "key!" FROM unnest($2::bytea[]) AS k (key)
            WHERE NOT EXISTS (SELECT FROM wallet WHERE issuer = $1 AND address = k.key)"#,
            issuer_key(issuer),
            &wallets,
        )
        .fetch_all(&self.pool)
        .await?
        .iter()
        .map(|bytes| codec::wallet(bytes))
        .collect()
    }

    /// What would be found of these wallets; changes nothing.
    pub async fn compared(
        &self,
        issuer: &IssuerId,
        target: &MirroredRegistry,
        seen: &Seen,
    ) -> Result<Vec<Compared>> {
        let mut transaction = self.begin_growing().await?;
        let footing = footing(&mut transaction, issuer, target.id, false).await?;
        let mut judged = judge(&mut transaction, issuer, target, seen, &footing).await?;
        transaction.commit().await?;
        judged.extend(strangers(seen, &judged));
        Course::of(&judged, footing.lossy).mark(&mut judged);
        Ok(judged.into_iter().map(|judged| judged.compared).collect())
    }
}

/// Wallets of which the register knows nothing.
fn strangers(seen: &Seen, judged: &[Judged]) -> Vec<Judged> {
    let known: HashSet<_> = judged.iter().map(|one| one.compared.wallet).collect();
    let unknown = seen
        .records
        .iter()
        .filter(|(wallet, _)| !known.contains(wallet));
    unknown
        .map(|(wallet, held)| Judged {
            compared: Compared {
                wallet: *wallet,
                desired: WalletRecord::EMPTY,
                held: *held,
                finding: finding(WalletRecord::EMPTY, *held, false, seen.at),
                measure: Measure::Nothing,
            },
            turn: EntryNumber::default(),
            bound: false,
            carried: false,
            disputed: false,
            unclear_elsewhere: false,
            outdated: false,
            unexpected: false,
        })
        .collect()
}

async fn footing(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    registry: RegistryId,
    lock: bool,
) -> Result<Footing> {
    if lock {
        // Whoever is storing a transaction for this chain has stored it.
        lane::lock(connection, issuer, registry).await?;
    }
    let row = sqlx::query!(
        r#"SELECT told_entry,
            EXISTS (SELECT FROM chain WHERE issuer = $1 AND approvals_held) AS "lossy!"
        FROM chain WHERE issuer = $1 AND registry_id = $2"#,
        issuer_key(issuer),
        registry_key(registry),
    )
    .fetch_optional(connection)
    .await?
    .ok_or(StoreError::NotFound { what: "chain" })?;
    Ok(Footing {
        told: entry_number(row.told_entry)?,
        lossy: row.lossy,
    })
}

/// Holds what was seen against the register. Wallets that it does not know at
/// all are left out.
async fn judge(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    target: &MirroredRegistry,
    seen: &Seen,
    footing: &Footing,
) -> Result<Vec<Judged>> {
    let addresses: Vec<_> = seen
        .records
        .iter()
        .map(|(wallet, _)| wallet::bytes(*wallet))
        .collect();
    let records: HashMap<_, _> = seen.records.iter().copied().collect();
    let queued = queued(connection, issuer, target.id, &addresses).await?;
    let carried = lane::carried_wallets(connection, issuer, target.id).await?;
    let unclear = unclear_elsewhere(connection, issuer, target.id, &addresses).await?;
    let rows = standings(connection, issuer, target.id, &addresses).await?;
    rows.into_iter()
        .map(|row| {
            row.judged(
                target,
                seen,
                &records,
                footing,
                [&queued, &carried, &unclear],
            )
        })
        .collect()
}

/// How these wallets stand, with what the registry was seen to hold, and whether
/// people are to decide about them; in their order.
async fn standings(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    registry: RegistryId,
    addresses: &[Vec<u8>],
) -> Result<Vec<StandingRow>> {
    let rows = select_standings!(
        [
            "o.registry_id AS \"registry_id?\", o.record AS \"record?\", \
         o.block_number AS \"block_number?\", NULL::bigint AS entry_number, \
         EXISTS (SELECT FROM dispute d WHERE d.issuer = w.issuer AND d.wallet = w.address \
             AND d.entry_number = w.changed_entry) AS superseded \
         FROM unnest($3::bytea[]) AS k (key) CROSS JOIN LATERAL (SELECT * FROM wallet \
             WHERE issuer = $1 AND address = k.key LIMIT 1) w"
        ],
        "LEFT JOIN LATERAL (SELECT * FROM observed \
             WHERE issuer = $1 AND wallet = w.address AND registry_id = $2 LIMIT 1) o ON true \
         ORDER BY w.address",
        issuer_key(issuer),
        registry_key(registry),
        addresses,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows)
}

impl StandingRow {
    fn judged(
        self,
        target: &MirroredRegistry,
        seen: &Seen,
        records: &HashMap<WalletAddress, WalletRecord>,
        footing: &Footing,
        [queued, carried, unclear]: [&HashSet<WalletAddress>; 3],
    ) -> Result<Judged> {
        let turn = entry_number(self.turn)?;
        let disputed = self.superseded == Some(true);
        let last = self
            .block_number
            .map(|block| unsigned(block, "a block number"));
        let outdated = last.transpose()?.is_some_and(|last| last > seen.block);
        let observed = self.observed()?;
        let standing = self.standing()?;
        let address = standing.wallet.address;
        let held = records.get(&address).copied().unwrap_or_default();
        let desired = standing.desired(target);
        let in_turn = turn > footing.told && standing.wallet.chains.includes(target.id.chain);
        let carried = carried.contains(&address);
        let owed = in_turn || queued.contains(&address);
        let on_its_way =
            outdated || carried || (owed && is_on_its_way(desired, held, footing.lossy));
        Ok(Judged {
            compared: Compared {
                wallet: address,
                desired,
                held,
                finding: finding(desired, held, on_its_way, seen.at),
                measure: Measure::Nothing,
            },
            turn,
            bound: standing.investor.is_some(),
            carried,
            disputed,
            unclear_elsewhere: unclear.contains(&address),
            outdated,
            unexpected: held != observed,
        })
    }
}

/// Those that the outbox has for this registry.
async fn queued(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    registry: RegistryId,
    addresses: &[Vec<u8>],
) -> Result<HashSet<WalletAddress>> {
    sqlx::query_scalar!(
        "SELECT DISTINCT wallet FROM outbox \
         WHERE issuer = $1 AND registry_id = $2 AND wallet = ANY($3)",
        issuer_key(issuer),
        registry_key(registry),
        addresses,
    )
    .fetch_all(connection)
    .await?
    .iter()
    .map(|bytes| codec::wallet(bytes))
    .collect()
}

/// Those that are suspect on other chains, and not understood there.
async fn unclear_elsewhere(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    registry: RegistryId,
    addresses: &[Vec<u8>],
) -> Result<HashSet<WalletAddress>> {
    sqlx::query_scalar!(
        "SELECT DISTINCT wallet FROM suspect WHERE issuer = $1 AND registry_id <> $2 \
         AND NOT awaits_others AND wallet = ANY($3)",
        issuer_key(issuer),
        registry_key(registry),
        addresses,
    )
    .fetch_all(connection)
    .await?
    .iter()
    .map(|bytes| codec::wallet(bytes))
    .collect()
}

/// Whether this part waits for a reconciliation: approvals do, to all chains, where
/// any has shown that the register may have lost decisions.
pub(crate) async fn holds(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    part: Part,
) -> Result<bool> {
    if part == Part::Denials {
        return Ok(false);
    }
    let held = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM chain WHERE issuer = $1 AND approvals_held) AS "held!""#,
        issuer_key(issuer),
    )
    .fetch_one(connection)
    .await?;
    Ok(held)
}
