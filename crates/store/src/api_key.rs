//! API keys. The text of a key names its issuer (`sym_<issuer>_<secret>`), so
//! that looking one up touches that issuer's shard alone.
//!
//! Only the SHA-256 of a key is stored. The secret is 256 random bits: nobody
//! guesses those, so the slow and salted hash that a password needs (argon2)
//! would protect nothing here, and would cost 50 ms a request.
//!
//! Keys that speak for an authority or a person are in the log ([`grant`]).

mod grant;

use std::fmt;

use alloy_primitives::{B128, hex};
use sha2::{Digest, Sha256};
use symbolon_core::{
    actor::Actor,
    federation::{KeyGrant, KeyPowers},
    ids::{InstanceName, IssuerId, KeyId},
    time::UnixSeconds,
};

use crate::{
    Result, Store,
    codec::{issuer_key, seconds},
};
use grant::read_grant;
pub(crate) use grant::{granted, works};

const PREFIX: &str = "sym_";
const ID_DOMAIN: &str = "symbolon api key id";
const SECRET_DIGITS: usize = 64;
const TAKEN: &str = "an API key of this name exists";

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
    /// For whom it speaks; `None` for the issuer itself and nobody in particular.
    pub grant: Option<KeyGrant>,
    /// Whether it opens profiles.
    pub opens_profiles: bool,
}

impl KeyOwner {
    /// The instance whose customers are all that it sees; `None` for everything.
    pub const fn instance(&self) -> Option<&InstanceName> {
        match &self.grant {
            Some(KeyGrant::Instance(instance)) => Some(instance),
            _ => None,
        }
    }

    /// The holder, as the core knows whoever asks.
    pub fn actor(&self) -> Actor {
        let key = Actor::api_key(&self.name);
        match self.grant.clone() {
            None | Some(KeyGrant::Instance(_)) => key,
            Some(KeyGrant::Authority(authority)) => Actor { authority, ..key },
            Some(KeyGrant::Person(person)) => Actor {
                person: Some(person),
                ..key
            },
        }
    }
}

/// What a list of keys shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKeyInfo {
    /// Its id, by which the log knows it.
    pub id: KeyId,
    /// Its name.
    pub name: String,
    /// What it may do.
    pub powers: KeyPowers,
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

    /// The key's id, for everybody.
    pub fn id(&self) -> KeyId {
        key_id(&Sha256::digest(&self.text))
    }
}

/// Made of the stored hash, with no way back to it.
fn key_id(hash: &[u8]) -> KeyId {
    let hash = Sha256::new()
        .chain_update(ID_DOMAIN)
        .chain_update(hash)
        .finalize();
    KeyId(B128::from_slice(&hash[..16]))
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
    /// Whose key it is; `None` if it is unknown or revoked.
    pub async fn key_owner(&self, key: &KeyHash) -> Result<Option<KeyOwner>> {
        let row = sqlx::query!(
            "SELECT name, authority, person, profiles, instance FROM api_key \
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
                grant: read_grant(row.authority, row.person, row.instance)?,
                opens_profiles: row.profiles,
            })
        })
        .transpose()
    }

    /// The issuer's keys, by name.
    pub async fn api_keys(&self, issuer: &IssuerId) -> Result<Vec<ApiKeyInfo>> {
        let rows = sqlx::query!(
            "SELECT name, hash, authority, person, profiles, instance, created_s, revoked_s FROM api_key \
             WHERE issuer = $1 ORDER BY name",
            issuer_key(issuer),
        )
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter()
            .map(|row| {
                Ok(ApiKeyInfo {
                    id: key_id(&row.hash),
                    name: row.name,
                    powers: KeyPowers {
                        grant: read_grant(row.authority, row.person, row.instance)?,
                        profiles: row.profiles,
                    },
                    created: seconds(row.created_s)?,
                    revoked: row.revoked_s.map(seconds).transpose()?,
                })
            })
            .collect()
    }
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
    fn an_id_tells_neither_the_secret_nor_its_hash() {
        let key = ApiKey::from_random(&"acme".parse().unwrap(), [7; 32]);
        let id = key.id().0;
        let hash = KeyHash::of(key.text()).unwrap().hash;
        assert_ne!(id.as_slice(), &hash[..16]);
        assert_ne!(id.as_slice(), &[7; 16]);
        assert_eq!(key.id(), key_id(&hash));
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
