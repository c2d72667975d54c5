//! Checks a case file, offline.

use std::path::Path;

use alloy::primitives::{Address, Signature, eip191_hash_message};
use serde_json::{Value, json};
use symbolon_core::{
    case::{Case, CaseFault, ClaimedWallet, Told},
    ownership::Message,
    wallet::ProofKind,
};

use super::SignedCase;
use crate::{
    context::Context,
    exit::{Exit, Failure, Result},
    kind::word,
    output::counted,
};

/// By what a wallet is the investor's, as far as that can be told offline.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Bound {
    /// Its key signed, and that was checked here.
    Signed,
    /// A contract said so, in a block that the evidence names: ask its chain.
    ByContract,
    /// By the word of whoever bound it.
    ByWord,
    /// The evidence is not what it claims.
    Wrong,
}

impl Bound {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Signed => "signed",
            Self::ByContract => "by_contract",
            Self::ByWord => "by_word",
            Self::Wrong => "wrong",
        }
    }
}

pub(super) fn run(file: &Path, wanted: Option<Address>, context: &Context) -> Result<Exit> {
    let text = std::fs::read(file).map_err(Failure::file("read", file))?;
    let signed: SignedCase = serde_json::from_slice(&text).map_err(|_| {
        Failure::refused(format!(
            "{}: no case file, or of another version: name a file that `symbolon case` wrote",
            file.display()
        ))
    })?;
    let told = signed.case.check();
    let faults = faults(&signed, wanted, told.as_ref().err());
    let wallets = signed.case.wallets().unwrap_or_default();
    let wallets: Vec<_> = wallets
        .iter()
        .map(|wallet| (wallet, bound(wallet)))
        .collect();
    let forged = wallets.iter().any(|(_, bound)| *bound == Bound::Wrong);
    let genuine = faults.is_empty() && !forged;
    let document = document(&signed, told.as_ref().ok(), &faults, &wallets, genuine);
    context.output.result(&document, || {
        let mut lines = claims(&signed.case, told.as_ref().ok());
        lines.extend(faults.iter().cloned());
        for (wallet, bound) in &wallets {
            lines.push(format!("{}: {}", wallet.wallet, bound.as_str()));
            lines.extend(wallet.attested.as_ref().map(|word| {
                format!(
                    "  bound by an e-mail; that its holder is the investor, {} attests (version {})",
                    word.operator, word.attestation.version
                )
            }));
        }
        lines.push(match genuine {
            true => format!(
                "genuine: {} are as {} signed them",
                counted(signed.case.entries.len() as u64, "entry", "entries"),
                signed.signer
            ),
            false => "NOT genuine: this case file is not what it claims to be".to_owned(),
        });
        if genuine && wanted.is_none() {
            lines.push(format!(
                "still to be checked: that {0} signs for {1}. Ask {1}'s registry for isMirror({0}), or name the signer that you know by --signer",
                signed.signer, signed.case.issuer
            ));
        }
        lines.join("\n")
    })?;
    match genuine {
        true => Ok(Exit::Done),
        false => Ok(Exit::Tampering),
    }
}

/// What the file says of the investor, in lines.
fn claims(case: &Case, told: Option<&Told>) -> Vec<String> {
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
    lines.push(format!("made {} by {}", case.made, case.made_by));
    lines
}

fn document(
    signed: &SignedCase,
    told: Option<&Told>,
    faults: &[String],
    wallets: &[(&ClaimedWallet, Bound)],
    genuine: bool,
) -> Value {
    let case = &signed.case;
    let verdict = told.and_then(|told| told.investor.status.verdict());
    json!({
        "genuine": genuine,
        "faults": faults,
        "issuer": case.issuer.to_string(),
        "investor": case.investor.to_string(),
        "status": case.status.as_str(),
        "since": told.map(|told| told.since.to_string()),
        "level": verdict.map(|verdict| word(&verdict.level)),
        "expiry": verdict.and_then(|verdict| Some(verdict.expiry?.to_string())),
        "made": case.made.to_string(),
        "made_by": case.made_by,
        "signer": signed.signer.to_string(),
        "entries": case.entries.len(),
        "wallets": wallets.iter().map(|(wallet, bound)| json!({
            "wallet": wallet.wallet.to_string(),
            "entry": wallet.entry.0,
            "bound": bound.as_str(),
            "attested": wallet.attested,
        })).collect::<Vec<_>>(),
    })
}

fn faults(signed: &SignedCase, wanted: Option<Address>, fault: Option<&CaseFault>) -> Vec<String> {
    let mut faults = Vec::new();
    if let Some(wanted) = wanted.filter(|wanted| *wanted != signed.signer) {
        faults.push(format!(
            "the file is signed by {}, and not by {wanted}",
            signed.signer
        ));
    }
    if !is_by(signed) {
        faults.push(format!(
            "the signature is not by {}: the file was changed, or signed by somebody else",
            signed.signer
        ));
    }
    faults.extend(fault.map(ToString::to_string));
    faults
}

fn is_by(signed: &SignedCase) -> bool {
    let digest = Case::digest(&signed.case);
    let hash = eip191_hash_message(digest);
    Signature::from_raw(&signed.signature)
        .and_then(|signature| signature.recover_address_from_prehash(&hash))
        .is_ok_and(|signer| signer == signed.signer)
}

fn bound(claimed: &ClaimedWallet) -> Bound {
    let Some(evidence) = &claimed.evidence else {
        return Bound::ByWord;
    };
    let message: Option<Message> = evidence.message.parse().ok();
    let names = message
        .is_some_and(|message| message.wallet == claimed.wallet && message.chain == evidence.chain);
    if !names {
        return Bound::Wrong;
    }
    if evidence.kind != ProofKind::Key {
        return Bound::ByContract;
    }
    let hash = eip191_hash_message(evidence.message.as_bytes());
    let signer = Signature::from_raw(&evidence.signature)
        .and_then(|signature| signature.recover_address_from_prehash(&hash));
    match signer {
        Ok(signer) if signer == claimed.wallet.address() => Bound::Signed,
        _ => Bound::Wrong,
    }
}
