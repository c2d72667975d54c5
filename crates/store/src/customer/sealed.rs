//! What instances know of their customers, sealed as it is.

use symbolon_core::{
    customer::{CustomerId, CustomerPart, SearchKey},
    ids::{InstanceName, InvestorId, IssuerId},
    profile::{Sealed, TermDigest},
    time::UnixSeconds,
};

use super::{
    CustomerRecord,
    row::{select_customers, with_investors},
};
use crate::{
    IssuerTransaction, Result, Store, StoreError,
    codec::{bigint, issuer_key, seconds},
};

/// What is to be stored of a customer's data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SealedData {
    /// All of it; nothing where it goes.
    pub data: Option<Sealed>,
    /// By what it is found.
    pub terms: Vec<(SearchKey, TermDigest)>,
}

/// Something that people have noted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedNote {
    /// Which, counted from 1.
    pub number: u32,
    /// What it says.
    pub sealed: Sealed,
    /// Who wrote it, as the log names them.
    pub author: String,
    /// When.
    pub written: UnixSeconds,
}

/// All that is sealed of a customer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SealedCustomer {
    /// Its data.
    pub data: Option<Sealed>,
    /// Its notes, in order.
    pub notes: Vec<SealedNote>,
}

impl Store {
    /// All that is sealed of a customer. Nothing of one that is not there.
    pub async fn sealed_customer(
        &self,
        issuer: &IssuerId,
        instance: &InstanceName,
        customer: CustomerId,
    ) -> Result<SealedCustomer> {
        let mut snapshot = self.begin_snapshot().await?;
        let data = sqlx::query_scalar!(
            "SELECT data FROM customer WHERE issuer = $1 AND instance = $2 AND customer = $3",
            issuer_key(issuer),
            instance.as_str(),
            customer.0.as_slice(),
        )
        .fetch_optional(&mut *snapshot)
        .await?;
        let notes = sqlx::query!(
            "SELECT note, sealed, author, written_s FROM customer_note \
             WHERE issuer = $1 AND instance = $2 AND customer = $3 ORDER BY note",
            issuer_key(issuer),
            instance.as_str(),
            customer.0.as_slice(),
        )
        .fetch_all(&mut *snapshot)
        .await?;
        let notes = notes.into_iter().map(|row| {
            Ok(SealedNote {
                number: u32::try_from(row.note)
                    .map_err(|_| StoreError::damaged("a note's number"))?,
                sealed: Sealed(row.sealed),
                author: row.author,
                written: seconds(row.written_s)?,
            })
        });
        Ok(SealedCustomer {
            data: data.flatten().map(Sealed),
            notes: notes.collect::<Result<_>>()?,
        })
    }

    /// Whether anything of an investor is sealed: its profile, or what an instance knows
    /// of it as its customer.
    pub async fn has_sealed(&self, issuer: &IssuerId, investor: InvestorId) -> Result<bool> {
        let found = sqlx::query_scalar!(
            r#"SELECT EXISTS (SELECT FROM profile_value WHERE issuer = $1 AND investor = $2)
                OR EXISTS (SELECT FROM customer c WHERE c.issuer = $1 AND c.investor = $2
                    AND (c.data IS NOT NULL OR EXISTS (SELECT FROM customer_note n
                        WHERE n.issuer = $1 AND n.instance = c.instance
                            AND n.customer = c.customer))) AS "found!""#,
            issuer_key(issuer),
            investor.0.as_slice(),
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(found)
    }

    /// The customers of an instance's that a digest finds, at most `limit` of them;
    /// archived ones where they are asked for.
    pub async fn customers_by_term(
        &self,
        issuer: &IssuerId,
        instance: &InstanceName,
        key: SearchKey,
        digest: TermDigest,
        archived: bool,
        limit: u32,
    ) -> Result<Vec<CustomerRecord>> {
        let mut snapshot = self.begin_snapshot().await?;
        let rows = select_customers!(
            "FROM customer_term t JOIN customer c ON c.issuer = t.issuer \
                 AND c.instance = t.instance AND c.customer = t.customer \
             WHERE t.issuer = $1 AND t.instance = $2 AND t.field = $3 AND t.digest = $4 \
                 AND ($5 OR c.archived_s IS NULL) \
             ORDER BY c.number LIMIT $6",
            issuer_key(issuer),
            instance.as_str(),
            key.as_str(),
            digest.0.as_slice(),
            archived,
            i64::from(limit),
        )
        .fetch_all(&mut *snapshot)
        .await?;
        with_investors(&mut snapshot, issuer, rows).await
    }
}

impl IssuerTransaction {
    /// Stores what an instance knows of a customer; what it knew before goes.
    pub async fn keep_customer_data(
        &mut self,
        instance: &InstanceName,
        customer: CustomerId,
        sealed: &SealedData,
        now: UnixSeconds,
    ) -> Result<()> {
        let (issuer, id) = (issuer_key(&self.issuer), customer.0.as_slice());
        sqlx::query!(
            "UPDATE customer SET data = $4, revision = revision + 1, changed_s = $5 \
             WHERE issuer = $1 AND instance = $2 AND customer = $3",
            issuer,
            instance.as_str(),
            id,
            sealed.data.as_ref().map(|data| data.0.as_slice()),
            bigint(now.0),
        )
        .execute(&mut *self.transaction)
        .await?;
        sqlx::query!(
            "DELETE FROM customer_term WHERE issuer = $1 AND instance = $2 AND customer = $3",
            issuer,
            instance.as_str(),
            id,
        )
        .execute(&mut *self.transaction)
        .await?;
        for (key, digest) in &sealed.terms {
            sqlx::query!(
                "INSERT INTO customer_term (issuer, instance, field, digest, customer) \
                 VALUES ($1, $2, $3, $4, $5)",
                issuer,
                instance.as_str(),
                key.as_str(),
                digest.0.as_slice(),
                id,
            )
            .execute(&mut *self.transaction)
            .await?;
        }
        Ok(())
    }

    /// Adds a note, of which the number was foreseen when it was sealed. `false` where
    /// somebody was quicker.
    pub async fn add_note(
        &mut self,
        instance: &InstanceName,
        customer: CustomerId,
        note: &SealedNote,
    ) -> Result<bool> {
        let (issuer, id) = (issuer_key(&self.issuer), customer.0.as_slice());
        let number = i32::try_from(note.number);
        let number = number.map_err(|_| StoreError::OutOfRange { what: "the note" })?;
        let added = sqlx::query!(
            "INSERT INTO customer_note (issuer, instance, customer, note, sealed, author, written_s) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) \
             ON CONFLICT (issuer, instance, customer, note) DO NOTHING",
            issuer,
            instance.as_str(),
            id,
            number,
            &note.sealed.0,
            &note.author,
            bigint(note.written.0),
        )
        .execute(&mut *self.transaction)
        .await?;
        sqlx::query!(
            "UPDATE customer SET revision = revision + 1, changed_s = $4 \
             WHERE issuer = $1 AND instance = $2 AND customer = $3",
            issuer,
            instance.as_str(),
            id,
            bigint(note.written.0),
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(added.rows_affected() == 1)
    }

    /// Lets a customer stand on another investor, with what is known of it sealed under
    /// that one's key. The key of the one before is still to be destroyed, once this is
    /// committed: nothing else was sealed under it.
    pub async fn move_customer(
        &mut self,
        instance: &InstanceName,
        customer: CustomerId,
        to: InvestorId,
        sealed: &[(CustomerPart, Sealed)],
        now: UnixSeconds,
    ) -> Result<()> {
        let (issuer, id) = (issuer_key(&self.issuer), customer.0.as_slice());
        let from = self.lock_customer(instance, customer).await?.investor;
        sqlx::query!(
            "UPDATE customer SET investor = $4, registered_investor = false, \
                 revision = revision + 1, changed_s = $5 \
             WHERE issuer = $1 AND instance = $2 AND customer = $3",
            issuer,
            instance.as_str(),
            id,
            to.0.as_slice(),
            bigint(now.0),
        )
        .execute(&mut *self.transaction)
        .await?;
        let (mut notes, mut texts) = (Vec::new(), Vec::new());
        for (part, sealed) in sealed {
            match part {
                CustomerPart::Data => {
                    sqlx::query!(
                        "UPDATE customer SET data = $4 \
                         WHERE issuer = $1 AND instance = $2 AND customer = $3",
                        issuer,
                        instance.as_str(),
                        id,
                        &sealed.0,
                    )
                    .execute(&mut *self.transaction)
                    .await?;
                }
                CustomerPart::Note(note) => {
                    notes.push(i32::try_from(*note).unwrap_or(i32::MAX));
                    texts.push(sealed.0.clone());
                }
            }
        }
        // All at once, since a revocation waits for it.
        sqlx::query!(
            "UPDATE customer_note SET sealed = r.sealed \
             FROM unnest($4::integer[], $5::bytea[]) AS r (note, sealed) \
             WHERE issuer = $1 AND instance = $2 AND customer = $3 \
                 AND customer_note.note = r.note",
            issuer,
            instance.as_str(),
            id,
            &notes,
            &texts,
        )
        .execute(&mut *self.transaction)
        .await?;
        self.owe_destruction(from, now).await
    }

    /// Forgets what instances know of an investor. The customers stay, by their
    /// references alone.
    pub(crate) async fn forget_customers(
        &mut self,
        investor: InvestorId,
        now: UnixSeconds,
    ) -> Result<()> {
        let (issuer, id) = (issuer_key(&self.issuer), investor.0.as_slice());
        sqlx::query!(
            "DELETE FROM customer_note n USING customer c \
             WHERE c.issuer = $1 AND c.investor = $2 AND n.issuer = $1 \
                 AND n.instance = c.instance AND n.customer = c.customer",
            issuer,
            id,
        )
        .execute(&mut *self.transaction)
        .await?;
        sqlx::query!(
            "DELETE FROM customer_term t USING customer c \
             WHERE c.issuer = $1 AND c.investor = $2 AND t.issuer = $1 \
                 AND t.instance = c.instance AND t.customer = c.customer",
            issuer,
            id,
        )
        .execute(&mut *self.transaction)
        .await?;
        sqlx::query!(
            "UPDATE customer SET data = NULL, challenge = NULL, erased_s = $3, \
                 revision = revision + 1, changed_s = $3 \
             WHERE issuer = $1 AND investor = $2",
            issuer,
            id,
            bigint(now.0),
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }
}
