//! Imports: how far each has come, and what was wrong with its rows.
//!
//! An import is its authority's: no other goes on with it, and beside the owner
//! no other sees that it is there.

use alloy_primitives::B256;
use sqlx::{PgConnection, postgres::PgBindIterExt};
use symbolon_core::{
    actor::Actor,
    ids::{AuthorityIndex, IssuerId},
    investor::Source,
    time::UnixSeconds,
};

use crate::{
    IssuerTransaction, Lapse, Result, Store, StoreError, authority,
    codec::{bigint, hash, issuer_key, json, seconds, unsigned},
    connection,
};

/// Why a worker's note is refused.
const ELSEWHERE: &str =
    "the import has ended, or has come to another line: send the file again, and it goes on";

/// An upload that begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewImport {
    /// Its id, which the caller drew.
    pub id: String,
    /// The SHA-256 of the file, by which a repeated upload is known.
    pub file_hash: B256,
    /// Who asked for it.
    pub actor: Actor,
    /// Who answers for its rows.
    pub source: Source,
}

/// Where an import stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ImportState {
    /// Rows are being stored, or it was interrupted and can go on.
    Running,
    /// All rows were looked at.
    Finished,
    /// The file could not be read to its end.
    Failed,
    /// Whoever asked for it may not go on: its last error says why. What was
    /// stored until then stays.
    Stopped,
}

/// An import and how far it has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportJob {
    /// Its id.
    pub id: String,
    /// The SHA-256 of the file.
    pub file_hash: B256,
    /// The authority that it is the business of; the issuer itself by default.
    pub authority: AuthorityIndex,
    /// Who asked for it, as the log names them.
    pub actor: String,
    /// Who answers for its rows.
    pub source: Source,
    /// Where it stands.
    pub state: ImportState,
    /// The last line of the file whose row is stored or refused: an
    /// interrupted import goes on after it.
    pub line: u64,
    /// Rows accepted so far.
    pub accepted: u64,
    /// Those of them that said what was known already: nothing was recorded.
    pub unchanged: u64,
    /// Rows refused so far.
    pub refused: u64,
    /// When it began.
    pub created: UnixSeconds,
    /// When it ended.
    pub finished: Option<UnixSeconds>,
}

/// What one chunk of an import adds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportProgress {
    /// The line that the import had come to before the chunk.
    pub after: u64,
    /// The last line of the chunk.
    pub line: u64,
    /// Rows accepted in it.
    pub accepted: u64,
    /// Those of them that said what was known already: nothing was recorded.
    pub unchanged: u64,
    /// Rows refused in it.
    pub refused: u64,
    /// What was wrong with those.
    pub errors: Vec<ImportError>,
}

/// What was wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportError {
    /// Its line in the file.
    pub line: u64,
    /// The column; `None` for the row as a whole.
    pub column: Option<String>,
    /// A stable word for programs.
    pub code: String,
    /// A sentence for people.
    pub message: String,
}

impl Store {
    /// Begins an import.
    pub async fn start_import(
        &self,
        issuer: &IssuerId,
        import: &NewImport,
        now: UnixSeconds,
    ) -> Result<()> {
        let mut connection = self.pool.acquire().await?;
        start(&mut connection, issuer, import, now).await
    }

    /// One import, as those see it who act for an authority: the owner sees all,
    /// any other its own.
    pub async fn import(
        &self,
        issuer: &IssuerId,
        id: &str,
        seen_by: AuthorityIndex,
    ) -> Result<ImportJob> {
        let mut connection = self.pool.acquire().await?;
        one(&mut connection, issuer, id, seen_by).await
    }

    /// The newest import of the file with this hash that this authority began.
    pub async fn import_of_file(
        &self,
        issuer: &IssuerId,
        file_hash: B256,
        begun_by: AuthorityIndex,
    ) -> Result<Option<ImportJob>> {
        let mut connection = self.pool.acquire().await?;
        of_file(&mut connection, issuer, file_hash, begun_by).await
    }

    /// The imports that those see who act for an authority, the newest first, at
    /// most `limit`, and only those that come after the import `before` in that
    /// order.
    pub async fn imports(
        &self,
        issuer: &IssuerId,
        seen_by: AuthorityIndex,
        before: Option<&ImportJob>,
        limit: u32,
    ) -> Result<Vec<ImportJob>> {
        let (created_s, id) = match before {
            Some(job) => (bigint(job.created.0), job.id.as_str()),
            None => (i64::MAX, ""),
        };
        sqlx::query_as!(
            ImportRow,
            "SELECT id, file_hash, authority, actor, source, state, line, accepted, unchanged, refused, \
                 created_s, finished_s FROM import_job \
             WHERE issuer = $1 AND (created_s, id) < ($2, $3) \
                 AND ($5 = 0::smallint OR authority = $5) \
             ORDER BY created_s DESC, id DESC LIMIT $4",
            issuer_key(issuer),
            created_s,
            id,
            i64::from(limit),
            i16::from(seen_by.0),
        )
        .fetch_all(&self.pool)
        .await?
        .into_iter()
        .map(ImportRow::read)
        .collect()
    }

    /// What was wrong with an import's rows, in the order in which it was
    /// found, from the `skip`th on.
    pub async fn import_errors(
        &self,
        issuer: &IssuerId,
        id: &str,
        skip: u64,
        limit: u32,
    ) -> Result<Vec<ImportError>> {
        let rows = sqlx::query!(
            "SELECT line, column_name, code, message FROM import_error \
             WHERE issuer = $1 AND job = $2 AND place >= $3 ORDER BY place LIMIT $4",
            issuer_key(issuer),
            id,
            bigint(skip),
            i64::from(limit),
        )
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter()
            .map(|row| {
                Ok(ImportError {
                    line: unsigned(row.line, "a line")?,
                    column: Some(row.column_name).filter(|name| !name.is_empty()),
                    code: row.code,
                    message: row.message,
                })
            })
            .collect()
    }

    /// Ends an import that has come to this line. Refused where a crash of the
    /// database has lost lines that were stored before.
    pub async fn finish_import(
        &self,
        issuer: &IssuerId,
        id: &str,
        state: ImportState,
        line: u64,
        now: UnixSeconds,
    ) -> Result<()> {
        let done = sqlx::query!(
            "UPDATE import_job SET state = $3, finished_s = $4 \
             WHERE issuer = $1 AND id = $2 AND line = $5",
            issuer_key(issuer),
            id,
            state.word(),
            bigint(now.0),
            bigint(line),
        )
        .execute(&self.pool)
        .await?;
        match done.rows_affected() {
            0 => Err(StoreError::Conflict { what: ELSEWHERE }),
            _ => Ok(()),
        }
    }
}

impl IssuerTransaction {
    /// The running import of this file, if its authority and whoever answers for
    /// it are the same; else begins this one.
    pub async fn begin_import(&mut self, new: &NewImport, now: UnixSeconds) -> Result<ImportJob> {
        let (connection, issuer) = (&mut *self.transaction, &self.issuer);
        let authority = new.actor.authority;
        if let Some(job) = of_file(connection, issuer, new.file_hash, authority).await?
            && job.state == ImportState::Running
            && job.source == new.source
        {
            return Ok(job);
        }
        start(connection, issuer, new, now).await?;
        one(connection, issuer, &new.id, authority).await
    }

    /// Notes how far an import has come, in the transaction that stores its
    /// rows, so that it goes on exactly where it stopped: a crash that loses
    /// the one loses the other, and the commit need not wait for the disk.
    /// Refused where a second worker has stored these lines already, and where a
    /// crash of the database has lost the lines before them.
    pub async fn record_import_progress(
        &mut self,
        id: &str,
        progress: &ImportProgress,
    ) -> Result<()> {
        connection::commit_at_leisure(&mut self.transaction).await?;
        let done = sqlx::query!(
            "UPDATE import_job SET line = $3, accepted = accepted + $4, refused = refused + $5, \
             unchanged = unchanged + $7 \
             WHERE issuer = $1 AND id = $2 AND state = 'running' AND line = $6",
            issuer_key(&self.issuer),
            id,
            bigint(progress.line),
            bigint(progress.accepted),
            bigint(progress.refused),
            bigint(progress.after),
            bigint(progress.unchanged),
        )
        .execute(&mut *self.transaction)
        .await?;
        if done.rows_affected() == 0 {
            return Err(StoreError::Conflict { what: ELSEWHERE });
        }
        self.insert_import_errors(id, &progress.errors).await
    }

    /// Ends an import whose warrant lapsed. What its lines so far made stays;
    /// the error tells of the first line that was not looked at.
    pub async fn stop_import(&mut self, id: &str, lapse: Lapse, now: UnixSeconds) -> Result<()> {
        let line = sqlx::query_scalar!(
            "UPDATE import_job SET state = 'stopped', finished_s = $3 \
             WHERE issuer = $1 AND id = $2 AND state = 'running' RETURNING line",
            issuer_key(&self.issuer),
            id,
            bigint(now.0),
        )
        .fetch_optional(&mut *self.transaction)
        .await?
        .ok_or(StoreError::Conflict {
            what: "the import has ended",
        })?;
        let error = ImportError {
            line: unsigned(line, "a line")? + 1,
            column: None,
            code: lapse.code().to_owned(),
            message: format!("{lapse}: nothing was stored from here on"),
        };
        self.insert_import_errors(id, &[error]).await
    }

    async fn insert_import_errors(&mut self, id: &str, errors: &[ImportError]) -> Result<()> {
        if errors.is_empty() {
            return Ok(());
        }
        let errors = errors.iter();
        sqlx::query!(
            "INSERT INTO import_error (issuer, job, place, line, column_name, code, message) \
             SELECT $1, $2, \
                 (SELECT coalesce(max(place) + 1, 0) FROM import_error \
                  WHERE issuer = $1 AND job = $2) + e.place - 1, \
                 e.line, e.column_name, e.code, e.message \
             FROM unnest($3::bigint[], $4::text[], $5::text[], $6::text[]) \
                 WITH ORDINALITY AS e (line, column_name, code, message, place)",
            issuer_key(&self.issuer),
            id,
            errors.clone().map(|error| bigint(error.line)).bind_iter() as _,
            errors
                .clone()
                .map(|error| error.column.as_deref().unwrap_or(""))
                .bind_iter() as _,
            errors.clone().map(|error| error.code.as_str()).bind_iter() as _,
            errors.map(|error| error.message.as_str()).bind_iter() as _,
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }
}

async fn start(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    import: &NewImport,
    now: UnixSeconds,
) -> Result<()> {
    let source = serde_json::to_string(&import.source)
        .map_err(|error| StoreError::damaged(error.to_string()))?;
    sqlx::query!(
        "INSERT INTO import_job (issuer, id, file_hash, authority, actor, source, state, \
             created_s) \
         VALUES ($1, $2, $3, $4, $5, $6, 'running', $7)",
        issuer_key(issuer),
        import.id,
        import.file_hash.as_slice(),
        i16::from(import.actor.authority.0),
        import.actor.name,
        source,
        bigint(now.0),
    )
    .execute(connection)
    .await
    .map_err(StoreError::unless_unique("an import of this id exists"))?;
    Ok(())
}

async fn one(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    id: &str,
    seen_by: AuthorityIndex,
) -> Result<ImportJob> {
    sqlx::query_as!(
        ImportRow,
        "SELECT id, file_hash, authority, actor, source, state, line, accepted, unchanged, refused, \
             created_s, finished_s FROM import_job \
         WHERE issuer = $1 AND id = $2 AND ($3 = 0::smallint OR authority = $3)",
        issuer_key(issuer),
        id,
        i16::from(seen_by.0),
    )
    .fetch_optional(connection)
    .await?
    .ok_or(StoreError::NotFound { what: "import" })?
    .read()
}

async fn of_file(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    file_hash: B256,
    begun_by: AuthorityIndex,
) -> Result<Option<ImportJob>> {
    sqlx::query_as!(
        ImportRow,
        "SELECT id, file_hash, authority, actor, source, state, line, accepted, unchanged, refused, \
             created_s, finished_s FROM import_job \
         WHERE issuer = $1 AND file_hash = $2 AND authority = $3 \
         ORDER BY created_s DESC, id DESC LIMIT 1",
        issuer_key(issuer),
        file_hash.as_slice(),
        i16::from(begun_by.0),
    )
    .fetch_optional(connection)
    .await?
    .map(ImportRow::read)
    .transpose()
}

impl ImportState {
    const fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Finished => "finished",
            Self::Failed => "failed",
            Self::Stopped => "stopped",
        }
    }
}

struct ImportRow {
    id: String,
    file_hash: Vec<u8>,
    authority: i16,
    actor: String,
    source: String,
    state: String,
    line: i64,
    accepted: i64,
    unchanged: i64,
    refused: i64,
    created_s: i64,
    finished_s: Option<i64>,
}

impl ImportRow {
    fn read(self) -> Result<ImportJob> {
        let state = match self.state.as_str() {
            "running" => ImportState::Running,
            "finished" => ImportState::Finished,
            "failed" => ImportState::Failed,
            "stopped" => ImportState::Stopped,
            other => {
                return Err(StoreError::damaged(format!(
                    "an import cannot be `{other}`"
                )));
            }
        };
        Ok(ImportJob {
            file_hash: hash(&self.file_hash)?,
            authority: authority::index(self.authority)?,
            source: json(&self.source, "the source of an import")?,
            state,
            line: unsigned(self.line, "a line")?,
            accepted: unsigned(self.accepted, "a count")?,
            unchanged: unsigned(self.unchanged, "a count")?,
            refused: unsigned(self.refused, "a count")?,
            created: seconds(self.created_s)?,
            finished: self.finished_s.map(seconds).transpose()?,
            id: self.id,
            actor: self.actor,
        })
    }
}
