//! Checks a case file, offline.

use std::path::{Path, PathBuf};

use alloy::primitives::Address;
use serde_json::{Value, json};
use symbolon_core::case::{CaseReceipt, CaseVerification};

use super::{SignedCase, checked::Checked, page, put};
use crate::{
    context::Context,
    exit::{Exit, Failure, Result, one_line},
    kind::word,
    output::counted,
};

pub(super) fn run(
    file: &Path,
    wanted: Option<Address>,
    out: Option<PathBuf>,
    context: &Context,
) -> Result<Exit> {
    let text = std::fs::read(file).map_err(Failure::file("read", file))?;
    let signed: SignedCase = serde_json::from_slice(&text).map_err(|_| {
        Failure::refused(format!(
            "{}: no case file, or of another version: name a file that `symbolon case` wrote",
            file.display()
        ))
    })?;
    let checked = Checked::of(signed, wanted);
    let told = checked.genuine();
    // Nobody prints what does not hold.
    if let (Some(out), Some(told)) = (&out, told) {
        put("--page", out, page::html(&checked, told)?.as_bytes())?;
    }
    let written = out.filter(|_| told.is_some());
    let genuine = told.is_some();
    let document = document(&checked, written.as_deref());
    context.output.result(&document, || {
        let mut lines = claims(&checked);
        lines.extend(checked.faults.iter().cloned());
        for (wallet, bound) in &checked.wallets {
            lines.push(format!("{}: {}", wallet.wallet, bound.as_str()));
            lines.extend(wallet.attested.as_ref().map(|word| {
                format!(
                    "  bound by an e-mail; that its holder is the investor, {} attests (version {})",
                    word.operator, word.attestation.version
                )
            }));
        }
        lines.extend(checked.signed.case.receipts.iter().map(receipt));
        lines.extend(verdict(&checked));
        if let Some(written) = &written {
            lines.push(format!("the page is {}", written.display()));
        }
        lines.join("\n")
    })?;
    match genuine {
        true => Ok(Exit::Done),
        false => Ok(Exit::Tampering),
    }
}

/// What the file says of the investor, in lines.
fn claims(checked: &Checked) -> Vec<String> {
    let (case, told) = (&checked.signed.case, checked.told.as_ref());
    let mut lines = vec![
        format!("investor {} of {}", case.investor, case.issuer),
        match told {
            Some(told) => format!("status: {} since {}", case.status, told.since),
            None => format!("status: {}, as it claims", case.status),
        },
    ];
    if let Some(verdict) = told.and_then(|told| told.investor.status.verdict()) {
        let end = match verdict.expiry {
            Some(end) => format!("until {end}"),
            None => "without end".to_owned(),
        };
        let (level, country) = (word(&verdict.level), verdict.country);
        let given = verdict.verified_at;
        lines.push(format!("verdict: {level}, {country}, given {given}, {end}"));
    }
    // Whoever made the file chose the name.
    let by = one_line(&case.made_by);
    lines.push(format!("made {} by {by}", case.made));
    lines
}

fn receipt(receipt: &CaseReceipt) -> String {
    let mut line = format!(
        "{}: {} of entry {} on chain {}: {}",
        receipt.wallet,
        receipt.carried.as_str(),
        receipt.entry.0,
        receipt.chain,
        receipt.reached
    );
    if let Some(block) = receipt.block {
        line.push_str(&format!(" in block {block}"));
    }
    if let Some(transaction) = receipt.transaction {
        line.push_str(&format!(", {transaction}"));
    }
    line
}

/// Whether all of it holds, and what is left to do.
fn verdict(checked: &Checked) -> Vec<String> {
    let (case, signer) = (&checked.signed.case, checked.signed.signer);
    if checked.genuine().is_none() {
        return vec!["NOT genuine: this case file is not what it claims to be".to_owned()];
    }
    let entries = counted(case.entries.len() as u64, "entry", "entries");
    let mut lines = vec![format!("genuine: {entries} are as {signer} signed them")];
    if !checked.knows_signer {
        lines.push(format!(
            "still to be checked: that {signer} signs for {0}. Ask {0}'s registry for isMirror({signer}), or name the signer that you know by --signer",
            case.issuer
        ));
    }
    lines
}

fn document(checked: &Checked, page: Option<&Path>) -> Value {
    let case = &checked.signed.case;
    let told = checked.told.as_ref();
    let verdict = told.and_then(|told| told.investor.status.verdict());
    json!({
        "genuine": checked.genuine().is_some(),
        "faults": checked.faults,
        "issuer": case.issuer.to_string(),
        "investor": case.investor.to_string(),
        "status": case.status.as_str(),
        "since": told.map(|told| told.since.to_string()),
        "level": verdict.map(|verdict| word(&verdict.level)),
        "expiry": verdict.and_then(|verdict| Some(verdict.expiry?.to_string())),
        "made": case.made.to_string(),
        "made_by": case.made_by,
        "signer": checked.signed.signer.to_string(),
        "entries": case.entries.len(),
        "wallets": checked.wallets.iter().map(|(wallet, bound)| json!({
            "wallet": wallet.wallet.to_string(),
            "entry": wallet.entry.0,
            "bound": bound.as_str(),
            "attested": wallet.attested,
        })).collect::<Vec<_>>(),
        "verifications": case.verifications.iter().map(attempt_document).collect::<Vec<_>>(),
        "receipts": case.receipts.iter().map(receipt_document).collect::<Vec<_>>(),
        "page": page.map(|page| page.display().to_string()),
    })
}

fn attempt_document(attempt: &CaseVerification) -> Value {
    json!({
        "provider": attempt.provider.to_string(),
        "reference": attempt.reference,
        "state": attempt.state.as_str(),
        "opened": attempt.opened.to_string(),
        "entry": attempt.decision.map(|entry| entry.0),
    })
}

fn receipt_document(receipt: &CaseReceipt) -> Value {
    json!({
        "wallet": receipt.wallet.to_string(),
        "chain_id": receipt.chain.0,
        "registry": receipt.registry.to_string(),
        "carried": receipt.carried.as_str(),
        "entry": receipt.entry.0,
        "version": receipt.version.0,
        "reached": receipt.reached.as_str(),
        "transaction": receipt.transaction,
        "block": receipt.block,
        "settled": receipt.settled.map(|at| at.to_string()),
    })
}
