//! `symbolon token check`: a deployed token switched to our registry on a fork
//! of its chain, everything tried before and after, and the transactions that
//! would do the same for real. Nothing is sent to the chain itself.

mod cast;
mod gaps;
mod plan;
mod rehearsal;
mod report;
mod subject;
mod trials;
mod verdicts;

use std::path::PathBuf;

use alloy_primitives::Address;
use clap::Args;
use secrecy::ExposeSecret;
use symbolon_chain::{development::DevelopmentNode, endpoint::Endpoint, holders::Reach};
use symbolon_sandbox::{Anvil, Mining, SandboxError};

use self::{rehearsal::Rehearsal, report::Report, subject::Subject};
use super::super::chain::RpcArgs;
use crate::{
    cli::Globals,
    exit::{Exit, Failure, Result},
    output::{Output, grouped},
};

/// The arguments of `symbolon token check`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon token check 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed --rpc https://node.example
  symbolon token check 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed --rpc-file node.url \\
      --mirror 0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359 --output switch.json --json

Nothing is sent to the chain: the token is switched on a fork of it, in an Anvil on this machine.
No register is asked: name a registry that stands there already with --registry (`symbolon chain
list` shows yours). One that is deployed gets the address that `symbolon chain deploy` would give it
for the same --issuer and --registry-owner, and is taken in with `symbolon chain add`.
Exits with 9 when an operation breaks, or was refused already before the switch.")]
pub(crate) struct CheckArgs {
    /// The token
    #[arg(value_name = "ADDRESS")]
    token: Address,

    #[command(flatten)]
    rpc: RpcArgs,

    /// A holder who takes part; may be repeated [default: whom recent transfers name]
    #[arg(long = "holder", value_name = "ADDRESS")]
    holders: Vec<Address>,

    /// A registry of ours that stands there [default: the transactions deploy one]
    #[arg(long, value_name = "ADDRESS")]
    registry: Option<Address>,

    /// Who is to own a registry that is deployed [default: the token's owner]
    #[arg(long, value_name = "ADDRESS", conflicts_with = "registry")]
    registry_owner: Option<Address>,

    /// Who is to write to the registry: the address of the lane's signer
    #[arg(long, value_name = "ADDRESS")]
    mirror: Option<Address>,

    /// Ask about senders in the place of a compliance without modules, which costs less gas
    #[arg(long)]
    as_compliance: bool,

    /// How many blocks to look back for holders and agents
    #[arg(long, value_name = "NUMBER", default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(1..))]
    blocks: u64,

    /// Write the transactions to this file, as JSON
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Holders that are looked at: each costs a fork some twenty requests.
const HOLDERS: usize = 25;

/// Runs `symbolon token check`.
pub(super) async fn run(args: &CheckArgs, globals: &Globals) -> Result<Exit> {
    let output = Output::new(globals.json);
    let url = args.rpc.url()?;
    let live = Endpoint::discover(url.expose_secret()).await?;
    let head = live.head().await?.number;
    let reach = Reach {
        head,
        blocks: args.blocks,
        enough: HOLDERS,
    };
    let subject = Subject::read(&live, args.token, reach).await?;
    output.note(format_args!(
        "chain {}, block {}: {} ({}), version {}",
        live.chain(),
        grouped(head),
        subject.name,
        subject.symbol,
        subject.version
    ));

    output.note("forking the chain");
    let anvil = Anvil::builder(live.chain().0)
        .mining(Mining::OnDemand)
        .start()
        .await
        .map_err(not_started)?;
    let forked = anvil.fork(url.expose_secret(), head).await;
    forked.map_err(not_started)?;
    let fork = DevelopmentNode::new(Endpoint::fork(anvil.url(), live.chain()).await?);
    let rehearsal = Rehearsal {
        args,
        issuer: globals.issuer.as_ref(),
        live: &live,
        fork: &fork,
        subject: &subject,
        reach,
        output,
    };
    let report = rehearsal.run().await;
    let stopped = anvil.stop().await;
    let report = report?;
    stopped.map_err(not_started)?;
    hand_out(&report, args, output)
}

fn hand_out(report: &Report, args: &CheckArgs, output: Output) -> Result<Exit> {
    if let Some(path) = &args.output {
        let text = serde_json::to_string_pretty(&report.transactions)
            .map_err(|error| Failure::new(Exit::Unexpected, error))?;
        std::fs::write(path, text).map_err(Failure::file("write", path))?;
        output.note(format_args!("the transactions are in {}", path.display()));
    }
    output.result(report, || report.text())?;
    Ok(if report.works {
        Exit::Done
    } else {
        Exit::Unhealthy
    })
}

/// A development chain is no database, which the sandbox's failures mostly are.
fn not_started(error: SandboxError) -> Failure {
    Failure::new(Exit::Chain, error)
}
