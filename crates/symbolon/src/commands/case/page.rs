//! A case file as a page for people: made of the file alone, without scripts, and of nothing
//! but what was found genuine.

use std::collections::BTreeSet;

use askama::Template;
use symbolon_core::{
    case::{Case, CaseEntry, CaseReceipt, CaseRule, CaseVerification, ClaimedWallet, Told},
    investor::Investor,
};

use super::{
    checked::{Bound, Checked},
    words::{self, plain},
};
use crate::{
    exit::{Exit, Failure, Result},
    output::counted,
};

const UNKNOWN: &str = "–";

#[derive(Template)]
#[template(path = "case.html")]
struct Page<'a> {
    style: &'static str,
    case: &'a Case,
    /// What stands of it, by headings.
    stands: Vec<(&'static str, String)>,
    wallets: Vec<WalletRow<'a>>,
    decisions: Vec<DecisionRow<'a>>,
    attempts: Vec<AttemptRow<'a>>,
    rules: &'a [CaseRule],
    receipts: Vec<ReceiptRow<'a>>,
    registries: Vec<String>,
    entries: String,
    signer: String,
    knows_signer: bool,
    digest: String,
    signature: String,
}

struct WalletRow<'a> {
    wallet: String,
    entry: u64,
    stands: &'static str,
    bound: String,
    /// What was signed, and the signature.
    evidence: Option<(&'a str, String)>,
}

struct DecisionRow<'a> {
    entry: &'a CaseEntry,
    said: Vec<String>,
}

struct AttemptRow<'a> {
    attempt: &'a CaseVerification,
    reference: &'a str,
    state: &'static str,
    concerns: String,
    entry: String,
}

struct ReceiptRow<'a> {
    receipt: &'a CaseReceipt,
    wallet: String,
    carried: &'static str,
    block: String,
    transaction: String,
    settled: String,
}

/// The page of a case that is genuine, and of what its entries make.
pub(super) fn html(checked: &Checked, told: &Told) -> Result<String> {
    let (signed, case) = (&checked.signed, &checked.signed.case);
    let decisions = case.entries.iter().map(DecisionRow::of);
    let decisions: Vec<_> = decisions
        .collect::<Result<_, _>>()
        .map_err(|fault| Failure::new(Exit::Tampering, fault))?;
    let registries = case.receipts.iter();
    let registries: BTreeSet<_> = registries
        .map(|receipt| (receipt.chain, receipt.registry))
        .collect();
    let wallets = checked.wallets.iter().enumerate();
    let page = Page {
        style: include_str!("../../../templates/case.css"),
        stands: stands(case, told),
        wallets: wallets
            .map(|(place, (wallet, bound))| {
                let mut later = checked.wallets[place + 1..].iter();
                let again = later.any(|(later, _)| later.wallet == wallet.wallet);
                WalletRow::of(wallet, *bound, again, &told.investor)
            })
            .collect(),
        decisions,
        attempts: case.verifications.iter().map(AttemptRow::of).collect(),
        rules: &case.rules,
        receipts: case.receipts.iter().map(ReceiptRow::of).collect(),
        registries: registries
            .iter()
            .map(|(chain, registry)| format!("{registry} on chain {chain}"))
            .collect(),
        entries: counted(case.entries.len() as u64, "decision", "decisions"),
        signer: signed.signer.to_string(),
        knows_signer: checked.knows_signer,
        digest: case.digest().to_string(),
        signature: signed.signature.to_string(),
        case,
    };
    page.render()
        .map_err(|error| Failure::new(Exit::Unexpected, error))
}

fn stands(case: &Case, told: &Told) -> Vec<(&'static str, String)> {
    let investor = &told.investor;
    let mut stands = vec![
        ("Status", format!("{} since {}", case.status, told.since)),
        ("Kind", plain(&investor.kind)),
    ];
    if let Some(id) = &investor.external_id {
        stands.push(("The issuer's reference", id.to_string()));
    }
    if let Some(verdict) = investor.status.verdict() {
        let facts = words::facts(verdict).join(", ");
        stands.push(("Verdict, in force or last", facts));
        stands.push(("Given", verdict.verified_at.to_string()));
        stands.push(("Evidence", words::source(&verdict.source)));
    }
    if investor.restricted {
        stands.push(("Barred", "yes, whatever the verdict".to_owned()));
    }
    if investor.frozen {
        stands.push(("Assets", "frozen".to_owned()));
    }
    if !investor.authority.is_owner() {
        stands.push(("Authority in charge", investor.authority.to_string()));
    }
    stands
}

impl<'a> WalletRow<'a> {
    fn of(claimed: &'a ClaimedWallet, bound: Bound, again: bool, investor: &Investor) -> Self {
        let held = investor.wallet(claimed.wallet).filter(|_| !again);
        let evidence = claimed.evidence.as_ref();
        Self {
            wallet: claimed.wallet.to_string(),
            entry: claimed.entry.0,
            stands: match held {
                Some(held) if held.active => "bound",
                Some(_) => "barred",
                None => "removed",
            },
            bound: match (bound, evidence) {
                (Bound::Signed, _) => "its key signed, which was checked".to_owned(),
                (Bound::ByContract, Some(evidence)) => match evidence.block {
                    Some((number, hash)) => format!(
                        "its contract said so: ask chain {} in block {number} ({hash})",
                        evidence.chain
                    ),
                    None => format!("its contract said so: ask chain {}", evidence.chain),
                },
                (Bound::Wrong, _) => "WRONG: nobody signed this".to_owned(),
                _ => "the word of whoever bound it".to_owned(),
            },
            evidence: evidence
                .map(|evidence| (evidence.message.as_str(), evidence.signature.to_string())),
        }
    }
}

impl<'a> DecisionRow<'a> {
    fn of(entry: &'a CaseEntry) -> Result<Self, symbolon_core::case::CaseFault> {
        let said = entry.events()?.iter().map(words::event).collect();
        Ok(Self { entry, said })
    }
}

impl<'a> AttemptRow<'a> {
    fn of(attempt: &'a CaseVerification) -> Self {
        let concerns: Vec<_> = attempt.concerns.iter().map(plain).collect();
        let entry = attempt.decision.map(|entry| entry.0.to_string());
        Self {
            reference: attempt.reference.as_deref().unwrap_or(UNKNOWN),
            state: attempt.state.as_str(),
            concerns: match concerns.is_empty() {
                true => UNKNOWN.to_owned(),
                false => concerns.join("; "),
            },
            entry: known(entry),
            attempt,
        }
    }
}

impl<'a> ReceiptRow<'a> {
    fn of(receipt: &'a CaseReceipt) -> Self {
        Self {
            wallet: receipt.wallet.to_string(),
            carried: receipt.carried.as_str(),
            block: known(receipt.block.map(|block| block.to_string())),
            transaction: known(receipt.transaction.map(|hash| hash.to_string())),
            settled: known(receipt.settled.map(|at| at.to_string())),
            receipt,
        }
    }
}

fn known(text: Option<String>) -> String {
    text.unwrap_or_else(|| UNKNOWN.to_owned())
}
