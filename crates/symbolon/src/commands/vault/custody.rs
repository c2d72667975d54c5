//! Until when profiles are kept.

use clap::Args;
use serde::Serialize;
use serde_json::json;
use symbolon_core::{
    custody::{Remark, RetentionYears, kept_until},
    ids::{InvestorId, ProviderName},
    investor::{Investor, Status},
};
use symbolon_store::{Forgetting, IssuerTransaction, Retention};

use crate::{
    commands::status::find,
    context::Context,
    exit::{Exit, Result},
    subject::OneArgs,
};

/// The arguments of `symbolon vault custody`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  symbolon vault custody --external-id C-00042 --json

The clock begins when the relation ends: when the verdict was revoked or ran out, or the investor
was rejected, or made known and never judged.")]
pub(super) struct CustodyArgs {
    #[command(flatten)]
    whose: OneArgs,
}

/// The arguments of `symbolon vault retention`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon vault retention
  symbolon vault retention 10
  symbolon vault retention --by-itself yes

The law that has profiles kept also has them erased then. Nobody can undo that, so servers do it
by themselves only once you say so; until then `symbolon vault due` lists them, `symbolon doctor`
reminds you, and `symbolon vault erase --due` erases them.")]
pub(super) struct RetentionArgs {
    /// From now on so many years [default: show them]
    #[arg(value_name = "YEARS", value_parser = clap::value_parser!(u8).range(..=100))]
    years: Option<u8>,

    /// Whether servers erase profiles then without anybody's doing, an hour later at most; holds
    /// are kept [a new issuer: no]
    #[arg(long, value_name = "YES|NO", value_parser = ["yes", "no"])]
    by_itself: Option<String>,
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

/// What has become of somebody who was erased at a provider.
#[derive(Debug, Serialize)]
pub(super) struct AtProvider {
    provider: ProviderName,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    forgotten: Option<String>,
    tries: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl From<Forgetting> for AtProvider {
    fn from(forgetting: Forgetting) -> Self {
        Self {
            provider: forgetting.provider,
            reference: forgetting.reference,
            forgotten: forgetting.ended.map(|at| at.to_string()),
            tries: forgetting.tries,
            error: forgetting.error,
        }
    }
}

impl AtProvider {
    pub(super) fn text(&self) -> String {
        let provider = &self.provider;
        match (&self.forgotten, &self.error) {
            (Some(_), Some(why)) => format!("  {provider} was not asked to forget: {why}"),
            (Some(at), None) => format!("  {provider} forgot on {at}"),
            (None, Some(why)) => format!("  {provider} is still to forget: {why}"),
            (None, None) => format!("  {provider} is still to forget: a server asks it"),
        }
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

    fn text(&self, investor: InvestorId) -> String {
        if self.erased {
            let mut lines = vec![format!("{investor}: erased")];
            lines.extend(self.providers.iter().map(AtProvider::text));
            return lines.join("\n");
        }
        let until = match &self.kept_until {
            None => "kept while the relation lasts".to_owned(),
            Some(until) => format!("kept until {until}"),
        };
        let years = self.retention_years;
        let mut lines = vec![format!(
            "{investor}: {until}, by a retention of {years} years"
        )];
        let holds = self.holds.iter();
        lines.extend(holds.map(|hold| format!("  held until this is released: {hold}")));
        lines.join("\n")
    }
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
    let (investor, shown) = context
        .with_issuer(async |store, issuer| {
            let investor = find(&target, store, issuer).await?;
            let mut transaction = store.begin(issuer).await?;
            let retention = transaction.retention().await?;
            let shown = ShownCustody::of(&investor, retention, &mut transaction).await?;
            Ok((investor.id, shown))
        })
        .await?;
    let mut document = json!({ "investor": investor });
    if let (Some(document), Ok(serde_json::Value::Object(rest))) =
        (document.as_object_mut(), serde_json::to_value(&shown))
    {
        document.extend(rest);
    }
    context.output.result(&document, || shown.text(investor))?;
    Ok(Exit::Done)
}

/// Runs `symbolon vault retention`.
pub(super) async fn retention(args: &RetentionArgs, context: &Context) -> Result<Exit> {
    let (issuer, kept) = context
        .with_issuer(async |store, issuer| {
            let mut transaction = store.begin(issuer).await?;
            let mut kept = transaction.retention().await?;
            if let Some(years) = args.years {
                kept.years = RetentionYears(years);
            }
            if let Some(word) = &args.by_itself {
                kept.erases_by_itself = word == "yes";
            }
            if args.years.is_some() || args.by_itself.is_some() {
                transaction.set_retention(kept).await?;
                transaction.commit().await?;
            }
            Ok((issuer.clone(), kept))
        })
        .await?;
    let document = json!({
        "issuer": issuer,
        "retention_years": kept.years.0,
        "erased_by_itself": kept.erases_by_itself,
    });
    context.output.result(&document, || {
        let years = kept.years.0;
        let then = match kept.erases_by_itself {
            true => "its servers erase them then",
            false => "somebody erases them then: `symbolon vault erase --due`",
        };
        format!("{issuer} keeps profiles for {years} years after the relation has ended; {then}")
    })?;
    Ok(Exit::Done)
}
