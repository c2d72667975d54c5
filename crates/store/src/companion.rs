//! Contracts beside a registry that its lane writes, too, and what they are told
//! ([`symbolon_core::mirror::companion`]).
//!
//! A companion is owed a key because of an entry, and gets whatever the register
//! holds when that is read. Once a transaction that tells it has ended, whatever
//! became of it, the key is owed again until its word was read: only what is there
//! says what is lacking.

mod dues;
mod identity;
mod owed;
mod pull;
mod row;
mod told;

use std::collections::BTreeMap;

use alloy_primitives::{Address, U256};
use symbolon_core::{
    ids::{IssuerId, RegistryId},
    mirror::companion::{Companion, CompanionKey},
    transfer_rules::{
        Schedule,
        mirrored::RuleOnChain,
        record::{RuleKey, RuleRecord},
    },
};

use crate::{
    IssuerTransaction, Result, Store, StoreError,
    codec::{address, issuer_key, registry_id, registry_key},
};
pub use identity::IdentityOnChain;
pub(crate) use owed::{
    Row, Subject, owe, owe_all, owe_many, owe_of_authority, owe_told, tells_of_investors,
};
pub use pull::Unread;
pub(crate) use told::{ended, in_vain, tell};

/// A contract beside a registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownCompanion {
    /// Beside which.
    pub registry: RegistryId,
    /// What it is.
    pub companion: Companion,
    /// Where it is.
    pub contract: Address,
}

/// What a companion is known to hold of one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CompanionOnChain {
    /// Beside which registry.
    pub registry: RegistryId,
    /// Of what.
    pub key: CompanionKey,
    /// Its word, as last read; nothing where it is to be read.
    pub observed: Option<U256>,
    /// Whether it is owed news, or a transaction that tells it has not ended.
    pub is_under_way: bool,
}
impl Store {
    /// The contracts beside the issuer's registries.
    pub async fn companions(&self, issuer: &IssuerId) -> Result<Vec<KnownCompanion>> {
        sqlx::query!(
            "SELECT registry_id, companion, contract FROM companion WHERE issuer = $1 \
             ORDER BY registry_id, companion",
            issuer_key(issuer),
        )
        .fetch_all(&self.pool)
        .await?
        .into_iter()
        .map(|row| {
            Ok(KnownCompanion {
                registry: registry_id(row.registry_id)?,
                companion: companion(&row.companion)?,
                contract: address(&row.contract)?,
            })
        })
        .collect()
    }

    /// What they are known to hold, by key.
    pub async fn companions_on_chains(
        &self,
        issuer: &IssuerId,
        of: Companion,
    ) -> Result<Vec<CompanionOnChain>> {
        sqlx::query!(
            r#"SELECT k.registry_id AS "registry_id!", k.key AS "key!", m.observed AS "observed?",
                m.told IS NOT NULL OR o.key IS NOT NULL AS "is_under_way!"
            FROM (SELECT registry_id, key FROM companion_mirror
                    WHERE issuer = $1 AND companion = $2
                UNION SELECT registry_id, key FROM companion_owed
                    WHERE issuer = $1 AND companion = $2) k
            LEFT JOIN companion_mirror m ON m.issuer = $1 AND m.registry_id = k.registry_id
                AND m.companion = $2 AND m.key = k.key
            LEFT JOIN companion_owed o ON o.issuer = $1 AND o.registry_id = k.registry_id
                AND o.companion = $2 AND o.key = k.key
            ORDER BY k.key, k.registry_id"#,
            issuer_key(issuer),
            of.as_str(),
        )
        .fetch_all(&self.pool)
        .await?
        .into_iter()
        .map(|row| {
            Ok(CompanionOnChain {
                registry: registry_id(row.registry_id)?,
                key: key(of, &row.key)?,
                observed: row.observed.as_deref().map(word).transpose()?,
                is_under_way: row.is_under_way,
            })
        })
        .collect()
    }

    /// How each chain stands to the rule of a country, by country and registry.
    pub async fn rules_on_chains(
        &self,
        issuer: &IssuerId,
        schedule: &Schedule,
    ) -> Result<BTreeMap<RuleKey, Vec<(RegistryId, RuleOnChain)>>> {
        let mut found: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for known in self.companions_on_chains(issuer, Companion::Rules).await? {
            let CompanionKey::Rule(country) = known.key else {
                continue;
            };
            let standing = schedule.standing(country);
            let observed = known.observed.map(RuleRecord);
            let state = RuleOnChain::of(&standing, observed, known.is_under_way);
            found
                .entry(country)
                .or_default()
                .push((known.registry, state));
        }
        Ok(found)
    }

    /// Has companions told again at once of what they took no notice of: what stood in
    /// the way is mended.
    pub async fn retry_companions(&self, issuer: &IssuerId, registry: RegistryId) -> Result<()> {
        sqlx::query!(
            "UPDATE companion_mirror SET vain = 0 WHERE issuer = $1 AND registry_id = $2",
            issuer_key(issuer),
            registry_key(registry),
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}

impl IssuerTransaction {
    /// Has all companions of a registry read, and held against what the register
    /// holds, as a scan does.
    pub async fn reread_companions(&mut self, registry: RegistryId) -> Result<()> {
        owe_all(&mut self.transaction, &self.issuer, registry).await?;
        self.queued = true;
        Ok(())
    }

    /// Adds a contract beside a registry, or says anew where it is. It is owed all
    /// that the register holds.
    pub async fn add_companion(&mut self, known: &KnownCompanion) -> Result<()> {
        let (issuer, registry) = (issuer_key(&self.issuer), registry_key(known.registry));
        let name = known.companion.as_str();
        sqlx::query!(
            "INSERT INTO companion (issuer, registry_id, companion, contract) \
             VALUES ($1, $2, $3, $4) \
             ON CONFLICT (issuer, registry_id, companion) \
             DO UPDATE SET contract = excluded.contract",
            issuer,
            registry,
            name,
            known.contract.as_slice(),
        )
        .execute(&mut *self.transaction)
        .await?;
        // What another contract held says nothing.
        sqlx::query!(
            "WITH owed AS (DELETE FROM companion_owed \
                 WHERE issuer = $1 AND registry_id = $2 AND companion = $3) \
             DELETE FROM companion_mirror \
             WHERE issuer = $1 AND registry_id = $2 AND companion = $3",
            issuer,
            registry,
            name,
        )
        .execute(&mut *self.transaction)
        .await?;
        owe_all(&mut self.transaction, &self.issuer, known.registry).await?;
        self.queued = true;
        Ok(())
    }
}
fn companion(name: &str) -> Result<Companion> {
    Companion::from_name(name)
        .ok_or_else(|| StoreError::damaged(format!("`{name}` is no contract beside a registry")))
}

fn key(companion: Companion, bytes: &[u8]) -> Result<CompanionKey> {
    companion
        .key(bytes)
        .ok_or_else(|| StoreError::damaged(format!("a key of `{}`", companion.as_str())))
}

fn word(bytes: &[u8]) -> Result<U256> {
    U256::try_from_be_slice(bytes).ok_or_else(|| StoreError::damaged("a companion's word"))
}
