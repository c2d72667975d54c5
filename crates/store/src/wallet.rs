//! Wallets: what the register remembers of an address, and what every chain
//! says of it.

use std::collections::{HashMap, hash_map::Entry};

use sqlx::PgExecutor;
use symbolon_core::{
    ids::{IssuerId, RegistryId},
    investor::Investor,
    log::EntryNumber,
    mirror::{filter::MirroredRegistry, record::WalletRecord},
    verdict::RestrictedAuthorities,
    wallet::{ChainScope, Version, Wallet, WalletAddress},
};

use crate::{
    IssuerTransaction, Result, Store,
    codec::{
        self, address, entry_number, issuer_key, registry_id, scope, unsigned, version, wallet,
    },
    standing::{Standing, StandingRow, select_standings},
};

/// Everything about one wallet: whose it is, and what each chain holds of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WalletReport {
    /// The wallet. Of a tombstone only address and version mean anything.
    pub wallet: Wallet,
    /// Its holder, with this wallet alone; `None` for a tombstone.
    pub investor: Option<Investor>,
    /// Whether the authority in charge of the holder is cut off.
    pub authority_restricted: bool,
    /// What the chains hold that ever heard of it.
    pub chains: Vec<ChainRecord>,
}

/// What one registry holds of a wallet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainRecord {
    /// Which registry.
    pub registry: RegistryId,
    /// Its record, as a confirmed block showed it.
    pub observed: WalletRecord,
    /// That block.
    pub block: u64,
}

impl WalletReport {
    /// What this registry must hold.
    pub fn desired(&self, target: &MirroredRegistry) -> WalletRecord {
        target.desired(self.investor.as_ref(), &self.wallet)
    }

    /// The authority in charge, if it is cut off; nothing else is of interest to
    /// this wallet.
    pub fn restricted(&self) -> RestrictedAuthorities {
        let holder = self.investor.iter().filter(|_| self.authority_restricted);
        holder.map(|holder| holder.authority).collect()
    }

    /// Whether any record of it, or its holder, is an authority's.
    pub fn names_authority(&self) -> bool {
        let mut records = self.chains.iter().map(|seen| seen.observed.authority());
        let holder = self.investor.as_ref().map(|holder| holder.authority);
        holder.is_some_and(|holder| !holder.is_owner()) || records.any(|named| !named.is_owner())
    }

    /// What this registry holds, as far as confirmed blocks showed it.
    pub fn observed(&self, registry: RegistryId) -> WalletRecord {
        self.chains
            .iter()
            .find(|seen| seen.registry == registry)
            .map_or(WalletRecord::EMPTY, |seen| seen.observed)
    }

    /// Whether this registry is yet to be told: the change waits for its turn or
    /// in a transaction that is not confirmed.
    pub fn is_pending(&self, target: &MirroredRegistry) -> bool {
        !self.desired(target).is_met_by(self.observed(target.id))
    }
}

impl Store {
    /// What is known of this wallet: `None` for an address that was never
    /// bound and that no chain showed.
    pub async fn wallet_report(
        &self,
        issuer: &IssuerId,
        address: WalletAddress,
    ) -> Result<Option<WalletReport>> {
        Ok(self
            .wallet_reports(issuer, &[address])
            .await?
            .remove(&address))
    }

    /// What is known of these wallets; one that nobody knows is absent. One
    /// round trip, primary keys only.
    pub async fn wallet_reports(
        &self,
        issuer: &IssuerId,
        addresses: &[WalletAddress],
    ) -> Result<HashMap<WalletAddress, WalletReport>> {
        let keys: Vec<_> = addresses.iter().copied().map(bytes).collect();
        let rows = select_standings!(
            [
                "o.registry_id AS \"registry_id?\", o.record AS \"record?\", \
             o.block_number AS \"block_number?\", \
             NULL::bigint AS entry_number, NULL::boolean AS superseded \
             FROM unnest($2::bytea[]) AS k (key) CROSS JOIN LATERAL (SELECT * FROM wallet \
                 WHERE issuer = $1 AND address = k.key LIMIT 1) w"
            ],
            "LEFT JOIN LATERAL (SELECT * FROM observed \
                 WHERE issuer = $1 AND wallet = w.address OFFSET 0) o ON true",
            issuer_key(issuer),
            &keys,
        )
        .fetch_all(&self.pool)
        .await?;
        let mut reports: HashMap<WalletAddress, WalletReport> = HashMap::with_capacity(rows.len());
        for row in rows {
            let chain = row.chain_record()?;
            let address = codec::wallet(&row.address)?;
            let report = match reports.entry(address) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => {
                    let authority_restricted = row.authority_restricted;
                    let Standing { wallet, investor } = row.standing()?;
                    new.insert(WalletReport {
                        wallet,
                        investor,
                        authority_restricted,
                        chains: Vec::new(),
                    })
                }
            };
            // An address that was asked for twice shows each chain twice.
            let seen = |chain: &ChainRecord| {
                report
                    .chains
                    .iter()
                    .any(|known| known.registry == chain.registry)
            };
            if let Some(chain) = chain.filter(|chain| !seen(chain)) {
                report.chains.push(chain);
            }
        }
        Ok(reports)
    }
}

impl StandingRow {
    fn chain_record(&self) -> Result<Option<ChainRecord>> {
        let (Some(registry), Some(block)) = (self.registry_id, self.block_number) else {
            return Ok(None);
        };
        Ok(Some(ChainRecord {
            registry: registry_id(registry)?,
            observed: self.observed()?,
            block: unsigned(block, "a block number")?,
        }))
    }
}

impl IssuerTransaction {
    /// Raises what is known of the versions on chain (I2), from finalized
    /// blocks. An address that the register never saw gets a tombstone, so
    /// that a later binding begins above what the chain holds.
    pub async fn raise_chain_versions(
        &mut self,
        finalized: &[(WalletAddress, Version)],
    ) -> Result<()> {
        // One row a wallet: a statement may not upsert the same row twice.
        let mut highest = std::collections::BTreeMap::new();
        for (wallet, version) in finalized {
            let known = highest.entry(*wallet).or_insert(*version);
            *known = (*known).max(*version);
        }
        let addresses: Vec<_> = highest
            .keys()
            .map(|wallet| wallet.address().to_vec())
            .collect();
        let versions: Vec<_> = highest
            .values()
            .map(|version| i32::from(version.0))
            .collect();
        sqlx::query!(
            "INSERT INTO wallet (issuer, address, active, version, chain_version, \
                 changed_entry) \
             SELECT $1, f.address, false, 0, f.version, 0 \
             FROM unnest($2::bytea[], $3::integer[]) AS f (address, version) \
             ON CONFLICT (issuer, address) \
             DO UPDATE SET chain_version = excluded.chain_version \
             WHERE wallet.chain_version < excluded.chain_version",
            issuer_key(&self.issuer),
            &addresses,
            &versions,
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }
}

#[derive(Clone)]
pub(crate) struct WalletRow {
    pub(crate) address: Vec<u8>,
    pub(crate) holder: Option<i64>,
    pub(crate) chains: Option<Vec<i64>>,
    pub(crate) active: bool,
    pub(crate) version: i32,
    pub(crate) chain_version: i32,
    pub(crate) changed_entry: i64,
    pub(crate) disputed: bool,
}

/// A wallet's row, read. Its holder goes by the entry that made it known.
#[derive(Clone, Debug)]
pub(crate) struct StoredWallet {
    pub(crate) address: WalletAddress,
    pub(crate) holder: Option<EntryNumber>,
    pub(crate) chains: ChainScope,
    pub(crate) active: bool,
    pub(crate) version: Version,
    pub(crate) chain_version: Version,
    pub(crate) changed: EntryNumber,
    /// Whether some chain denies it, and nobody has decided since.
    pub(crate) disputed: bool,
}

impl StoredWallet {
    /// The wallet as its holder has it.
    pub(crate) fn bound(self) -> Wallet {
        Wallet {
            address: self.address,
            chains: self.chains,
            active: self.active,
            version: self.version,
        }
    }
}

impl WalletRow {
    pub(crate) fn read(self) -> Result<StoredWallet> {
        Ok(StoredWallet {
            address: wallet(&self.address)?,
            holder: self.holder.map(entry_number).transpose()?,
            chains: scope(self.chains)?,
            active: self.active,
            version: version(self.version)?,
            chain_version: version(self.chain_version)?,
            changed: entry_number(self.changed_entry)?,
            disputed: self.disputed,
        })
    }

    /// These addresses, as far as the register knows them. Looked up one by
    /// one in the primary key: for `= ANY(…)` the planner may walk through the
    /// whole issuer instead, when its statistics lag behind an import.
    pub(crate) async fn at_addresses(
        executor: impl PgExecutor<'_>,
        issuer: &IssuerId,
        addresses: &[Vec<u8>],
    ) -> Result<Vec<Self>> {
        if addresses.is_empty() {
            return Ok(Vec::new());
        }
        Ok(sqlx::query_as!(
            Self,
            r#"SELECT w.address, w.holder, w.chains, w.active, w.version, w.chain_version,
                w.changed_entry, EXISTS (SELECT FROM dispute d WHERE d.issuer = $1
                    AND d.wallet = w.address AND d.entry_number = w.changed_entry) AS "disputed!"
            FROM unnest($2::bytea[]) AS k (key) CROSS JOIN LATERAL (
                SELECT * FROM wallet WHERE issuer = $1 AND address = k.key LIMIT 1) w"#,
            issuer_key(issuer),
            addresses,
        )
        .fetch_all(executor)
        .await?)
    }
}

/// The 20 bytes that the database holds.
pub(crate) fn bytes(wallet: WalletAddress) -> Vec<u8> {
    wallet.address().to_vec()
}

pub(crate) fn optional_address(
    bytes: Option<Vec<u8>>,
) -> Result<Option<alloy_primitives::Address>> {
    bytes.as_deref().map(address).transpose()
}
