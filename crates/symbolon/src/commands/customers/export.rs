//! `symbolon customers export`: a table for spreadsheets or lines of JSON without personal
//! data; or, for a purpose, an encrypted archive with it.

use std::{io::Write, path::PathBuf};

use clap::{Args, ValueEnum};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use symbolon_core::{
    actor::Actor,
    command::Command,
    custody::Remark,
    ids::{InstanceName, IssuerId},
    register::Refusal,
    verdict::RestrictedAuthorities,
};
use symbolon_server::{AppState, customers::place};
use symbolon_store::{CustomerFilter, CustomerRecord, Request, Subject};

use super::{
    ByArgs,
    show::{document, values},
    within,
};
use crate::{
    commands::{
        instances::InstanceArgs,
        vault::export::archive::{Archive, Passphrase},
    },
    context::Context,
    csv_text::{self, Target},
    exit::{Exit, Result},
    output::{counted, written},
    vault::closed,
};

/// Customers in one transaction: a revocation waits for it.
const BATCH: u32 = 100;

/// The columns of the table.
const COLUMNS: [&str; 12] = [
    "customer",
    "externalId",
    "status",
    "archived",
    "verified",
    "registerStatus",
    "level",
    "country",
    "expiry",
    "wallets",
    "created",
    "changed",
];

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
once.")]
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

/// What every page of an export takes.
struct Desk<'a> {
    state: &'a AppState,
    issuer: &'a IssuerId,
    instance: &'a InstanceName,
    restricted: RestrictedAuthorities,
    context: &'a Context,
    filter: CustomerFilter,
}

impl<'a> Desk<'a> {
    async fn of(
        args: &ExportArgs,
        state: &'a AppState,
        issuer: &'a IssuerId,
        instance: &'a InstanceName,
        context: &'a Context,
    ) -> Result<Self> {
        Ok(Self {
            restricted: state.store.restricted_authorities(issuer).await?,
            state,
            issuer,
            instance,
            context,
            filter: CustomerFilter {
                archived: args.archived,
                ..CustomerFilter::default()
            },
        })
    }

    fn shown(&self, record: &CustomerRecord) -> Value {
        let now = self.context.clock.now();
        document(self.instance, record, self.restricted, now)
    }

    /// Page after page; returns how many customers there were.
    async fn each(
        &self,
        mut work: impl AsyncFnMut(Vec<CustomerRecord>) -> Result<()>,
    ) -> Result<u64> {
        let (mut count, mut after) = (0, None);
        loop {
            let store = &self.state.store;
            let page = store.customers(self.issuer, self.instance, &self.filter, after, BATCH);
            let page = page.await?;
            count += page.customers.len() as u64;
            work(page.customers).await?;
            after = page.next;
            if after.is_none() {
                return Ok(count);
            }
        }
    }

    /// On record, then opened.
    async fn opened(
        &self,
        page: Vec<CustomerRecord>,
        purpose: &Remark,
        by: &Actor,
    ) -> Result<Vec<Value>> {
        let vault = self.state.services.vault.as_ref().ok_or_else(closed)?;
        let requests = page.iter().map(|record| Request {
            subject: Subject::Investor(record.investor.id),
            command: Command::ExportCustomer {
                instance: self.instance.clone(),
                purpose: purpose.clone(),
            },
        });
        let mut transaction = self.state.store.begin(self.issuer).await?;
        let now = self.context.clock.now();
        let decided = transaction.decide(requests.collect(), by, now).await?;
        transaction.commit().await?;
        let mut rows = Vec::with_capacity(page.len());
        for (record, decided) in page.iter().zip(decided) {
            let mut row = self.shown(record);
            match decided {
                Ok(_) => {
                    let place = place(self.issuer, self.instance, &record.customer);
                    let (data, notes) = values(&vault.open_customer(&place).await?);
                    row["data"] = data;
                    row["opened_notes"] = notes;
                }
                // Of whom nothing is left that could be given out.
                Err(Refusal::Erased | Refusal::Merged(_)) => {}
                Err(refusal) => return Err(refusal.into()),
            }
            rows.push(row);
        }
        Ok(rows)
    }
}

async fn plain(args: &ExportArgs, context: &Context) -> Result<Exit> {
    let count = within(&args.of, context, async |state, issuer, instance| {
        let desk = Desk::of(args, state, issuer, instance, context).await?;
        let mut target = Target::open(args.output.as_deref())?;
        match args.format {
            Format::Jsonl => {
                let count = desk
                    .each(async |page| {
                        for record in &page {
                            written(writeln!(target, "{}", desk.shown(record)))?;
                        }
                        Ok(())
                    })
                    .await?;
                target.finish()?;
                Ok(count)
            }
            Format::Csv => {
                let mut writer = csv::Writer::from_writer(target);
                csv_text::record(&mut writer, COLUMNS)?;
                let count = desk
                    .each(async |page| {
                        for record in &page {
                            csv_text::record(&mut writer, fields(&desk.shown(record)))?;
                        }
                        Ok(())
                    })
                    .await?;
                csv_text::finish(writer)?;
                Ok(count)
            }
        }
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

/// A customer in the table's columns.
fn fields(row: &Value) -> [String; COLUMNS.len()] {
    let plain = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(many) => {
            let texts = many.iter().filter_map(Value::as_str);
            texts.collect::<Vec<_>>().join(" ")
        }
        other => other.to_string(),
    };
    let verdict = &row["verdict"];
    [
        &row["id"],
        &row["external_id"],
        &row["status"],
        &row["archived"],
        &verdict["verified"],
        &verdict["status"],
        &verdict["level"],
        &verdict["country"],
        &verdict["expiry"],
        &row["wallets"],
        &row["created"],
        &row["changed"],
    ]
    .map(plain)
}

async fn encrypted(args: &ExportArgs, purpose: &Remark, context: &Context) -> Result<Exit> {
    let actor = args.by.actor()?;
    let passphrase = Passphrase::draw();
    let path = args
        .output
        .as_deref()
        .unwrap_or(std::path::Path::new("customers.zip"));
    let count = within(&args.of, context, async |state, issuer, instance| {
        let desk = Desk::of(args, state, issuer, instance, context).await?;
        let mut archive = Archive::begin(path, &passphrase)?;
        archive.file("customers.jsonl")?;
        let count = desk
            .each(async |page| {
                for row in desk.opened(page, purpose, &actor).await? {
                    archive.write(&format!("{row}\n"))?;
                }
                Ok(())
            })
            .await?;
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
    Ok(Exit::Done)
}
