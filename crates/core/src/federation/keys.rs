//! The keys of the REST API, and what each may do.
//!
//! Whoever has the shell or the database makes keys without anybody's approval, so
//! each is an event: several people's approvals from one hand show in the log, and so
//! does whoever could open a profile.

use serde::{Deserialize, Serialize};

use super::{Federation, FederationEvent, FederationRefusal, decide::known};
use crate::{
    actor::Actor,
    ids::{AuthorityIndex, InstanceName, KeyId, PersonName},
};

/// For whom a key speaks, beside the issuer that it opens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyGrant {
    /// An authority, on whose behalf its holder acts.
    Authority(AuthorityIndex),
    /// A person of the owner's, who approves with it.
    Person(PersonName),
    /// An instance, whose customers are all that its holder sees.
    Instance(InstanceName),
}

/// What a key may do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyPowers {
    /// For whom it speaks; `None` for the issuer itself and nobody in particular.
    #[serde(flatten)]
    pub grant: Option<KeyGrant>,
    /// Whether it opens profiles.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub profiles: bool,
}

impl From<KeyGrant> for KeyPowers {
    /// It speaks for somebody, and opens no profiles.
    fn from(grant: KeyGrant) -> Self {
        Self {
            grant: Some(grant),
            profiles: false,
        }
    }
}

/// A key that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantedKey {
    /// Which one.
    pub key: KeyId,
    /// Its name, by which the log knows its holder.
    pub name: String,
    /// What it may do.
    #[serde(flatten)]
    pub powers: KeyPowers,
}

impl Federation {
    /// Whether a key that works proves whoever goes by this name in the log to
    /// be this person.
    pub fn proves(&self, actor: &str, person: &PersonName) -> bool {
        self.keys.values().any(|granted| {
            matches!(&granted.powers.grant, Some(KeyGrant::Person(holder)) if holder == person)
                && Actor::api_key(&granted.name).name == actor
        })
    }
}

/// What follows from making this key.
pub fn grant_key(
    federation: &Federation,
    granted: GrantedKey,
    actor: &Actor,
) -> Result<FederationEvent, FederationRefusal> {
    if !actor.authority.is_owner() {
        return Err(FederationRefusal::OwnerOnly);
    }
    if let Some(KeyGrant::Authority(authority)) = granted.powers.grant {
        known(federation, authority)?;
    }
    Ok(FederationEvent::ApiKeyGranted(granted))
}

/// What follows from revoking the key of this id; nothing where it is revoked
/// already.
pub fn revoke_key(
    federation: &Federation,
    key: KeyId,
    actor: &Actor,
) -> Result<Option<FederationEvent>, FederationRefusal> {
    if !actor.authority.is_owner() {
        return Err(FederationRefusal::OwnerOnly);
    }
    let granted = federation.keys.get(&key).cloned();
    Ok(granted.map(FederationEvent::ApiKeyRevoked))
}
