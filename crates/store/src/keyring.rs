//! The keys of profiles, wrapped, in a database of their own (I7).
//!
//! Who destroys a key here has erased a person from every copy of the register. That
//! holds for copies of this database only as long as they are not kept: its backups
//! are replaced, never collected.

use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool, postgres::PgConnectOptions};
use symbolon_core::{
    ids::{InvestorId, IssuerId},
    profile::{MasterKeyId, WrappedKey},
};

use crate::{
    Result, StoreError,
    codec::{count, investor_id, issuer_key},
    connection::pool,
};

/// Behind the name of the register's database.
const SUFFIX: &str = "_keys";

/// The database that every PostgreSQL has.
const MAINTENANCE: &str = "postgres";

// PostgreSQL's codes: invalid_catalog_name, duplicate_database, unique_violation.
const NO_DATABASE: &str = "3D000";
const HAVE_DATABASE: &str = "42P04";
const UNIQUE: &str = "23505";

/// Where the keys are. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Keyring {
    pool: PgPool,
}

impl Keyring {
    /// Connects to the database of this URL, with at most so many connections, makes
    /// it where there is none, and brings its schema up to date.
    pub async fn open(url: &str, connections: u32) -> Result<Self> {
        Self::at(url.parse()?, connections).await
    }

    /// The same with the database that is taken where none is named: on the register's
    /// own server, by the register's name with `_keys` behind it.
    pub async fn open_beside(register: &str, connections: u32) -> Result<Self> {
        let options: PgConnectOptions = register.parse()?;
        let name = options
            .get_database()
            .unwrap_or_else(|| options.get_username());
        let keys = format!("{name}{SUFFIX}");
        Self::at(options.database(&keys), connections).await
    }

    async fn at(options: PgConnectOptions, connections: u32) -> Result<Self> {
        let options = options.application_name("symbolon keys");
        make(&options).await?;
        let pool = pool(connections).connect_with(options).await?;
        sqlx::migrate!("./keyring").run(&pool).await?;
        Ok(Self { pool })
    }

    /// Ends all connections in order.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// A person's key, if it has one.
    pub async fn person_key(
        &self,
        issuer: &IssuerId,
        investor: InvestorId,
    ) -> Result<Option<WrappedKey>> {
        let row = sqlx::query!(
            "SELECT master, wrapped FROM person_key WHERE issuer = $1 AND investor = $2",
            issuer_key(issuer),
            investor.0.as_slice(),
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|row| wrapped(row.master, row.wrapped)))
    }

    /// The keys of several persons; who has none is left out.
    pub async fn person_keys(
        &self,
        issuer: &IssuerId,
        investors: &[InvestorId],
    ) -> Result<Vec<(InvestorId, WrappedKey)>> {
        let ids: Vec<_> = investors.iter().map(|id| id.0.to_vec()).collect();
        sqlx::query!(
            "SELECT investor, master, wrapped FROM person_key \
             WHERE issuer = $1 AND investor = ANY($2)",
            issuer_key(issuer),
            &ids,
        )
        .fetch_all(&self.pool)
        .await?
        .into_iter()
        .map(|row| {
            Ok((
                investor_id(&row.investor)?,
                wrapped(row.master, row.wrapped),
            ))
        })
        .collect()
    }

    /// Keeps a person's first key. Returns the key that it has then: of two who come
    /// at once, the other's.
    pub async fn keep_person_key(
        &self,
        issuer: &IssuerId,
        investor: InvestorId,
        key: &WrappedKey,
    ) -> Result<WrappedKey> {
        sqlx::query!(
            "INSERT INTO person_key (issuer, investor, master, wrapped) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (issuer, investor) DO NOTHING",
            issuer_key(issuer),
            investor.0.as_slice(),
            &key.master.0,
            &key.bytes,
        )
        .execute(&self.pool)
        .await?;
        let kept = self.person_key(issuer, investor).await?;
        kept.ok_or(StoreError::Conflict {
            what: "the person's key was destroyed meanwhile",
        })
    }

    /// Destroys a person's key. A second time changes nothing.
    pub async fn destroy_person_key(&self, issuer: &IssuerId, investor: InvestorId) -> Result<()> {
        sqlx::query!(
            "DELETE FROM person_key WHERE issuer = $1 AND investor = $2",
            issuer_key(issuer),
            investor.0.as_slice(),
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// The key of an issuer's digests, if it has one.
    pub async fn index_key(&self, issuer: &IssuerId) -> Result<Option<WrappedKey>> {
        let row = sqlx::query!(
            "SELECT master, wrapped FROM index_key WHERE issuer = $1",
            issuer_key(issuer),
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|row| wrapped(row.master, row.wrapped)))
    }

    /// Keeps the first key of an issuer's digests. Returns the one that it has then.
    pub async fn keep_index_key(&self, issuer: &IssuerId, key: &WrappedKey) -> Result<WrappedKey> {
        sqlx::query!(
            "INSERT INTO index_key (issuer, master, wrapped) VALUES ($1, $2, $3) \
             ON CONFLICT (issuer) DO NOTHING",
            issuer_key(issuer),
            &key.master.0,
            &key.bytes,
        )
        .execute(&self.pool)
        .await?;
        let kept = self.index_key(issuer).await?;
        kept.ok_or_else(|| StoreError::damaged("an index key is gone as soon as it was kept"))
    }

    /// Puts the key of an issuer's digests under another master key. Does nothing if
    /// somebody was quicker.
    pub async fn rewrap_index_key(
        &self,
        issuer: &IssuerId,
        from: &WrappedKey,
        to: &WrappedKey,
    ) -> Result<()> {
        sqlx::query!(
            "UPDATE index_key SET master = $2, wrapped = $3 WHERE issuer = $1 AND wrapped = $4",
            issuer_key(issuer),
            &to.master.0,
            &to.bytes,
            &from.bytes,
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Under which master keys an issuer's persons' keys are, and how many under each.
    pub async fn masters(&self, issuer: &IssuerId) -> Result<Vec<(MasterKeyId, u64)>> {
        let rows = sqlx::query!(
            r#"SELECT master, count(*) AS keys FROM person_key WHERE issuer = $1
            GROUP BY master ORDER BY master"#,
            issuer_key(issuer),
        )
        .fetch_all(&self.pool)
        .await?;
        let found = rows.into_iter();
        Ok(found
            .map(|row| (MasterKeyId(row.master), count(row.keys)))
            .collect())
    }

    /// How many keys of an issuer's persons are wrapped by another master key than this.
    pub async fn not_under(&self, issuer: &IssuerId, master: &MasterKeyId) -> Result<u64> {
        let found = sqlx::query_scalar!(
            "SELECT count(*) FROM person_key WHERE issuer = $1 AND master <> $2",
            issuer_key(issuer),
            &master.0,
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(count(found))
    }

    /// A page of those, after a person.
    pub async fn page_not_under(
        &self,
        issuer: &IssuerId,
        master: &MasterKeyId,
        after: InvestorId,
        limit: u32,
    ) -> Result<Vec<(InvestorId, WrappedKey)>> {
        sqlx::query!(
            "SELECT investor, master, wrapped FROM person_key \
             WHERE issuer = $1 AND investor > $3 AND master <> $2 ORDER BY investor LIMIT $4",
            issuer_key(issuer),
            &master.0,
            after.0.as_slice(),
            i64::from(limit),
        )
        .fetch_all(&self.pool)
        .await?
        .into_iter()
        .map(|row| {
            Ok((
                investor_id(&row.investor)?,
                wrapped(row.master, row.wrapped),
            ))
        })
        .collect()
    }

    /// Puts keys under another master key, in one transaction. A key that was destroyed
    /// or rewrapped since it was read stays so.
    pub async fn rewrap(&self, issuer: &IssuerId, keys: &[Rewrapped]) -> Result<()> {
        let investors: Vec<_> = keys.iter().map(|key| key.investor.0.to_vec()).collect();
        let masters: Vec<_> = keys.iter().map(|key| key.to.master.0.clone()).collect();
        let before: Vec<_> = keys.iter().map(|key| key.from.bytes.clone()).collect();
        let after: Vec<_> = keys.iter().map(|key| key.to.bytes.clone()).collect();
        sqlx::query!(
            "UPDATE person_key SET master = r.master, wrapped = r.after \
             FROM unnest($2::bytea[], $3::text[], $4::bytea[], $5::bytea[]) \
                 AS r (investor, master, before, after) \
             WHERE person_key.issuer = $1 AND person_key.investor = r.investor \
                 AND person_key.wrapped = r.before",
            issuer_key(issuer),
            &investors,
            &masters,
            &before,
            &after,
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}

/// A person's key that goes under another master key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rewrapped {
    /// Whose.
    pub investor: InvestorId,
    /// As it was read.
    pub from: WrappedKey,
    /// As it is to be.
    pub to: WrappedKey,
}

fn wrapped(master: String, bytes: Vec<u8>) -> WrappedKey {
    WrappedKey {
        master: MasterKeyId(master),
        bytes,
    }
}

/// Makes the database, where there is none.
async fn make(options: &PgConnectOptions) -> Result<()> {
    match PgConnection::connect_with(options).await {
        Ok(connection) => return Ok(connection.close().await?),
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some(NO_DATABASE) => {}
        Err(error) => return Err(error.into()),
    }
    let name = options.get_database().unwrap_or_default();
    let quoted = name.replace('"', "\"\"");
    let statement = AssertSqlSafe(format!("CREATE DATABASE \"{quoted}\""));
    let mut connection = PgConnection::connect_with(&options.clone().database(MAINTENANCE)).await?;
    match sqlx::raw_sql(statement).execute(&mut connection).await {
        // Another server was quicker.
        Err(sqlx::Error::Database(error))
            if matches!(error.code().as_deref(), Some(HAVE_DATABASE | UNIQUE)) => {}
        made => {
            made?;
        }
    }
    Ok(connection.close().await?)
}
