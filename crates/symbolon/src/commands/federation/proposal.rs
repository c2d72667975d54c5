//! `symbolon proposal`: what waits for approvals, and what became of it.

use clap::{Args, Subcommand};
use serde_json::json;
use symbolon_core::federation::{FederationCommand, ProposalId};
use symbolon_store::{ProposalRecord, ProposalState};

use super::{
    owner::{OwnerArgs, govern},
    words::in_words,
};
use crate::{
    context::Context,
    exit::{Exit, Failure, Result},
    output::table,
};

/// Proposals that a list shows.
const SHOWN: u32 = 50;

/// The arguments of `symbolon proposal`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon proposal list
  symbolon proposal approve 4711 --key-file ben.key")]
pub(crate) struct ProposalArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the newest proposals, with what became of each
    #[command(after_help = "Example:\n  symbolon proposal list --json")]
    List,
    /// Approve a proposal; with the last approval it is carried out
    #[command(after_help = "Example:\n  symbolon proposal approve 4711 --key-file ben.key")]
    Approve {
        /// Its number
        #[arg(value_name = "NUMBER")]
        id: u64,
        #[command(flatten)]
        owner: OwnerArgs,
    },
    /// Take an approval back
    #[command(after_help = "Example:\n  symbolon proposal withdraw 4711 --key-file ben.key")]
    Withdraw {
        /// Its number
        #[arg(value_name = "NUMBER")]
        id: u64,
        #[command(flatten)]
        owner: OwnerArgs,
    },
    /// End a proposal of one's own
    #[command(after_help = "Example:\n  symbolon proposal cancel 4711 --key-file ada.key")]
    Cancel {
        /// Its number
        #[arg(value_name = "NUMBER")]
        id: u64,
        #[command(flatten)]
        owner: OwnerArgs,
    },
}

/// Runs `symbolon proposal`.
pub(crate) async fn run(args: ProposalArgs, context: &Context) -> Result<Exit> {
    let (command, owner) = match args.action {
        Action::List => return list(context).await,
        Action::Approve { id, owner } => (FederationCommand::Approve(ProposalId(id)), owner),
        Action::Withdraw { id, owner } => (FederationCommand::Withdraw(ProposalId(id)), owner),
        Action::Cancel { id, owner } => (FederationCommand::Cancel(ProposalId(id)), owner),
    };
    govern(context, &owner, async |_, _| Ok(command)).await
}

async fn list(context: &Context) -> Result<Exit> {
    let (records, federation) = context
        .with_issuer(async |store, issuer| {
            let records = store.proposals(issuer, None, SHOWN).await?;
            Ok((records, store.federation(issuer).await?))
        })
        .await?;
    let now = context.clock.now();
    let state = |record: &ProposalRecord| match record.state {
        ProposalState::Open if record.proposal.is_over(now) => ProposalState::Lapsed.as_str(),
        state => state.as_str(),
    };
    let mut shown = Vec::with_capacity(records.len());
    let mut rows = table(["number", "operation", "by", "approvals", "until", "state"]);
    for record in &records {
        let proposal = &record.proposal;
        let operation = serde_json::to_value(&proposal.operation)
            .map_err(|error| Failure::new(Exit::Unexpected, error))?;
        let approvals: Vec<_> = proposal.approvals.iter().map(ToString::to_string).collect();
        rows.add_row([
            proposal.id.to_string(),
            in_words(&proposal.operation, &federation),
            proposal.proposed_by.clone(),
            approvals.join(" "),
            proposal.expires.to_string(),
            state(record).to_owned(),
        ]);
        shown.push(json!({
            "id": proposal.id,
            "operation": operation,
            "state": state(record),
            "proposed_by": proposal.proposed_by,
            "proposed_at": record.proposed.to_string(),
            "lapses": proposal.expires.to_string(),
            "approvals": approvals,
        }));
    }
    context.output.result(&shown, || match shown.len() {
        0 => "nothing was ever proposed".to_owned(),
        _ => rows.to_string(),
    })?;
    Ok(Exit::Done)
}
