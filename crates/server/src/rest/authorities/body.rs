//! Authorities in JSON.

use serde::Serialize;
use symbolon_core::{authority::Authority, federation::FederationEvent, ids::AuthorityIndex};
use symbolon_store::{AuthorityOnChain, FederationDecision};
use utoipa::ToSchema;

/// An authority of the federation.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Authority)]
pub(in crate::rest) struct AuthorityBody {
    /// By this number wallet records on chain name it; 0 is the issuer itself,
    /// and not in this list.
    number: u8,
    #[schema(example = "bafin")]
    name: String,
    /// Where it may verify, ISO 3166-1 alpha-2.
    #[schema(example = json!(["DE", "AT"]))]
    countries: Vec<&'static str>,
    /// Cut off: it may do nothing, and its investors count as unverified.
    restricted: bool,
    /// What each chain was told of it, where that ever was anything.
    chains: Vec<AuthorityOnChainBody>,
}

/// What one chain knows of an authority.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuthorityOnChain)]
struct AuthorityOnChainBody {
    chain_id: u64,
    /// Which of the issuer's registries there, from 0.
    place: u8,
    /// Whether the newest signed transaction cuts it off.
    told: bool,
    /// Whether a confirmed block shows it cut off.
    restricted: bool,
}

impl AuthorityBody {
    pub(in crate::rest) fn new(authority: &Authority, known: &[AuthorityOnChain]) -> Self {
        let mut countries: Vec<_> = authority.countries.iter().map(|one| one.alpha2()).collect();
        countries.sort_unstable();
        Self {
            number: authority.index.0,
            name: authority.name.to_string(),
            countries,
            restricted: authority.restricted,
            chains: known
                .iter()
                .filter(|known| known.authority == authority.index)
                .map(|known| AuthorityOnChainBody {
                    chain_id: known.registry.chain.0,
                    place: known.registry.place,
                    told: known.told,
                    restricted: known.observed,
                })
                .collect(),
        }
    }
}

/// The authority that a decision made or changed, as it stands now.
pub(in crate::rest) fn changed(decision: &FederationDecision) -> Option<AuthorityIndex> {
    decision.events.iter().find_map(|event| match event {
        FederationEvent::AuthorityAdded { authority, .. }
        | FederationEvent::AuthorityCountriesSet { authority, .. }
        | FederationEvent::AuthorityRestricted { authority }
        | FederationEvent::AuthorityReinstated { authority }
        | FederationEvent::InvestorsReassigned { authority, .. } => Some(*authority),
        _ => None,
    })
}
