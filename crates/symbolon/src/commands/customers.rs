//! `symbolon customers`: what an instance knows of investors, and does with them.
//!
//! No personal data is an argument, since shells and process lists remember arguments:
//! data and notes come from files or stdin.

mod add;
mod change;
mod export;
mod search;
mod show;
mod text;

use clap::{Args, Subcommand};
use symbolon_core::{
    customer::{CustomerId, ReferenceKey},
    ids::{ExternalId, InstanceName, IssuerId},
};
use symbolon_server::AppState;
use symbolon_store::{CustomerFilter, CustomerRecord};

use super::{instances::InstanceArgs, vault::ByArgs};
use crate::{
    context::Context,
    exit::{Exit, Failure, Result},
};

/// The arguments of `symbolon customers`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon customers add --external-id CRM-1 --data jane.json
  symbolon customers link --external-id CRM-1 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed
  symbolon customers list --verdict verified --json
  symbolon customers search --email < address.txt
  symbolon customers export --output customers.csv

A customer is what one instance knows of one investor of the register that all instances share.
Data and notes are sealed in the vault: see `symbolon vault --help`.")]
pub(crate) struct CustomersArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make a customer, with or without a wallet to come
    Add(add::AddArgs),
    /// List an instance's customers
    List(show::ListArgs),
    /// Find customers by the e-mail address or name that their data has
    Search(search::SearchArgs),
    /// Show a customer, with its data and notes where a purpose is given
    Show(show::ShowArgs),
    /// Replace what is known of a customer
    Data(change::DataArgs),
    /// Note something about a customer
    Note(change::NoteArgs),
    /// Say where a customer stands with the instance
    Status(change::StatusArgs),
    /// Change the instance's own reference for a customer
    ExternalId(change::ExternalIdArgs),
    /// Link a wallet to a customer; you answer for its being the customer's
    Link(change::LinkArgs),
    /// Give a customer another reference key: the one before names nobody
    #[command(after_help = "\
Example:
  symbolon customers rekey --instance emea --external-id CRM-1")]
    Rekey(change::OneArgs),
    /// Put a customer away: lists leave it out
    #[command(after_help = "\
Example:
  symbolon customers archive --instance emea --external-id CRM-1")]
    Archive(change::OneArgs),
    /// Take a customer out of the archive
    #[command(after_help = "\
Example:
  symbolon customers restore --instance emea --external-id CRM-1")]
    Restore(change::OneArgs),
    /// Write out an instance's customers
    Export(export::ExportArgs),
}

/// Which customer.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct WhichArgs {
    /// By its id
    #[arg(long, value_name = "ID")]
    id: Option<CustomerId>,
    /// By the instance's own reference
    #[arg(long, value_name = "ID")]
    external_id: Option<ExternalId>,
    /// By its reference key
    #[arg(long, value_name = "KEY")]
    reference: Option<ReferenceKey>,
}

impl WhichArgs {
    async fn find(
        &self,
        state: &AppState,
        issuer: &IssuerId,
        instance: &InstanceName,
    ) -> Result<CustomerRecord> {
        let store = &state.store;
        if let Some(id) = self.id {
            return Ok(store.customer(issuer, instance, id).await?);
        }
        let found = match &self.reference {
            Some(key) => {
                let hash = key.hash(issuer, instance);
                store.customer_by_reference(issuer, instance, hash).await?
            }
            None => {
                let filter = CustomerFilter {
                    external_id: self.external_id.clone(),
                    archived: true,
                    ..CustomerFilter::default()
                };
                let page = store.customers(issuer, instance, &filter, None, 1);
                page.await?.customers.pop()
            }
        };
        found.ok_or_else(|| {
            Failure::not_found(format!(
                "{instance} has no such customer: `symbolon customers list --instance {instance}` shows them"
            ))
        })
    }
}

/// Does some work on one instance's customers.
async fn within<T>(
    of: &InstanceArgs,
    context: &Context,
    work: impl AsyncFnOnce(&AppState, &IssuerId, &InstanceName) -> Result<T>,
) -> Result<T> {
    context
        .with_state(async |state, issuer| {
            let instance = of.find(&state.store, issuer).await?;
            work(state, issuer, &instance).await
        })
        .await
}

/// Runs `symbolon customers`.
pub(crate) async fn run(args: CustomersArgs, context: &Context) -> Result<Exit> {
    match args.action {
        Action::Add(args) => add::run(&args, context).await,
        Action::List(args) => show::list(&args, context).await,
        Action::Search(args) => search::run(&args, context).await,
        Action::Show(args) => show::show(&args, context).await,
        Action::Data(args) => change::data(&args, context).await,
        Action::Note(args) => change::note(&args, context).await,
        Action::Status(args) => change::status(&args, context).await,
        Action::ExternalId(args) => change::external_id(&args, context).await,
        Action::Link(args) => change::link(&args, context).await,
        Action::Rekey(args) => change::rekey(&args, context).await,
        Action::Archive(args) => change::archive(&args, true, context).await,
        Action::Restore(args) => change::archive(&args, false, context).await,
        Action::Export(args) => export::run(&args, context).await,
    }
}
