//! `symbolon chain list`: the chains as they are configured.

use serde_json::{Value, json};
use symbolon_store::Chain;

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
