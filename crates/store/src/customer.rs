//! Customers of instances: what each knows of an investor. No query names two
//! instances, but for what an investor has at all, whosever customer it is.

mod row;
mod sealed;

use alloy_primitives::B256;
use symbolon_core::{
    customer::{CustomerId, CustomerStatus, Standing},
    ids::{ExternalId, InstanceName, InvestorId, IssuerId},
    investor::{Investor, StatusName},
    time::UnixSeconds,
    wallet::WalletAddress,
};

use crate::{
    IssuerTransaction, Result, Store, StoreError,
    codec::{bigint, investor_id, issuer_key},
    link::id128,
};
pub(crate) use row::select_customers;
use row::{CustomerRow, with_investors};
pub use sealed::{SealedCustomer, SealedData, SealedNote};

/// A customer as it is stored, without what is sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer {
    /// Its id.
    pub id: CustomerId,
    /// Its place among the instance's customers, which lists are ordered by.
    pub number: u64,
    /// The investor on whom it stands.
    pub investor: InvestorId,
    /// Whether the register came to know that one by making this customer.
    pub registered_investor: bool,
    /// The instance's own reference.
    pub external_id: Option<ExternalId>,
    /// How many reference keys it was given; the last one works.
    pub references_made: u32,
    /// Where it stands with its instance.
    pub status: CustomerStatus,
    /// Since when it is archived.
    pub archived: Option<UnixSeconds>,
    /// When its person was erased: nobody knows any more who it is.
    pub erased: Option<UnixSeconds>,
    /// Whether there is data about it.
    pub has_data: bool,
    /// How many notes there are.
    pub notes: u32,
    /// What a wallet is to sign, as JSON; nothing was asked yet.
    pub challenge: Option<String>,
    /// Counts its changes.
    pub revision: u64,
    /// When it was made.
    pub created: UnixSeconds,
    /// Who made it, as the log names them.
    pub created_by: String,
    /// When it last changed.
    pub changed: UnixSeconds,
}

impl Customer {
    /// How it stands with its instance.
    pub fn standing(&self) -> Standing<'_> {
        Standing {
            status: self.status,
            archived: self.archived.is_some(),
            has_data: self.has_data,
            external_id: self.external_id.as_ref(),
        }
    }
}

/// A customer with the investor on whom it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerRecord {
    /// The customer.
    pub customer: Customer,
    /// The investor, with its wallets.
    pub investor: Investor,
}

/// A customer to be.
#[derive(Clone, Debug)]
pub struct NewCustomer {
    /// Its id.
    pub id: CustomerId,
    /// On whom it stands.
    pub investor: InvestorId,
    /// Whether the register comes to know that one by this.
    pub registered_investor: bool,
    /// The instance's own reference.
    pub external_id: Option<ExternalId>,
    /// The hash of its reference key.
    pub reference: B256,
    /// Who makes it, as the log names them.
    pub created_by: String,
}

/// What a list of customers is narrowed to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CustomerFilter {
    /// Only the one with this reference of the instance's.
    pub external_id: Option<ExternalId>,
    /// Only the one whose investor holds this wallet.
    pub wallet: Option<WalletAddress>,
    /// Only the one that stands on this investor.
    pub investor: Option<InvestorId>,
    /// Only those of this status with the instance.
    pub status: Option<CustomerStatus>,
    /// Only those whose investor is of this status.
    pub verdict: Option<StatusName>,
    /// Whether those that are archived are shown, too.
    pub archived: bool,
}

/// One page of customers, in the order in which they were made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CustomerPage {
    /// The customers.
    pub customers: Vec<CustomerRecord>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<u64>,
}

const EXTERNAL_ID_TAKEN: &str = "the instance has a customer of this external id already: find it by that id, and give one of the two another";
const NO_CUSTOMER: StoreError = StoreError::NotFound { what: "customer" };

impl Store {
    /// As whose customers these investors are known, to whichever instance.
    pub async fn customers_of(
        &self,
        issuer: &IssuerId,
        investors: &[InvestorId],
    ) -> Result<Vec<(InstanceName, CustomerId, InvestorId)>> {
        let ids: Vec<_> = investors.iter().map(|id| id.0.to_vec()).collect();
        sqlx::query!(
            "SELECT instance, customer, investor FROM customer \
             WHERE issuer = $1 AND investor = ANY($2) ORDER BY instance, number",
            issuer_key(issuer),
            &ids,
        )
        .fetch_all(&self.pool)
        .await?
        .into_iter()
        .map(|row| {
            let instance = row.instance.parse();
            Ok((
                instance.map_err(|_| StoreError::damaged("an instance's name"))?,
                CustomerId(id128(&row.customer, "a customer's id")?),
                investor_id(&row.investor)?,
            ))
        })
        .collect()
    }

    /// One customer.
    pub async fn customer(
        &self,
        issuer: &IssuerId,
        instance: &InstanceName,
        customer: CustomerId,
    ) -> Result<CustomerRecord> {
        let mut snapshot = self.begin_snapshot().await?;
        let row = select_customers!(
            "FROM customer c WHERE c.issuer = $1 AND c.instance = $2 AND c.customer = $3",
            issuer_key(issuer),
            instance.as_str(),
            customer.0.as_slice(),
        )
        .fetch_optional(&mut *snapshot)
        .await?
        .ok_or(NO_CUSTOMER)?;
        let mut found = with_investors(&mut snapshot, issuer, vec![row]).await?;
        found.pop().ok_or(NO_CUSTOMER)
    }

    /// The customer that a reference key names; `None` for one that nobody has here.
    pub async fn customer_by_reference(
        &self,
        issuer: &IssuerId,
        instance: &InstanceName,
        reference: B256,
    ) -> Result<Option<CustomerRecord>> {
        let mut snapshot = self.begin_snapshot().await?;
        let row = select_customers!(
            "FROM customer c WHERE c.issuer = $1 AND c.instance = $2 AND c.reference = $3",
            issuer_key(issuer),
            instance.as_str(),
            reference.as_slice(),
        )
        .fetch_optional(&mut *snapshot)
        .await?;
        let rows = row.into_iter().collect();
        Ok(with_investors(&mut snapshot, issuer, rows).await?.pop())
    }

    /// The page of an instance's customers after this place, at most `limit` of them.
    pub async fn customers(
        &self,
        issuer: &IssuerId,
        instance: &InstanceName,
        filter: &CustomerFilter,
        after: Option<u64>,
        limit: u32,
    ) -> Result<CustomerPage> {
        let after = bigint(after.unwrap_or_default());
        let status = filter.status.map(CustomerStatus::as_str);
        let verdict = filter.verdict.map(StatusName::as_str);
        let external_id = filter.external_id.as_ref().map(ExternalId::as_str);
        let wallet = filter.wallet.map(|wallet| wallet.address().to_vec());
        let investor = filter.investor.map(|investor| investor.0.to_vec());
        let fetched = i64::from(limit) + 1;
        let names_one = external_id.is_some() || wallet.is_some() || investor.is_some();
        let mut snapshot = self.begin_snapshot().await?;
        // What names one is led by its own index, and the rest by the order of the list.
        let rows = if names_one {
            select_customers!(
                "FROM customer c JOIN investor i ON i.issuer = c.issuer AND i.investor = c.investor \
                 WHERE c.issuer = $1 AND c.instance = $2 AND c.number > $3 \
                 AND ($4::text IS NULL OR c.external_id = $4) \
                 AND ($5::bytea IS NULL OR i.created_entry = \
                     (SELECT w.holder FROM wallet w WHERE w.issuer = $1 AND w.address = $5)) \
                 AND ($6::bytea IS NULL OR c.investor = $6) \
                 AND ($7::text IS NULL OR c.status = $7) \
                 AND ($8::text IS NULL OR i.status = $8) \
                 AND ($9 OR c.archived_s IS NULL) \
                 ORDER BY c.number LIMIT $10",
                issuer_key(issuer),
                instance.as_str(),
                after,
                external_id,
                wallet,
                investor,
                status,
                verdict,
                filter.archived,
                fetched,
            )
            .fetch_all(&mut *snapshot)
            .await?
        } else {
            select_customers!(
                "FROM customer c WHERE c.issuer = $1 AND c.instance = $2 AND c.number > $3 \
                 AND ($4::text IS NULL OR c.status = $4) \
                 AND ($5::text IS NULL OR EXISTS (SELECT FROM investor i \
                     WHERE i.issuer = $1 AND i.investor = c.investor AND i.status = $5)) \
                 AND ($6 OR c.archived_s IS NULL) \
                 ORDER BY c.number LIMIT $7",
                issuer_key(issuer),
                instance.as_str(),
                after,
                status,
                verdict,
                filter.archived,
                fetched,
            )
            .fetch_all(&mut *snapshot)
            .await?
        };
        let mut customers = with_investors(&mut snapshot, issuer, rows).await?;
        let more = customers.len() > limit as usize;
        customers.truncate(limit as usize);
        let last = customers.last().filter(|_| more);
        let next = last.map(|last| last.customer.number);
        Ok(CustomerPage { customers, next })
    }

    /// Who holds a wallet.
    pub async fn holder(
        &self,
        issuer: &IssuerId,
        wallet: WalletAddress,
    ) -> Result<Option<InvestorId>> {
        holder(&self.pool, issuer, wallet).await
    }
}

async fn holder(
    executor: impl sqlx::PgExecutor<'_>,
    issuer: &IssuerId,
    wallet: WalletAddress,
) -> Result<Option<InvestorId>> {
    let found = sqlx::query_scalar!(
        "SELECT i.investor FROM wallet w \
         JOIN investor i ON i.issuer = w.issuer AND i.created_entry = w.holder \
         WHERE w.issuer = $1 AND w.address = $2",
        issuer_key(issuer),
        wallet.address().to_vec(),
    )
    .fetch_optional(executor)
    .await?;
    found.as_deref().map(investor_id).transpose()
}

impl IssuerTransaction {
    /// Refuses what an instance has already: it knows an investor as one customer, and
    /// has an external id once.
    pub async fn customer_is_new(
        &mut self,
        instance: &InstanceName,
        investor: InvestorId,
        external_id: Option<&ExternalId>,
    ) -> Result<()> {
        let taken = sqlx::query!(
            r#"SELECT c.investor = $3 AS "investor!" FROM customer c
            WHERE c.issuer = $1 AND c.instance = $2 AND (c.investor = $3 OR c.external_id = $4)
            LIMIT 1"#,
            issuer_key(&self.issuer),
            instance.as_str(),
            investor.0.as_slice(),
            external_id.map(ExternalId::as_str),
        )
        .fetch_optional(&mut *self.transaction)
        .await?;
        match taken {
            None => Ok(()),
            Some(taken) => Err(StoreError::Conflict {
                what: match taken.investor {
                    true => "the instance knows this investor as a customer already",
                    false => EXTERNAL_ID_TAKEN,
                },
            }),
        }
    }

    /// Makes a customer.
    pub async fn add_customer(
        &mut self,
        instance: &InstanceName,
        new: &NewCustomer,
        now: UnixSeconds,
    ) -> Result<()> {
        let external_id = new.external_id.as_ref();
        self.customer_is_new(instance, new.investor, external_id)
            .await?;
        let added = sqlx::query!(
            "INSERT INTO customer (issuer, instance, customer, number, investor, external_id, \
                 reference, references_made, status, revision, created_s, created_by, changed_s, \
                 registered_investor) \
             SELECT $1, i.instance, $3, \
                 (SELECT coalesce(max(c.number), 0) + 1 FROM customer c \
                     WHERE c.issuer = $1 AND c.instance = $2), \
                 $4, $5, $6, 1, $7, 1, $8, $9, $8, $10 \
             FROM instance i WHERE i.issuer = $1 AND i.instance = $2",
            issuer_key(&self.issuer),
            instance.as_str(),
            new.id.0.as_slice(),
            new.investor.0.as_slice(),
            external_id.map(ExternalId::as_str),
            new.reference.as_slice(),
            CustomerStatus::default().as_str(),
            bigint(now.0),
            &new.created_by,
            new.registered_investor,
        )
        .execute(&mut *self.transaction)
        .await?;
        match added.rows_affected() {
            0 => Err(StoreError::NotFound { what: "instance" }),
            _ => Ok(()),
        }
    }

    /// A customer, which nobody else changes until this is committed.
    pub async fn lock_customer(
        &mut self,
        instance: &InstanceName,
        customer: CustomerId,
    ) -> Result<Customer> {
        select_customers!(
            "FROM customer c WHERE c.issuer = $1 AND c.instance = $2 AND c.customer = $3 FOR UPDATE",
            issuer_key(&self.issuer),
            instance.as_str(),
            customer.0.as_slice(),
        )
        .fetch_optional(&mut *self.transaction)
        .await?
        .ok_or(NO_CUSTOMER)?
        .read()
    }

    /// As whom an instance knows an investor.
    pub async fn customer_on(
        &mut self,
        instance: &InstanceName,
        investor: InvestorId,
    ) -> Result<Option<Customer>> {
        select_customers!(
            "FROM customer c WHERE c.issuer = $1 AND c.instance = $2 AND c.investor = $3",
            issuer_key(&self.issuer),
            instance.as_str(),
            investor.0.as_slice(),
        )
        .fetch_optional(&mut *self.transaction)
        .await?
        .map(CustomerRow::read)
        .transpose()
    }

    /// Whether other instances know an investor than this one.
    pub async fn known_elsewhere(
        &mut self,
        instance: &InstanceName,
        investor: InvestorId,
    ) -> Result<bool> {
        let found = sqlx::query_scalar!(
            "SELECT customer FROM customer \
             WHERE issuer = $1 AND investor = $3 AND instance <> $2 LIMIT 1",
            issuer_key(&self.issuer),
            instance.as_str(),
            investor.0.as_slice(),
        )
        .fetch_optional(&mut *self.transaction)
        .await?;
        Ok(found.is_some())
    }

    /// Who holds a wallet, as things stand here.
    pub async fn holder(&mut self, wallet: WalletAddress) -> Result<Option<InvestorId>> {
        holder(&mut *self.transaction, &self.issuer, wallet).await
    }

    /// Says where a customer stands with its instance.
    pub async fn set_customer_status(
        &mut self,
        instance: &InstanceName,
        customer: CustomerId,
        status: CustomerStatus,
        now: UnixSeconds,
    ) -> Result<()> {
        sqlx::query!(
            "UPDATE customer SET status = $4, revision = revision + 1, changed_s = $5 \
             WHERE issuer = $1 AND instance = $2 AND customer = $3 AND status <> $4",
            issuer_key(&self.issuer),
            instance.as_str(),
            customer.0.as_slice(),
            status.as_str(),
            bigint(now.0),
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    /// Puts a customer away, or takes it out again. What is so already stays as it is.
    pub async fn archive_customer(
        &mut self,
        instance: &InstanceName,
        customer: CustomerId,
        archived: bool,
        now: UnixSeconds,
    ) -> Result<()> {
        sqlx::query!(
            "UPDATE customer SET archived_s = CASE WHEN $4 THEN $5::bigint END, \
                 revision = revision + 1, changed_s = $5 \
             WHERE issuer = $1 AND instance = $2 AND customer = $3 \
                 AND (archived_s IS NOT NULL) <> $4",
            issuer_key(&self.issuer),
            instance.as_str(),
            customer.0.as_slice(),
            archived,
            bigint(now.0),
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    /// Lets an instance have this reference for a customer, or none. It has each once.
    pub async fn set_customer_external_id(
        &mut self,
        instance: &InstanceName,
        customer: CustomerId,
        external_id: Option<&ExternalId>,
        now: UnixSeconds,
    ) -> Result<()> {
        sqlx::query!(
            "UPDATE customer SET external_id = $4, revision = revision + 1, changed_s = $5 \
             WHERE issuer = $1 AND instance = $2 AND customer = $3",
            issuer_key(&self.issuer),
            instance.as_str(),
            customer.0.as_slice(),
            external_id.map(ExternalId::as_str),
            bigint(now.0),
        )
        .execute(&mut *self.transaction)
        .await
        .map_err(StoreError::unless_unique(EXTERNAL_ID_TAKEN))?;
        Ok(())
    }

    /// Gives a customer another reference key: the one before names nobody any more.
    pub async fn renew_reference(
        &mut self,
        instance: &InstanceName,
        customer: CustomerId,
        reference: B256,
        now: UnixSeconds,
    ) -> Result<()> {
        sqlx::query!(
            "UPDATE customer SET reference = $4, references_made = references_made + 1, \
                 challenge = NULL, revision = revision + 1, changed_s = $5 \
             WHERE issuer = $1 AND instance = $2 AND customer = $3",
            issuer_key(&self.issuer),
            instance.as_str(),
            customer.0.as_slice(),
            reference.as_slice(),
            bigint(now.0),
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    /// Keeps what a customer's wallet is to sign; with nothing, what was asked is
    /// answered, and answers nothing again.
    pub async fn ask_customer(
        &mut self,
        instance: &InstanceName,
        customer: CustomerId,
        challenge: Option<&str>,
    ) -> Result<()> {
        sqlx::query!(
            "UPDATE customer SET challenge = $4 \
             WHERE issuer = $1 AND instance = $2 AND customer = $3",
            issuer_key(&self.issuer),
            instance.as_str(),
            customer.0.as_slice(),
            challenge,
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }
}
