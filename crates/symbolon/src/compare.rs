//! The register against a chain: every wallet's word, read from the chain
//! itself, beside the word that the register wants there.

use serde::Serialize;
use symbolon_chain::{endpoint::Endpoint, registry};
use symbolon_core::{
    ids::{AuthorityIndex, IssuerId, RegistryId},
    mirror::record::WalletRecord,
    wallet::WalletAddress,
};
use symbolon_store::{NewChain, Store};

use crate::{
    exit::{Exit, Failure, Result},
    output::{as_place, as_shown},
};

/// Words read in one call.
const CHUNK: u32 = 500;

/// How a chain compares with the register.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Comparison {
    /// Which chain, and which registry there.
    #[serde(flatten, serialize_with = "as_place")]
    pub(crate) registry: RegistryId,
    /// Wallets that the register knows.
    pub(crate) wallets: u64,
    /// Those of which the chain holds exactly what it must.
    pub(crate) equal: u64,
    /// Those that the chain would call verified at its newest block.
    pub(crate) verified: u64,
    /// The rest.
    pub(crate) different: Vec<Difference>,
    /// The authorities that are restricted here or there, but not in both.
    pub(crate) authorities_different: Vec<AuthorityIndex>,
}

/// A wallet of which the chain holds something else.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Difference {
    /// Which wallet.
    #[serde(serialize_with = "as_shown")]
    pub(crate) wallet: WalletAddress,
    /// The word that the register wants there.
    pub(crate) desired: String,
    /// The word that is there.
    pub(crate) found: String,
}

impl Comparison {
    /// Whether the chain holds exactly what the register wants.
    pub(crate) fn is_equal(&self) -> bool {
        self.different.is_empty() && self.authorities_different.is_empty()
    }
}

/// Compares every wallet of the issuer's.
pub(crate) async fn compare(
    store: &Store,
    endpoint: &Endpoint,
    issuer: &IssuerId,
    known: &NewChain,
) -> Result<Comparison> {
    let (target, registry) = (known.target(), known.registry);
    let now = endpoint.head().await?.at;
    let mut comparison = Comparison {
        registry: target.id,
        wallets: 0,
        equal: 0,
        verified: 0,
        different: Vec::new(),
        authorities_different: Vec::new(),
    };
    let federation = store.federation(issuer).await?;
    let authorities = || federation.authorities.keys().copied();
    let restricted = registry::restricted_authorities(endpoint, registry, authorities()).await?;
    let desired = federation.restricted();
    comparison.authorities_different = authorities()
        .filter(|one| restricted.includes(*one) != desired.includes(*one))
        .collect();
    let mut after = None;
    loop {
        let page = store
            .mirror_standings(issuer, target.id, after, CHUNK)
            .await?;
        let Some(last) = page.last() else {
            return Ok(comparison);
        };
        after = Some(last.wallet);
        let wallets: Vec<_> = page.iter().map(|standing| standing.wallet).collect();
        let records = registry::records(endpoint, registry, &wallets).await?;
        if records.len() != page.len() {
            let problem = "gave another number of records than was asked for: use another node";
            return Err(Failure::new(
                Exit::Chain,
                format!("chain {} {problem}", target.id),
            ));
        }
        for (standing, found) in page.iter().zip(records) {
            comparison.wallets += 1;
            comparison.verified += u64::from(found.is_verified_at(now, restricted));
            if standing.desired.is_met_by(found) {
                comparison.equal += 1;
            } else {
                comparison.different.push(Difference {
                    wallet: standing.wallet,
                    desired: shown(standing.desired),
                    found: shown(found),
                });
            }
        }
    }
}

fn shown(record: WalletRecord) -> String {
    format!("{:#066x}", record.0)
}
