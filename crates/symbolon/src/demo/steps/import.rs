//! Step 1: a file of customers becomes the register, and both chains follow.

use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};

use crate::{
    cli::DemoArgs,
    compare::{Comparison, compare},
    demo::{
        chain::{DemoChain, gas_per_wallet},
        narrator::Narrator,
        stage::Stage,
        summary::{ChainSummary, Summary},
    },
};

/// Our own file, so that the demo runs from anywhere.
const EXAMPLE: &str = include_str!("../../../../../examples/customers.csv");
/// How long the chains may take to follow.
const PATIENCE: Duration = Duration::from_secs(600);

pub(super) async fn tell(
    args: &DemoArgs,
    stage: &Stage,
    narrator: &Narrator,
    summary: &mut Summary,
) -> Result<()> {
    let (name, file) = match &args.customers {
        Some(path) => {
            let file = std::fs::read_to_string(path)
                .with_context(|| format!("reading {}", path.display()))?;
            (path.display().to_string(), file)
        }
        None => ("the example file".to_owned(), EXAMPLE.to_owned()),
    };
    narrator.step(1, &format!("The issuer imports its customers from {name}."));
    let from = heights(stage).await?;
    let rows = file.lines().count().saturating_sub(1) as u64;
    let bar = narrator.bar(rows, "reading and storing");
    let job = stage.api.import(file).await?;
    bar.set_position(rows);
    bar.finish_and_clear();
    summary.imported = job.accepted;
    summary.refused = job.refused;
    narrator.say(&format!(
        "   The register took {} customers and refused {}.",
        job.accepted, job.refused
    ));
    until_mirrored(stage, narrator).await?;
    let mut rows = Vec::new();
    for (chain, from) in stage.chains.iter().zip(from) {
        let compared = compared(stage, chain).await?;
        let transactions = chain.mirrored_since(from).await?;
        let gas = match gas_per_wallet(&transactions) {
            // A second run finds all in place: then what the first one paid.
            0 => gas_per_wallet(&chain.mirrored_since(chain.deployed_block).await?),
            gas => gas,
        };
        rows.push(vec![
            format!("{} ({})", chain.name, chain.id()),
            compared.wallets.to_string(),
            compared.verified.to_string(),
            if compared.is_equal() { "yes" } else { "NO" }.to_owned(),
            gas.to_string(),
        ]);
        summary.chains.push(ChainSummary {
            chain_id: chain.id().0,
            verified: compared.verified,
            equals_register: compared.is_equal(),
            gas_per_wallet: gas,
        });
    }
    let header = [
        "chain",
        "wallets",
        "verified there",
        "equals the register",
        "gas a wallet",
    ];
    narrator.table(&header, &rows);
    Ok(())
}

/// The blocks that each chain makes next.
pub(super) async fn heights(stage: &Stage) -> Result<[u64; 2]> {
    let [first, second] = &stage.chains;
    Ok([first.height().await? + 1, second.height().await? + 1])
}

/// Waits until no chain is owed anything and nothing is under way.
pub(super) async fn until_mirrored(stage: &Stage, narrator: &Narrator) -> Result<()> {
    let begun = tokio::time::Instant::now();
    let owed = stage.api.owed().await?;
    let bar = narrator.bar(owed.max(1), "telling the chains");
    while begun.elapsed() < PATIENCE {
        let owed = stage.api.owed().await?;
        bar.set_position(bar.length().unwrap_or(0).saturating_sub(owed));
        if owed == 0 {
            bar.finish_and_clear();
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    bail!("the chains did not follow within {} s", PATIENCE.as_secs());
}

/// Reads every wallet's word from the chain itself.
pub(super) async fn compared(stage: &Stage, chain: &DemoChain) -> Result<Comparison> {
    let (store, endpoint) = (&stage.store, &chain.endpoint);
    let known = store.chain(&stage.issuer, chain.id()).await?.chain;
    let compared = compare(store, endpoint, &stage.issuer, &known).await;
    compared.map_err(|failure| anyhow!("{failure}"))
}
