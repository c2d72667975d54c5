//! The regulator's export: whoever is asked for, in one encrypted archive.
//!
//! 1. Each batch of investors is put on record, with the purpose, and committed.
//! 2. Only then are their profiles opened, and written into a temporary file beside the
//!    target, encrypted as they are written.
//! 3. The log of all of them follows, and the file gets its name.
//!
//! Whatever fails in between leaves no archive, and a log that says that profiles were
//! given out: never the other way round.

pub(in crate::commands) mod archive;
mod shown;

use std::path::PathBuf;

use clap::{ArgGroup, Args};
use secrecy::ExposeSecret;
use serde_json::json;
use symbolon_core::{
    actor::Actor,
    command::Command,
    country::Country,
    custody::Remark,
    ids::{ExternalId, InvestorId, IssuerId},
    investor::{Investor, StatusName},
    log::EntryNumber,
    register::Refusal,
};
use symbolon_store::{InvestorFilter, Request, Store, Subject};

use super::{ByArgs, known::KnownAs};
use crate::{
    commands::{audit::write::line, status::find},
    context::Context,
    exit::{Exit, Result},
    output::counted,
    subject::Target,
    vault::OpenVault,
};
use archive::{Archive, Passphrase};
use shown::Shown;

/// Investors in one transaction: a revocation waits for it.
const BATCH: u32 = 100;

/// Entries of the log read at a time.
const PAGE: u32 = 1_000;

/// The arguments of `symbolon vault export`.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("whose").args(["targets", "external_id", "all", "country", "status"]).required(true).multiple(true)))]
#[command(after_help = "\
Examples:
  symbolon vault export --purpose \"BaFin 2026-118\" --out bafin.zip --external-id C-00042
  symbolon vault export --purpose \"yearly report\" --out germany.zip --country DE \\
      --passphrase-file germany.txt

The archive is a ZIP file under AES-256, which 7-Zip, WinZip and others open:
investors.json has profiles, verdicts, wallets, what instances know of them as
their customers, and until when each is kept; log.jsonl what happened to these
investors. The passphrase is drawn, and shown once: send it another way than the
archive. The log keeps whose profile was given out, and what for, before it is
opened.")]
pub(super) struct ExportArgs {
    /// Wallets of investors, or their ids
    #[arg(value_name = "WALLET|INVESTOR")]
    targets: Vec<Target>,

    /// Your own reference of an investor; may be repeated
    #[arg(long, value_name = "ID")]
    external_id: Vec<ExternalId>,

    /// Every investor
    #[arg(long, conflicts_with_all = ["targets", "external_id", "country", "status"])]
    all: bool,

    /// Whoever's verdict names this country
    #[arg(long, value_name = "CODE", conflicts_with_all = ["targets", "external_id"])]
    country: Option<Country>,

    /// Whoever stands so: pending, verified, rejected, revoked or expired
    #[arg(long, value_name = "STATUS", value_parser = status,
        conflicts_with_all = ["targets", "external_id"])]
    status: Option<StatusName>,

    /// What for; the log keeps it, so nothing about a person
    #[arg(long, value_name = "TEXT")]
    purpose: Remark,

    /// The archive to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,

    /// Write the passphrase into this new file instead of showing it
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,

    #[command(flatten)]
    by: ByArgs,
}

fn status(text: &str) -> Result<StatusName, String> {
    let word = serde_json::Value::String(text.to_owned());
    serde_json::from_value(word)
        .map_err(|_| "choose one of pending, verified, rejected, revoked, expired".to_owned())
}

/// What came of it.
#[derive(Debug, Default)]
struct Tally {
    investors: u64,
    profiles: u64,
    customers: u64,
    entries: u64,
}

/// Runs `symbolon vault export`.
pub(super) async fn run(args: &ExportArgs, context: &Context) -> Result<Exit> {
    let actor = args.by.actor()?;
    let passphrase = Passphrase::draw();
    let work = context.with_vault(async |opened, store, issuer| {
        let desk = Desk {
            args,
            opened,
            store,
            issuer,
            actor: &actor,
            context,
        };
        let mut archive = Archive::begin(&args.out, &passphrase)?;
        let tally = desk.write(&mut archive).await?;
        // An archive without its passphrase is of no use to anybody.
        if let Some(path) = &args.passphrase_file {
            passphrase.keep(path)?;
        }
        archive.finish()?;
        Ok(tally)
    });
    let tally = tokio::select! {
        tally = work => tally?,
        _ = tokio::signal::ctrl_c() => {
            context.output.note("interrupted: nothing was given out, though the log says so of some");
            return Ok(Exit::Interrupted);
        }
    };
    let shown = match args.passphrase_file {
        Some(_) => None,
        None => Some(passphrase.text().expose_secret()),
    };
    let document = json!({
        "file": args.out,
        "investors": tally.investors,
        "profiles": tally.profiles,
        "customers": tally.customers,
        "entries": tally.entries,
        "passphrase": shown,
        "passphrase_file": args.passphrase_file,
    });
    let what = format!(
        "{} with {}, {} and {} in {}",
        counted(tally.investors, "investor", "investors"),
        counted(tally.profiles, "profile", "profiles"),
        counted(tally.customers, "instance's data", "instances' data"),
        counted(tally.entries, "entry of the log", "entries of the log"),
        args.out.display()
    );
    context.output.note(&what);
    context
        .output
        .result(&document, || match (shown, &args.passphrase_file) {
            // The one place where it is printed, so that `$(…)` catches it.
            (Some(passphrase), _) => passphrase.to_owned(),
            (None, file) => {
                let file = file.as_deref().unwrap_or(&args.out);
                format!("the passphrase is in {}", file.display())
            }
        })?;
    if shown.is_some() {
        context.output.note(
            "this is the only time that the passphrase is shown: send it another way than the archive",
        );
    }
    Ok(Exit::Done)
}

/// What an export takes.
struct Desk<'a> {
    args: &'a ExportArgs,
    opened: &'a OpenVault,
    store: &'a Store,
    issuer: &'a IssuerId,
    actor: &'a Actor,
    context: &'a Context,
}

impl Desk<'_> {
    async fn write(&self, archive: &mut Archive<'_>) -> Result<Tally> {
        let mut tally = Tally::default();
        let (named, filter) = (self.named().await?, self.filter());
        let expected = match &named {
            Some(named) => named.len() as u64,
            None => {
                let now = self.context.clock.now();
                let known = self.store.statistics(self.issuer, now).await?;
                known.investors.iter().map(|(_, count)| count).sum()
            }
        };
        let bar = self.context.output.progress(expected);
        archive.file("investors.json")?;
        archive.write(&self.head()?)?;
        let mut exported = Vec::new();
        if let Some(named) = named {
            for batch in named.chunks(BATCH as usize) {
                self.batch(batch, archive, &mut tally).await?;
                bar.inc(batch.len() as u64);
            }
            exported = named.iter().map(|investor| investor.id).collect();
        } else {
            let mut after: Option<EntryNumber> = None;
            loop {
                let page = self.store.investors(self.issuer, &filter, after, BATCH);
                let page = page.await?;
                let batch: Vec<_> = page.investors.into_iter().map(|one| one.investor).collect();
                exported.extend(batch.iter().map(|investor| investor.id));
                self.batch(&batch, archive, &mut tally).await?;
                bar.inc(batch.len() as u64);
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
        }
        archive.write("\n]}\n")?;
        archive.file("log.jsonl")?;
        bar.set_position(0);
        for investor in exported {
            tally.entries += self.log(investor, archive).await?;
            bar.inc(1);
        }
        bar.finish_and_clear();
        Ok(tally)
    }

    /// Everybody is known before anything is put on record.
    async fn named(&self) -> Result<Option<Vec<Investor>>> {
        let references = self.args.external_id.iter().cloned();
        let references = references.map(Target::ExternalId);
        let targets: Vec<_> = self
            .args
            .targets
            .iter()
            .cloned()
            .chain(references)
            .collect();
        if targets.is_empty() {
            return Ok(None);
        }
        let mut named: Vec<Investor> = Vec::with_capacity(targets.len());
        for target in &targets {
            let found = find(target, self.store, self.issuer).await?;
            // By several wallets, perhaps.
            if !named.iter().any(|known| known.id == found.id) {
                named.push(found);
            }
        }
        Ok(Some(named))
    }

    fn filter(&self) -> InvestorFilter {
        InvestorFilter {
            status: self.args.status,
            country: self.args.country,
            ..InvestorFilter::default()
        }
    }

    fn head(&self) -> Result<String> {
        let head = json!({
            "issuer": self.issuer,
            "purpose": self.args.purpose,
            "exported_by": self.actor.name,
            "exported_at": self.context.clock.now().to_string(),
        });
        let head = head.to_string();
        let open = head.strip_suffix('}').unwrap_or(&head);
        Ok(format!("{open},\"investors\":["))
    }

    /// On record, then opened, then written.
    async fn batch(
        &self,
        batch: &[Investor],
        archive: &mut Archive<'_>,
        tally: &mut Tally,
    ) -> Result<()> {
        let mut transaction = self.store.begin(self.issuer).await?;
        let purpose = &self.args.purpose;
        let ids: Vec<_> = batch.iter().map(|investor| investor.id).collect();
        let known_as = KnownAs::all(self.store, self.issuer, &ids).await?;
        let requests = batch.iter().map(|investor| Request {
            subject: Subject::Investor(investor.id),
            command: Command::ExportProfile {
                purpose: purpose.clone(),
            },
        });
        let requests = requests.chain(known_as.iter().map(|known| known.export(purpose)));
        let now = self.context.clock.now();
        let decided = transaction
            .decide(requests.collect(), self.actor, now)
            .await?;
        let retention = transaction.retention().await?;
        let mut shown = Vec::with_capacity(batch.len());
        let mut decided = decided.into_iter();
        for (investor, decided) in batch.iter().zip(decided.by_ref()) {
            let logged = match decided {
                Ok(_) => true,
                // Of whom nothing is left that could be given out but what everybody sees.
                Err(Refusal::Erased | Refusal::Merged(_)) => false,
                Err(refusal) => return Err(refusal.into()),
            };
            // As it stands in this transaction, whatever it was when it was listed.
            let investor = transaction.investor(investor.id).await?.investor;
            let one = Shown::of(&investor, retention, &mut transaction).await?;
            shown.push((investor, one, logged));
        }
        for decided in decided {
            match decided {
                Ok(_) | Err(Refusal::Erased | Refusal::Merged(_)) => {}
                Err(refusal) => return Err(refusal.into()),
            }
        }
        transaction.commit().await?;
        let vault = &self.opened.vault;
        for (investor, mut one, logged) in shown {
            if logged {
                let profile = vault.open(self.issuer, investor.id, investor.kind).await?;
                tally.profiles += u64::from(!profile.is_empty());
                let mut customers = Vec::new();
                for known in known_as.iter().filter(|one| one.investor == investor.id) {
                    customers.extend(known.open(vault, self.store, self.issuer).await?);
                }
                tally.customers += customers.len() as u64;
                one.know(&profile, customers);
            }
            archive.write(if tally.investors == 0 { "\n" } else { ",\n" })?;
            archive.write(&one.text()?)?;
            tally.investors += 1;
        }
        Ok(())
    }

    async fn log(&self, investor: InvestorId, archive: &mut Archive<'_>) -> Result<u64> {
        let (mut entries, mut after) = (0, EntryNumber::default());
        loop {
            let page = self.store.entries_of(self.issuer, investor, after, PAGE);
            let page = page.await?;
            let Some(last) = page.last() else {
                return Ok(entries);
            };
            after = last.entry.number;
            for stored in &page {
                archive.write(&line(self.issuer, stored)?)?;
                archive.write("\n")?;
                entries += 1;
            }
        }
    }
}
