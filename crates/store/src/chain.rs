//! The chains that an issuer's register is mirrored to.

use alloy_primitives::Address;
use sqlx::PgExecutor;
use symbolon_core::{
    identity::Identities,
    ids::{IssuerId, RegistryId},
    mirror::filter::{MirroredRegistry, RegistryFilter},
    time::UnixSeconds,
    wallet::WalletAddress,
};

use crate::{
    IssuerTransaction, Lease, Result, Store, StoreError,
    codec::{
        self, address, bigint, issuer_key, json, registry_id, registry_key, seconds, unsigned, wei,
    },
    outbox,
    wallet::optional_address,
};

/// A chain as the issuer configures it.
#[derive(Clone, Debug, PartialEq)]
pub struct NewChain {
    /// Its EIP-155 id, and which registry there.
    pub id: RegistryId,
    /// Its name, for people.
    pub name: String,
    /// The identity registry there.
    pub registry: Address,
    /// Whom that registry holds. What it was told of others stays told: another
    /// filter is another registry.
    pub filter: RegistryFilter,
    /// Who deploys its investors' identities. Their addresses follow from it, be it
    /// there or not.
    pub identity_factory: Address,
    /// The block that the registry was deployed in: nothing before concerns us.
    pub deployed_block: u64,
    /// After how many blocks a transaction counts as confirmed.
    pub confirmations: u32,
    /// Everything else that lanes and followers want to know, opaque here. No
    /// secrets.
    pub settings: serde_json::Value,
}

impl NewChain {
    /// The registry, as what it must hold depends on it.
    pub fn target(&self) -> MirroredRegistry {
        MirroredRegistry {
            id: self.id,
            filter: self.filter.clone(),
            identities: Identities::of(self.identity_factory, self.registry),
        }
    }
}

/// What was last seen of a chain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChainStatus {
    /// Its newest block.
    pub head_block: Option<u64>,
    /// That block's time.
    pub head_time: Option<UnixSeconds>,
    /// The newest block that cannot be reorganised away.
    pub finalized_block: Option<u64>,
    /// Who signs there.
    pub signer: Option<Address>,
    /// What the signer has left for gas.
    pub signer_balance_wei: Option<u128>,
    /// What went wrong with its lane last; `None` while all is well.
    pub last_error: Option<String>,
    /// When all this was seen.
    pub updated: Option<UnixSeconds>,
}

/// The server that drives a lane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaneDriver {
    /// As it calls itself.
    pub name: String,
    /// When it took the lane, by the database's clock.
    pub since: UnixSeconds,
}

/// A chain and what was last seen of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Chain {
    /// As configured.
    pub chain: NewChain,
    /// As seen.
    pub status: ChainStatus,
    /// Why it could not be read for what others wrote there, when that was last
    /// tried; `None` if it could.
    pub following_error: Option<String>,
    /// Who drives its lane; `None` while no server does.
    pub driver: Option<LaneDriver>,
    /// What people must know until the chain is reconciled; `None`: nothing.
    pub alarm: Option<String>,
    /// Whether approvals wait until then.
    pub approvals_held: bool,
}

impl Chain {
    /// What is wrong with it, for people; `None` while all is well.
    pub fn trouble(&self) -> Option<String> {
        let unread = self.following_error.as_ref();
        let unread = unread.map(|error| format!("recoveries by tokens are not taken in: {error}"));
        let troubles: Vec<_> = self
            .alarm
            .clone()
            .into_iter()
            .chain(self.status.last_error.clone())
            .chain(unread)
            .collect();
        (!troubles.is_empty()).then(|| troubles.join("; "))
    }
}

impl IssuerTransaction {
    /// Adds a chain. It is owed every wallet in turn.
    pub async fn add_chain(&mut self, chain: &NewChain) -> Result<()> {
        // The one way in for chain ids and blocks: later conversions rely on it.
        let out_of_range = |what| move |_| StoreError::OutOfRange { what };
        if !codec::is_representable(chain.id) {
            return Err(StoreError::OutOfRange {
                what: "the chain id",
            });
        }
        let filter = serde_json::to_string(&chain.filter)
            .map_err(|error| StoreError::damaged(error.to_string()))?;
        let confirmations =
            i32::try_from(chain.confirmations).map_err(out_of_range("confirmations"))?;
        sqlx::query!(
            "INSERT INTO chain (issuer, registry_id, name, registry, deployed_block, confirmations, \
                 settings, filter, identity_factory) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            issuer_key(&self.issuer),
            registry_key(chain.id),
            chain.name,
            chain.registry.as_slice(),
            bigint(chain.deployed_block),
            confirmations,
            chain.settings,
            filter,
            chain.identity_factory.as_slice(),
        )
        .execute(&mut *self.transaction)
        .await
        .map_err(StoreError::unless_unique("the issuer has this registry"))?;

        // Nobody drives its lane yet.
        sqlx::query!(
            "INSERT INTO lane_lease (issuer, registry_id) VALUES ($1, $2)",
            issuer_key(&self.issuer),
            registry_key(chain.id),
        )
        .execute(&mut *self.transaction)
        .await?;
        self.queued = true;
        Ok(())
    }

    /// Queues wallets for a chain again, as they stand now: what was sent never
    /// arrived, or the chain holds something else.
    pub async fn requeue(
        &mut self,
        target: &MirroredRegistry,
        wallets: &[WalletAddress],
        now: UnixSeconds,
    ) -> Result<()> {
        outbox::requeue(
            &mut self.transaction,
            &self.issuer,
            target,
            wallets,
            None,
            now,
        )
        .await?;
        self.queued |= !wallets.is_empty();
        Ok(())
    }
}

impl Store {
    /// One registry of the issuer's, and its chain.
    pub async fn chain(&self, issuer: &IssuerId, id: impl Into<RegistryId>) -> Result<Chain> {
        let id = id.into();
        let chains = self.chains(issuer).await?;
        chains
            .into_iter()
            .find(|found| found.chain.id == id)
            .ok_or(StoreError::NotFound { what: "chain" })
    }

    /// The issuer's registries and their chains, by id.
    pub async fn chains(&self, issuer: &IssuerId) -> Result<Vec<Chain>> {
        let rows = sqlx::query!(
            r#"SELECT registry_id, name, registry, filter, identity_factory, deployed_block, confirmations, settings,
                head_block, head_s, finalized_block, signer,
                signer_balance_wei::text AS signer_balance_wei, last_error, updated_s,
                following_error, alarm, approvals_held,
                l.holder AS "holder?", l.since_s AS "since_s?"
            FROM chain c LEFT JOIN LATERAL (SELECT holder, since_s FROM lane_lease
                WHERE issuer = c.issuer AND registry_id = c.registry_id AND holder IS NOT NULL
                    AND expires_ms > (extract(epoch FROM clock_timestamp()) * 1000)::bigint
                LIMIT 1) l ON true
            WHERE issuer = $1 ORDER BY registry_id"#,
            issuer_key(issuer),
        )
        .fetch_all(&self.pool)
        .await?;
        let block = |number: Option<i64>| number.map(|n| unsigned(n, "a block number")).transpose();
        rows.into_iter()
            .map(|row| {
                Ok(Chain {
                    chain: NewChain {
                        id: registry_id(row.registry_id)?,
                        name: row.name,
                        registry: address(&row.registry)?,
                        filter: json(&row.filter, "a registry's filter")?,
                        identity_factory: address(&row.identity_factory)?,
                        deployed_block: unsigned(row.deployed_block, "a block number")?,
                        confirmations: u32::try_from(row.confirmations)
                            .map_err(|_| StoreError::damaged("negative confirmations"))?,
                        settings: row.settings,
                    },
                    status: ChainStatus {
                        head_block: block(row.head_block)?,
                        head_time: row.head_s.map(seconds).transpose()?,
                        finalized_block: block(row.finalized_block)?,
                        signer: optional_address(row.signer)?,
                        signer_balance_wei: row
                            .signer_balance_wei
                            .as_deref()
                            .map(wei)
                            .transpose()?,
                        last_error: row.last_error,
                        updated: row.updated_s.map(seconds).transpose()?,
                    },
                    following_error: row.following_error,
                    driver: driver(row.holder, row.since_s)?,
                    alarm: row.alarm,
                    approvals_held: row.approvals_held,
                })
            })
            .collect()
    }

    /// Changes what the issuer configured of a chain.
    pub async fn configure_chain(&self, issuer: &IssuerId, chain: &NewChain) -> Result<()> {
        let done = sqlx::query!(
            "UPDATE chain SET name = $3, registry = $4, deployed_block = $5, confirmations = $6, \
                 settings = $7 \
             WHERE issuer = $1 AND registry_id = $2",
            issuer_key(issuer),
            registry_key(chain.id),
            chain.name,
            chain.registry.as_slice(),
            bigint(chain.deployed_block),
            i32::try_from(chain.confirmations).map_err(|_| StoreError::OutOfRange {
                what: "confirmations"
            })?,
            chain.settings,
        )
        .execute(&self.pool)
        .await?;
        found(done.rows_affected())
    }

    /// Notes what was seen of a chain. What is `None` stays as it was, but for
    /// the error, which is over.
    pub async fn update_chain_status(&self, lease: &Lease, status: &ChainStatus) -> Result<()> {
        let done = sqlx::query!(
            "UPDATE chain SET head_block = coalesce($3, head_block), \
                 head_s = coalesce($4, head_s), \
                 finalized_block = coalesce($5, finalized_block), \
                 signer = coalesce($6, signer), \
                 signer_balance_wei = coalesce($7::text::numeric, signer_balance_wei), \
                 last_error = $8, updated_s = coalesce($9, updated_s) \
             FROM (SELECT 1 FROM lane_lease \
                 WHERE issuer = $1 AND registry_id = $2 AND token = $10 FOR KEY SHARE) l \
             WHERE issuer = $1 AND registry_id = $2",
            issuer_key(lease.issuer()),
            registry_key(lease.registry()),
            status.head_block.map(bigint),
            status.head_time.map(|at| bigint(at.0)),
            status.finalized_block.map(bigint),
            status.signer.map(|signer| signer.to_vec()),
            status.signer_balance_wei.map(|wei| wei.to_string()),
            status.last_error,
            status.updated.map(|at| bigint(at.0)),
            bigint(lease.token().0),
        )
        .execute(&self.pool)
        .await?;
        match done.rows_affected() {
            0 => Err(StoreError::Fenced),
            _ => Ok(()),
        }
    }
}

fn driver(holder: Option<String>, since: Option<i64>) -> Result<Option<LaneDriver>> {
    let driver = |(name, since)| {
        let since = seconds(since)?;
        Ok(LaneDriver { name, since })
    };
    holder.zip(since).map(driver).transpose()
}

fn found(rows: u64) -> Result<()> {
    match rows {
        0 => Err(StoreError::NotFound { what: "chain" }),
        _ => Ok(()),
    }
}

/// The issuer's registries, each with whom it holds.
pub(crate) async fn targets(
    executor: impl PgExecutor<'_>,
    issuer: &IssuerId,
) -> Result<Vec<MirroredRegistry>> {
    sqlx::query!(
        "SELECT registry_id, filter, registry, identity_factory FROM chain WHERE issuer = $1 ORDER BY registry_id",
        issuer_key(issuer),
    )
    .fetch_all(executor)
    .await?
    .into_iter()
    .map(|row| {
        Ok(MirroredRegistry {
            id: registry_id(row.registry_id)?,
            filter: json(&row.filter, "a registry's filter")?,
            identities: Identities::of(address(&row.identity_factory)?, address(&row.registry)?),
        })
    })
    .collect()
}
