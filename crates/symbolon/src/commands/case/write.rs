//! Writes a case file.

use std::{collections::BTreeSet, path::PathBuf};

use serde_json::json;
use symbolon_core::{
    actor::Actor,
    case::{Carried, Case, CaseEntry, CaseReceipt, CaseRule, CaseVerification, FORMAT},
    ids::{InvestorId, IssuerId, RegistryId},
    investor::Investor,
    log::EntryNumber,
    mirror::reached::Reached,
};
use symbolon_store::Store;

use super::{SignedCase, checked::Checked, page, put};
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
    (out, page): (Option<PathBuf>, Option<PathBuf>),
    named: Option<&str>,
    context: &Context,
) -> Result<Exit> {
    let (Some(target), Some(out)) = (target, out) else {
        return Err(Failure::usage("name an investor, and a file with --out"));
    };
    if page.as_ref() == Some(&out) {
        return Err(Failure::usage("--page: name another file than --out does"));
    }
    // Neither is written where one of them cannot be.
    let mut files = [Some(&out), page.as_ref()].into_iter().flatten();
    if let Some(taken) = files.find(|file| file.exists()) {
        return Err(Failure::taken(taken));
    }
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
    let checked = Checked::of(signed, None);
    let told = checked.genuine().ok_or_else(|| not_genuine(&checked))?;
    let html = page.as_ref().map(|_| page::html(&checked, told));
    let html = html.transpose()?;
    put("--out", &out, &text)?;
    if let (Some(page), Some(html)) = (&page, &html) {
        put("--page", page, html.as_bytes())?;
    }
    let signed = &checked.signed;
    let document = json!({
        "investor": signed.case.investor.to_string(),
        "file": out.display().to_string(),
        "page": page.as_ref().map(|page| page.display().to_string()),
        "entries": signed.case.entries.len(),
        "receipts": signed.case.receipts.len(),
        "signer": signed.signer.to_string(),
    });
    context.output.result(&document, || {
        let mut text = format!(
            "{}: {} entries, signed by {}; `symbolon case verify` checks it",
            out.display(),
            signed.case.entries.len(),
            signed.signer
        );
        if let Some(page) = &page {
            text.push_str(&format!("\n{}: the same for people", page.display()));
        }
        text
    })?;
    Ok(Exit::Done)
}

/// The register contradicts itself.
fn not_genuine(checked: &Checked) -> Failure {
    let why = match checked.faults.is_empty() {
        true => "what a holder signed is not what was noted of it".to_owned(),
        false => checked.faults.join("; "),
    };
    Failure::new(
        Exit::Tampering,
        format!("no case was written: {why}: run `symbolon audit verify`"),
    )
}

async fn made(
    store: &Store,
    issuer: &IssuerId,
    investor: &Investor,
    by: &Actor,
    context: &Context,
) -> Result<Case> {
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
    let mut case = Case {
        format: FORMAT.to_owned(),
        issuer: issuer.clone(),
        investor: investor.id,
        made: context.clock.now(),
        made_by: by.name.clone(),
        status: investor.status.name(),
        entries: entries(store, issuer, investor.id).await?,
        verifications: verifications.collect(),
        rules: rules(store, issuer, investor).await?,
        receipts: Vec::new(),
    };
    case.receipts = receipts(store, &case).await?;
    Ok(case)
}

/// What chains were told of every wallet that was ever the investor's, as far as its own
/// entries decided that: a wallet may have been somebody else's before or after.
async fn receipts(store: &Store, case: &Case) -> Result<Vec<CaseReceipt>> {
    // What does not hold together is told once all is there.
    let (Ok(told), Ok(bound)) = (case.told(), case.wallets()) else {
        return Ok(Vec::new());
    };
    let since = case.entries.first().map(|entry| entry.number);
    let wallets: BTreeSet<_> = bound.iter().map(|bound| bound.wallet).collect();
    let chains = store.chains(&case.issuer).await?;
    let registry = |id: RegistryId| {
        let mut chains = chains.iter().filter(|chain| chain.chain.id == id);
        chains.next().map(|chain| chain.chain.registry)
    };
    let mut receipts = Vec::new();
    for wallet in wallets {
        let approvals = store.approval_receipts(&case.issuer, wallet, since.unwrap_or_default());
        for approval in approvals.await? {
            let chain = approval.registry.chain;
            let entry = told.records.approval(wallet, chain, approval.version);
            let (Some(entry), Some(registry)) = (entry, registry(approval.registry)) else {
                continue;
            };
            receipts.push(CaseReceipt {
                wallet,
                chain,
                registry,
                carried: Carried::Approval,
                entry,
                version: approval.version,
                reached: Reached::Final,
                transaction: Some(approval.transaction),
                block: approval.block,
                settled: approval.finalized,
            });
        }
        for denial in store.denial_receipts(&case.issuer, wallet).await? {
            let version = told.records.version(wallet, denial.entry);
            let (Some(version), Some(registry)) = (version, registry(denial.registry)) else {
                continue;
            };
            receipts.push(CaseReceipt {
                wallet,
                chain: denial.registry.chain,
                registry,
                carried: Carried::Denial,
                entry: denial.entry,
                version,
                reached: denial.reached,
                transaction: denial.transaction,
                block: denial.block,
                settled: denial.finalized,
            });
        }
    }
    receipts.sort_by_key(|receipt| (receipt.entry, receipt.chain, receipt.registry));
    Ok(receipts)
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
