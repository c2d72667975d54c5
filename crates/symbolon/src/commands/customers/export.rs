//! `symbolon customers export`: a table for spreadsheets or lines of JSON without personal
//! data; or, for a purpose, an encrypted archive with it.

use std::{io::Write, path::PathBuf};

use clap::{Args, ValueEnum};
use secrecy::ExposeSecret;
use serde_json::json;
use symbolon_core::{custody::Remark, ids::InstanceName};
use symbolon_server::customers::export::{Export, Shape};
use symbolon_store::CustomerFilter;

use super::{ByArgs, within};
use crate::{
    commands::{
        instances::InstanceArgs,
        vault::export::archive::{Archive, Passphrase},
    },
    context::Context,
    csv_text::Target,
    exit::{Exit, Failure, Result},
    output::{counted, written},
};

/// How customers are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A table for spreadsheets
    #[default]
    Csv,
    /// A line of JSON each
    Jsonl,
}

/// The arguments of `symbolon customers export`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon customers export --instance emea --output customers.csv
  symbolon customers export --format jsonl --archived > customers.jsonl
  symbolon customers export --purpose \"BaFin 2026-118\" --output customers.zip

With --purpose data and notes go along, in a ZIP file under AES-256. The log keeps of each
customer who took it out and what for, before it is opened. The passphrase is drawn, and shown
once. Columns and lines are those of the REST API's exports.")]
pub(super) struct ExportArgs {
    #[command(flatten)]
    of: InstanceArgs,

    /// Into this file [default: stdout]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,

    /// How
    #[arg(long, default_value = "csv", conflicts_with = "purpose")]
    format: Format,

    /// Also those that are archived
    #[arg(long)]
    archived: bool,

    /// With data and notes, encrypted: what for; the log keeps it, so nothing about a person
    #[arg(long, value_name = "TEXT", requires = "output")]
    purpose: Option<Remark>,

    /// Write the passphrase into this new file instead of showing it
    #[arg(long, value_name = "FILE", requires = "purpose")]
    passphrase_file: Option<PathBuf>,

    #[command(flatten)]
    by: ByArgs,
}

/// Runs `symbolon customers export`.
pub(super) async fn run(args: &ExportArgs, context: &Context) -> Result<Exit> {
    match &args.purpose {
        Some(purpose) => encrypted(args, purpose, context).await,
        None => plain(args, context).await,
    }
}

/// Goes through an export, page by page; returns how many customers there were.
async fn each(all: &mut Export, mut write: impl FnMut(&[u8]) -> Result<()>) -> Result<u64> {
    let mut count = 0;
    while let Some(page) = all.next().await? {
        write(&page.bytes)?;
        count += page.customers;
    }
    Ok(count)
}

fn filter(args: &ExportArgs) -> CustomerFilter {
    CustomerFilter {
        archived: args.archived,
        ..CustomerFilter::default()
    }
}

async fn plain(args: &ExportArgs, context: &Context) -> Result<Exit> {
    let shape = match args.format {
        Format::Csv => Shape::Csv,
        Format::Jsonl => Shape::Lines,
    };
    let count = within(&args.of, context, async |state, issuer, instance| {
        let mut all = Export::begin(state, issuer, instance, filter(args), shape).await?;
        let mut target = Target::open(args.output.as_deref())?;
        written(target.write_all(all.head()))?;
        let count = each(&mut all, |bytes| written(target.write_all(bytes))).await?;
        target.finish()?;
        Ok(count)
    })
    .await?;
    if let Some(path) = &args.output {
        let document = json!({ "customers": count, "file": path });
        let text = || {
            format!(
                "{} in {}",
                counted(count, "customer", "customers"),
                path.display()
            )
        };
        context.output.result(&document, text)?;
    }
    Ok(Exit::Done)
}

async fn encrypted(args: &ExportArgs, purpose: &Remark, context: &Context) -> Result<Exit> {
    let shape = Shape::WithData {
        purpose: purpose.clone(),
        by: args.by.actor()?,
    };
    let passphrase = Passphrase::draw();
    let path = args
        .output
        .as_deref()
        .unwrap_or(std::path::Path::new("customers.zip"));
    let count = within(&args.of, context, async |state, issuer, instance| {
        let mut all = Export::begin(state, issuer, instance, filter(args), shape).await?;
        if all.is_empty() {
            return Err(nobody(instance, args.archived));
        }
        let mut archive = Archive::begin(path, &passphrase)?;
        archive.file("customers.jsonl")?;
        let write = |bytes: &[u8]| archive.write(&String::from_utf8_lossy(bytes));
        let count = each(&mut all, write).await?;
        // An archive without its passphrase is of no use to anybody.
        if let Some(path) = &args.passphrase_file {
            passphrase.keep(path)?;
        }
        archive.finish()?;
        Ok(count)
    })
    .await?;
    let shown = match args.passphrase_file {
        Some(_) => None,
        None => Some(passphrase.text().expose_secret()),
    };
    let document = json!({
        "customers": count,
        "file": path,
        "passphrase": shown,
        "passphrase_file": args.passphrase_file,
    });
    let what = counted(count, "customer", "customers");
    context
        .output
        .note(format_args!("{what} in {}", path.display()));
    context
        .output
        .result(&document, || match (shown, &args.passphrase_file) {
            // The one place where it is printed, so that `$(…)` catches it.
            (Some(passphrase), _) => passphrase.to_owned(),
            (None, file) => {
                let file = file.as_deref().unwrap_or(path);
                format!("the passphrase is in {}", file.display())
            }
        })?;
    if shown.is_some() {
        context.output.note(
            "this is the only time that the passphrase is shown: keep it, since nothing else opens the archive",
        );
    }
    Ok(Exit::Done)
}

/// An archive of nobody is of no use, and has a passphrase that somebody would keep.
fn nobody(instance: &InstanceName, archived: bool) -> Failure {
    let remedy = match archived {
        true => format!("`symbolon customers add --instance {instance}` makes one"),
        false => "--archived takes archived ones along".to_owned(),
    };
    Failure::refused(format!(
        "{instance} has no customers to write out, so nothing was written: {remedy}"
    ))
}
