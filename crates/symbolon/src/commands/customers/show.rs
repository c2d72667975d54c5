//! `symbolon customers list` and `show`.

use clap::Args;
use serde_json::Value;
use symbolon_core::{
    command::Command,
    custody::Remark,
    customer::CustomerStatus,
    ids::{ExternalId, InstanceName, InvestorId},
    investor::StatusName,
    time::UnixSeconds,
    verdict::RestrictedAuthorities,
    wallet::WalletAddress,
};
use symbolon_server::customers::{
    place,
    shown::{CustomerBody, OpenedBody},
};
use symbolon_store::{CustomerFilter, CustomerRecord, Request, Subject};

use super::{ByArgs, WhichArgs, text, within};
use crate::{
    commands::instances::InstanceArgs,
    context::Context,
    exit::{Exit, Failure, Result},
    vault::closed,
};

/// The arguments of `symbolon customers list`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon customers list --instance emea --status on_hold
  symbolon customers list --external-id CRM-1 --archived
  symbolon customers list --wallet 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed --json

They come in the order in which they were made. Where there are more than --limit, a line says so,
and which --after shows the next; `symbolon customers export` writes all.")]
pub(super) struct ListArgs {
    #[command(flatten)]
    of: InstanceArgs,
    /// Only those that stand so with the instance: active, on_hold or closed
    #[arg(long, value_name = "STATUS")]
    status: Option<CustomerStatus>,
    /// Only those whose investor stands so: pending, verified, rejected, revoked or expired
    #[arg(long, value_name = "STATUS", value_parser = verdict)]
    verdict: Option<StatusName>,
    /// Only the one with this reference of the instance's
    #[arg(long, value_name = "ID")]
    external_id: Option<ExternalId>,
    /// Only the one whose investor holds this wallet
    #[arg(long, value_name = "WALLET")]
    wallet: Option<WalletAddress>,
    /// Only the one that stands on this investor
    #[arg(long, value_name = "ID")]
    investor: Option<InvestorId>,
    /// Also those that are archived
    #[arg(long)]
    archived: bool,
    /// So many at most
    #[arg(long, value_name = "NUMBER", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=500))]
    limit: u32,
    /// Only those after this place in the list, which a list that ends before its end names
    #[arg(long, value_name = "NUMBER")]
    after: Option<u64>,
}

fn verdict(text: &str) -> Result<StatusName, String> {
    let word = Value::String(text.to_owned());
    serde_json::from_value(word)
        .map_err(|_| "choose one of pending, verified, rejected, revoked, expired".to_owned())
}

/// The arguments of `symbolon customers show`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon customers show --external-id CRM-1
  symbolon customers show --external-id CRM-1 --purpose \"yearly review\" --json")]
pub(super) struct ShowArgs {
    #[command(flatten)]
    which: WhichArgs,
    #[command(flatten)]
    of: InstanceArgs,
    /// Open its data and notes, too: what for; the log keeps it, so nothing about a person
    #[arg(long, value_name = "TEXT")]
    purpose: Option<Remark>,
    #[command(flatten)]
    by: ByArgs,
}

/// Runs `symbolon customers list`.
pub(super) async fn list(args: &ListArgs, context: &Context) -> Result<Exit> {
    let filter = CustomerFilter {
        external_id: args.external_id.clone(),
        wallet: args.wallet,
        investor: args.investor,
        status: args.status,
        verdict: args.verdict,
        archived: args.archived,
    };
    let now = context.clock.now();
    let (rows, next) = within(&args.of, context, async |state, issuer, instance| {
        let store = &state.store;
        let page = store.customers(issuer, instance, &filter, args.after, args.limit);
        let page = page.await?;
        let restricted = store.restricted_authorities(issuer).await?;
        let rows = page.customers.into_iter();
        let rows = rows.map(|one| document(instance, one, restricted, now));
        Ok((rows.collect::<Result<Vec<_>>>()?, page.next))
    })
    .await?;
    context
        .output
        .result(&rows, || match (rows.is_empty(), args.archived) {
            (true, true) => "no such customers".to_owned(),
            (true, false) => "no such customers: --archived shows archived ones, too".to_owned(),
            (false, _) => text::list(&rows),
        })?;
    if let Some(place) = next {
        let how = format!(
            "--after {place} shows the next, and `symbolon customers export` writes all of them"
        );
        more(context, &how);
    }
    Ok(Exit::Done)
}

/// Says that there are more than are shown, and how they are had.
pub(super) fn more(context: &Context, how: &str) {
    let note = format_args!("there are more than these: {how}");
    context.output.note(note);
}

/// Runs `symbolon customers show`.
pub(super) async fn show(args: &ShowArgs, context: &Context) -> Result<Exit> {
    let now = context.clock.now();
    let actor = args.by.actor()?;
    let document = within(&args.of, context, async |state, issuer, instance| {
        let found = args.which.find(state, issuer, instance).await?;
        let restricted = state.store.restricted_authorities(issuer).await?;
        let mut shown = document(instance, found.clone(), restricted, now)?;
        if let Some(purpose) = &args.purpose {
            let vault = state.services.vault.as_ref().ok_or_else(closed)?;
            // On record before it is shown.
            let open = Request {
                subject: Subject::Investor(found.investor.id),
                command: Command::OpenCustomer {
                    instance: instance.clone(),
                    purpose: purpose.clone(),
                },
            };
            let mut transaction = state.store.begin(issuer).await?;
            for decided in transaction.decide(vec![open], &actor, now).await? {
                decided?;
            }
            transaction.commit().await?;
            let place = place(issuer, instance, &found.customer);
            let opened = OpenedBody::new(&vault.open_customer(&place).await?)?;
            shown["opened"] = value(&opened)?;
        }
        Ok(shown)
    })
    .await?;
    context.output.result(&document, || text::show(&document))?;
    Ok(Exit::Done)
}

fn value(shown: &impl serde::Serialize) -> Result<Value> {
    serde_json::to_value(shown).map_err(|error| Failure::new(Exit::Unexpected, error))
}

/// A customer without what is sealed, as the REST API shows it.
pub(super) fn document(
    instance: &InstanceName,
    record: CustomerRecord,
    restricted: RestrictedAuthorities,
    now: UnixSeconds,
) -> Result<Value> {
    value(&CustomerBody::new(instance, record, restricted, now))
}
