//! Keys are made and revoked by events, under the issuer's lock, so that the log
//! tells of every one, and so that whatever is decided after a revocation knows of it.

use std::collections::BTreeMap;

use sqlx::{PgConnection, PgExecutor};
use symbolon_core::{
    actor::Actor,
    federation::{GrantedKey, KeyGrant, KeyPowers, grant_key, revoke_key},
    ids::{AuthorityIndex, InstanceName, IssuerId, KeyId},
    time::UnixSeconds,
};

use super::{ApiKey, KeyHash, TAKEN, key_id};
use crate::{
    FederationFailure, IssuerTransaction, Result, Store, StoreError, authority,
    codec::{bigint, issuer_key},
    federation,
};

impl Store {
    /// Keeps the hash of a new key, under a name that its issuer has not used, and logs
    /// who made it and what it may do.
    pub async fn create_api_key(
        &self,
        name: &str,
        key: &ApiKey,
        powers: &KeyPowers,
        by: &Actor,
        now: UnixSeconds,
    ) -> Result<Result<(), FederationFailure>> {
        let hash = KeyHash::of(key.text()).ok_or(StoreError::OutOfRange { what: "the key" })?;
        let mut transaction = self.begin(hash.issuer()).await?;
        let federation = federation::load(&mut transaction.transaction, hash.issuer()).await?;
        let granted = GrantedKey {
            key: key.id(),
            name: name.to_owned(),
            powers: powers.clone(),
        };
        let event = match grant_key(&federation, granted, by) {
            Ok(event) => event,
            Err(refusal) => return Ok(Err(refusal.into())),
        };
        insert(&mut transaction, name, &hash, powers, now).await?;
        transaction.record_federation(&[event], by, now).await?;
        transaction.commit().await?;
        Ok(Ok(()))
    }

    /// Lets a key open nothing any more, and logs who revoked it. A second time changes
    /// nothing.
    pub async fn revoke_api_key(
        &self,
        issuer: &IssuerId,
        name: &str,
        by: &Actor,
        now: UnixSeconds,
    ) -> Result<Result<(), FederationFailure>> {
        let mut transaction = self.begin(issuer).await?;
        let federation = federation::load(&mut transaction.transaction, issuer).await?;
        let hash = sqlx::query_scalar!(
            "UPDATE api_key SET revoked_s = coalesce(revoked_s, $3) \
             WHERE issuer = $1 AND name = $2 RETURNING hash",
            issuer_key(issuer),
            name,
            bigint(now.0),
        )
        .fetch_optional(&mut *transaction.transaction)
        .await?
        .ok_or(StoreError::NotFound { what: "API key" })?;
        match revoke_key(&federation, key_id(&hash), by) {
            Ok(Some(event)) => transaction.record_federation(&[event], by, now).await?,
            Ok(None) => {}
            Err(refusal) => return Ok(Err(refusal.into())),
        }
        transaction.commit().await?;
        Ok(Ok(()))
    }
}

async fn insert(
    transaction: &mut IssuerTransaction,
    name: &str,
    hash: &KeyHash,
    powers: &KeyPowers,
    now: UnixSeconds,
) -> Result<()> {
    if let Some(KeyGrant::Instance(instance)) = &powers.grant {
        refuse_without(transaction, instance).await?;
    }
    let owner = AuthorityIndex::OWNER;
    let (authority, person, instance) = match &powers.grant {
        None => (owner, None, None),
        Some(KeyGrant::Authority(authority)) => (*authority, None, None),
        Some(KeyGrant::Person(person)) => (owner, Some(person.as_str()), None),
        Some(KeyGrant::Instance(instance)) => (owner, None, Some(instance.as_str())),
    };
    sqlx::query!(
        "INSERT INTO api_key (issuer, name, hash, created_s, authority, person, instance, profiles) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        issuer_key(hash.issuer()),
        name,
        hash.hash.as_slice(),
        bigint(now.0),
        i16::from(authority.0),
        person,
        instance,
        powers.profiles,
    )
    .execute(&mut *transaction.transaction)
    .await
    .map_err(StoreError::unless_unique(TAKEN))?;
    Ok(())
}

/// A key for an instance that is not there would open nothing, silently.
async fn refuse_without(
    transaction: &mut IssuerTransaction,
    instance: &InstanceName,
) -> Result<()> {
    sqlx::query_scalar!(
        "SELECT instance FROM instance WHERE issuer = $1 AND instance = $2",
        issuer_key(&transaction.issuer),
        instance.as_str(),
    )
    .fetch_optional(&mut *transaction.transaction)
    .await?
    .map(drop)
    .ok_or(StoreError::NotFound { what: "instance" })
}

/// The keys that work.
pub(crate) async fn granted(
    executor: impl PgExecutor<'_>,
    issuer: &IssuerId,
) -> Result<BTreeMap<KeyId, GrantedKey>> {
    let rows = sqlx::query!(
        "SELECT name, hash, authority, person, profiles, instance FROM api_key \
         WHERE issuer = $1 AND revoked_s IS NULL",
        issuer_key(issuer),
    )
    .fetch_all(executor)
    .await?;
    let mut keys = BTreeMap::new();
    for row in rows {
        let powers = KeyPowers {
            grant: read_grant(row.authority, row.person, row.instance)?,
            profiles: row.profiles,
        };
        let (key, name) = (key_id(&row.hash), row.name);
        keys.insert(key, GrantedKey { key, name, powers });
    }
    Ok(keys)
}

/// Whether the key of this name opens anything.
pub(crate) async fn works(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    name: &str,
) -> Result<bool> {
    let found = sqlx::query_scalar!(
        "SELECT name FROM api_key WHERE issuer = $1 AND name = $2 AND revoked_s IS NULL",
        issuer_key(issuer),
        name,
    )
    .fetch_optional(connection)
    .await?;
    Ok(found.is_some())
}

/// For whom a stored key speaks: for one at most. What cannot be read speaks for nobody
/// (I12).
pub(super) fn read_grant(
    authority: i16,
    person: Option<String>,
    instance: Option<String>,
) -> Result<Option<KeyGrant>> {
    let authority = authority::index(authority)?;
    Ok(match (authority.is_owner(), person, instance) {
        (true, None, None) => None,
        (false, None, None) => Some(KeyGrant::Authority(authority)),
        (true, Some(person), None) => {
            let person = person.parse();
            let person = person.map_err(|_| StoreError::damaged("an API key's person"))?;
            Some(KeyGrant::Person(person))
        }
        (true, None, Some(instance)) => {
            let instance = instance.parse();
            let instance = instance.map_err(|_| StoreError::damaged("an API key's instance"))?;
            Some(KeyGrant::Instance(instance))
        }
        _ => return Err(StoreError::damaged("an API key of several")),
    })
}
