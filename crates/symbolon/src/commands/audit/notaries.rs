//! The chains as notaries: every head that a mirror transaction carried must
//! be in the log. Whoever rewrites or cuts the log cannot rewrite those.

use std::collections::HashSet;

use alloy_primitives::{Address, B256};
use serde::Serialize;
use symbolon_chain::{endpoint::Endpoint, spans::Span, writes::writes};
use symbolon_core::{
    ids::{IssuerId, RegistryId},
    log::{EntryNumber, Head},
};
use symbolon_store::Store;

use crate::{config::LaneConfig, context::Context, exit::Result, output::as_place};

const PAGE: u32 = 5000;

/// What one registry says.
#[derive(Debug, Serialize)]
pub(super) struct Notary {
    #[serde(flatten, serialize_with = "as_place")]
    pub(super) registry: RegistryId,
    /// How many heads it has.
    pub(super) heads: u64,
    /// Those that the log does not have.
    pub(super) unknown: Vec<B256>,
    /// Why it could not be asked.
    pub(super) error: Option<String>,
}

/// Asks every registry of the issuer's that a lane is configured for.
pub(super) async fn ask(
    store: &Store,
    issuer: &IssuerId,
    context: &Context,
) -> Result<Vec<Notary>> {
    let mut answers = Vec::new();
    for lane in context.config.lanes_of(issuer) {
        let heads = heads(store, issuer, lane).await;
        answers.push((lane.registry, heads));
    }
    let mut wanted: HashSet<B256> = answers
        .iter()
        .flat_map(|(_, heads)| heads.iter().flatten().copied())
        .collect();
    // An empty log has a head too.
    wanted.remove(&Head::default().hash);
    strike_known(store, issuer, &mut wanted).await?;
    let notary = |(registry, heads): (RegistryId, Result<HashSet<B256>>)| match heads {
        Ok(heads) => Notary {
            registry,
            heads: heads.len() as u64,
            unknown: heads.intersection(&wanted).copied().collect(),
            error: None,
        },
        Err(error) => Notary {
            registry,
            heads: 0,
            unknown: Vec::new(),
            error: Some(error.to_string()),
        },
    };
    Ok(answers.into_iter().map(notary).collect())
}

async fn heads(store: &Store, issuer: &IssuerId, lane: &LaneConfig) -> Result<HashSet<B256>> {
    let chain = store.chain(issuer, lane.registry).await?.chain;
    let endpoint = lane.endpoint()?;
    endpoint.check_chain().await?;
    notarised(&endpoint, chain.registry, chain.deployed_block).await
}

/// The heads of the log that the registry's transactions carried (I9), by the chain's
/// own logs.
async fn notarised(endpoint: &Endpoint, registry: Address, from: u64) -> Result<HashSet<B256>> {
    let newest = endpoint.head().await?.number;
    let (mut heads, mut from, mut span) = (HashSet::new(), from, Span::default());
    while from <= newest {
        let read = writes(endpoint, registry, from, newest, &mut span).await?;
        heads.extend(read.found.into_iter().filter_map(|write| write.head));
        from = read.through + 1;
    }
    Ok(heads)
}

/// Walks the log and strikes out every hash that it has.
async fn strike_known(store: &Store, issuer: &IssuerId, wanted: &mut HashSet<B256>) -> Result<()> {
    let mut after = EntryNumber::default();
    while !wanted.is_empty() {
        let page = store.entries(issuer, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.entry.number;
        for stored in &page {
            wanted.remove(&stored.hash);
        }
    }
    Ok(())
}
