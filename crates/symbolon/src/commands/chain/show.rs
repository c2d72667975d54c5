//! `symbolon chain list` and `status`: what the register knows of its chains.

use serde_json::{Value, json};
use symbolon_core::time::UnixSeconds;
use symbolon_store::{Chain, ChainStatistics};

use crate::{
    context::Context,
    exit::{Exit, Result},
    output::{grouped, table},
};

/// Lists the chains as they are configured.
pub(super) async fn list(context: &Context) -> Result<Exit> {
    let chains = context
        .with_issuer(async |store, issuer| Ok(store.chains(issuer).await?))
        .await?;
    let document: Vec<_> = chains.iter().map(configured).collect();
    context.output.result(&document, || {
        if chains.is_empty() {
            return "no chain yet: `symbolon chain deploy` adds one".to_owned();
        }
        let mut table = table(["chain", "name", "registry", "since block", "confirmations"]);
        for Chain { chain, .. } in &chains {
            table.add_row([
                chain.id.to_string(),
                chain.name.clone(),
                chain.registry.to_string(),
                grouped(chain.deployed_block),
                chain.confirmations.to_string(),
            ]);
        }
        table.to_string()
    })?;
    Ok(Exit::Done)
}

/// Shows what was last seen of each chain, and what it is owed.
pub(super) async fn status(context: &Context) -> Result<Exit> {
    let now = context.clock.now();
    let chains = context
        .with_issuer(async |store, issuer| {
            let owed = store.chain_statistics(issuer).await?;
            let chains = store.chains(issuer).await?;
            let pair = |chain: Chain| {
                let owed = owed
                    .iter()
                    .find(|owed| owed.registry == chain.chain.id)
                    .copied();
                (chain, owed)
            };
            Ok(chains.into_iter().map(pair).collect::<Vec<_>>())
        })
        .await?;
    let document: Vec<_> = chains
        .iter()
        .map(|(chain, owed)| seen(chain, *owed, now))
        .collect();
    context.output.result(&document, || {
        if chains.is_empty() {
            return "no chain yet: `symbolon chain deploy` adds one".to_owned();
        }
        let mut table = table([
            "chain",
            "name",
            "head",
            "waiting",
            "in flight",
            "signer's balance",
            "driven by",
            "trouble",
        ]);
        for (chain, owed) in &chains {
            let never = || "never seen".to_owned();
            table.add_row([
                chain.chain.id.to_string(),
                chain.chain.name.clone(),
                chain.status.head_block.map_or_else(never, grouped),
                grouped(owed.map_or(0, |owed| owed.approvals + owed.denials)),
                grouped(owed.map_or(0, |owed| owed.open_transactions)),
                chain.status.signer_balance_wei.map_or_else(never, ether),
                driven_by(chain),
                chain.trouble().unwrap_or_else(|| "none".to_owned()),
            ]);
        }
        table.to_string()
    })?;
    Ok(Exit::Done)
}

fn configured(Chain { chain, .. }: &Chain) -> Value {
    json!({
        "chain_id": chain.id.chain,
        "place": chain.id.place,
        "filter": chain.filter,
        "name": chain.name,
        "registry": chain.registry,
        "deployed_block": chain.deployed_block,
        "confirmations": chain.confirmations,
    })
}

fn seen(chain: &Chain, owed: Option<ChainStatistics>, now: UnixSeconds) -> Value {
    let status = &chain.status;
    let age = |at: UnixSeconds| now.0.saturating_sub(at.0);
    json!({
        "chain_id": chain.chain.id.chain,
        "place": chain.chain.id.place,
        "name": chain.chain.name,
        "registry": chain.chain.registry,
        "head_block": status.head_block,
        "head_age_seconds": status.head_time.map(age),
        "seen_seconds_ago": status.updated.map(age),
        "pending_approvals": owed.map_or(0, |owed| owed.approvals),
        "pending_denials": owed.map_or(0, |owed| owed.denials),
        "lag_seconds": owed.and_then(|owed| owed.oldest).map_or(0, age),
        "open_transactions": owed.map_or(0, |owed| owed.open_transactions),
        "signer": status.signer,
        // Beyond what JSON numbers hold exactly.
        "signer_balance_wei": status.signer_balance_wei.map(|wei| wei.to_string()),
        "driver": chain.driver.as_ref().map(|driver| json!({
            "name": driver.name,
            "since": driver.since.to_string(),
        })),
        "last_error": chain.trouble(),
    })
}

/// The server that drives the lane to a chain.
fn driven_by(chain: &Chain) -> String {
    let name = chain.driver.as_ref().map(|driver| driver.name.clone());
    name.unwrap_or_else(|| "no server".to_owned())
}

/// An amount of wei in the chain's own coin, to four places.
pub(crate) fn ether(wei: u128) -> String {
    const COIN: u128 = 1_000_000_000_000_000_000;
    format!("{}.{:04}", wei / COIN, wei % COIN / (COIN / 10_000))
}
