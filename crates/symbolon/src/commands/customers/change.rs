//! What an instance changes of its customers.

use std::path::PathBuf;

use clap::Args;
use symbolon_core::{
    customer::{CustomerId, CustomerStatus, ReferenceKey, note as read_note},
    ids::{ExternalId, InstanceName, InvestorId, IssuerId},
    wallet::{ChainScope, WalletAddress},
};
use symbolon_server::{
    AppState,
    customers::{
        self, TRIES, changing, is_overtaken,
        linking::{self, WantedLink},
    },
    problem::Problem,
};
use symbolon_store::IssuerTransaction;

use super::{ByArgs, WhichArgs, add, show::document, text, within};
use crate::{
    commands::{instances::InstanceArgs, vault::profile::text_in},
    context::Context,
    exit::{Exit, Failure, Result},
};

/// The arguments of commands that take a customer alone.
#[derive(Debug, Args)]
pub(super) struct OneArgs {
    #[command(flatten)]
    which: WhichArgs,
    #[command(flatten)]
    of: InstanceArgs,
    #[command(flatten)]
    by: ByArgs,
}

/// The arguments of `symbolon customers data`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon customers data --external-id CRM-1 jane.json
  symbolon customers data --external-id CRM-1 --forget --yes

The file's object takes the place of all that was known.")]
pub(super) struct DataArgs {
    #[command(flatten)]
    which: WhichArgs,
    #[command(flatten)]
    of: InstanceArgs,
    /// The data as a JSON object; `-` for stdin
    #[arg(value_name = "FILE", required_unless_present = "forget")]
    file: Option<PathBuf>,
    /// Know nothing from now on
    #[arg(long, conflicts_with = "file")]
    forget: bool,
    /// Yes, forget what is known
    #[arg(long, requires = "forget")]
    yes: bool,
    #[command(flatten)]
    by: ByArgs,
}

/// The arguments of `symbolon customers note`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  echo \"called back\" | symbolon customers note --external-id CRM-1

Notes are kept in order with who wrote them, and nobody takes one back.")]
pub(super) struct NoteArgs {
    #[command(flatten)]
    which: WhichArgs,
    #[command(flatten)]
    of: InstanceArgs,
    /// The text; `-` for stdin
    #[arg(value_name = "FILE", default_value = "-")]
    file: PathBuf,
    #[command(flatten)]
    by: ByArgs,
}

/// The arguments of `symbolon customers status`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  symbolon customers status --external-id CRM-1 on_hold")]
pub(super) struct StatusArgs {
    #[command(flatten)]
    which: WhichArgs,
    #[command(flatten)]
    of: InstanceArgs,
    /// active, on_hold or closed
    status: CustomerStatus,
    #[command(flatten)]
    by: ByArgs,
}

/// The arguments of `symbolon customers external-id`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon customers external-id --external-id CRM-1 CRM-10042
  symbolon customers external-id --id 0x… --none

An instance has each external id once. The log keeps that it changed and who did so, and neither id.")]
pub(super) struct ExternalIdArgs {
    #[command(flatten)]
    which: WhichArgs,
    #[command(flatten)]
    of: InstanceArgs,
    /// The instance's own reference from now on
    #[arg(value_name = "NEW", required_unless_present = "none")]
    new: Option<ExternalId>,
    /// Have none from now on
    #[arg(long, conflicts_with = "new")]
    none: bool,
    #[command(flatten)]
    by: ByArgs,
}

/// The arguments of `symbolon customers link`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon customers link --external-id CRM-1 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed
  symbolon customers link --reference ref_… 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed

Where another investor of the register holds the wallet, and the customer's own is merely a name,
the customer stands on that investor from then on, with its verdict and wallets: the answer says
so (`moved_from`). Nobody takes that back, so it is done with --yes alone.

This binds the wallet by your word, and the record says so. Over REST it is bound by the wallet's
own signature: POST …/customers/wallet-message asks for it, POST …/customers/link-wallet takes it.")]
pub(super) struct LinkArgs {
    #[command(flatten)]
    which: WhichArgs,
    #[command(flatten)]
    of: InstanceArgs,
    /// The wallet
    wallet: WalletAddress,
    /// Yes, even if the customer turns out to be another investor
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    by: ByArgs,
}

/// Shows a customer as it stands by now.
async fn answer(
    of: &InstanceArgs,
    context: &Context,
    key: Option<&ReferenceKey>,
    work: impl AsyncFnOnce(&AppState, &IssuerId, &InstanceName) -> Result<CustomerId>,
) -> Result<Exit> {
    let mut shown = within(of, context, async |state, issuer, instance| {
        let id = work(state, issuer, instance).await?;
        let record = state.store.customer(issuer, instance, id).await?;
        let restricted = state.store.restricted_authorities(issuer).await?;
        document(instance, record, restricted, context.clock.now())
    })
    .await?;
    if let Some(key) = key {
        shown["reference_key"] = key.expose().into();
    }
    context.output.result(&shown, || match key {
        Some(key) => format!("{}\nreference key: {}", text::show(&shown), key.expose()),
        None => text::show(&shown),
    })?;
    if key.is_some() {
        context
            .output
            .note("this is the only time that the reference key is shown");
    }
    Ok(Exit::Done)
}

/// Changes a customer in one transaction, and shows it.
async fn changed(
    which: &WhichArgs,
    of: &InstanceArgs,
    context: &Context,
    key: Option<&ReferenceKey>,
    work: impl AsyncFnOnce(&mut IssuerTransaction, &InstanceName, CustomerId) -> Result<(), Problem>,
) -> Result<Exit> {
    answer(of, context, key, async |state, issuer, instance| {
        let id = which.find(state, issuer, instance).await?.customer.id;
        let mut transaction = state.store.begin(issuer).await?;
        work(&mut transaction, instance, id).await?;
        transaction.commit().await?;
        Ok(id)
    })
    .await
}

/// Does it, and does it again where somebody else was quicker.
async fn retried<T>(mut work: impl AsyncFnMut() -> Result<T, Problem>) -> Result<T> {
    let mut tried = 1;
    loop {
        match work().await {
            Err(problem) if is_overtaken(&problem) && tried < TRIES => tried += 1,
            done => return Ok(done?),
        }
    }
}

/// Runs `symbolon customers data`.
pub(super) async fn data(args: &DataArgs, context: &Context) -> Result<Exit> {
    let actor = args.by.actor()?;
    let data = args.file.as_deref().map(add::data).transpose()?;
    answer(&args.of, context, None, async |state, issuer, instance| {
        let customer = args.which.find(state, issuer, instance).await?.customer;
        if data.is_none() && customer.has_data && !args.yes {
            return Err(Failure::usage(
                "what the instance knows of this customer would be forgotten, which cannot be undone: repeat with --yes if that is meant",
            ));
        }
        let id = customer.id;
        retried(async || {
            let found = state.store.customer(issuer, instance, id).await?;
            let prepared = changing::prepare_data(state, issuer, instance, &found, data.as_ref());
            let prepared = prepared.await?;
            let mut transaction = state.store.begin(issuer).await?;
            let now = context.clock.now();
            let stored = changing::store_data(&mut transaction, instance, &prepared, &actor, now);
            stored.await?;
            transaction.commit().await?;
            Ok(())
        })
        .await?;
        Ok(id)
    })
    .await
}

/// Runs `symbolon customers note`.
pub(super) async fn note(args: &NoteArgs, context: &Context) -> Result<Exit> {
    let actor = args.by.actor()?;
    let text = text_in(&args.file)?;
    let note = read_note(&text).map_err(|error| Failure::refused(format!("the note: {error}")))?;
    answer(&args.of, context, None, async |state, issuer, instance| {
        let id = args.which.find(state, issuer, instance).await?.customer.id;
        retried(async || {
            let found = state.store.customer(issuer, instance, id).await?;
            let prepared = customers::prepare_note(state, issuer, instance, &found, &note).await?;
            let mut transaction = state.store.begin(issuer).await?;
            let now = context.clock.now();
            let stored = customers::store_note(&mut transaction, instance, &prepared, &actor, now);
            stored.await?;
            transaction.commit().await?;
            Ok(())
        })
        .await?;
        Ok(id)
    })
    .await
}

/// Runs `symbolon customers status`.
pub(super) async fn status(args: &StatusArgs, context: &Context) -> Result<Exit> {
    let (actor, now) = (args.by.actor()?, context.clock.now());
    let work = async |transaction: &mut _, instance: &_, id| {
        changing::set_status(transaction, instance, id, args.status, &actor, now).await?;
        Ok(())
    };
    changed(&args.which, &args.of, context, None, work).await
}

/// Runs `symbolon customers external-id`.
pub(super) async fn external_id(args: &ExternalIdArgs, context: &Context) -> Result<Exit> {
    let (actor, now) = (args.by.actor()?, context.clock.now());
    let new = args.new.as_ref();
    let work = async |transaction: &mut _, instance: &_, id| {
        changing::set_external_id(transaction, instance, id, new, &actor, now).await?;
        Ok(())
    };
    changed(&args.which, &args.of, context, None, work).await
}

/// What nobody takes back, and so is asked for twice.
fn would_move(from: InvestorId, to: InvestorId) -> Failure {
    Failure::usage(format!(
        "the wallet is investor {to}'s: the customer would stand on that one for good, and investor {from} would be done with, which cannot be undone: repeat with --yes if that is meant"
    ))
}

/// Runs `symbolon customers link`.
pub(super) async fn link(args: &LinkArgs, context: &Context) -> Result<Exit> {
    let actor = args.by.actor()?;
    let wanted = WantedLink {
        wallet: args.wallet,
        chains: ChainScope::All,
        signed: None,
        for_all: true,
    };
    let (shown, moved_from) = within(&args.of, context, async |state, issuer, instance| {
        context.warn_without_chain(&state.store, issuer).await?;
        let id = args.which.find(state, issuer, instance).await?.customer.id;
        let linked = retried(async || {
            let found = state.store.customer(issuer, instance, id).await?;
            let prepared = linking::prepare(state, issuer, instance, &found, &wanted).await?;
            let mut transaction = state.store.begin(issuer).await?;
            let now = context.clock.now();
            let linked = linking::store(&mut transaction, instance, &prepared, &actor, now);
            let linked = linked.await?;
            if let Some(former) = linked.moved_from
                && !args.yes
            {
                return Ok(Err(would_move(former, linked.customer.investor)));
            }
            transaction.commit().await?;
            Ok(Ok(linked))
        })
        .await?;
        let linked = linked?;
        if let Some(former) = linked.moved_from {
            linking::finish(state, issuer, former).await;
        }
        let record = state.store.customer(issuer, instance, id).await?;
        let restricted = state.store.restricted_authorities(issuer).await?;
        let mut shown = document(instance, record, restricted, context.clock.now())?;
        let moved_from = linked.moved_from.map(|former| former.to_string());
        shown["moved_from"] = moved_from.clone().into();
        Ok((shown, moved_from))
    })
    .await?;
    context.output.result(&shown, || match &moved_from {
        None => text::show(&shown),
        Some(former) => format!(
            "{}\nmoved from investor {former}: the wallet was another investor's already, so the customer is that one from now on",
            text::show(&shown)
        ),
    })?;
    Ok(Exit::Done)
}

/// Runs `symbolon customers rekey`.
pub(super) async fn rekey(args: &OneArgs, context: &Context) -> Result<Exit> {
    let (actor, now) = (args.by.actor()?, context.clock.now());
    let key = ReferenceKey::from_random(rand::random());
    let work = async |transaction: &mut IssuerTransaction, instance: &_, id| {
        let hash = key.hash(transaction.issuer(), instance);
        changing::renew_reference(transaction, instance, id, hash, &actor, now).await?;
        Ok(())
    };
    changed(&args.which, &args.of, context, Some(&key), work).await
}

/// Runs `symbolon customers archive` and `restore`.
pub(super) async fn archive(args: &OneArgs, archived: bool, context: &Context) -> Result<Exit> {
    let (actor, now) = (args.by.actor()?, context.clock.now());
    let work = async |transaction: &mut _, instance: &_, id| {
        changing::archive(transaction, instance, id, archived, &actor, now).await?;
        Ok(())
    };
    changed(&args.which, &args.of, context, None, work).await
}
