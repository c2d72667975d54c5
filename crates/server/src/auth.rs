//! Who calls: an API key, and through it an issuer.
//!
//! 1. The key comes as `Authorization: Bearer sym_…` or `X-API-Key: sym_…`.
//! 2. The issuer is the key's and nothing else's: no path, parameter or header
//!    names one, so no request can reach into another issuer's register.
//! 3. The database knows a key by its SHA-256. What was found there is kept
//!    for [`ServerConfig::key_cache`](crate::ServerConfig::key_cache), by a
//!    keyed hash of the key, so that the key itself stays nowhere and the time
//!    that a look-up takes tells nothing of it. A revoked key works no longer
//!    than that; an unknown one is asked for every time.

use std::{fmt, sync::Arc, time::Duration};

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::{HeaderMap, header, request::Parts},
};
use sha2::{Digest, Sha256};
use symbolon_core::{
    actor::Actor,
    ids::{InstanceName, IssuerId},
    register::Refusal,
};
use symbolon_store::{KeyHash, StoreError};

use crate::{
    cache::Recent,
    problem::{Problem, Result, catalog},
    state::AppState,
};

/// The parameter of paths that names an instance.
pub(crate) const INSTANCE: &str = "instance";

/// Whoever calls.
#[derive(Clone, Debug)]
pub(crate) struct Caller(Arc<KeyHolder>);

/// The holder of an API key.
pub(crate) struct KeyHolder {
    /// The issuer that the key opens.
    pub(crate) issuer: IssuerId,
    /// The holder, as the log names them.
    pub(crate) actor: Actor,
    /// The key's name.
    pub(crate) key: String,
    /// Whether it opens profiles.
    opens_profiles: bool,
    /// The instance whose customers are all that it sees.
    instance: Option<InstanceName>,
    /// Made of the key, so that nobody who reads the database can guess what
    /// was hashed with it (I6).
    body_secret: [u8; 32],
}

impl fmt::Debug for KeyHolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyHolder({} of {})", self.actor, self.issuer)
    }
}

impl std::ops::Deref for Caller {
    type Target = KeyHolder;

    fn deref(&self) -> &KeyHolder {
        &self.0
    }
}

impl KeyHolder {
    /// Refuses whoever acts for an authority: some things are the issuer's own.
    pub(crate) fn require_owner(&self) -> Result<()> {
        match self.actor.authority.is_owner() {
            true => Ok(()),
            false => Err(Refusal::OwnerOnly.into()),
        }
    }

    /// Refuses a key that was not made to open profiles.
    pub(crate) fn require_profiles(&self) -> Result<()> {
        match self.opens_profiles {
            true => Ok(()),
            false => Err(Problem::plain(&catalog::NO_PROFILES)),
        }
    }

    /// Whether it sees one instance's customers alone.
    pub(crate) fn is_confined(&self) -> bool {
        self.instance.is_some()
    }

    /// The name under which an `Idempotency-Key` of this key's is kept: nobody meets what
    /// other instances have asked. No client's key has a blank.
    pub(crate) fn own_once(&self, key: &str) -> String {
        match &self.instance {
            Some(instance) => format!("{instance} {key}"),
            None => key.to_owned(),
        }
    }

    /// A hash of a request's body that only the key's holder can make.
    pub(crate) fn keyed_hash(&self, body: &[u8]) -> [u8; 32] {
        // The secret has a fixed length and SHA-256 output is never extended
        // by anybody outside, so prefixing is as good as HMAC here.
        Sha256::new()
            .chain_update(self.body_secret)
            .chain_update(body)
            .finalize()
            .into()
    }
}

/// The keys that were found valid a moment ago.
pub(crate) struct KeyCache {
    secret: [u8; 32],
    holders: Recent<[u8; 32], Caller>,
}

impl KeyCache {
    pub(crate) fn new(keep: Duration) -> Self {
        Self {
            secret: rand::random(),
            holders: Recent::new(keep),
        }
    }

    fn place(&self, key: &str) -> [u8; 32] {
        Sha256::new()
            .chain_update(self.secret)
            .chain_update(key)
            .finalize()
            .into()
    }
}

impl fmt::Debug for KeyCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyCache")
    }
}

impl FromRequestParts<AppState> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self> {
        let key = presented(&parts.headers).ok_or_else(|| refused("no API key was sent"))?;
        let (place, now) = (state.keys.place(key), state.clock.now_ms());
        if let Some(caller) = state.keys.holders.get(&place, now) {
            return caller.within(parts, state).await;
        }
        let unknown = || refused("the API key is unknown or was revoked");
        let hash = KeyHash::of(key).ok_or_else(unknown)?;
        let owner = state.store.key_owner(&hash).await?.ok_or_else(unknown)?;
        let domain = "symbolon idempotency";
        let caller = Self(Arc::new(KeyHolder {
            actor: owner.actor(),
            instance: owner.instance().cloned(),
            issuer: owner.issuer,
            key: owner.name,
            opens_profiles: owner.opens_profiles,
            body_secret: Sha256::new()
                .chain_update(domain)
                .chain_update(key)
                .finalize()
                .into(),
        }));
        state.keys.holders.put(place, caller.clone(), now);
        caller.within(parts, state).await
    }
}

impl Caller {
    /// Refuses a key that was made for one instance wherever the path names no instance
    /// or another one, so that a new route is closed to it until it names one.
    async fn within(self, parts: &mut Parts, state: &AppState) -> Result<Self> {
        let Some(only) = &self.instance else {
            return Ok(self);
        };
        let parameters = RawPathParams::from_request_parts(parts, state).await;
        let named = parameters.ok().and_then(|parameters| {
            let mut all = parameters.iter();
            all.find(|(name, _)| *name == INSTANCE)
                .map(|(_, value)| value == only.as_str())
        });
        match named {
            Some(true) => Ok(self),
            // As if there were no such instance.
            Some(false) => Err(StoreError::NotFound { what: "instance" }.into()),
            None => Err(Problem::plain(&catalog::CONFINED_KEY)),
        }
    }
}

fn presented(headers: &HeaderMap) -> Option<&str> {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| {
        let (scheme, key) = value.to_str().ok()?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
    });
    bearer.or_else(|| headers.get("x-api-key")?.to_str().ok().map(str::trim))
}

fn refused(detail: &str) -> Problem {
    let detail = format!("{detail}: {}", catalog::UNAUTHORIZED.remedy);
    Problem::new(&catalog::UNAUTHORIZED, detail)
}
