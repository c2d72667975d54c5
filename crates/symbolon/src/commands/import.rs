//! `symbolon import`: a file of customers, verified row by row. One bad row
//! never loses the good ones.

mod dry;
mod errors;
mod input;
mod real;

use std::path::PathBuf;

use clap::Args;
use symbolon_core::import::ColumnMap;

use crate::{
    context::Context,
    exit::{Exit, Failure, Result},
    output::Output,
    subject::OperatorArgs,
};

/// The arguments of `symbolon import`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon import examples/customers.csv --dry-run --json
  symbolon import customers.csv --operator \"Maria Kern\" --errors refused.csv
  symbolon import kunden.csv --map \"Kunde Wallet=address\" --map Land=country --save-map

An import that was interrupted goes on where it stopped: run the same command again.
--dry-run needs no database and knows only the column names given with --map.")]
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

impl ImportArgs {
    fn columns(&self) -> Result<ColumnMap> {
        ColumnMap::parse(&self.map).map_err(|error| Failure::usage(format!("--map: {error}")))
    }
}

/// Runs `symbolon import --dry-run`, which needs nothing but the file.
pub(crate) fn dry_run(args: &ImportArgs, output: Output) -> Result<Exit> {
    dry::run(args, output)
}

/// Runs `symbolon import`.
pub(crate) async fn run(args: &ImportArgs, context: &Context) -> Result<Exit> {
    real::run(args, context).await
}
