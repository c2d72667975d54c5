//! API keys that speak for an authority or for one of the owner's people.
//!
//! Whoever has the shell or the database makes such keys without anybody's
//! approval, so each is an event: several people's approvals from one hand
//! show in the log. A key of the issuer's own speaks for nobody in particular,
//! and is no matter of the federation.

use serde::{Deserialize, Serialize};

use super::{Federation, FederationEvent, FederationRefusal, decide::known};
use crate::{
    actor::Actor,
    ids::{AuthorityIndex, KeyId, PersonName},
};

/// For whom a key speaks, beside the issuer that it opens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyGrant {
    /// An authority, on whose behalf its holder acts.
    Authority(AuthorityIndex),
    /// A person of the owner's, who approves with it.
    Person(PersonName),
}

/// A key that speaks for somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantedKey {
    /// Which one.
    pub key: KeyId,
    /// Its name, by which the log knows its holder.
    pub name: String,
    /// For whom.
    #[serde(flatten)]
    pub grant: KeyGrant,
}

impl Federation {
    /// Whether a key that works proves whoever goes by this name in the log to
    /// be this person.
    pub fn proves(&self, actor: &str, person: &PersonName) -> bool {
        self.keys.values().any(|granted| {
            matches!(&granted.grant, KeyGrant::Person(holder) if holder == person)
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
    if let KeyGrant::Authority(authority) = granted.grant {
        known(federation, authority)?;
    }
    Ok(FederationEvent::ApiKeyGranted(granted))
}

/// What follows from revoking the key of this id; nothing where no such key
/// speaks for anybody.
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
