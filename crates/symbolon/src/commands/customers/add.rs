//! `symbolon customers add`.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::Value;
use symbolon_core::{
    customer::{CustomerData, ReferenceKey},
    ids::{ExternalId, InvestorId},
};
use symbolon_server::customers::{self, Wanted, Whom};
use symbolon_store::CustomerRecord;

use super::{ByArgs, show::document, text, within};
use crate::{
    commands::{
        instances::InstanceArgs,
        vault::profile::{IdName, KindName, changes, read, text_in},
    },
    context::Context,
    exit::{Exit, Failure, Result},
};

/// The arguments of `symbolon customers add`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon customers add --external-id CRM-1
  symbolon customers add --instance emea --external-id CRM-2 --data jane.json
  symbolon customers add --investor 0x… --json

The file is a JSON object of whatever you like, up to 16 KiB:
  {\"name\": \"Jane Doe\", \"email\": \"jane@example.com\", \"tier\": 2}
By name and email the customer is found. The reference key that is shown names the customer when a
wallet is linked later; it is shown this once.")]
pub(super) struct AddArgs {
    #[command(flatten)]
    of: InstanceArgs,

    /// The instance's own reference
    #[arg(long, value_name = "ID")]
    external_id: Option<ExternalId>,

    /// What the instance knows, as a JSON object; `-` for stdin
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,

    /// The investor of the register on whom it stands [default: somebody new]
    #[arg(long, value_name = "ID", conflicts_with_all = ["kind", "profile", "id"])]
    investor: Option<InvestorId>,

    /// Somebody new: person or entity [default: natural_person]
    #[arg(long)]
    kind: Option<KindName>,

    /// Somebody new: what is known beyond a verdict, as for `vault register`
    #[arg(long, value_name = "FILE")]
    profile: Option<PathBuf>,

    /// Somebody new: by which id it goes [default: keyed]
    #[arg(long)]
    id: Option<IdName>,

    #[command(flatten)]
    by: ByArgs,
}

impl AddArgs {
    fn wanted(&self, context: &Context) -> Result<Wanted> {
        let data = self.data.as_deref().map(data).transpose()?;
        let whom = match self.investor {
            Some(investor) => Whom::Known(investor),
            None => {
                let kind = self.kind.map(Into::into).unwrap_or_default();
                let profile = match &self.profile {
                    Some(path) => Some(changes(kind, &read(path)?, context)?),
                    None => None,
                };
                let id = self.id.map(Into::into).unwrap_or_default();
                Whom::New { kind, profile, id }
            }
        };
        Ok(Wanted {
            whom,
            external_id: self.external_id.clone(),
            data,
        })
    }
}

/// A customer's data in a file. What is wrong with it is told without its words.
pub(super) fn data(path: &Path) -> Result<CustomerData> {
    let object: Value = serde_json::from_str(&text_in(path)?).map_err(|error| {
        Failure::refused(format!(
            "{}: line {}, column {}: no JSON: write an object of whatever you know of the customer, such as {{\"name\": \"Jane Doe\", \"tier\": 2}}",
            path.display(),
            error.line(),
            error.column()
        ))
    })?;
    CustomerData::read(&object)
        .map_err(|error| Failure::refused(format!("{}: {error}", path.display())))
}

/// Runs `symbolon customers add`.
pub(super) async fn run(args: &AddArgs, context: &Context) -> Result<Exit> {
    let (wanted, actor) = (args.wanted(context)?, args.by.actor()?);
    let key = ReferenceKey::from_random(rand::random());
    let (made, instance, record, restricted) =
        within(&args.of, context, async |state, issuer, instance| {
            let prepared = customers::prepare(state, issuer, instance, &wanted).await?;
            let now = context.clock.now();
            let mut transaction = state.store.begin(issuer).await?;
            let stored = customers::store(&mut transaction, instance, &prepared, &key, &actor, now);
            let made = stored.await?;
            let customer = made.customer.clone();
            let investor = transaction.investor(customer.investor).await?.investor;
            transaction.commit().await?;
            let restricted = state.store.restricted_authorities(issuer).await?;
            let record = CustomerRecord { customer, investor };
            Ok((made, instance.clone(), record, restricted))
        })
        .await?;
    let mut shown_as = document(&instance, record, restricted, context.clock.now())?;
    shown_as["reference_key"] = key.expose().into();
    shown_as["investor_known"] = made.investor_known.into();
    let not_taken: Vec<_> = made.not_taken.iter().map(|field| field.as_str()).collect();
    if !not_taken.is_empty() {
        shown_as["not_taken"] = not_taken.clone().into();
    }
    context.output.result(&shown_as, || {
        format!("{}\nreference key: {}", text::show(&shown_as), key.expose())
    })?;
    context
        .output
        .note("this is the only time that the reference key is shown: `symbolon customers rekey` makes another");
    if made.investor_known && args.investor.is_none() {
        let investor = made.customer.investor;
        context.output.note(format_args!(
            "the register knew this person before: the customer stands on investor {investor}"
        ));
    }
    if !not_taken.is_empty() {
        context.output.note(format_args!(
            "not taken from the profile, since the person is known: {}; `symbolon vault put` changes what is known",
            not_taken.join(", ")
        ));
    }
    Ok(Exit::Done)
}
