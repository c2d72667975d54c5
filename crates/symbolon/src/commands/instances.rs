//! `symbolon instances`: the issuer's deployments, which share its register.

use clap::{Args, Subcommand};
use serde_json::json;
use symbolon_core::ids::{InstanceName, IssuerId};
use symbolon_store::{Instance, Store};

use crate::{
    context::Context,
    exit::{Exit, Failure, Result},
    output::table,
};

/// Characters of a title.
const LONGEST_TITLE: usize = 200;

/// The arguments of `symbolon instances`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon instances create emea --title \"Europe, Middle East, Africa\"
  symbolon instances list --json
  symbolon api-key create emea-backend --instance emea

Instances share investors, verdicts and wallets; each has customers of its own, which the others
do not see: `symbolon customers --help`.")]
pub(crate) struct InstancesArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make an instance
    #[command(after_help = "\
Example:
  symbolon instances create emea --title \"Europe, Middle East, Africa\"")]
    Create {
        /// 1 to 40 of a-z, 0-9 and -
        name: InstanceName,
        /// What people call it [default: its name]
        #[arg(long, value_name = "TEXT", value_parser = title)]
        title: Option<String>,
    },
    /// List the instances
    #[command(after_help = "Example:\n  symbolon instances list --json")]
    List,
}

fn title(text: &str) -> Result<String, String> {
    let text = text.trim();
    let fits = (1..=LONGEST_TITLE).contains(&text.chars().count());
    match fits && !text.chars().any(char::is_control) {
        true => Ok(text.to_owned()),
        false => Err(format!("write 1 to {LONGEST_TITLE} printable characters")),
    }
}

/// Which instance a command is about.
#[derive(Debug, Args)]
pub(crate) struct InstanceArgs {
    /// Of which instance [default: the only one, if there is one]
    #[arg(
        long,
        value_name = "NAME",
        env = "SYMBOLON_INSTANCE",
        hide_env_values = true
    )]
    instance: Option<InstanceName>,
}

impl InstanceArgs {
    /// The instance that was named, else the only one.
    pub(crate) async fn find(&self, store: &Store, issuer: &IssuerId) -> Result<InstanceName> {
        let mut known: Vec<_> = store
            .instances(issuer)
            .await?
            .into_iter()
            .map(|instance| instance.name)
            .collect();
        match (&self.instance, known.len()) {
            (_, 0) => Err(Failure::not_found(format!(
                "{issuer} has no instance yet: make one with `symbolon instances create NAME`"
            ))),
            (Some(wanted), _) if known.contains(wanted) => Ok(wanted.clone()),
            (Some(wanted), _) => Err(Failure::not_found(format!(
                "{issuer} has no instance `{wanted}`: `symbolon instances list` shows them"
            ))),
            (None, 1) => Ok(known.swap_remove(0)),
            (None, _) => Err(Failure::usage(
                "there are several instances: name one with --instance or SYMBOLON_INSTANCE",
            )),
        }
    }
}

/// Runs `symbolon instances`.
pub(crate) async fn run(args: &InstancesArgs, context: &Context) -> Result<Exit> {
    match &args.action {
        Action::Create { name, title } => {
            let instance = Instance {
                name: name.clone(),
                title: title.clone().unwrap_or_else(|| name.to_string()),
                created: context.clock.now(),
            };
            context
                .with_issuer(async |store, issuer| {
                    let mut transaction = store.begin(issuer).await?;
                    transaction.add_instance(&instance).await?;
                    transaction.commit().await?;
                    Ok(())
                })
                .await?;
            let document = json!({ "name": name, "title": instance.title });
            context.output.result(&document, || {
                format!("made {name}: `symbolon customers add --instance {name}` adds to it")
            })?;
        }
        Action::List => {
            let found = context
                .with_issuer(async |store, issuer| Ok(store.instances(issuer).await?))
                .await?;
            let document: Vec<_> = found
                .iter()
                .map(|instance| {
                    json!({
                        "name": instance.name,
                        "title": instance.title,
                        "created": instance.created.to_string(),
                    })
                })
                .collect();
            context.output.result(&document, || {
                if found.is_empty() {
                    return "no instances: `symbolon instances create NAME` makes one".to_owned();
                }
                let mut rows = table(["name", "title", "since"]);
                for instance in &found {
                    rows.add_row([
                        instance.name.to_string(),
                        instance.title.clone(),
                        instance.created.to_string(),
                    ]);
                }
                rows.to_string()
            })?;
        }
    }
    Ok(Exit::Done)
}
