//! Keys that speak for somebody. Each is made and revoked by an event, under the
//! issuer's lock, so that the log tells of every one, and so that whatever is
//! decided after a revocation knows of it.

use std::collections::BTreeMap;

use sqlx::{PgConnection, PgExecutor};
use symbolon_core::{
    actor::Actor,
    federation::{GrantedKey, KeyGrant, grant_key, revoke_key},
    ids::{AuthorityIndex, IssuerId, KeyId},
    time::UnixSeconds,
};

use super::{ApiKey, KeyHash, TAKEN, key_id};
use crate::{
    FederationFailure, IssuerTransaction, Result, Store, StoreError, authority,
    codec::{bigint, issuer_key},
    federation,
};

impl Store {
    /// Keeps the hash of a new key that speaks for somebody, under a name that
    /// its issuer has not used, and logs who granted it.
    pub async fn grant_api_key(
        &self,
        name: &str,
        key: &ApiKey,
        grant: &KeyGrant,
        by: &Actor,
        now: UnixSeconds,
    ) -> Result<Result<(), FederationFailure>> {
        let hash = KeyHash::of(key.text()).ok_or(StoreError::OutOfRange { what: "the key" })?;
        let mut transaction = self.begin(hash.issuer()).await?;
        let federation = federation::load(&mut transaction.transaction, hash.issuer()).await?;
        let granted = GrantedKey {
            key: key.id(),
            name: name.to_owned(),
            grant: grant.clone(),
        };
        let event = match grant_key(&federation, granted, by) {
            Ok(event) => event,
            Err(refusal) => return Ok(Err(refusal.into())),
        };
        insert(&mut transaction, name, &hash, grant, now).await?;
        transaction.record_federation(&[event], by, now).await?;
        transaction.commit().await?;
        Ok(Ok(()))
    }

    /// Lets a key open nothing any more. A second time changes nothing. Of one
    /// that spoke for somebody the log tells who revoked it.
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
    grant: &KeyGrant,
    now: UnixSeconds,
) -> Result<()> {
    let (authority, person) = match grant {
        KeyGrant::Authority(authority) => (*authority, None),
        KeyGrant::Person(person) => (AuthorityIndex::OWNER, Some(person.as_str())),
    };
    sqlx::query!(
        "INSERT INTO api_key (issuer, name, hash, created_s, authority, person) \
         VALUES ($1, $2, $3, $4, $5, $6)",
        issuer_key(hash.issuer()),
        name,
        hash.hash.as_slice(),
        bigint(now.0),
        i16::from(authority.0),
        person,
    )
    .execute(&mut *transaction.transaction)
    .await
    .map_err(StoreError::unless_unique(TAKEN))?;
    Ok(())
}

/// The keys that speak for somebody, and work.
pub(crate) async fn granted(
    executor: impl PgExecutor<'_>,
    issuer: &IssuerId,
) -> Result<BTreeMap<KeyId, GrantedKey>> {
    let rows = sqlx::query!(
        "SELECT name, hash, authority, person FROM api_key \
         WHERE issuer = $1 AND revoked_s IS NULL AND (authority <> 0 OR person IS NOT NULL)",
        issuer_key(issuer),
    )
    .fetch_all(executor)
    .await?;
    let mut keys = BTreeMap::new();
    for row in rows {
        let Some(grant) = read_grant(row.authority, row.person)? else {
            continue;
        };
        let (key, name) = (key_id(&row.hash), row.name);
        keys.insert(key, GrantedKey { key, name, grant });
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

/// For whom a stored key speaks. A key speaks for one at most.
pub(super) fn read_grant(authority: i16, person: Option<String>) -> Result<Option<KeyGrant>> {
    let authority = authority::index(authority)?;
    match (authority.is_owner(), person) {
        (true, None) => Ok(None),
        (false, None) => Ok(Some(KeyGrant::Authority(authority))),
        (true, Some(name)) => name
            .parse()
            .map(|person| Some(KeyGrant::Person(person)))
            .map_err(|_| StoreError::damaged("an API key's person")),
        (false, Some(_)) => Err(StoreError::damaged(
            "an API key of a person and an authority",
        )),
    }
}
