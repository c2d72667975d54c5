//! `symbolon customers list` and `show`.

use clap::Args;
use serde_json::{Value, json};
use symbolon_core::{
    command::Command,
    custody::Remark,
    customer::CustomerStatus,
    ids::{InstanceName, InvestorId},
    investor::{Status, StatusName},
    time::UnixSeconds,
    verdict::RestrictedAuthorities,
    wallet::WalletAddress,
};
use symbolon_server::{customers::place, vault::OpenedCustomer};
use symbolon_store::{CustomerFilter, CustomerRecord, Request, Subject};

use super::{ByArgs, WhichArgs, within};
use crate::{
    commands::instances::InstanceArgs,
    context::Context,
    exit::{Exit, Result, one_line},
    output::table,
    vault::closed,
};

/// The arguments of `symbolon customers list`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon customers list --instance emea --status on_hold
  symbolon customers list --wallet 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed --archived --json")]
pub(super) struct ListArgs {
    #[command(flatten)]
    of: InstanceArgs,
    /// Only those that stand so with the instance: active, on_hold or closed
    #[arg(long, value_name = "STATUS")]
    status: Option<CustomerStatus>,
    /// Only those whose investor stands so: pending, verified, rejected, revoked or expired
    #[arg(long, value_name = "STATUS", value_parser = verdict)]
    verdict: Option<StatusName>,
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
        external_id: None,
        wallet: args.wallet,
        investor: args.investor,
        status: args.status,
        verdict: args.verdict,
        archived: args.archived,
    };
    let now = context.clock.now();
    let rows = within(&args.of, context, async |state, issuer, instance| {
        let store = &state.store;
        let page = store.customers(issuer, instance, &filter, None, args.limit);
        let page = page.await?.customers;
        let restricted = store.restricted_authorities(issuer).await?;
        let rows = page
            .iter()
            .map(|one| document(instance, one, restricted, now));
        Ok(rows.collect::<Vec<_>>())
    })
    .await?;
    context.output.result(&rows, || {
        let mut shown = table(["customer", "external id", "status", "verdict", "wallets"]);
        for row in &rows {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let status = match row["archived"].is_null() {
                true => text(&row["status"]),
                false => format!("{}, archived", text(&row["status"])),
            };
            shown.add_row([
                text(&row["id"]),
                text(&row["external_id"]),
                status,
                text(&row["verdict"]["status"]),
                row["wallets"].as_array().map_or(0, Vec::len).to_string(),
            ]);
        }
        shown.to_string()
    })?;
    Ok(Exit::Done)
}

/// Runs `symbolon customers show`.
pub(super) async fn show(args: &ShowArgs, context: &Context) -> Result<Exit> {
    let now = context.clock.now();
    let actor = args.by.actor()?;
    let document = within(&args.of, context, async |state, issuer, instance| {
        let found = args.which.find(state, issuer, instance).await?;
        let restricted = state.store.restricted_authorities(issuer).await?;
        let mut document = document(instance, &found, restricted, now);
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
            let (data, notes) = values(&vault.open_customer(&place).await?);
            document["data"] = data;
            document["opened_notes"] = notes;
        }
        Ok(document)
    })
    .await?;
    context.output.result(&document, || shown(&document))?;
    Ok(Exit::Done)
}

/// What was opened, in JSON.
pub(super) fn values(opened: &OpenedCustomer) -> (Value, Value) {
    let data = opened.data.as_ref();
    let data = data.and_then(|data| serde_json::from_str(data.expose()).ok());
    let notes = opened.notes.iter().map(|note| {
        json!({
            "number": note.number,
            "text": note.text.text(),
            "author": note.author,
            "written": note.written.to_string(),
        })
    });
    (data.unwrap_or_default(), notes.collect())
}

/// A customer without what is sealed.
pub(super) fn document(
    instance: &InstanceName,
    record: &CustomerRecord,
    restricted: RestrictedAuthorities,
    now: UnixSeconds,
) -> Value {
    let CustomerRecord { customer, investor } = record;
    let verdict = investor.status.verdict();
    let verified = matches!(&investor.status, Status::Verified(held) if held.holds_at(now))
        && !investor.restricted
        && !investor.frozen
        && !restricted.includes(investor.authority);
    json!({
        "id": customer.id.to_string(),
        "instance": instance,
        "external_id": customer.external_id,
        "status": customer.status,
        "archived": customer.archived.map(|at| at.to_string()),
        "has_data": customer.has_data,
        "notes": customer.notes,
        "investor": investor.id,
        "verdict": {
            "status": investor.status.name(),
            "verified": verified,
            "level": verdict.map(|verdict| verdict.level),
            "country": verdict.map(|verdict| verdict.country.alpha2()),
            "expiry": verdict.and_then(|verdict| verdict.expiry.map(|at| at.to_string())),
        },
        "wallets": investor.wallets.iter().map(|wallet| wallet.address.to_string()).collect::<Vec<_>>(),
        "created": customer.created.to_string(),
        "created_by": customer.created_by,
        "changed": customer.changed.to_string(),
        "reference_number": customer.references_made,
    })
}

/// The same for people.
pub(super) fn shown(document: &Value) -> String {
    let fields = document.as_object().into_iter().flatten();
    let lines = fields
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| {
            let plain = value.as_str().map(str::to_owned);
            let plain = plain.unwrap_or_else(|| value.to_string());
            format!("{name}: {}", one_line(&plain))
        });
    lines.collect::<Vec<_>>().join("\n")
}
