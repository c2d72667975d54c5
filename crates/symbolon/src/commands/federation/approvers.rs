//! `symbolon approvers`: who must approve what the owner does.

use clap::{Args, Subcommand};
use serde_json::json;
use symbolon_core::{
    federation::{ApprovalPolicy, OwnerOperation},
    ids::PersonName,
};

use super::owner::{OwnerArgs, WaitArgs, propose};
use crate::{
    context::Context,
    exit::{Exit, Result},
};

/// The arguments of `symbolon approvers`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon approvers set ada ben cleo --required 2
  symbolon api-key create ada-key --person ada
  symbolon approvers show")]
pub(crate) struct ApproversArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Name the people, and how many of them must approve
    #[command(after_help = "\
Examples:
  symbolon approvers set ada ben cleo --required 2
  symbolon approvers set --required 0                nobody: the owner acts at once")]
    Set {
        /// People: a–z, 0–9 and `-`; at most 32
        #[arg(value_name = "PERSON")]
        people: Vec<PersonName>,
        /// How many of them must approve; 0 where nobody is named
        #[arg(long, value_name = "NUMBER")]
        required: u8,
        #[command(flatten)]
        wait: WaitArgs,
        #[command(flatten)]
        owner: OwnerArgs,
    },
    /// Show who approves
    #[command(after_help = "Example:\n  symbolon approvers show --json")]
    Show,
}

/// Runs `symbolon approvers`.
pub(crate) async fn run(args: ApproversArgs, context: &Context) -> Result<Exit> {
    match args.action {
        Action::Set {
            people,
            required,
            wait,
            owner,
        } => {
            let policy = ApprovalPolicy {
                approvers: people.into_iter().collect(),
                required,
            };
            propose(context, &owner, &wait, async |_, _| {
                Ok(OwnerOperation::SetApprovalPolicy { policy })
            })
            .await
        }
        Action::Show => show(context).await,
    }
}

async fn show(context: &Context) -> Result<Exit> {
    let policy = context
        .with_issuer(async |store, issuer| Ok(store.federation(issuer).await?.policy))
        .await?;
    let document = json!({ "approvers": policy.approvers, "required": policy.required });
    context.output.result(&document, || {
        let names: Vec<_> = policy.approvers.iter().map(PersonName::as_str).collect();
        match policy.is_immediate() {
            true => "nobody: whoever acts for the owner acts at once".to_owned(),
            false => format!("{} of {}", policy.required, names.join(", ")),
        }
    })?;
    Ok(Exit::Done)
}
