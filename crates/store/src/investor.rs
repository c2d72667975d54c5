//! Investors: reading one, reading lists.

pub(crate) mod row;

use std::collections::HashMap;

use sqlx::PgConnection;
use symbolon_core::{
    country::Country,
    ids::{ExternalId, InvestorId, IssuerId},
    investor::{Investor, StatusName},
    log::EntryNumber,
    time::UnixSeconds,
    wallet::WalletAddress,
};

use crate::{
    IssuerTransaction, Result, Store, StoreError,
    codec::{bigint, entry_number, investor_id, issuer_key},
    wallet::WalletRow,
};
use row::InvestorRow;

/// An investor with its place in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvestorRecord {
    /// The investor, with its wallets.
    pub investor: Investor,
    /// The entry that made it known, which lists are ordered by.
    pub created: EntryNumber,
    /// The entry that last changed it.
    pub changed: EntryNumber,
}

/// What a list of investors is narrowed to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InvestorFilter {
    /// Only those of this status.
    pub status: Option<StatusName>,
    /// Only those whose verdict names this country.
    pub country: Option<Country>,
    /// Only the one with the issuer's reference.
    pub external_id: Option<ExternalId>,
    /// Only the holder of this wallet.
    pub wallet: Option<WalletAddress>,
    /// Only those whose verdict ends before.
    pub expires_before: Option<UnixSeconds>,
}

/// One page of investors, in the order in which they became known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InvestorPage {
    /// The investors.
    pub investors: Vec<InvestorRecord>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<EntryNumber>,
}

/// The columns of [`InvestorRow`], then the rest of the query from its `FROM`
/// on; so that the list is written once and the SQL stays literal.
macro_rules! select_investors {
    ($rest:tt, $($argument:expr),* $(,)?) => {
        sqlx::query_as!(
            crate::investor::row::InvestorRow,
            "SELECT investor, external_id, kind, status, reason, restricted, frozen, \
             authority, level, country, rating, accreditation_ends, us_person, expiry_s, \
             source, verified_s, person, wallets, certificates, claims, custody, proofs, created_entry, changed_entry " + $rest,
            $($argument),*
        )
    };
}
pub(crate) use select_investors;

impl Store {
    /// One investor.
    pub async fn investor(&self, issuer: &IssuerId, id: InvestorId) -> Result<InvestorRecord> {
        let mut snapshot = self.begin_snapshot().await?;
        one(&mut snapshot, issuer, id).await
    }

    /// The page of investors after the cursor, at most `limit` of them.
    pub async fn investors(
        &self,
        issuer: &IssuerId,
        filter: &InvestorFilter,
        after: Option<EntryNumber>,
        limit: u32,
    ) -> Result<InvestorPage> {
        let after = bigint(after.unwrap_or_default().0);
        let status = filter.status.map(StatusName::as_str);
        let country = filter.country.map(country_code);
        let expires_before = filter.expires_before.map(|at| bigint(at.0));
        // One more than asked tells whether there is a next page.
        let fetched = i64::from(limit) + 1;
        let mut snapshot = self.begin_snapshot().await?;
        // A query for each index that may lead: one query for all filters
        // would get a generic plan that serves none. Unlike the others, most
        // investors are verified, and a country's are spread evenly: for these
        // the primary key leads.
        let rows = if filter.external_id.is_some() || filter.wallet.is_some() {
            select_investors!(
                "FROM investor WHERE issuer = $1 AND created_entry > $2 \
                 AND ($3::text IS NULL OR external_id = $3) \
                 AND ($4::bytea IS NULL OR created_entry = \
                     (SELECT w.holder FROM wallet w WHERE w.issuer = $1 AND w.address = $4)) \
                 AND ($5::text IS NULL OR status = $5) \
                 AND ($6::smallint IS NULL OR country = $6) \
                 AND ($7::bigint IS NULL OR expiry_s < $7) \
                 ORDER BY created_entry LIMIT $8",
                issuer_key(issuer),
                after,
                filter.external_id.as_ref().map(ExternalId::as_str),
                filter.wallet.map(|wallet| wallet.address().to_vec()),
                status,
                country,
                expires_before,
                fetched,
            )
            .fetch_all(&mut *snapshot)
            .await?
        } else if let Some(status) = status.filter(|status| *status != "verified") {
            select_investors!(
                "FROM investor WHERE issuer = $1 AND status = $2 AND status <> 'verified' \
                 AND created_entry > $3 \
                 AND ($4::smallint IS NULL OR country = $4) \
                 AND ($5::bigint IS NULL OR expiry_s < $5) \
                 ORDER BY created_entry LIMIT $6",
                issuer_key(issuer),
                status,
                after,
                country,
                expires_before,
                fetched,
            )
            .fetch_all(&mut *snapshot)
            .await?
        } else {
            select_investors!(
                "FROM investor WHERE issuer = $1 AND created_entry > $2 \
                 AND ($3::text IS NULL OR status = $3) \
                 AND ($4::smallint IS NULL OR country = $4) \
                 AND ($5::bigint IS NULL OR expiry_s < $5) \
                 ORDER BY created_entry LIMIT $6",
                issuer_key(issuer),
                after,
                status,
                country,
                expires_before,
                fetched,
            )
            .fetch_all(&mut *snapshot)
            .await?
        };
        let mut investors = with_wallets(&mut snapshot, issuer, rows).await?;
        let more = investors.len() > limit as usize;
        investors.truncate(limit as usize);
        let next = investors.last().filter(|_| more).map(|last| last.created);
        Ok(InvestorPage { investors, next })
    }

    /// Verified investors whose verdict has ended, the longest ago first.
    pub async fn due_expiries(
        &self,
        issuer: &IssuerId,
        now: UnixSeconds,
        limit: u32,
    ) -> Result<Vec<InvestorId>> {
        sqlx::query_scalar!(
            "SELECT investor FROM investor \
             WHERE issuer = $1 AND status = 'verified' AND expiry_s IS NOT NULL AND expiry_s <= $2 \
             ORDER BY expiry_s LIMIT $3",
            issuer_key(issuer),
            bigint(now.0),
            i64::from(limit),
        )
        .fetch_all(&self.pool)
        .await?
        .iter()
        .map(|bytes| investor_id(bytes))
        .collect()
    }
}

/// Adds the wallets, with one more query for the whole page.
impl IssuerTransaction {
    /// One investor, as it stands after what was decided here. Who holds the
    /// issuer's lock reads here and not in the store: there it would wait for a
    /// connection, and those who have them may be waiting for the lock.
    pub async fn investor(&mut self, id: InvestorId) -> Result<InvestorRecord> {
        one(&mut self.transaction, &self.issuer, id).await
    }
}

async fn one(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    id: InvestorId,
) -> Result<InvestorRecord> {
    let row = select_investors!(
        "FROM investor WHERE issuer = $1 AND investor = $2",
        issuer_key(issuer),
        id.0.as_slice(),
    )
    .fetch_optional(&mut *connection)
    .await?
    .ok_or(StoreError::NotFound { what: "investor" })?;
    let mut page = with_wallets(connection, issuer, vec![row]).await?;
    page.pop().ok_or(StoreError::NotFound { what: "investor" })
}

pub(crate) async fn with_wallets(
    snapshot: &mut PgConnection,
    issuer: &IssuerId,
    rows: Vec<InvestorRow>,
) -> Result<Vec<InvestorRecord>> {
    let wallets = WalletRow::at_addresses(snapshot, issuer, &addresses_in(&rows)).await?;
    assemble(rows, wallets)
}

/// The addresses that these investors hold.
pub(crate) fn addresses_in(rows: &[InvestorRow]) -> Vec<Vec<u8>> {
    rows.iter().flat_map(|row| row.wallets.clone()).collect()
}

/// Investors with their wallets, in the rows' order. A wallet and its holder
/// must name each other (I12).
pub(crate) fn assemble(
    rows: Vec<InvestorRow>,
    wallets: Vec<WalletRow>,
) -> Result<Vec<InvestorRecord>> {
    let mut found: HashMap<_, _> = wallets
        .into_iter()
        .map(|wallet| (wallet.address.clone(), wallet))
        .collect();
    rows.into_iter()
        .map(|row| {
            let held = row
                .wallets
                .iter()
                .map(|address| {
                    found
                        .remove(address)
                        .filter(|wallet| wallet.holder == Some(row.created_entry))
                        .ok_or_else(|| StoreError::damaged("a wallet and its holder disagree"))
                        .and_then(|wallet| Ok(wallet.read()?.bound()))
                })
                .collect::<Result<_>>()?;
            Ok(InvestorRecord {
                created: entry_number(row.created_entry)?,
                changed: entry_number(row.changed_entry)?,
                investor: row.read(held)?,
            })
        })
        .collect()
}

pub(crate) fn country_code(country: Country) -> i16 {
    // At most 894.
    i16::try_from(country.numeric()).unwrap_or(i16::MAX)
}
