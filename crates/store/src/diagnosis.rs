//! What the database says of itself.

use symbolon_core::time::UnixSeconds;

use crate::{Result, Store, codec::seconds};

/// The database as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// Its version, in its own words.
    pub version: String,
    /// Its clock.
    pub now: UnixSeconds,
    /// Whether its schema is exactly the one that this program was built for.
    pub schema_is_current: bool,
}

impl Store {
    /// Asks the database for its version, its clock and its schema.
    pub async fn diagnose(&self) -> Result<Diagnosis> {
        let row = sqlx::query!(
            r#"SELECT current_setting('server_version') AS "version!",
                floor(extract(epoch FROM clock_timestamp()))::bigint AS "now!""#,
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(Diagnosis {
            version: row.version,
            now: seconds(row.now)?,
            schema_is_current: self.schema_is_current().await?,
        })
    }

    /// Whether every migration of this program, and no other, has been applied.
    pub async fn schema_is_current(&self) -> Result<bool> {
        // Kept by sqlx, whose table is no part of our migrations: hence unchecked.
        let exists: (bool,) = sqlx::query_as("SELECT to_regclass('_sqlx_migrations') IS NOT NULL")
            .fetch_one(&self.pool)
            .await?;
        if !exists.0 {
            return Ok(false);
        }
        let applied: Vec<(i64, Vec<u8>)> = sqlx::query_as(
            "SELECT version, checksum FROM _sqlx_migrations WHERE success ORDER BY version",
        )
        .fetch_all(&self.pool)
        .await?;
        let ours = sqlx::migrate!();
        let ours = ours
            .iter()
            .map(|known| (known.version, known.checksum.to_vec()));
        Ok(ours.eq(applied))
    }
}
