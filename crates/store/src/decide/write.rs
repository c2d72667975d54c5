//! What a batch has decided, stored with a statement a table.

use sqlx::{PgConnection, postgres::PgBindIterExt};
use symbolon_core::{
    ids::IssuerId,
    investor::{Investor, Status, StatusName, Verified},
    log::EntryNumber,
    mirror::companion::{CompanionKey, Errand},
    time::UnixSeconds,
};

use super::known::{Change, Known, KnownInvestor, NewEntry};
use crate::{
    InvestorRecord, IssuerTransaction, Result, StoreError,
    codec::{
        addresses_text, bigint, issuer_key, kind_word, level_word, rejection_word, revocation_word,
        scope_array, scope_text,
    },
    companion,
    copy::Copy,
    investor::country_code,
    monitoring, outbox,
    wallet::{self, StoredWallet},
};

/// Returns whether a lane has new work.
pub(super) async fn everything(
    transaction: &mut IssuerTransaction,
    entries: &[NewEntry],
    known: &Known,
    now: UnixSeconds,
) -> Result<bool> {
    if entries.is_empty() {
        return Ok(false);
    }
    let issuer = &known.issuer;
    let connection = &mut *transaction.transaction;
    insert_entries(connection, issuer, entries).await?;
    let mut made = Vec::with_capacity(known.investors.len());
    let mut altered = Vec::new();
    for investor in known.investors.values() {
        match investor.change {
            Change::None => {}
            Change::Made => made.push(InvestorColumns::of(&investor.record)?),
            Change::Altered => altered.push(InvestorColumns::of(&investor.record)?),
        }
    }
    made.sort_unstable_by_key(|columns| columns.created);
    insert_investors(connection, issuer, &made).await?;
    update_investors(connection, issuer, &altered).await?;

    let changed = |wanted| {
        let wallets = known
            .wallets
            .values()
            .filter(move |known| known.change == wanted);
        let mut wallets: Vec<_> = wallets.map(|known| &known.wallet).collect();
        // In the order of the index by change, which then only grows at its end.
        wallets.sort_unstable_by_key(|wallet| wallet.changed);
        wallets
    };
    insert_wallets(connection, issuer, &changed(Change::Made)).await?;
    update_wallets(connection, issuer, &changed(Change::Altered)).await?;
    owe_monitoring(connection, known, now).await?;
    let owed = owe_companions(connection, known).await?;
    Ok(queue(connection, known, now).await? || owed)
}

/// Whoever is verified now, by whomever, is watched by the providers who have told of them.
async fn owe_monitoring(
    connection: &mut PgConnection,
    known: &Known,
    now: UnixSeconds,
) -> Result<()> {
    let investors = known.investors.values();
    // Nobody was sent anywhere before being known.
    let altered = investors.filter(|known| known.change == Change::Altered);
    let verified = altered.filter_map(|known| {
        let investor = &known.record.investor;
        let is_news = matches!(&investor.status, Status::Verified(held) if held.verified_at == now);
        is_news.then_some(investor.id)
    });
    monitoring::owe(connection, &known.issuer, verified, now).await
}

/// Whatever happens to an investor may change what it is certified for, and what is
/// claimed of it; a wallet that was taken from one may still count on a chain.
async fn owe_companions(connection: &mut PgConnection, known: &Known) -> Result<bool> {
    let issuer = &known.issuer;
    if !companion::tells_of_investors(&mut *connection, issuer).await? {
        return Ok(false);
    }
    let mut owed = Vec::new();
    for KnownInvestor { record, change } in known.investors.values() {
        if *change == Change::None {
            continue;
        }
        let keys = companion::Subject::of(&record.investor).keys();
        owed.extend(keys.into_iter().map(|key| companion::Row {
            errand: Errand {
                entry: record.changed,
                key,
            },
            denial: is_denied(&record.investor, key),
        }));
    }
    companion::owe_many(&mut *connection, issuer, &owed).await?;
    let altered = known.wallets.values();
    let altered = altered.filter(|known| known.change == Change::Altered);
    let altered: Vec<_> = altered
        .map(|known| (known.wallet.address, known.wallet.changed))
        .collect();
    let told = companion::owe_told(connection, issuer, &altered).await?;
    Ok(told || !owed.is_empty())
}

/// Whether companions hear of it ahead of others.
fn is_denied(investor: &Investor, key: CompanionKey) -> bool {
    let is_revoked = match key {
        CompanionKey::Certificate(id, _) => investor
            .certificates
            .get(&id)
            .is_none_or(|held| held.revoked),
        CompanionKey::Claim(_, topic) => {
            investor.claims.get(&topic).is_none_or(|held| held.revoked)
        }
        // Whoever is barred keeps its identity, and not a wallet that is lost.
        CompanionKey::IdentityKey(_, wallet) => {
            return investor.wallet(wallet).is_none_or(|wallet| !wallet.active);
        }
        CompanionKey::Rule(_) => false,
    };
    is_revoked || investor.status.name() != StatusName::Verified
}

/// Lets denials pass what waits for its turn, on the chains in the wallet's
/// scope. A tombstone keeps the scope in which the wallet counted.
async fn queue(connection: &mut PgConnection, known: &Known, now: UnixSeconds) -> Result<bool> {
    let due: Vec<_> = known
        .wallets
        .values()
        .filter_map(|known| Some((&known.wallet, known.due.as_ref()?)))
        .collect();
    let mut rows: Vec<_> = due
        .iter()
        .flat_map(|(wallet, due)| {
            due.denials.iter().map(|registry| outbox::Row {
                registry: *registry,
                entry: wallet.changed,
                wallet: wallet.address,
                denial: true,
            })
        })
        .collect();
    rows.sort_unstable_by_key(|row| (row.registry, row.entry, row.wallet));
    outbox::queue(connection, &known.issuer, &rows, now).await?;
    Ok(!due.is_empty())
}

async fn insert_entries(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    rows: &[NewEntry],
) -> Result<()> {
    let issuer = issuer_key(issuer);
    let mut copy = Copy::begin(
        connection,
        "COPY entry (issuer, number, decided_s, actor, investor, subject, events, hash) \
         FROM STDIN (FORMAT binary)",
        8,
    )
    .await?;
    for NewEntry {
        entry,
        hash,
        subject,
    } in rows
    {
        copy.row()
            .await?
            .bigint(issuer)
            .bigint(bigint(entry.number.0))
            .bigint(bigint(entry.at.0))
            .text(&entry.actor)
            .bytes(entry.investor.0.as_slice())
            .bigint(bigint(subject.0))
            .text(&entry.events)
            .bytes(hash.as_slice());
    }
    copy.finish("the log has an entry of this number").await
}

/// An investor as its row holds it.
struct InvestorColumns<'a> {
    record: &'a InvestorRecord,
    created: EntryNumber,
    reason: Option<&'static str>,
    verdict: Option<&'a Verified>,
    source: Option<String>,
    certificates: Option<String>,
    claims: Option<String>,
    custody: Option<String>,
    proofs: Option<String>,
    person: Option<String>,
}

impl<'a> InvestorColumns<'a> {
    fn of(record: &'a InvestorRecord) -> Result<Self> {
        let status = &record.investor.status;
        let verdict = status.verdict();
        let source = verdict
            .map(|verdict| serde_json::to_string(&verdict.source))
            .transpose();
        let held = Some(&record.investor.certificates).filter(|held| !held.is_empty());
        let certificates = held.map(serde_json::to_string).transpose();
        let claimed = Some(&record.investor.claims).filter(|claimed| !claimed.is_empty());
        let claims = claimed.map(serde_json::to_string).transpose();
        let custody = Some(&record.investor.custody).filter(|custody| !custody.is_empty());
        let custody = custody.map(serde_json::to_string).transpose();
        let proofs = Some(&record.investor.proofs).filter(|proofs| !proofs.is_empty());
        let proofs = proofs.map(serde_json::to_string).transpose();
        let seen = verdict.map(|verdict| verdict.person);
        let seen = seen.filter(|person| !person.is_empty());
        let person = seen.as_ref().map(serde_json::to_string).transpose();
        Ok(Self {
            record,
            created: record.created,
            reason: match status {
                Status::Rejected(reason) => Some(rejection_word(*reason)),
                Status::Revoked { reason, .. } => Some(revocation_word(*reason)),
                Status::Pending | Status::Verified(_) | Status::Expired(_) => None,
            },
            verdict,
            source: source.map_err(|error| StoreError::damaged(error.to_string()))?,
            certificates: certificates.map_err(|error| StoreError::damaged(error.to_string()))?,
            claims: claims.map_err(|error| StoreError::damaged(error.to_string()))?,
            custody: custody.map_err(|error| StoreError::damaged(error.to_string()))?,
            proofs: proofs.map_err(|error| StoreError::damaged(error.to_string()))?,
            person: person.map_err(|error| StoreError::damaged(error.to_string()))?,
        })
    }

    fn level(&self) -> Option<&'static str> {
        self.verdict.map(|verdict| level_word(verdict.level))
    }

    fn country(&self) -> Option<i16> {
        self.verdict.map(|verdict| country_code(verdict.country))
    }

    fn rating(&self) -> Option<i16> {
        self.verdict
            .map(|verdict| verdict.accreditation.rating().into())
    }

    fn accreditation_ends(&self) -> Option<i32> {
        self.verdict?.accreditation_ends.map(|day| day.0.into())
    }

    fn us_person(&self) -> Option<bool> {
        self.verdict.map(|verdict| verdict.us_person)
    }

    fn expiry(&self) -> Option<i64> {
        self.verdict?.expiry.map(|at| bigint(at.0))
    }

    fn authority(&self) -> i16 {
        self.record.investor.authority.0.into()
    }

    fn verified(&self) -> Option<i64> {
        self.verdict.map(|verdict| bigint(verdict.verified_at.0))
    }
}

async fn insert_investors(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    rows: &[InvestorColumns<'_>],
) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let issuer = issuer_key(issuer);
    let mut copy = Copy::begin(
        connection,
        "COPY investor (issuer, created_entry, changed_entry, investor, external_id, kind, \
             status, reason, restricted, frozen, level, country, rating, accreditation_ends, \
             us_person, expiry_s, authority, source, verified_s, wallets, certificates, claims, \
             custody, proofs, person) \
         FROM STDIN (FORMAT binary)",
        25,
    )
    .await?;
    for row in rows {
        let investor = &row.record.investor;
        copy.row()
            .await?
            .bigint(issuer)
            .bigint(bigint(row.created.0))
            .bigint(bigint(row.record.changed.0))
            .bytes(investor.id.0.as_slice())
            .optional_text(
                investor
                    .external_id
                    .as_ref()
                    .map(|reference| reference.as_str()),
            )
            .text(kind_word(investor.kind))
            .text(investor.status.name().as_str())
            .optional_text(row.reason)
            .boolean(investor.restricted)
            .boolean(investor.frozen)
            .optional_text(row.level())
            .smallint(row.country())
            .smallint(row.rating())
            .integer(row.accreditation_ends())
            .optional_boolean(row.us_person())
            .optional_bigint(row.expiry())
            .smallint(Some(row.authority()))
            .optional_text(row.source.as_deref())
            .optional_bigint(row.verified())
            .addresses(&investor.wallets)
            .optional_text(row.certificates.as_deref())
            .optional_text(row.claims.as_deref())
            .optional_text(row.custody.as_deref())
            .optional_text(row.proofs.as_deref())
            .optional_text(row.person.as_deref());
    }
    copy.finish("an investor of this id or external id exists")
        .await
}

/// By an upsert rather than an update: it looks each row up by its key, whatever
/// the planner believes about the table.
async fn update_investors(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    rows: &[InvestorColumns<'_>],
) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "INSERT INTO investor (issuer, created_entry, changed_entry, investor, kind, status, \
             reason, restricted, frozen, level, country, rating, accreditation_ends, us_person, \
             expiry_s, authority, source, verified_s, wallets, external_id, certificates, \
             claims, custody, proofs, person) \
         SELECT $1, r.created, r.changed, r.investor, r.kind, r.status, r.reason, r.restricted, \
             r.frozen, r.level, r.country, r.rating, r.accreditation_ends, r.us_person, \
             r.expiry_s, r.authority, r.source, r.verified_s, r.wallets::bytea[], r.external_id, \
             r.certificates, r.claims, r.custody, r.proofs, r.person \
         FROM unnest($2::bigint[], $3::bigint[], $4::bytea[], $5::text[], \
             $6::text[], $7::text[], $8::boolean[], $9::boolean[], $10::text[], $11::smallint[], \
             $12::smallint[], $13::integer[], $14::boolean[], $15::bigint[], $16::smallint[], \
             $17::text[], $18::bigint[], $19::text[], $20::text[], $21::text[], $22::text[], \
             $23::text[], $24::text[], $25::text[]) AS r (created, changed, investor, kind, \
             status, reason, restricted, frozen, level, country, rating, accreditation_ends, \
             us_person, expiry_s, authority, source, verified_s, wallets, external_id, \
             certificates, claims, custody, proofs, person) \
         ON CONFLICT (issuer, created_entry) DO UPDATE SET \
             changed_entry = excluded.changed_entry, status = excluded.status, \
             reason = excluded.reason, restricted = excluded.restricted, \
             frozen = excluded.frozen, level = excluded.level, country = excluded.country, \
             rating = excluded.rating, accreditation_ends = excluded.accreditation_ends, \
             us_person = excluded.us_person, expiry_s = excluded.expiry_s, \
             authority = excluded.authority, source = excluded.source, \
             verified_s = excluded.verified_s, wallets = excluded.wallets, \
             external_id = excluded.external_id, certificates = excluded.certificates, \
             claims = excluded.claims, custody = excluded.custody, \
             proofs = excluded.proofs, person = excluded.person",
        issuer_key(issuer),
        rows.iter().map(|row| bigint(row.created.0)).bind_iter() as _,
        rows.iter()
            .map(|row| bigint(row.record.changed.0))
            .bind_iter() as _,
        rows.iter()
            .map(|row| row.record.investor.id.0.as_slice())
            .bind_iter() as _,
        rows.iter()
            .map(|row| kind_word(row.record.investor.kind))
            .bind_iter() as _,
        rows.iter()
            .map(|row| row.record.investor.status.name().as_str())
            .bind_iter() as _,
        rows.iter().map(|row| row.reason).bind_iter() as _,
        rows.iter()
            .map(|row| row.record.investor.restricted)
            .bind_iter() as _,
        rows.iter()
            .map(|row| row.record.investor.frozen)
            .bind_iter() as _,
        rows.iter().map(|row| row.level()).bind_iter() as _,
        rows.iter().map(|row| row.country()).bind_iter() as _,
        rows.iter().map(|row| row.rating()).bind_iter() as _,
        rows.iter().map(|row| row.accreditation_ends()).bind_iter() as _,
        rows.iter().map(|row| row.us_person()).bind_iter() as _,
        rows.iter().map(|row| row.expiry()).bind_iter() as _,
        rows.iter().map(|row| row.authority()).bind_iter() as _,
        rows.iter().map(|row| row.source.as_deref()).bind_iter() as _,
        rows.iter().map(|row| row.verified()).bind_iter() as _,
        rows.iter()
            .map(|row| addresses_text(&row.record.investor.wallets))
            .bind_iter() as _,
        rows.iter()
            .map(|row| row
                .record
                .investor
                .external_id
                .as_ref()
                .map(|id| id.as_str()))
            .bind_iter() as _,
        rows.iter()
            .map(|row| row.certificates.as_deref())
            .bind_iter() as _,
        rows.iter().map(|row| row.claims.as_deref()).bind_iter() as _,
        rows.iter().map(|row| row.custody.as_deref()).bind_iter() as _,
        rows.iter().map(|row| row.proofs.as_deref()).bind_iter() as _,
        rows.iter().map(|row| row.person.as_deref()).bind_iter() as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn insert_wallets(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    rows: &[&StoredWallet],
) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let issuer = issuer_key(issuer);
    let mut copy = Copy::begin(
        connection,
        "COPY wallet (issuer, address, holder, chains, active, version, changed_entry) \
         FROM STDIN (FORMAT binary)",
        7,
    )
    .await?;
    for row in rows {
        copy.row()
            .await?
            .bigint(issuer)
            .bytes(row.address.address().as_slice())
            .optional_bigint(row.holder.map(|holder| bigint(holder.0)))
            .bigints(scope_array(&row.chains).as_deref())
            .boolean(row.active)
            .integer(Some(row.version.0.into()))
            .bigint(bigint(row.changed.0));
    }
    copy.finish("the wallet was bound meanwhile").await
}

/// `chain_version` is not the register's to write: finalized blocks raise it.
async fn update_wallets(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    rows: &[&StoredWallet],
) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "INSERT INTO wallet (issuer, address, holder, chains, active, version, \
             changed_entry) \
         SELECT $1, r.address, r.holder, r.chains::bigint[], r.active, r.version, r.changed \
         FROM unnest($2::bytea[], $3::bigint[], $4::text[], $5::boolean[], $6::integer[], \
             $7::bigint[]) \
             AS r (address, holder, chains, active, version, changed) \
         ON CONFLICT (issuer, address) DO UPDATE SET holder = excluded.holder, \
             chains = excluded.chains, active = excluded.active, version = excluded.version, \
             changed_entry = excluded.changed_entry",
        issuer_key(issuer),
        rows.iter()
            .map(|row| wallet::bytes(row.address))
            .bind_iter() as _,
        rows.iter()
            .map(|row| row.holder.map(|holder| bigint(holder.0)))
            .bind_iter() as _,
        rows.iter().map(|row| scope_text(&row.chains)).bind_iter() as _,
        rows.iter().map(|row| row.active).bind_iter() as _,
        rows.iter().map(|row| i32::from(row.version.0)).bind_iter() as _,
        rows.iter().map(|row| bigint(row.changed.0)).bind_iter() as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}
