//! Writes a case file.

use std::{
    fs::OpenOptions,
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
};

use serde_json::json;
use symbolon_core::{
    actor::Actor,
    case::{Case, CaseEntry, CaseReceipt, CaseRule, CaseVerification, FORMAT},
    ids::{InvestorId, IssuerId},
    investor::Investor,
    log::EntryNumber,
};
use symbolon_store::Store;

use super::SignedCase;
use crate::{
    commands::status,
    context::Context,
    exit::{Exit, Failure, Result},
    subject::{Target, operator},
};

/// Entries that are read at a time.
const PAGE: u32 = 500;
/// Attempts that are shown, the newest.
const ATTEMPTS: u32 = 500;

pub(super) async fn run(
    target: Option<Target>,
    out: Option<PathBuf>,
    named: Option<&str>,
    context: &Context,
) -> Result<Exit> {
    let (Some(target), Some(out)) = (target, out) else {
        return Err(Failure::usage("name an investor, and a file with --out"));
    };
    let by = Actor::command_line(&operator(named)?);
    let case = context
        .with_issuer(async |store, issuer| {
            let investor = status::find(&target, store, issuer).await?;
            made(store, issuer, &investor, &by, context).await
        })
        .await?;
    let signer = context.config.lanes_of(&case.issuer).next();
    let signer = signer.ok_or_else(|| {
        Failure::configuration(format!(
            "lane: {0} has no lane here, whose key would sign the case: add a [[lane]] of {0} with its signer to symbolon.toml, as `symbolon serve --help` shows, or run this where one is configured",
            case.issuer
        ))
    })?;
    let signer = signer.signer()?;
    let signature = signer.sign_message(case.digest())?;
    let signed = SignedCase {
        signer: signer.address(),
        signature: signature.as_bytes().to_vec().into(),
        case,
    };
    let text = serde_json::to_vec_pretty(&signed)
        .map_err(|error| Failure::new(Exit::Unexpected, error))?;
    let written = OpenOptions::new().write(true).create_new(true).open(&out);
    written
        .and_then(|mut file| file.write_all(&text))
        .map_err(|error| unwritable(&out, &error))?;
    let document = json!({
        "investor": signed.case.investor.to_string(),
        "file": out.display().to_string(),
        "entries": signed.case.entries.len(),
        "signer": signed.signer.to_string(),
    });
    context.output.result(&document, || {
        format!(
            "{}: {} entries, signed by {}; `symbolon case verify` checks it",
            out.display(),
            signed.case.entries.len(),
            signed.signer
        )
    })?;
    Ok(Exit::Done)
}

fn unwritable(out: &Path, error: &std::io::Error) -> Failure {
    let why = match error.kind() {
        ErrorKind::AlreadyExists => "it is there already: choose another name".to_owned(),
        ErrorKind::NotFound => "there is no such folder: make it first".to_owned(),
        ErrorKind::PermissionDenied => {
            "it may not be written there: choose a folder of yours".to_owned()
        }
        other => format!("{other}: choose another place"),
    };
    Failure::usage(format!("--out: cannot write {}: {why}", out.display()))
}

async fn made(
    store: &Store,
    issuer: &IssuerId,
    investor: &Investor,
    by: &Actor,
    context: &Context,
) -> Result<Case> {
    let mut receipts = Vec::new();
    for wallet in &investor.wallets {
        let denials = store.denial_receipts(issuer, wallet.address).await?;
        receipts.extend(denials.into_iter().map(|denial| CaseReceipt {
            wallet: wallet.address,
            chain: denial.registry.chain,
            entry: denial.entry,
            transaction: denial.transaction,
            block: denial.block,
        }));
    }
    let verifications = store
        .verifications_of(issuer, investor.id, ATTEMPTS)
        .await?;
    let verifications = verifications.into_iter().map(|one| CaseVerification {
        provider: one.provider,
        reference: one.reference,
        state: one.state,
        concerns: one.concerns,
        opened: one.opened,
        decision: one.attempt.decision,
    });
    Ok(Case {
        format: FORMAT.to_owned(),
        issuer: issuer.clone(),
        investor: investor.id,
        made: context.clock.now(),
        made_by: by.name.clone(),
        status: investor.status.name(),
        entries: entries(store, issuer, investor.id).await?,
        verifications: verifications.collect(),
        rules: rules(store, issuer, investor).await?,
        receipts,
    })
}

async fn entries(store: &Store, issuer: &IssuerId, id: InvestorId) -> Result<Vec<CaseEntry>> {
    let mut entries = Vec::new();
    let mut after = EntryNumber(0);
    loop {
        let page = store.entries_of(issuer, id, after, PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(entries);
        };
        after = last.entry.number;
        for stored in page {
            let number = stored.entry.number;
            entries.push(CaseEntry {
                number,
                at: stored.entry.at,
                actor: stored.entry.actor,
                events: stored.entry.events,
                previous: before(store, issuer, number).await?,
                hash: stored.hash,
            });
        }
    }
}

/// The hash of the entry before this one; zero before the first.
async fn before(
    store: &Store,
    issuer: &IssuerId,
    number: EntryNumber,
) -> Result<alloy_primitives::B256> {
    let Some(skipped) = number.0.checked_sub(2) else {
        return Ok(Default::default());
    };
    let found = store.entries(issuer, EntryNumber(skipped), 1).await?;
    Ok(found.first().map(|stored| stored.hash).unwrap_or_default())
}

/// The versions of the rules that concern it.
async fn rules(store: &Store, issuer: &IssuerId, investor: &Investor) -> Result<Vec<CaseRule>> {
    let schedule = store.rules(issuer).await?;
    let country = investor.status.verdict().map(|verdict| verdict.country);
    let keys = [None, country];
    let keys = keys.iter().filter(|key| key.is_none() || country.is_some());
    let mut rules: Vec<_> = keys
        .map(|key| CaseRule {
            of: key.map_or("default", |country| country.alpha2()).to_owned(),
            version: schedule.standing(*key).version.0,
        })
        .collect();
    rules.dedup();
    Ok(rules)
}
