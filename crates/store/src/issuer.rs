//! Issuers: the tenants, the heads of their logs, their settings.

use std::collections::BTreeMap;

use sqlx::PgConnection;
use symbolon_core::{
    actor::Actor, authority::Mandate, ids::IssuerId, log::Head, time::UnixSeconds,
};

use crate::{
    Result, Store, StoreError, Writer, authority,
    codec::{bigint, entry_number, hash, issuer_key, seconds},
    writer,
};

/// A tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer {
    /// Its slug.
    pub id: IssuerId,
    /// Its name, for people.
    pub name: String,
    /// Since when it has been here.
    pub created: UnixSeconds,
    /// The head of its log.
    pub head: Head,
    /// Who decides about its investors.
    pub writer: Writer,
    /// Why the writer's chain could not be read when that was last tried; `None`
    /// if it could, or if there is none.
    pub writer_error: Option<String>,
    /// Within how many seconds it promises that a revocation is in a block of
    /// every chain; `None`: it promises nothing.
    pub promised_seconds: Option<u32>,
}

impl Store {
    /// Makes a tenant, with an empty log.
    pub async fn create_issuer(&self, id: &IssuerId, name: &str, now: UnixSeconds) -> Result<()> {
        let empty = Head::default();
        sqlx::query!(
            "INSERT INTO issuer (issuer, slug, name, created_s, head_hash) \
             VALUES ($1, $2, $3, $4, $5)",
            issuer_key(id),
            id.as_str(),
            name,
            bigint(now.0),
            empty.hash.as_slice(),
        )
        .execute(&self.pool)
        .await
        .map_err(StoreError::unless_unique("an issuer of this name exists"))?;
        Ok(())
    }

    /// One tenant.
    pub async fn issuer(&self, id: &IssuerId) -> Result<Issuer> {
        let row = sqlx::query_as!(
            IssuerRow,
            "SELECT slug, name, created_s, head_number, head_hash, registrar_chain, registrar, \
                 registrar_block, registrar_error, promised_s \
             FROM issuer WHERE issuer = $1",
            issuer_key(id),
        )
        .fetch_optional(&self.pool)
        .await?;
        row.ok_or(StoreError::NotFound { what: "issuer" })?.read()
    }

    /// All tenants of this database, by slug.
    pub async fn issuers(&self) -> Result<Vec<Issuer>> {
        sqlx::query_as!(
            IssuerRow,
            "SELECT slug, name, created_s, head_number, head_hash, registrar_chain, registrar, \
                 registrar_block, registrar_error, promised_s \
             FROM issuer ORDER BY slug",
        )
        .fetch_all(&self.pool)
        .await?
        .into_iter()
        .map(IssuerRow::read)
        .collect()
    }

    /// Sets within how many seconds a revocation is promised to be in a block of
    /// every chain.
    pub async fn promise(&self, issuer: &IssuerId, seconds: Option<u32>) -> Result<()> {
        let seconds = seconds.map(i32::try_from).transpose();
        let seconds = seconds.map_err(|_| StoreError::OutOfRange {
            what: "the promised time",
        })?;
        let done = sqlx::query!(
            "UPDATE issuer SET promised_s = $2 WHERE issuer = $1",
            issuer_key(issuer),
            seconds,
        )
        .execute(&self.pool)
        .await?;
        match done.rows_affected() {
            0 => Err(StoreError::NotFound { what: "issuer" }),
            _ => Ok(()),
        }
    }

    /// The head of the issuer's log.
    pub async fn head(&self, issuer: &IssuerId) -> Result<Head> {
        Ok(self.issuer(issuer).await?.head)
    }

    /// The issuer's own header names for imports, each with the column it means.
    pub async fn column_map(&self, issuer: &IssuerId) -> Result<BTreeMap<String, String>> {
        let map = sqlx::query_scalar!(
            "SELECT column_map FROM issuer WHERE issuer = $1",
            issuer_key(issuer),
        )
        .fetch_optional(&self.pool)
        .await?
        .ok_or(StoreError::NotFound { what: "issuer" })?;
        serde_json::from_value(map)
            .map_err(|error| StoreError::damaged(format!("the column map of {issuer}: {error}")))
    }

    /// Replaces the issuer's own header names.
    pub async fn set_column_map(
        &self,
        issuer: &IssuerId,
        map: &BTreeMap<String, String>,
    ) -> Result<()> {
        let done = sqlx::query!(
            "UPDATE issuer SET column_map = $2 WHERE issuer = $1",
            issuer_key(issuer),
            serde_json::json!(map),
        )
        .execute(&self.pool)
        .await?;
        match done.rows_affected() {
            0 => Err(StoreError::NotFound { what: "issuer" }),
            _ => Ok(()),
        }
    }
}

struct IssuerRow {
    slug: String,
    name: String,
    created_s: i64,
    head_number: i64,
    head_hash: Vec<u8>,
    registrar_chain: Option<i64>,
    registrar: Option<Vec<u8>>,
    registrar_block: Option<i64>,
    promised_s: Option<i32>,
    registrar_error: Option<String>,
}

impl IssuerRow {
    fn read(self) -> Result<Issuer> {
        Ok(Issuer {
            id: self
                .slug
                .parse()
                .map_err(|_| StoreError::damaged("an issuer's slug"))?,
            name: self.name,
            created: seconds(self.created_s)?,
            head: head(self.head_number, &self.head_hash)?,
            writer: writer::read(self.registrar_chain, self.registrar, self.registrar_block)?,
            writer_error: self.registrar_error,
            promised_seconds: self.promised_s.and_then(|s| u32::try_from(s).ok()),
        })
    }
}

/// How an issuer's register stands: no investor, wallet or entry changes but
/// with the count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    pub(crate) head: Head,
    pub(crate) commits: i64,
    /// Whether a registrar on chain decides, and the register follows it.
    pub(crate) follows_chain: bool,
}

impl Moment {
    /// What this actor may do.
    pub(crate) async fn mandate(
        self,
        connection: &mut PgConnection,
        issuer: &IssuerId,
        actor: &Actor,
    ) -> Result<Mandate> {
        match self.follows_chain {
            true => Ok(Mandate::Spectator),
            false => authority::mandate(connection, issuer, actor.authority).await,
        }
    }
}

/// Takes the issuer's lock until the transaction ends.
pub(crate) async fn lock(connection: &mut PgConnection, issuer: &IssuerId) -> Result<Moment> {
    let row = sqlx::query!(
        r#"SELECT head_number, head_hash, commits,
            registrar_chain IS NOT NULL AS "follows_chain!"
        FROM issuer WHERE issuer = $1 FOR UPDATE"#,
        issuer_key(issuer),
    )
    .fetch_optional(connection)
    .await?
    .ok_or(StoreError::NotFound { what: "issuer" })?;
    Ok(Moment {
        head: head(row.head_number, &row.head_hash)?,
        commits: row.commits,
        follows_chain: row.follows_chain,
    })
}

/// The head, as it is now.
pub(crate) async fn read_head(connection: &mut PgConnection, issuer: &IssuerId) -> Result<Head> {
    let row = sqlx::query!(
        "SELECT head_number, head_hash FROM issuer WHERE issuer = $1",
        issuer_key(issuer),
    )
    .fetch_optional(connection)
    .await?
    .ok_or(StoreError::NotFound { what: "issuer" })?;
    head(row.head_number, &row.head_hash)
}

pub(crate) fn head(number: i64, bytes: &[u8]) -> Result<Head> {
    Ok(Head {
        number: entry_number(number)?,
        hash: hash(bytes)?,
    })
}
