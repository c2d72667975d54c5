//! `symbolon customers search`.

use clap::Args;
use serde_json::json;
use symbolon_core::customer::SearchKey;

use super::{
    show::{document, more},
    text, within,
};
use crate::{
    commands::{instances::InstanceArgs, vault::profile::typed},
    context::Context,
    exit::{Exit, Result},
    vault::closed,
};

/// Customers that are answered with.
const MOST_FOUND: u32 = 100;

/// The arguments of `symbolon customers search`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon customers search --email < address.txt
  symbolon customers search --name --archived < name.txt

What is looked for is the first line of stdin, so that neither the shell's history nor the list of
processes has it. It is compared by a keyed digest of the instance's: the whole address or name that
the customer's data has.")]
pub(super) struct SearchArgs {
    #[command(flatten)]
    by: TermArgs,
    #[command(flatten)]
    of: InstanceArgs,
    /// Also those that are archived
    #[arg(long)]
    archived: bool,
}

/// By what.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct TermArgs {
    /// Stdin has an e-mail address
    #[arg(long)]
    email: bool,
    /// Stdin has a name; capitals and blanks do not matter
    #[arg(long)]
    name: bool,
}

/// Runs `symbolon customers search`.
pub(super) async fn run(args: &SearchArgs, context: &Context) -> Result<Exit> {
    let value = typed(context)?;
    let key = match args.by.email {
        true => SearchKey::Email,
        false => SearchKey::Name,
    };
    let found = within(&args.of, context, async |state, issuer, instance| {
        let vault = state.services.vault.as_ref().ok_or_else(closed)?;
        let limit = MOST_FOUND + 1;
        let found = vault.find_customers(issuer, instance, key, &value, args.archived, limit);
        let found = found.await?;
        let restricted = state.store.restricted_authorities(issuer).await?;
        let now = context.clock.now();
        let shown = found.into_iter();
        let shown = shown.map(|one| document(instance, one, restricted, now));
        shown.collect::<Result<Vec<_>>>()
    })
    .await?;
    let mut found = found;
    if found.len() > MOST_FOUND as usize {
        found.truncate(MOST_FOUND as usize);
        more(context, "name what is looked for more closely");
    }
    let document = json!({ "customers": found });
    context
        .output
        .result(&document, || match (found.is_empty(), args.archived) {
            (true, true) => "nobody has it".to_owned(),
            (true, false) => "nobody has it: --archived looks among archived ones, too".to_owned(),
            (false, _) => text::list(&found),
        })?;
    Ok(Exit::Done)
}
