//! A change to one issuer's register, under that issuer's lock.

use symbolon_core::{ids::IssuerId, log::Head};

use crate::{
    CrashPoint, Result, Store, StoreError,
    codec::{bigint, issuer_key},
    connection::Transaction,
    issuer::{self, Moment},
    notify,
};

/// One transaction on one issuer's register.
///
/// 1. [`Store::begin`] locks the issuer's row; whoever else wants to change
///    this issuer waits, in the order in which they came.
/// 2. [`IssuerTransaction::decide`] and the other methods read and write.
///    After an error nothing but dropping the transaction makes sense.
/// 3. [`IssuerTransaction::commit`] advances the head of the log and stores
///    all of it. Dropping the transaction instead leaves no trace.
///
/// Keep it short: a revocation waits for it.
#[derive(Debug)]
pub struct IssuerTransaction {
    pub(crate) issuer: IssuerId,
    pub(crate) transaction: Transaction,
    /// As it was locked.
    pub(crate) locked: Moment,
    /// The head after what was decided here.
    pub(crate) head: Head,
    /// Whether a lane has new work.
    pub(crate) queued: bool,
    store: Store,
}

impl Store {
    /// Begins a change to this issuer's register, once it has the issuer's lock.
    pub async fn begin(&self, issuer: &IssuerId) -> Result<IssuerTransaction> {
        let mut transaction = self.begin_growing().await?;
        let locked = issuer::lock(&mut transaction, issuer).await?;
        Ok(IssuerTransaction {
            issuer: issuer.clone(),
            transaction,
            locked,
            head: locked.head,
            queued: false,
            store: self.clone(),
        })
    }
}

impl IssuerTransaction {
    /// Whose register this changes.
    pub fn issuer(&self) -> &IssuerId {
        &self.issuer
    }

    /// The head of the log after what was decided so far.
    pub fn head(&self) -> Head {
        self.head
    }

    /// Stores everything, and returns the head of the log.
    pub async fn commit(mut self) -> Result<Head> {
        // Always, even with an unchanged head: it is the fence where a row lock
        // is no more than a hint (CockroachDB), and it fails in a transaction
        // that an error has aborted, whose COMMIT PostgreSQL would answer
        // politely and not carry out.
        let advanced = sqlx::query!(
            "UPDATE issuer SET head_number = $2, head_hash = $3, commits = commits + 1 \
             WHERE issuer = $1 AND head_number = $4",
            issuer_key(&self.issuer),
            bigint(self.head.number.0),
            self.head.hash.as_slice(),
            bigint(self.locked.head.number.0),
        )
        .execute(&mut *self.transaction)
        .await?;
        if advanced.rows_affected() != 1 {
            return Err(StoreError::Conflict {
                what: "the head of the log moved",
            });
        }
        CrashPoint::Deciding.pass();
        self.transaction.commit().await?;
        CrashPoint::CommittedNotRung.pass();
        if self.queued {
            notify::outbox_changed(&self.store, &self.issuer).await;
        }
        Ok(self.head)
    }
}
