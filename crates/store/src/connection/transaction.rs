//! A transaction that may be given up at any point.

use std::{
    ops::{Deref, DerefMut},
    sync::atomic::{AtomicI64, Ordering},
};

use sqlx::{PgConnection, PgPool, Postgres, pool::PoolConnection};
use tokio::runtime::Handle;

use crate::Result;

/// One transaction on a connection of the pool. Dropped before its commit, be it
/// in the middle of a statement, it leaves no trace.
///
/// It is not sqlx's: sqlx 0.9 loses count of the answers when a `BEGIN` (its
/// issue 4385) or a `COPY` is given up half-way, and the pool would lend the
/// connection with a transaction open, or with answers in it that are somebody
/// else's. Here a connection whose transaction was not committed comes back once
/// it has answered a question that nobody asked before; else it is closed.
#[derive(Debug)]
pub(crate) struct Transaction {
    /// There until it is dropped.
    connection: Option<PoolConnection<Postgres>>,
    committed: bool,
}

impl Transaction {
    /// Begins one by this statement.
    pub(super) async fn begin(pool: &PgPool, statement: &'static str) -> Result<Self> {
        let mut begun = Self {
            connection: Some(pool.acquire().await?),
            committed: false,
        };
        sqlx::raw_sql(statement).execute(&mut *begun).await?;
        Ok(begun)
    }

    /// Stores all of it. After an error nobody knows whether it is stored.
    pub(crate) async fn commit(mut self) -> Result<()> {
        sqlx::raw_sql("COMMIT").execute(&mut *self).await?;
        self.committed = true;
        Ok(())
    }
}

impl Deref for Transaction {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        match &self.connection {
            Some(connection) => connection,
            None => unreachable!("only its drop takes the connection"),
        }
    }
}

impl DerefMut for Transaction {
    fn deref_mut(&mut self) -> &mut PgConnection {
        match &mut self.connection {
            Some(connection) => connection,
            None => unreachable!("only its drop takes the connection"),
        }
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        let given_up = self.connection.take().filter(|_| !self.committed);
        let Some(mut connection) = given_up else {
            return;
        };
        match Handle::try_current() {
            Ok(runtime) => {
                runtime.spawn(async move {
                    if !is_in_order(&mut connection).await.unwrap_or(false) {
                        connection.close_on_drop();
                    }
                });
            }
            // The process is ending.
            Err(_) => connection.close_on_drop(),
        }
    }
}

/// Ends the transaction, and tells whether the next answer is the next
/// question's.
async fn is_in_order(connection: &mut PgConnection) -> Result<bool> {
    // Nothing that is stored is so low a number.
    static QUESTIONS: AtomicI64 = AtomicI64::new(i64::MIN);
    let question = QUESTIONS.fetch_add(1, Ordering::Relaxed);
    sqlx::raw_sql("ROLLBACK").execute(&mut *connection).await?;
    let answer = sqlx::query_scalar!(r#"SELECT $1::bigint AS "answer!""#, question)
        .fetch_optional(connection)
        .await?;
    Ok(answer == Some(question))
}
