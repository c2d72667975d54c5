//! The pool of connections.

mod transaction;

use std::time::Duration;

use sqlx::{
    Connection, PgConnection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

pub(crate) use transaction::Transaction;

use crate::Result;

const WAIT_FOR_A_CONNECTION: Duration = Duration::from_secs(10);
const IDLE: Duration = Duration::from_secs(300);

/// A connection that was used this recently is taken as alive. Asking it first
/// would add a round trip to every read.
const TRUSTED_FOR: Duration = Duration::from_secs(1);

/// Every query here finds its rows by an index, a page at a time. A planner
/// that has not yet seen a table grow reads and hashes all of it instead, and
/// keeps to that plan: seconds where milliseconds are due. Where there is no
/// index it may still do so.
const LOOK_UPS: [(&str, &str); 5] = [
    ("enable_seqscan", "off"),
    // Reads all that is left of an index and sorts it, where the first page was due.
    ("enable_bitmapscan", "off"),
    ("enable_hashjoin", "off"),
    ("enable_mergejoin", "off"),
    ("jit", "off"),
];

/// A plan that was made while a table was empty must not be kept while an
/// import fills it. A hint only: an engine that does not know it does without.
/// And a server that is stopped in the middle of a change must not hold its locks
/// for long: others wait for them to decide, or to take its lanes over.
const BEGIN_GROWING: &str = "BEGIN; SET LOCAL plan_cache_mode = force_custom_plan; \
    SET LOCAL idle_in_transaction_session_timeout = '5s'";

const BEGIN_SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// The register's memory. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) pool: PgPool,
}

impl Store {
    /// Connects to the database of this URL with at most so many connections.
    pub async fn connect(url: &str, connections: u32) -> Result<Self> {
        let options: PgConnectOptions = url.parse()?;
        let options = options.application_name("symbolon").options(LOOK_UPS);
        let pool = pool(connections).connect_with(options).await?;
        Ok(Self { pool })
    }

    /// Brings the schema up to date. Servers that start together may all do so.
    pub async fn migrate(&self) -> Result<()> {
        Ok(sqlx::migrate!().run(&self.pool).await?)
    }

    /// Asks whether the database answers.
    pub async fn ping(&self) -> Result<()> {
        sqlx::query_scalar!("SELECT 1")
            .fetch_one(&self.pool)
            .await?;
        Ok(())
    }

    /// Begins a transaction on tables that may grow fast, or empty.
    pub(crate) async fn begin_growing(&self) -> Result<Transaction> {
        Transaction::begin(&self.pool, BEGIN_GROWING).await
    }

    /// Begins to read everything as of one moment.
    pub(crate) async fn begin_snapshot(&self) -> Result<Transaction> {
        Transaction::begin(&self.pool, BEGIN_SNAPSHOT).await
    }

    /// Ends all connections in order.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// A pool of at most so many connections.
pub(crate) fn pool(connections: u32) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(WAIT_FOR_A_CONNECTION)
        .idle_timeout(IDLE)
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move {
                if meta.idle_for > TRUSTED_FOR {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
}

/// The commit returns before the disk has it: for what is done again, or missed by
/// nobody, if a crash of the database alone loses it. What is committed in earnest
/// after it takes it along.
pub(crate) async fn commit_at_leisure(connection: &mut PgConnection) -> Result<()> {
    sqlx::raw_sql("SET LOCAL synchronous_commit = off")
        .execute(connection)
        .await?;
    Ok(())
}
