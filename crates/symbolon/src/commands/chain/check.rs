//! `symbolon chain compare`: what the chains hold, wallet by wallet.

use clap::Args;
use symbolon_core::ids::{IssuerId, RegistryId};
use symbolon_store::Store;

use crate::{
    compare::{Comparison, compare},
    config::LaneConfig,
    context::Context,
    exit::{Exit, Failure, Result},
    output::{counted, grouped, table},
};

/// Differences that people are shown; machines get all.
const SHOWN: usize = 20;

/// The arguments of `symbolon chain compare`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon chain compare
  symbolon chain compare 8453 --json")]
pub(crate) struct CompareArgs {
    /// Only this chain [default: all that have a lane in the configuration]
    #[arg(value_name = "CHAIN_ID")]
    chain: Option<RegistryId>,
}

/// Runs `symbolon chain compare`.
pub(super) async fn run(args: &CompareArgs, context: &Context) -> Result<Exit> {
    let comparisons = context
        .with_issuer(async |store, issuer| compare_all(args, store, issuer, context).await)
        .await?;
    context.output.result(&comparisons, || text(&comparisons))?;
    let equal = comparisons.iter().all(Comparison::is_equal);
    Ok(if equal { Exit::Done } else { Exit::Chain })
}

async fn compare_all(
    args: &CompareArgs,
    store: &Store,
    issuer: &IssuerId,
    context: &Context,
) -> Result<Vec<Comparison>> {
    let wanted = |lane: &&LaneConfig| args.chain.is_none_or(|id| lane.registry == id);
    let lanes: Vec<_> = context.config.lanes_of(issuer).filter(wanted).collect();
    if lanes.is_empty() {
        return Err(Failure::configuration(format!(
            "no [[lane]] of {issuer} leads to {}: add it to the configuration; `symbolon chain deploy` prints one",
            args.chain
                .map_or("any chain".to_owned(), |id| format!("chain {id}")),
        )));
    }
    let mut comparisons = Vec::with_capacity(lanes.len());
    for lane in lanes {
        let registry = store.chain(issuer, lane.registry).await?.chain;
        let endpoint = lane.endpoint()?;
        endpoint.check_chain().await?;
        comparisons.push(compare(store, &endpoint, issuer, &registry).await?);
    }
    Ok(comparisons)
}

fn text(comparisons: &[Comparison]) -> String {
    let mut summary = table(["chain", "wallets", "equal", "different", "verified there"]);
    let mut lines = Vec::new();
    for found in comparisons {
        summary.add_row([
            found.registry.to_string(),
            grouped(found.wallets),
            grouped(found.equal),
            grouped(found.different.len() as u64),
            grouped(found.verified),
        ]);
        for difference in found.different.iter().take(SHOWN) {
            lines.push(format!(
                "chain {}: {} holds {}, must hold {}",
                found.registry, difference.wallet, difference.found, difference.desired
            ));
        }
        if found.different.len() > SHOWN {
            let more = (found.different.len() - SHOWN) as u64;
            lines.push(format!(
                "and {}: --json shows all",
                counted(more, "more", "more")
            ));
        }
        for authority in &found.authorities_different {
            lines.push(format!(
                "chain {}: authority {authority} is restricted in the register or there, but not in both",
                found.registry
            ));
        }
        if !found.is_equal() {
            lines.push("changes may be on their way: `symbolon chain status` tells".to_owned());
        }
    }
    lines.insert(0, summary.to_string());
    lines.join("\n")
}
