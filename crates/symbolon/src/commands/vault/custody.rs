//! Until when profiles are kept.

use clap::Args;
use serde::Serialize;
use serde_json::{Value, json};
use symbolon_core::{
    custody::{Remark, Retention, RetentionYears, kept_until},
    event::Event,
    ids::{InvestorId, IssuerId},
    investor::{Investor, Status},
    log::EntryNumber,
};
use symbolon_server::vault::AtProvider;
use symbolon_store::{Departure, IssuerTransaction, Store};

use crate::{
    commands::status::find,
    context::Context,
    exit::{Exit, Failure, Result},
    subject::OneArgs,
};

/// The arguments of `symbolon vault custody`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  symbolon vault custody --external-id C-00042 --json

The clock begins when the relation ends: when the verdict was revoked or ran
out, or the investor was rejected, or made known and never judged. It counts
years of the calendar.")]
pub(super) struct CustodyArgs {
    #[command(flatten)]
    whose: OneArgs,
}

/// Until when a profile is kept, and for whom.
#[derive(Debug, Serialize)]
pub(super) struct ShownCustody {
    holds: Vec<Remark>,
    erased: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    relation_ended: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kept_until: Option<String>,
    retention_years: u8,
    erased_by_itself: bool,
    providers: Vec<AtProvider>,
}

/// What has become of somebody who was erased at a provider, in a line.
pub(super) fn at_provider(shown: &AtProvider) -> String {
    let provider = &shown.provider;
    match (shown.state, &shown.at, &shown.why) {
        ("forgotten", Some(at), _) => format!("  {provider} forgot on {at}"),
        ("unasked", _, Some(why)) => format!("  {provider} was not asked to forget: {why}"),
        (_, _, Some(why)) => format!("  {provider} is still to forget: {why}"),
        _ => format!("  {provider} is still to forget: a server asks it"),
    }
}

impl ShownCustody {
    /// As it stands in this transaction.
    pub(super) async fn of(
        investor: &Investor,
        retention: Retention,
        transaction: &mut IssuerTransaction,
    ) -> Result<Self> {
        let over = !matches!(investor.status, Status::Verified(_));
        let since = match over {
            true => Some(transaction.status_since(investor.id).await?.at),
            false => None,
        };
        Ok(Self {
            holds: investor.custody.holds.iter().cloned().collect(),
            erased: investor.custody.erased,
            relation_ended: since.map(|at| at.to_string()),
            kept_until: since.map(|at| kept_until(at, retention.years).to_string()),
            retention_years: retention.years.0,
            erased_by_itself: retention.erases_by_itself,
            providers: at_providers(transaction, investor.id).await?,
        })
    }

    fn text(&self, investor: InvestorId, kept: &Kept) -> String {
        if let Some(gone) = &kept.gone {
            let (at, by) = (&gone.at, &gone.by);
            let what = match gone.merged_into {
                Some(into) => format!("merged into {into}"),
                None => "erased".to_owned(),
            };
            let mut lines = vec![format!("{investor}: {what} on {at} by {by}")];
            lines.extend(self.providers.iter().map(at_provider));
            return lines.join("\n");
        }
        let until = match &self.kept_until {
            _ if kept.profile_values + kept.customer_values == 0 => {
                "nothing is kept: there is no profile, and no instance's data".to_owned()
            }
            None => format!("kept while the relation lasts, {}", self.then()),
            Some(until) => format!("kept until {until}, {}", self.then()),
        };
        let mut lines = vec![format!("{investor}: {until}")];
        let holds = self.holds.iter();
        lines.extend(holds.map(|hold| format!("  held until this is lifted: {hold}")));
        lines.join("\n")
    }

    fn then(&self) -> String {
        let years = RetentionYears(self.retention_years);
        format!("by a retention of {years}")
    }
}

/// What there is to keep, or what became of it.
#[derive(Debug, Serialize)]
struct Kept {
    profile_values: u64,
    /// Data and notes of customers that stand on the investor.
    customer_values: u64,
    /// Absent where it is neither erased nor merged.
    #[serde(skip_serializing_if = "Option::is_none")]
    gone: Option<Gone>,
}

/// How a person went from the register, by the log.
#[derive(Debug, Serialize)]
struct Gone {
    at: String,
    by: String,
    entry: EntryNumber,
    #[serde(skip_serializing_if = "Option::is_none")]
    merged_into: Option<InvestorId>,
}

impl From<Departure> for Gone {
    fn from(departure: Departure) -> Self {
        Self {
            at: departure.at.to_string(),
            by: departure.by,
            entry: departure.entry,
            merged_into: departure.merged_into,
        }
    }
}

impl Kept {
    async fn of(investor: &Investor, store: &Store, issuer: &IssuerId) -> Result<Self> {
        let remains = store.profile_remains(issuer, investor.id).await?;
        let custody = &investor.custody;
        Ok(Self {
            profile_values: remains.values,
            customer_values: remains.customers,
            gone: match custody.erased || custody.merged_into.is_some() {
                true => store.departure(issuer, investor.id).await?.map(Gone::from),
                false => None,
            },
        })
    }
}

/// What happened in an entry of the log.
pub(super) fn events(text: &str) -> Result<Vec<Event>> {
    serde_json::from_str(text).map_err(|_| {
        Failure::new(
            Exit::Tampering,
            "an entry of the log cannot be read: run `symbolon audit verify`",
        )
    })
}

/// What providers were asked to forget of somebody.
pub(super) async fn at_providers(
    transaction: &mut IssuerTransaction,
    investor: InvestorId,
) -> Result<Vec<AtProvider>> {
    let asked = transaction.forgettings(investor).await?;
    Ok(asked.into_iter().map(AtProvider::from).collect())
}

/// Runs `symbolon vault custody`. It needs no master key.
pub(super) async fn show(args: &CustodyArgs, context: &Context) -> Result<Exit> {
    let target = args.whose.target()?;
    let (investor, shown, kept) = context
        .with_issuer(async |store, issuer| {
            let investor = find(&target, store, issuer).await?;
            let mut transaction = store.begin(issuer).await?;
            let retention = transaction.retention().await?;
            let shown = ShownCustody::of(&investor, retention, &mut transaction).await?;
            drop(transaction);
            let kept = Kept::of(&investor, store, issuer).await?;
            Ok((investor.id, shown, kept))
        })
        .await?;
    let mut document = json!({ "investor": investor });
    for part in [serde_json::to_value(&shown), serde_json::to_value(&kept)] {
        if let (Some(document), Ok(Value::Object(part))) = (document.as_object_mut(), part) {
            document.extend(part);
        }
    }
    context
        .output
        .result(&document, || shown.text(investor, &kept))?;
    Ok(Exit::Done)
}
