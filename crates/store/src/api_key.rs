//! API keys. The text of a key names its issuer (`sym_<issuer>_<secret>`), so
//! that looking one up touches that issuer's shard alone.
//!
//! Only the SHA-256 of a key is stored. The secret is 256 random bits: nobody
//! guesses those, so the slow and salted hash that a password needs (argon2)
//! would protect nothing here, and would cost 50 ms a request.

use std::fmt;

use alloy_primitives::hex;
use sha2::{Digest, Sha256};
use symbolon_core::{
    actor::Actor,
    ids::{AuthorityIndex, IssuerId, PersonName},
    time::UnixSeconds,
};

use crate::{
    Result, Store, StoreError, authority,
    codec::{bigint, issuer_key, seconds},
};

const PREFIX: &str = "sym_";
const SECRET_DIGITS: usize = 64;

/// A key in the clear: shown once, kept nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey {
    text: String,
}

/// What is stored of a key, and enough to look it up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyHash {
    issuer: IssuerId,
    hash: [u8; 32],
}

/// Whose key it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyOwner {
    /// The issuer that it opens.
    pub issuer: IssuerId,
    /// Its name, by which the log knows its holder.
    pub name: String,
    /// What it lets its holder do.
    pub grant: KeyGrant,
}

/// What a key lets its holder do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyGrant {
    /// The authority that the holder acts for; the issuer itself by default.
    pub authority: AuthorityIndex,
    /// The person of the owner's that the holder is, who approves with it.
    pub person: Option<PersonName>,
}

impl KeyOwner {
    /// The holder, as the core knows whoever asks.
    pub fn actor(&self) -> Actor {
        Actor {
            authority: self.grant.authority,
            person: self.grant.person.clone(),
            ..Actor::api_key(&self.name)
        }
    }
}

/// What a list of keys shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKeyInfo {
    /// Its name.
    pub name: String,
    /// What it lets its holder do.
    pub grant: KeyGrant,
    /// When it was made.
    pub created: UnixSeconds,
    /// Since when it opens nothing.
    pub revoked: Option<UnixSeconds>,
}

impl ApiKey {
    /// The key of this issuer made of 32 random bytes that the caller drew.
    pub fn from_random(issuer: &IssuerId, secret: [u8; 32]) -> Self {
        Self {
            text: format!("{PREFIX}{issuer}_{}", hex::encode(secret)),
        }
    }

    /// The key's text, for its holder.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(…)")
    }
}

impl KeyHash {
    /// Reads a key that somebody presents; `None` for what is no key at all.
    pub fn of(text: &str) -> Option<Self> {
        let (issuer, secret) = text.strip_prefix(PREFIX)?.split_once('_')?;
        let is_digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        if secret.len() != SECRET_DIGITS || !secret.bytes().all(is_digit) {
            return None;
        }
        Some(Self {
            issuer: issuer.parse().ok()?,
            hash: Sha256::digest(text).into(),
        })
    }

    /// The issuer that the key claims to open.
    pub fn issuer(&self) -> &IssuerId {
        &self.issuer
    }
}

impl Store {
    /// Keeps the hash of a new key under a name that its issuer has not used.
    pub async fn create_api_key(
        &self,
        name: &str,
        key: &ApiKey,
        grant: &KeyGrant,
        now: UnixSeconds,
    ) -> Result<()> {
        let key = KeyHash::of(&key.text).ok_or(StoreError::OutOfRange { what: "the key" })?;
        sqlx::query!(
            "INSERT INTO api_key (issuer, name, hash, created_s, authority, person) \
             VALUES ($1, $2, $3, $4, $5, $6)",
            issuer_key(&key.issuer),
            name,
            key.hash.as_slice(),
            bigint(now.0),
            i16::from(grant.authority.0),
            grant.person.as_ref().map(|person| person.as_str()),
        )
        .execute(&self.pool)
        .await
        .map_err(StoreError::unless_unique("an API key of this name exists"))?;
        Ok(())
    }

    /// Whose key it is; `None` if it is unknown or revoked.
    pub async fn key_owner(&self, key: &KeyHash) -> Result<Option<KeyOwner>> {
        let row = sqlx::query!(
            "SELECT name, authority, person FROM api_key \
             WHERE issuer = $1 AND hash = $2 AND revoked_s IS NULL",
            issuer_key(&key.issuer),
            key.hash.as_slice(),
        )
        .fetch_optional(&self.pool)
        .await?;
        row.map(|row| {
            Ok(KeyOwner {
                issuer: key.issuer.clone(),
                name: row.name,
                grant: grant(row.authority, row.person)?,
            })
        })
        .transpose()
    }

    /// The issuer's keys, by name.
    pub async fn api_keys(&self, issuer: &IssuerId) -> Result<Vec<ApiKeyInfo>> {
        let rows = sqlx::query!(
            "SELECT name, authority, person, created_s, revoked_s FROM api_key \
             WHERE issuer = $1 ORDER BY name",
            issuer_key(issuer),
        )
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter()
            .map(|row| {
                Ok(ApiKeyInfo {
                    name: row.name,
                    grant: grant(row.authority, row.person)?,
                    created: seconds(row.created_s)?,
                    revoked: row.revoked_s.map(seconds).transpose()?,
                })
            })
            .collect()
    }

    /// Lets a key open nothing any more. A second time changes nothing.
    pub async fn revoke_api_key(
        &self,
        issuer: &IssuerId,
        name: &str,
        now: UnixSeconds,
    ) -> Result<()> {
        let done = sqlx::query!(
            "UPDATE api_key SET revoked_s = coalesce(revoked_s, $3) \
             WHERE issuer = $1 AND name = $2",
            issuer_key(issuer),
            name,
            bigint(now.0),
        )
        .execute(&self.pool)
        .await?;
        match done.rows_affected() {
            0 => Err(StoreError::NotFound { what: "API key" }),
            _ => Ok(()),
        }
    }
}

fn grant(authority: i16, person: Option<String>) -> Result<KeyGrant> {
    let unreadable = |_| StoreError::damaged("an API key's person");
    Ok(KeyGrant {
        authority: authority::index(authority)?,
        person: person
            .map(|name| name.parse().map_err(unreadable))
            .transpose()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_names_its_issuer_and_hides_its_secret() {
        let issuer: IssuerId = "acme-2".parse().unwrap();
        let key = ApiKey::from_random(&issuer, [7; 32]);
        assert!(key.text().starts_with("sym_acme-2_0707"));
        assert_eq!(format!("{key:?}"), "ApiKey(…)");
        let read = KeyHash::of(key.text()).unwrap();
        assert_eq!(read.issuer(), &issuer);
        let other = ApiKey::from_random(&"acme-3".parse().unwrap(), [7; 32]);
        assert_ne!(KeyHash::of(other.text()).unwrap().hash, read.hash);
    }

    #[test]
    fn what_is_no_key_is_not_looked_up() {
        let zeros = "0".repeat(64);
        for text in [
            String::new(),
            zeros.clone(),
            format!("sym_acme_{}", &zeros[1..]),
            format!("sym_acme_{}", "A".repeat(64)),
            format!("sym_Acme_{zeros}"),
            format!("sym__{zeros}"),
            format!("sym_acme_{zeros}_"),
        ] {
            assert_eq!(KeyHash::of(&text), None, "{text}");
        }
    }
}
