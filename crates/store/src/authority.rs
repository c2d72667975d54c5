//! Authorities: who may act where, and what each chain was told of them.
//!
//! A chain is owed what the register holds of an authority and what the newest
//! stored transaction does not say yet. So there is no queue that could be lost
//! or overtaken: an authority that is cut off, reinstated and cut off again is
//! owed to a chain once or not at all.

use std::collections::BTreeSet;

use sqlx::{PgConnection, PgExecutor};
use symbolon_core::{
    authority::{Authority, Mandate},
    country::Country,
    ids::{AuthorityIndex, IssuerId, RegistryId},
    log::EntryNumber,
    mirror::{
        batch::{AuthorityRestriction, Batch, RestrictionNumber},
        reinstatement::may_reinstate,
    },
    verdict::RestrictedAuthorities,
};

use crate::{
    IssuerTransaction, Result, Store, StoreError,
    codec::{bigint, entry_number, issuer_key, registry_id, registry_key},
    companion,
    investor::country_code,
};

/// What one registry knows of an authority.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuthorityOnChain {
    /// Which chain.
    pub registry: RegistryId,
    /// Which authority.
    pub authority: AuthorityIndex,
    /// Whether the newest stored transaction cuts it off, unless it came to nothing.
    pub told: bool,
    /// Whether a confirmed block showed it cut off.
    pub observed: bool,
}

impl Store {
    /// The authorities that are cut off.
    pub async fn restricted_authorities(&self, issuer: &IssuerId) -> Result<RestrictedAuthorities> {
        restricted(&self.pool, issuer).await
    }

    /// What chains know of the authorities that were ever cut off there.
    pub async fn authorities_on_chains(&self, issuer: &IssuerId) -> Result<Vec<AuthorityOnChain>> {
        sqlx::query!(
            "SELECT registry_id, authority, told, observed FROM authority_mirror \
             WHERE issuer = $1 ORDER BY authority, registry_id",
            issuer_key(issuer),
        )
        .fetch_all(&self.pool)
        .await?
        .into_iter()
        .map(|row| {
            Ok(AuthorityOnChain {
                registry: registry_id(row.registry_id)?,
                authority: index(row.authority)?,
                told: row.told.unwrap_or_default(),
                observed: row.observed,
            })
        })
        .collect()
    }
}

impl IssuerTransaction {
    /// The authorities that are cut off, after what was decided here.
    pub async fn restricted_authorities(&mut self) -> Result<RestrictedAuthorities> {
        restricted(&mut *self.transaction, &self.issuer).await
    }
}

pub(crate) async fn restricted(
    executor: impl PgExecutor<'_>,
    issuer: &IssuerId,
) -> Result<RestrictedAuthorities> {
    sqlx::query_scalar!(
        "SELECT authority FROM authority WHERE issuer = $1 AND restricted",
        issuer_key(issuer),
    )
    .fetch_all(executor)
    .await?
    .into_iter()
    .map(index)
    .collect()
}

/// What those may do who act for this authority. One that nobody knows may do
/// nothing (I12).
pub(crate) async fn mandate(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    authority: AuthorityIndex,
) -> Result<Mandate> {
    if authority.is_owner() {
        return Ok(Mandate::Owner);
    }
    let row = sqlx::query_as!(
        AuthorityRow,
        "SELECT authority, name, countries, restricted FROM authority \
         WHERE issuer = $1 AND authority = $2",
        issuer_key(issuer),
        i16::from(authority.0),
    )
    .fetch_optional(connection)
    .await?;
    Ok(match row {
        Some(row) => row.read()?.mandate(),
        None => Mandate::Limited {
            authority,
            countries: BTreeSet::new(),
            restricted: true,
        },
    })
}

/// All of them, by number.
pub(crate) async fn all(
    executor: impl PgExecutor<'_>,
    issuer: &IssuerId,
) -> Result<Vec<Authority>> {
    sqlx::query_as!(
        AuthorityRow,
        "SELECT authority, name, countries, restricted FROM authority \
         WHERE issuer = $1 ORDER BY authority",
        issuer_key(issuer),
    )
    .fetch_all(executor)
    .await?
    .into_iter()
    .map(AuthorityRow::read)
    .collect()
}

/// Stores an authority as this entry leaves it.
pub(crate) async fn write(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    authority: &Authority,
    entry: EntryNumber,
) -> Result<()> {
    let countries: Vec<_> = authority
        .countries
        .iter()
        .copied()
        .map(country_code)
        .collect();
    sqlx::query!(
        "INSERT INTO authority (issuer, authority, name, countries, restricted, restriction_entry) \
         VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (issuer, authority) \
         DO UPDATE SET countries = excluded.countries, restricted = excluded.restricted, \
             restriction_entry = CASE WHEN authority.restricted = excluded.restricted \
                 THEN authority.restriction_entry ELSE excluded.restriction_entry END",
        issuer_key(issuer),
        i16::from(authority.index.0),
        authority.name.as_str(),
        &countries,
        authority.restricted,
        bigint(entry.0),
    )
    .execute(&mut *connection)
    .await?;
    if authority.restricted {
        // Where somebody else has cut it off, whatever follows is the register's.
        sqlx::query!(
            "UPDATE authority_mirror SET told = NULL \
             WHERE issuer = $1 AND authority = $2 AND observed AND NOT told",
            issuer_key(issuer),
            i16::from(authority.index.0),
        )
        .execute(&mut *connection)
        .await?;
    }
    companion::owe_of_authority(connection, issuer, authority.index, entry).await
}

/// Those that this chain is yet to be told of as cut off.
pub(crate) async fn to_cut_off(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    registry: RegistryId,
) -> Result<Vec<AuthorityRestriction>> {
    let rows = sqlx::query_scalar!(
        "SELECT a.authority FROM authority a \
         WHERE a.issuer = $1 AND a.restricted AND NOT EXISTS ( \
             SELECT FROM authority_mirror m WHERE m.issuer = $1 AND m.registry_id = $2 \
             AND m.authority = a.authority AND m.told) \
         ORDER BY a.authority",
        issuer_key(issuer),
        registry_key(registry),
    )
    .fetch_all(connection)
    .await?;
    let cut_off = |authority| Ok(AuthorityRestriction::cut_off(index(authority)?));
    rows.into_iter().map(cut_off).collect()
}

/// Those that this chain is yet to be told of as reinstated, as far as
/// [`may_reinstate`] lets it be, once it is known which restriction that lifts. All
/// is read at one moment: a reinstatement is never seen without the denials before
/// it.
pub(crate) async fn to_reinstate(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    registry: RegistryId,
) -> Result<Vec<AuthorityRestriction>> {
    let rows = sqlx::query!(
        r#"SELECT m.authority, m.number, a.restriction_entry, least(
             (SELECT entry_number FROM outbox WHERE issuer = $1 AND registry_id = $2 AND denial
                 ORDER BY entry_number LIMIT 1),
             (SELECT min(oldest_denial) FROM lane_transaction
                 WHERE issuer = $1 AND registry_id = $2 AND outcome IS NULL)) AS oldest_denial
         FROM authority_mirror m
         JOIN authority a ON a.issuer = $1 AND a.authority = m.authority AND NOT a.restricted
         WHERE m.issuer = $1 AND m.registry_id = $2 AND m.told IS NOT FALSE AND m.number > 0
             AND NOT EXISTS (SELECT FROM lane_transaction
                 WHERE issuer = $1 AND registry_id = $2 AND outcome IS NULL
                 AND call = 'set_authority_restriction'
                 AND get_byte(batch, 0) = m.authority AND get_byte(batch, 1) = 1)
         ORDER BY m.authority"#,
        issuer_key(issuer),
        registry_key(registry),
    )
    .fetch_all(connection)
    .await?;
    let mut due = Vec::new();
    for row in rows {
        let oldest_denial = row.oldest_denial.map(entry_number).transpose()?;
        if may_reinstate(entry_number(row.restriction_entry)?, oldest_denial) {
            let number = RestrictionNumber(row.number.unsigned_abs());
            due.push(AuthorityRestriction::lifted(index(row.authority)?, number));
        }
    }
    Ok(due)
}

/// Notes that a stored transaction tells this chain of an authority.
pub(crate) async fn tell(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    registry: RegistryId,
    told: AuthorityRestriction,
) -> Result<()> {
    sqlx::query!(
        "INSERT INTO authority_mirror (issuer, registry_id, authority, told, observed, block_number) \
         VALUES ($1, $2, $3, $4, false, 0) \
         ON CONFLICT (issuer, registry_id, authority) DO UPDATE SET told = excluded.told",
        issuer_key(issuer),
        registry_key(registry),
        i16::from(told.authority.0),
        told.restricted,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Notes what confirmed blocks showed. Two signers' transactions are settled in
/// any order, so the newest block counts; where one block has both, nobody knows
/// which came last. What is then not what the chain was told last, with nothing
/// more on its way, is owed again; but where a reinstatement lifted nothing,
/// somebody else has cut the authority off, which is left to people.
pub(crate) async fn observe(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    registry: RegistryId,
    seen: &[(AuthorityRestriction, u64)],
) -> Result<()> {
    for (restriction, block) in seen {
        sqlx::query!(
            "UPDATE authority_mirror m SET \
                 observed = CASE WHEN block_number <= $5 THEN $4 ELSE observed END, \
                 number = CASE WHEN block_number <= $5 AND $6 > 0 THEN $6 ELSE number END, \
                 block_number = greatest(block_number, $5), \
                 told = CASE \
                     WHEN EXISTS (SELECT FROM lane_transaction \
                         WHERE issuer = $1 AND registry_id = $2 AND outcome IS NULL \
                         AND call = 'set_authority_restriction' \
                         AND get_byte(batch, 0) = $3::smallint) THEN told \
                     WHEN $4 AND $6 = 0 THEN false \
                     WHEN block_number = $5 AND observed <> $4 THEN NULL \
                     WHEN block_number < $5 THEN $4 \
                     ELSE observed END \
             WHERE issuer = $1 AND registry_id = $2 AND authority = $3",
            issuer_key(issuer),
            registry_key(registry),
            i16::from(restriction.authority.0),
            restriction.restricted,
            bigint(*block),
            number(restriction.number),
        )
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// Has the chain told again of the authorities in batches that came to nothing,
/// as the register has them by then, whatever that is. Another transaction may
/// tell it already: then it hears it twice, which does no harm.
pub(crate) async fn tell_again(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    registry: RegistryId,
    vain: impl Iterator<Item = &Batch>,
) -> Result<()> {
    for batch in vain {
        let Batch::Authority(AuthorityRestriction { authority, .. }) = batch else {
            continue;
        };
        sqlx::query!(
            "UPDATE authority_mirror SET told = NULL \
             WHERE issuer = $1 AND registry_id = $2 AND authority = $3",
            issuer_key(issuer),
            registry_key(registry),
            i16::from(authority.0),
        )
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

impl IssuerTransaction {
    /// Takes in who is cut off in this block of a registry, by whomever. Whom the
    /// register has cut off is told of again where the chain lets it count. Whom
    /// somebody else has cut off stays so, until people decide: those are returned.
    pub async fn compare_authorities(
        &mut self,
        registry: RegistryId,
        block: u64,
        found: &[AuthorityRestriction],
    ) -> Result<Vec<AuthorityIndex>> {
        let cut_off: Vec<_> = found.iter().map(|one| i16::from(one.authority.0)).collect();
        let numbers: Vec<_> = found.iter().map(|one| number(one.number)).collect();
        sqlx::query!(
            "INSERT INTO authority_mirror \
                 (issuer, registry_id, authority, told, observed, block_number) \
             SELECT $1, $2, c.authority, false, false, $3 \
             FROM unnest($4::smallint[]) AS c (authority) ON CONFLICT DO NOTHING",
            issuer_key(&self.issuer),
            registry_key(registry),
            bigint(block),
            &cut_off,
        )
        .execute(&mut *self.transaction)
        .await?;
        // What a transaction of ours may yet write is not known from this block.
        sqlx::query!(
            "UPDATE authority_mirror m SET block_number = $3, \
                 observed = f.authority IS NOT NULL, number = coalesce(f.number, m.number), \
                 told = CASE WHEN f.authority IS NOT NULL OR EXISTS ( \
                     SELECT FROM lane_transaction \
                     WHERE issuer = $1 AND registry_id = $2 AND outcome IS NULL \
                     AND call = 'set_authority_restriction' \
                     AND get_byte(batch, 0) = m.authority) THEN m.told ELSE false END \
             FROM authority_mirror x \
             LEFT JOIN unnest($4::smallint[], $5::integer[]) AS f (authority, number) \
                 ON f.authority = x.authority \
             WHERE m.issuer = $1 AND m.registry_id = $2 AND m.block_number <= $3 \
                 AND x.issuer = $1 AND x.registry_id = $2 AND x.authority = m.authority",
            issuer_key(&self.issuer),
            registry_key(registry),
            bigint(block),
            &cut_off,
            &numbers,
        )
        .execute(&mut *self.transaction)
        .await?;
        sqlx::query_scalar!(
            "SELECT m.authority FROM authority_mirror m \
             JOIN authority a ON a.issuer = $1 AND a.authority = m.authority \
             WHERE m.issuer = $1 AND m.registry_id = $2 \
                 AND m.observed AND NOT m.told AND NOT a.restricted ORDER BY m.authority",
            issuer_key(&self.issuer),
            registry_key(registry),
        )
        .fetch_all(&mut *self.transaction)
        .await?
        .into_iter()
        .map(index)
        .collect()
    }
}

struct AuthorityRow {
    authority: i16,
    name: String,
    countries: Vec<i16>,
    restricted: bool,
}

impl AuthorityRow {
    fn read(self) -> Result<Authority> {
        let index = index(self.authority)?;
        let damaged = |what| StoreError::damaged(format!("authority {index}: {what}"));
        let countries = self.countries.into_iter().map(|code| {
            u16::try_from(code)
                .ok()
                .and_then(Country::from_numeric)
                .ok_or_else(|| damaged("no such country"))
        });
        Ok(Authority {
            index,
            name: self.name.parse().map_err(|_| damaged("its name"))?,
            countries: countries.collect::<Result<_>>()?,
            restricted: self.restricted,
        })
    }
}

/// As the database has it: beyond what it holds, no registry counts.
fn number(number: RestrictionNumber) -> i32 {
    i32::try_from(number.0).unwrap_or(i32::MAX)
}

pub(crate) fn index(authority: i16) -> Result<AuthorityIndex> {
    u8::try_from(authority)
        .map(AuthorityIndex)
        .map_err(|_| StoreError::damaged(format!("{authority} is no authority")))
}
