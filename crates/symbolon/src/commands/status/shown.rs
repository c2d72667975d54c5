//! How a wallet or an investor is shown, to programs and to people.

use serde::Serialize;
use symbolon_core::{
    certificate::{Certificate, CertificateId},
    claim::{Claim, ClaimTopic},
    ids::{ExternalId, InvestorId, RegistryId},
    investor::{Investor, PersonFacts, StatusName, Verified},
    time::UnixSeconds,
    verdict::Reason,
    wallet::WalletAddress,
};

use crate::{
    kind::word,
    output::{as_place, as_shown, table},
};

/// An investor, with its last verdict.
#[derive(Serialize)]
pub(super) struct ShownInvestor {
    pub(super) investor: InvestorId,
    pub(super) external_id: Option<ExternalId>,
    pub(super) kind: String,
    pub(super) status: StatusName,
    pub(super) restricted: bool,
    pub(super) frozen: bool,
    pub(super) verdict: Option<ShownVerdict>,
    pub(super) certificates: Vec<ShownCertificate>,
    pub(super) claims: Vec<ShownClaim>,
}

/// What an investor was certified for.
#[derive(Serialize)]
pub(super) struct ShownCertificate {
    pub(super) certificate: CertificateId,
    #[serde(flatten)]
    pub(super) held: Certificate,
}

/// What is claimed of an investor.
#[derive(Serialize)]
pub(super) struct ShownClaim {
    pub(super) topic: ClaimTopic,
    #[serde(flatten)]
    pub(super) held: Claim,
}

/// A verdict.
#[derive(Serialize)]
pub(super) struct ShownVerdict {
    pub(super) level: String,
    pub(super) country: String,
    pub(super) rating: u8,
    pub(super) us_person: bool,
    #[serde(flatten)]
    pub(super) person: PersonFacts,
    pub(super) expiry: Option<String>,
    pub(super) verified_at: String,
}

/// A wallet, with all that bars it.
#[derive(Serialize)]
pub(super) struct ShownWallet {
    #[serde(serialize_with = "as_shown")]
    pub(super) wallet: WalletAddress,
    /// By what it is known that its holder has signed; nothing where somebody's word bound it.
    pub(super) signed: Option<&'static str>,
    /// Who answers for it that the holder is the investor, where nothing but an e-mail said so.
    pub(super) attested_by: Option<String>,
    pub(super) verified: bool,
    pub(super) reasons: Vec<ShownReason>,
    pub(super) chains: Vec<ShownChain>,
}

/// A reason, for programs and for people.
#[derive(Serialize)]
pub(super) struct ShownReason {
    #[serde(flatten)]
    pub(super) reason: Reason,
    pub(super) message: String,
}

/// What one chain holds.
#[derive(Serialize)]
pub(super) struct ShownChain {
    #[serde(flatten, serialize_with = "as_place")]
    pub(super) registry: RegistryId,
    pub(super) name: String,
    /// As the chain would answer now.
    pub(super) verified: bool,
    /// Whether the chain is yet to be told of something.
    pub(super) pending: bool,
    pub(super) version: u16,
}

/// The answer.
#[derive(Serialize)]
pub(super) struct Shown {
    #[serde(flatten)]
    pub(super) investor: Option<ShownInvestor>,
    pub(super) wallets: Vec<ShownWallet>,
}

impl ShownInvestor {
    pub(super) fn of(investor: &Investor) -> Self {
        Self {
            investor: investor.id,
            external_id: investor.external_id.clone(),
            kind: word(&investor.kind),
            status: investor.status.name(),
            restricted: investor.restricted,
            frozen: investor.frozen,
            verdict: investor.status.verdict().map(ShownVerdict::of),
            certificates: investor
                .certificates
                .iter()
                .map(|(certificate, held)| ShownCertificate {
                    certificate: *certificate,
                    held: *held,
                })
                .collect(),
            claims: investor
                .claims
                .iter()
                .map(|(topic, held)| ShownClaim {
                    topic: *topic,
                    held: *held,
                })
                .collect(),
        }
    }
}

impl ShownVerdict {
    pub(super) fn of(verdict: &Verified) -> Self {
        Self {
            level: word(&verdict.level),
            country: verdict.country.to_string(),
            rating: verdict.accreditation.rating(),
            us_person: verdict.us_person,
            person: verdict.person,
            expiry: verdict.expiry.map(|at| at.to_string()),
            verified_at: verdict.verified_at.to_string(),
        }
    }
}

pub(super) fn text(shown: &Shown) -> String {
    let mut lines = Vec::new();
    if let Some(investor) = &shown.investor {
        let reference = investor.external_id.as_ref().map(|id| format!(" ({id})"));
        lines.push(format!(
            "investor {}{}: {}",
            investor.investor,
            reference.unwrap_or_default(),
            investor.status
        ));
        if let Some(verdict) = &investor.verdict {
            let expiry = verdict
                .expiry
                .as_ref()
                .map_or("never ends".to_owned(), |at| format!("ends {at}"));
            lines.push(format!(
                "verdict of {}: {}, {}, rating {}, {expiry}",
                verdict.verified_at, verdict.country, verdict.level, verdict.rating
            ));
        }
    }
    for certificate in shown.investor.iter().flat_map(|one| &one.certificates) {
        let held = &certificate.held;
        let how = standing(held.revoked, held.expiry);
        lines.push(format!("certificate {}: {how}", certificate.certificate));
    }
    for claim in shown.investor.iter().flat_map(|one| &one.claims) {
        let how = standing(claim.held.revoked, claim.held.expiry);
        lines.push(format!("claim {}: {how}", claim.topic));
    }
    for wallet in &shown.wallets {
        if wallet.verified {
            lines.push(format!("{}: verified", wallet.wallet));
        } else {
            let reasons: Vec<_> = wallet.reasons.iter().map(|r| r.message.as_str()).collect();
            lines.push(format!(
                "{}: not verified: {}",
                wallet.wallet,
                reasons.join("; ")
            ));
        }
        if let Some(operator) = &wallet.attested_by {
            lines.push(format!(
                "  bound by an e-mail; that its holder is the investor, {operator} attests"
            ));
        }
        if !wallet.chains.is_empty() {
            let mut chains = table(["chain", "name", "says", "register's news"]);
            for chain in &wallet.chains {
                chains.add_row([
                    chain.registry.to_string(),
                    chain.name.clone(),
                    if chain.verified {
                        "verified"
                    } else {
                        "not verified"
                    }
                    .to_owned(),
                    if chain.pending {
                        "on their way"
                    } else {
                        "all there"
                    }
                    .to_owned(),
                ]);
            }
            lines.push(chains.to_string());
        }
    }
    lines.join("\n")
}

fn standing(revoked: bool, expiry: Option<UnixSeconds>) -> String {
    match (revoked, expiry) {
        (true, _) => "revoked".to_owned(),
        (false, Some(expiry)) => format!("ends {expiry}"),
        (false, None) => "ends with the verdict".to_owned(),
    }
}
