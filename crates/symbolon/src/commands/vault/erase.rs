//! Profiles whose time has come, erased, and what is left of their investors.

use std::fmt;

use clap::{ArgGroup, Args};
use serde::Serialize;
use serde_json::json;
use symbolon_core::{
    actor::Actor,
    event::Event,
    ids::{ExternalId, InvestorId, IssuerId},
    investor::StatusName,
    log::EntryNumber,
    wallet::WalletAddress,
};
use symbolon_server::vault::AtProvider;
use symbolon_store::Store;

use super::{
    ByArgs,
    custody::{at_provider, at_providers, events},
    due,
};
use crate::{
    commands::status::find,
    context::Context,
    exit::{Exit, Failure, Result},
    output::{as_shown, counted},
    subject::Target,
    vault::OpenVault,
};

/// Entries of the log, or due profiles, read at a time.
const PAGE: u32 = 500;

/// The arguments of `symbolon vault erase`.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("whose").args(["targets", "external_id", "due"]).required(true).multiple(true)))]
#[command(after_help = "\
Examples:
  symbolon vault erase --external-id C-00042 --json
  symbolon vault erase --due --yes

The values go, and the person's key is destroyed, so that every copy is
unreadable, the register's backups included. Verdicts, log and wallets stay,
without the person. Refused while the investor is verified, before the retention
has passed, and while a hold lies on the profile. Providers who verified the
person are told to forget it by a running server: `symbolon vault custody` shows
what has become of that. Interrupted, the same command goes on.

What instances know of the person as their customer goes along: the answer says
how much (`gone`). At a terminal you are asked first, unless you say --yes;
scripts are not.")]
pub(super) struct EraseArgs {
    /// Wallets of investors, or their ids
    #[arg(value_name = "WALLET|INVESTOR")]
    targets: Vec<Target>,

    /// Your own reference of an investor; may be repeated
    #[arg(long, value_name = "ID")]
    external_id: Vec<ExternalId>,

    /// All whose time has come, as `symbolon vault due` lists them
    #[arg(long, conflicts_with_all = ["targets", "external_id"])]
    due: bool,

    /// Yes, erase them; without it whoever is due is only counted, and for others you are asked at a
    /// terminal
    #[arg(long)]
    yes: bool,

    #[command(flatten)]
    by: ByArgs,
}

/// What became of one.
#[derive(Debug, Serialize)]
struct Erased {
    target: String,
    erased: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    investor: Option<InvestorId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    entry: Option<EntryNumber>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gone: Option<Gone>,
    #[serde(skip_serializing_if = "Option::is_none")]
    left: Option<Left>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

/// What an erasure takes away.
#[derive(Clone, Copy, Debug, Default, Serialize)]
struct Gone {
    profile_values: u64,
    /// Instances' customers that stand on the investor.
    customers: u64,
    /// Their data and notes.
    customer_values: u64,
}

/// What is left.
#[derive(Debug, Serialize)]
struct Left {
    status: StatusName,
    /// Verdicts of its history.
    verdicts: u64,
    log_entries: u64,
    wallets: Vec<LeftWallet>,
    profile_values: u64,
    /// Data and notes of customers that stand on it.
    customer_values: u64,
    search_terms: u64,
    key: bool,
    /// Whoever verified the person, and is told to forget it.
    providers: Vec<AtProvider>,
}

#[derive(Debug, Serialize)]
struct LeftWallet {
    #[serde(serialize_with = "as_shown")]
    wallet: WalletAddress,
    version: u16,
}

/// Runs `symbolon vault erase`.
pub(super) async fn run(args: EraseArgs, context: &Context) -> Result<Exit> {
    let actor = args.by.actor()?;
    let work = context.with_vault(async |opened, store, issuer| {
        // Keys that an earlier run had still to destroy.
        opened.vault.finish_erasures().await?;
        let desk = Desk {
            opened,
            store,
            issuer,
            actor: &actor,
            context,
        };
        match args.due {
            true => desk.erase_due(args.yes).await,
            false => desk.erase_named(&args).await,
        }
    });
    let erased = tokio::select! {
        erased = work => erased?,
        _ = tokio::signal::ctrl_c() => {
            context.output.note("interrupted: the same command goes on where it was");
            return Ok(Exit::Interrupted);
        }
    };
    let done = erased.iter().filter(|one| one.erased).count();
    let document = json!({
        "erased": done,
        "refused": erased.len() - done,
        "results": erased,
    });
    context.output.result(&document, || {
        let mut lines: Vec<_> = erased.iter().map(Erased::text).collect();
        lines.push(counted(done as u64, "profile erased", "profiles erased"));
        lines.join("\n")
    })?;
    Ok(match () {
        () if done == erased.len() => Exit::Done,
        () if erased.iter().all(|one| one.code == Some(UNKNOWN)) => Exit::NotFound,
        () => Exit::Refused,
    })
}

const UNKNOWN: &str = "unknown_investor";

/// What an erasure takes.
struct Desk<'a> {
    opened: &'a OpenVault,
    store: &'a Store,
    issuer: &'a IssuerId,
    actor: &'a Actor,
    context: &'a Context,
}

impl Desk<'_> {
    async fn erase_named(&self, args: &EraseArgs) -> Result<Vec<Erased>> {
        let references = args.external_id.iter().cloned().map(Target::ExternalId);
        let targets = args.targets.iter().cloned().chain(references);
        let mut named = Vec::new();
        for target in targets {
            let found = match find(&target, self.store, self.issuer).await {
                Ok(found) => Ok(found.id),
                Err(failure) if failure.exit == Exit::NotFound => Err(failure),
                Err(failure) => return Err(failure),
            };
            named.push((target.to_string(), found));
        }
        if !args.yes {
            let mut known = Vec::new();
            for (_, found) in &named {
                if let Ok(investor) = found {
                    known.push(self.at_stake(*investor).await?);
                }
            }
            let question = question(&known);
            if !known.is_empty() && !self.context.output.confirmed(question)? {
                return Err(Failure::usage("nobody was erased: you did not say yes"));
            }
        }
        let mut erased = Vec::with_capacity(named.len());
        for (shown, found) in named {
            erased.push(match found {
                Ok(investor) => self.erase(shown, investor).await?,
                Err(failure) => Erased::refused(shown, UNKNOWN, failure.to_string()),
            });
        }
        Ok(erased)
    }

    /// What there is of somebody to be erased.
    async fn at_stake(&self, investor: InvestorId) -> Result<Gone> {
        let (store, issuer) = (self.store, self.issuer);
        let remains = store.profile_remains(issuer, investor).await?;
        let customers = store.customers_of(issuer, &[investor]).await?;
        Ok(Gone {
            profile_values: remains.values,
            customers: customers.len() as u64,
            customer_values: remains.customers,
        })
    }

    async fn erase_due(&self, yes: bool) -> Result<Vec<Erased>> {
        let (mut due, mut after) = (Vec::new(), EntryNumber::default());
        loop {
            let page = due::page(self.store, self.issuer, after, PAGE, self.context).await?;
            let Some(last) = page.last() else { break };
            after = last.created;
            due.extend(page.into_iter().map(|due| due.investor));
        }
        if !yes && !due.is_empty() {
            return Err(Failure::usage(format!(
                "{} would be erased, which cannot be undone: look at `symbolon vault due`, then repeat with --yes",
                counted(due.len() as u64, "profile", "profiles")
            )));
        }
        let bar = self.context.output.progress(due.len() as u64);
        let mut erased = Vec::with_capacity(due.len());
        for investor in due {
            // Somebody may have placed a hold meanwhile.
            erased.push(self.erase(investor.to_string(), investor).await?);
            bar.inc(1);
        }
        bar.finish_and_clear();
        Ok(erased)
    }

    async fn erase(&self, target: String, investor: InvestorId) -> Result<Erased> {
        let (vault, now) = (&self.opened.vault, self.context.clock.now());
        let gone = self.at_stake(investor).await?;
        let erased = vault.erase(self.issuer, investor, self.actor, now).await?;
        let entry = match erased {
            Ok(entry) => entry,
            Err(refusal) => {
                let (code, message) = (refusal.code(), refusal.to_string());
                return Ok(Erased::refused(target, code, message));
            }
        };
        Ok(Erased {
            target,
            erased: true,
            investor: Some(investor),
            entry,
            gone: Some(gone),
            left: Some(self.left(investor).await?),
            code: None,
            message: None,
        })
    }

    /// As both databases have it now.
    async fn left(&self, id: InvestorId) -> Result<Left> {
        let (store, issuer) = (self.store, self.issuer);
        let investor = store.investor(issuer, id).await?.investor;
        let mut transaction = store.begin(issuer).await?;
        let providers = at_providers(&mut transaction, id).await?;
        drop(transaction);
        let remains = store.profile_remains(issuer, id).await?;
        let key = self.opened.keyring.person_key(issuer, id).await?;
        let (mut entries, mut verdicts, mut after) = (0, 0, EntryNumber::default());
        loop {
            let page = store.entries_of(issuer, id, after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = last.entry.number;
            entries += page.len() as u64;
            for stored in &page {
                verdicts += verdicts_in(&stored.entry.events)?;
            }
        }
        let wallets = investor.wallets.iter().map(|wallet| LeftWallet {
            wallet: wallet.address,
            version: wallet.version.0,
        });
        Ok(Left {
            status: investor.status.name(),
            verdicts,
            log_entries: entries,
            wallets: wallets.collect(),
            profile_values: remains.values,
            customer_values: remains.customers,
            search_terms: remains.terms,
            key: key.is_some(),
            providers,
        })
    }
}

impl fmt::Display for Gone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} of the profile, {} of {} at instances",
            counted(self.profile_values, "value", "values"),
            counted(self.customer_values, "data or note", "data and notes"),
            counted(self.customers, "customer", "customers"),
        )
    }
}

/// What a person at a terminal is asked before these are erased.
fn question(known: &[Gone]) -> String {
    let all = known.iter().fold(Gone::default(), |all, one| Gone {
        profile_values: all.profile_values + one.profile_values,
        customers: all.customers + one.customers,
        customer_values: all.customer_values + one.customer_values,
    });
    let people = counted(known.len() as u64, "investor", "investors");
    format!("{people} would be erased, which cannot be undone: {all}.")
}

fn verdicts_in(text: &str) -> Result<u64> {
    let events = events(text)?;
    let verdicts = events.iter().filter(|event| {
        matches!(
            event,
            Event::InvestorVerified { .. }
                | Event::InvestorRejected { .. }
                | Event::InvestorRevoked { .. }
                | Event::InvestorExpired
        )
    });
    Ok(verdicts.count() as u64)
}

impl Erased {
    fn refused(target: String, code: &'static str, message: String) -> Self {
        Self {
            target,
            erased: false,
            investor: None,
            entry: None,
            gone: None,
            left: None,
            code: Some(code),
            message: Some(message),
        }
    }

    fn text(&self) -> String {
        let (Some(gone), Some(left)) = (&self.gone, &self.left) else {
            let why = self.message.as_deref().unwrap_or_default();
            return format!("{}: refused: {why}", self.target);
        };
        let wallets = left.wallets.len() as u64;
        let mut lines = vec![format!(
            "{}: erased: {gone}\n  left of the investor: status {}, {}, {}, {}\n  left of the person: {}, {}, {}",
            self.target,
            left.status,
            counted(left.verdicts, "verdict", "verdicts"),
            counted(left.log_entries, "entry of the log", "entries of the log"),
            counted(
                wallets,
                "wallet with its version",
                "wallets with their versions"
            ),
            counted(left.profile_values, "value", "values"),
            counted(left.search_terms, "search term", "search terms"),
            match left.key {
                true => "A KEY: run it again",
                false => "no key",
            }
        )];
        lines.extend(left.providers.iter().map(at_provider));
        lines.join("\n")
    }
}
