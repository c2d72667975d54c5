//! Who asks for a change.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::ids::{AuthorityIndex, ChainId, PersonName, ProviderName};

/// Whoever asks, as the log names them, and the authority they act for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// How they came in: `key:treasury-backend`, `cli:maria`, `system:expiry`,
    /// `chain:1`.
    pub name: String,
    /// The authority on whose behalf they act; the issuer itself by default.
    pub authority: AuthorityIndex,
    /// The person of the owner's whom their key proves them to be.
    pub person: Option<PersonName>,
}

impl Actor {
    /// Somebody who holds an API key of this name.
    pub fn api_key(name: &str) -> Self {
        Self::named("key", name)
    }

    /// Somebody at the command line.
    pub fn command_line(name: &str) -> Self {
        Self::named("cli", name)
    }

    /// The register itself, by a job of this name.
    pub fn system(job: &str) -> Self {
        Self::named("system", job)
    }

    /// A provider, by what its record says.
    pub fn provider(name: &ProviderName) -> Self {
        Self::named("provider", name.as_str())
    }

    /// Whoever decides on this chain, where the issuer's writer is there.
    pub fn chain(chain: ChainId) -> Self {
        Self::named("chain", &chain.to_string())
    }

    fn named(kind: &str, name: &str) -> Self {
        Self {
            name: format!("{kind}:{name}"),
            authority: AuthorityIndex::OWNER,
            person: None,
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}
