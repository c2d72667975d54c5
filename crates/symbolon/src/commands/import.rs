//! `symbolon import`: a file of customers, verified row by row. One bad row
//! never loses the good ones.

mod dry;
mod errors;
mod input;
mod lacking;
mod real;

use std::path::PathBuf;

use clap::Args;
use symbolon_core::{import::ColumnMap, investor::Attestation};

use crate::{
    context::Context,
    exit::{Exit, Failure, Result, one_line},
    output::Output,
    subject::{IMPORT_ATTESTATION, OperatorArgs},
};

/// The arguments of `symbolon import`.
#[derive(Debug, Args)]
#[command(after_help = help())]
pub(crate) struct ImportArgs {
    /// A CSV file with at least a wallet and a country a row, or `-` for stdin
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,

    /// Only say what is wrong with the file; nothing is stored
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// What a column of this file holds: wallet, country, expiry, investorType, level, externalId,
    /// leastAge, residency
    #[arg(long, value_name = "NAME=FIELD")]
    map: Vec<String>,

    /// Remember --map for this issuer's later imports
    #[arg(long, requires = "map", conflicts_with = "dry_run")]
    save_map: bool,

    /// Write everything that is wrong into this CSV file
    #[arg(long, value_name = "FILE")]
    errors: Option<PathBuf>,

    #[command(flatten)]
    operator: OperatorArgs,
}

fn help() -> String {
    let (text, version) = IMPORT_ATTESTATION;
    format!(
        "\
Examples:
  symbolon import examples/customers.csv --dry-run --json
  symbolon import customers.csv --operator \"Maria Kern\" --errors refused.csv
  symbolon import kunden.csv --map \"Kunde Wallet=address\" \\
      --map Land=country --save-map

Every row is verified by the operator's word. Without --attestation that word is:
  {text}
  (version {version})
The log keeps it with each verdict.

A row that says what is known already records nothing, and nothing is signed for
it. Without an expiry column the file's verdicts never end, nor do those any more
that had an end.

Rows name no people, so each new wallet without a known externalId is a new
investor: nobody is recognised by names, birth date or national id, of which the
ids of `symbolon vault register` are made.

An import that was interrupted goes on where it stopped: run the same command
again. --dry-run needs no database and knows only the column names given with
--map."
    )
}

impl ImportArgs {
    fn columns(&self) -> Result<ColumnMap> {
        let own = ColumnMap::parse(&self.map);
        let own = own.map_err(|error| Failure::usage(format!("--map: {error}")))?;
        Ok(own.clone().needing(&own))
    }
}

/// What is signed, as people are shown it.
fn signed(word: &Attestation, by: &str) -> String {
    let Attestation { text, version } = word;
    format!("signed by {by}, version {version}: {}", one_line(text))
}

/// Runs `symbolon import --dry-run`, which needs nothing but the file.
pub(crate) fn dry_run(args: &ImportArgs, output: Output) -> Result<Exit> {
    dry::run(args, output)
}

/// Runs `symbolon import`.
pub(crate) async fn run(args: &ImportArgs, context: &Context) -> Result<Exit> {
    real::run(args, context).await
}
