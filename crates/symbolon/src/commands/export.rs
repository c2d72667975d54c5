//! `symbolon export`: all investors and wallets, a row a wallet, for
//! spreadsheets and programs. Free of personal data (I6): that lies elsewhere.

mod row;

use std::{io::Write, path::PathBuf};

use clap::{Args, ValueEnum};
use serde_json::json;
use symbolon_core::{ids::IssuerId, log::EntryNumber, time::UnixSeconds};
use symbolon_store::{InvestorFilter, Store};

use row::{COLUMNS, Row};

use crate::{
    context::Context,
    csv_text::{self, Target},
    exit::{Exit, Failure, Result},
    output::{counted, written},
};

const PAGE: u32 = 1000;

/// The arguments of `symbolon export`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon export --output investors.csv
  symbolon export --json | jq '.[] | select(.verified | not) | .wallet'")]
pub(crate) struct ExportArgs {
    /// As what [default: csv, or json with --json]
    #[arg(long)]
    format: Option<Format>,

    /// Into this file instead of stdout
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A header and a row a wallet; safe to open in a spreadsheet
    Csv,
    /// One array of objects
    Json,
}

/// Runs `symbolon export`.
pub(crate) async fn run(args: &ExportArgs, context: &Context) -> Result<Exit> {
    let json = context.output.is_json();
    let format = args
        .format
        .unwrap_or(if json { Format::Json } else { Format::Csv });
    if json && format == Format::Csv && args.output.is_none() {
        return Err(Failure::usage(
            "--json and --format csv cannot share stdout: add --output FILE",
        ));
    }
    let now = context.clock.now();
    let rows = context
        .with_issuer(async |store, issuer| {
            let mut sheet = Sheet::begin(Target::open(args.output.as_deref())?, format)?;
            write_all(store, issuer, now, &mut sheet).await?;
            sheet.finish()
        })
        .await?;
    if let Some(path) = &args.output {
        let document = json!({ "rows": rows, "file": path });
        let text = || format!("{} in {}", counted(rows, "row", "rows"), path.display());
        context.output.result(&document, text)?;
    }
    Ok(Exit::Done)
}

async fn write_all(
    store: &Store,
    issuer: &IssuerId,
    now: UnixSeconds,
    sheet: &mut Sheet,
) -> Result<()> {
    let restricted = store.restricted_authorities(issuer).await?;
    let mut after: Option<EntryNumber> = None;
    loop {
        let page = store
            .investors(issuer, &InvestorFilter::default(), after, PAGE)
            .await?;
        for record in &page.investors {
            let investor = &record.investor;
            if investor.wallets.is_empty() {
                sheet.add(&Row::of(investor, None, restricted, now))?;
            }
            for wallet in &investor.wallets {
                sheet.add(&Row::of(investor, Some(wallet), restricted, now))?;
            }
        }
        after = page.next;
        if after.is_none() {
            return Ok(());
        }
    }
}

/// Where the rows go, one at a time: the register may be larger than memory.
struct Sheet {
    rows: u64,
    writer: Writer,
}

enum Writer {
    Csv(Box<csv::Writer<Target>>),
    Json(Target),
}

impl Sheet {
    fn begin(target: Target, format: Format) -> Result<Self> {
        let writer = match format {
            Format::Csv => {
                let mut writer = csv::Writer::from_writer(target);
                csv_text::record(&mut writer, COLUMNS)?;
                Writer::Csv(Box::new(writer))
            }
            Format::Json => Writer::Json(target),
        };
        Ok(Self { rows: 0, writer })
    }

    fn add(&mut self, row: &Row) -> Result<()> {
        let first = self.rows == 0;
        self.rows += 1;
        match &mut self.writer {
            Writer::Csv(writer) => csv_text::record(writer, row.fields()),
            Writer::Json(target) => {
                let line = serde_json::to_string(row)
                    .map_err(|error| Failure::new(Exit::Unexpected, error))?;
                let before = if first { "[\n" } else { ",\n" };
                written(write!(target, "{before}{line}"))
            }
        }
    }

    fn finish(self) -> Result<u64> {
        match self.writer {
            Writer::Csv(writer) => csv_text::finish(*writer)?,
            Writer::Json(mut target) => {
                let end = if self.rows == 0 { "[]\n" } else { "\n]\n" };
                written(write!(target, "{end}"))?;
                target.finish()?;
            }
        }
        Ok(self.rows)
    }
}
