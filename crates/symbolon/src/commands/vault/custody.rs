//! Until when profiles are kept.

use clap::Args;
use serde::Serialize;
use serde_json::json;
use symbolon_core::{
    custody::{Remark, RetentionYears, kept_until},
    ids::InvestorId,
    investor::{Investor, Status},
};
use symbolon_store::IssuerTransaction;

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
  symbolon vault retention 10")]
pub(super) struct RetentionArgs {
    /// From now on so many years [default: show them]
    #[arg(value_name = "YEARS", value_parser = clap::value_parser!(u8).range(..=100))]
    years: Option<u8>,
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
}

impl ShownCustody {
    /// As it stands in this transaction.
    pub(super) async fn of(
        investor: &Investor,
        retention: RetentionYears,
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
            kept_until: since.map(|at| kept_until(at, retention).to_string()),
            retention_years: retention.0,
        })
    }

    fn text(&self, investor: InvestorId) -> String {
        if self.erased {
            return format!("{investor}: erased");
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
    let (issuer, years) = context
        .with_issuer(async |store, issuer| {
            let mut transaction = store.begin(issuer).await?;
            if let Some(years) = args.years {
                transaction.set_retention(RetentionYears(years)).await?;
            }
            let years = transaction.retention().await?.0;
            transaction.commit().await?;
            Ok((issuer.clone(), years))
        })
        .await?;
    let document = json!({ "issuer": issuer, "retention_years": years });
    context.output.result(&document, || {
        format!("{issuer} keeps profiles for {years} years after the relation has ended")
    })?;
    Ok(Exit::Done)
}
