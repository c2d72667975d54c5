//! What several resources show: investors, their wallets and verdicts.

use alloy_primitives::B256;
use serde::Serialize;
use symbolon_core::{
    ids::{AuthorityIndex, ChainId},
    investor::{Investor, Source, Status, Verified},
    time::{Day, UnixSeconds},
    verdict::{self, RestrictedAuthorities},
    wallet::{ChainScope, Wallet},
};
use utoipa::ToSchema;

use crate::{change::Transaction, problem::Result};

use super::words::{
    AccreditationWord, Kind, Level, RejectionWord, ResidencyWord, RevocationWord, StatusWord,
};

/// An investor.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Investor)]
pub(crate) struct InvestorBody {
    /// 32 bytes that say nothing about the person.
    #[schema(example = "0x8f2a6c1d0e5b4f7a9c3e1d2b4a6f8c0e2d4b6a8c0e1f3d5b7a9c1e3f5d7b9a1c")]
    id: String,
    kind: Kind,
    /// The issuer's own reference.
    #[schema(example = "CRM-10042")]
    external_id: Option<String>,
    /// Where the investor stands.
    status: StatusWord,
    /// Whether the verdict holds at this moment, wallets aside: the status is
    /// `verified`, the expiry has not passed, neither bar lies on it, and the
    /// authority in charge is not restricted.
    verified: bool,
    /// Why the investor was rejected or revoked.
    reason: Option<ReasonWord>,
    /// Barred by the register, whatever the verdict.
    restricted: bool,
    /// Assets frozen by law: nothing moves without a licence.
    frozen: bool,
    /// The authority in charge: who made the investor known, who verified it
    /// last, or whom the owner gave it to. 0 is the issuer itself.
    #[schema(value_type = u8)]
    authority: AuthorityIndex,
    /// The verdict in force or last in force.
    verdict: Option<VerdictBody>,
    /// The wallets, in the order in which they were linked.
    wallets: Vec<WalletBody>,
    /// What it was certified for, by certificate.
    certificates: Vec<CertificateBody>,
    /// What is claimed of its identities, by topic.
    claims: Vec<ClaimBody>,
    /// The investor that it turned out to be: it stands for nobody itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    merged_into: Option<String>,
}

/// What is claimed of an investor under one topic.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Claim)]
pub(crate) struct ClaimBody {
    /// About what: a name, or a number.
    #[schema(example = "kyc")]
    topic: String,
    /// When it ends; null is with the verdict.
    #[schema(format = DateTime, example = "2028-01-01T00:00:00Z")]
    expiry: Option<String>,
    /// What it says beyond its topic.
    #[schema(value_type = Option<String>)]
    content: Option<B256>,
    /// Whether it was taken back.
    revoked: bool,
    /// Whether it stands at this moment.
    stands: bool,
}

/// What an investor holds of one certificate.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Certificate)]
pub(crate) struct CertificateBody {
    /// For what.
    #[schema(example = 7)]
    certificate: u64,
    /// The version of its requirements by which the investor was examined; 0 where
    /// it was refused beforehand.
    requirements: u32,
    /// When it ends; null is with the verdict.
    #[schema(format = DateTime, example = "2028-01-01T00:00:00Z")]
    expiry: Option<String>,
    /// Whether it was taken back.
    revoked: bool,
    /// Whether it counts at this moment, wallets aside.
    counts: bool,
}

/// Why an investor was rejected or revoked.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum ReasonWord {
    /// A revocation's.
    Revocation(RevocationWord),
    /// A rejection's.
    Rejection(RejectionWord),
}

impl InvestorBody {
    pub(crate) fn new(
        investor: Investor,
        restricted: RestrictedAuthorities,
        now: UnixSeconds,
    ) -> Self {
        let verified = holds(&investor, restricted, now);
        let reason = match &investor.status {
            Status::Revoked { reason, .. } => Some(ReasonWord::Revocation((*reason).into())),
            Status::Rejected(reason) => Some(ReasonWord::Rejection((*reason).into())),
            _ => None,
        };
        let certificates = investor
            .certificates
            .iter()
            .map(|(id, held)| CertificateBody {
                certificate: id.0,
                requirements: held.requirements.0,
                expiry: held.expiry.map(|expiry| expiry.to_string()),
                revoked: held.revoked,
                counts: verified && held.holds_at(now),
            });
        let claims = investor.claims.iter().map(|(topic, claim)| ClaimBody {
            topic: topic.to_string(),
            expiry: claim.expiry.map(|expiry| expiry.to_string()),
            content: claim.content,
            revoked: claim.revoked,
            stands: verified && claim.holds_at(now),
        });
        let wallets = wallets_of(&investor);
        Self {
            claims: claims.collect(),
            merged_into: investor.custody.merged_into.map(|into| into.to_string()),
            certificates: certificates.collect(),
            id: investor.id.to_string(),
            kind: investor.kind.into(),
            external_id: investor.external_id.map(String::from),
            status: investor.status.name().into(),
            verified,
            reason,
            restricted: investor.restricted,
            frozen: investor.frozen,
            authority: investor.authority,
            verdict: investor
                .status
                .verdict()
                .map(|verdict| VerdictBody::new(verdict, now)),
            wallets,
        }
    }
}

/// An investor's wallets, each with what is known of its holder.
pub(crate) fn wallets_of(investor: &Investor) -> Vec<WalletBody> {
    let signed = |wallet: &Wallet| investor.proofs.get(&wallet.address);
    let wallets = investor.wallets.iter().map(|wallet| WalletBody {
        signed: signed(wallet).map(|proof| proof.kind.as_str()),
        attested_by: signed(wallet).and_then(|proof| proof.attested_by.clone()),
        ..WalletBody::from(wallet.clone())
    });
    wallets.collect()
}

/// Whether the investor's verdict counts at `now`, wallets aside.
pub(crate) fn holds(
    investor: &Investor,
    restricted: RestrictedAuthorities,
    now: UnixSeconds,
) -> bool {
    matches!(&investor.status, Status::Verified(verdict) if verdict.holds_at(now))
        && !investor.restricted
        && !investor.frozen
        && !restricted.includes(investor.authority)
}

/// A verdict in the investor's favour.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Verdict)]
pub(crate) struct VerdictBody {
    level: Level,
    /// The jurisdiction of residence, ISO 3166-1 alpha-2.
    #[schema(example = "DE")]
    country: &'static str,
    /// What the investor may buy at this moment: `none` once the accreditation
    /// has lapsed.
    accreditation: AccreditationWord,
    /// The accreditation's last day.
    #[schema(format = Date, example = "2027-12-31")]
    accreditation_ends: Option<String>,
    /// Whether US law treats the investor as a US person, wherever it resides.
    us_person: bool,
    /// At least so old, in years, as was seen; null where nothing was.
    least_age: Option<u8>,
    /// How a natural person resides in its country, as was seen.
    residency: Option<ResidencyWord>,
    /// When the verdict ends; null is never.
    #[schema(format = DateTime, example = "2028-01-01T00:00:00Z")]
    expiry: Option<String>,
    source: SourceBody,
    /// When it was given.
    #[schema(format = DateTime, example = "2026-11-21T09:30:00Z")]
    verified_at: String,
}

impl VerdictBody {
    fn new(verdict: &Verified, now: UnixSeconds) -> Self {
        Self {
            level: verdict.level.into(),
            country: verdict.country.alpha2(),
            accreditation: verdict.accreditation_at(now).into(),
            accreditation_ends: verdict.accreditation_ends.map(date),
            us_person: verdict.us_person,
            least_age: verdict.person.least_age.map(|years| years.0),
            residency: verdict.person.residency.map(Into::into),
            expiry: verdict.expiry.map(|expiry| expiry.to_string()),
            source: SourceBody::from(verdict.source.clone()),
            verified_at: verdict.verified_at.to_string(),
        }
    }
}

/// Who answers for a verdict.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schema(as = Source)]
pub(crate) enum SourceBody {
    /// A KYC provider's record.
    Provider {
        /// The provider.
        #[schema(example = "sumsub")]
        name: String,
        /// The provider's id of the applicant.
        reference: String,
    },
    /// A named person who verified by hand and answers for it.
    Operator {
        /// The person's name, as the issuer's staff list has it.
        #[schema(example = "maria.keller")]
        operator: String,
        /// The text that they signed.
        text: String,
        /// The issuer's version of it.
        #[schema(example = "2026-03")]
        version: String,
    },
}

impl From<Source> for SourceBody {
    fn from(source: Source) -> Self {
        match source {
            Source::Provider { name, reference } => Self::Provider { name, reference },
            Source::Operator {
                operator,
                attestation,
            } => Self::Operator {
                operator,
                text: attestation.text,
                version: attestation.version,
            },
        }
    }
}

/// A wallet bound to an investor.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Wallet)]
pub(crate) struct WalletBody {
    /// With its EIP-55 checksum.
    #[schema(example = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")]
    address: String,
    /// The chains that it counts on; null is all of the issuer's.
    #[schema(value_type = Option<Vec<u64>>)]
    chains: Option<Vec<ChainId>>,
    /// Whether it may be used at all.
    active: bool,
    /// How often the chains were told something new of it.
    version: u16,
    /// By what it is known that its holder has signed: key, contract or
    /// undeployed_contract; null where it was bound by somebody's word alone.
    #[schema(value_type = Option<String>, example = "key")]
    signed: Option<&'static str>,
    /// Who answers for it that its holder is the investor, where nothing but an e-mail said
    /// so: the log has the text that they signed.
    attested_by: Option<String>,
}

impl From<Wallet> for WalletBody {
    fn from(wallet: Wallet) -> Self {
        Self {
            address: wallet.address.to_string(),
            chains: match wallet.chains {
                ChainScope::All => None,
                ChainScope::Only(chains) => Some(chains.into_iter().collect()),
            },
            active: wallet.active,
            version: wallet.version.0,
            signed: None,
            attested_by: None,
        }
    }
}

/// One thing that stands between a wallet and a yes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Reason)]
pub(crate) struct ReasonBody {
    /// `unknown_wallet`, `not_verified`, `expired`, `wallet_inactive`,
    /// `wallet_not_on_chain`, `investor_restricted`, `assets_frozen` or
    /// `authority_restricted`.
    #[schema(example = "expired")]
    code: &'static str,
    /// The same in words.
    #[schema(example = "the verdict ended at 2026-11-01T00:00:00Z")]
    message: String,
}

impl From<verdict::Reason> for ReasonBody {
    fn from(reason: verdict::Reason) -> Self {
        use verdict::Reason;
        let code = match reason {
            Reason::UnknownWallet => "unknown_wallet",
            Reason::NotVerified { .. } => "not_verified",
            Reason::Expired { .. } => "expired",
            Reason::WalletInactive => "wallet_inactive",
            Reason::WalletNotOnChain => "wallet_not_on_chain",
            Reason::InvestorRestricted => "investor_restricted",
            Reason::AssetsFrozen => "assets_frozen",
            Reason::AuthorityRestricted { .. } => "authority_restricted",
        };
        Self {
            code,
            message: reason.to_string(),
        }
    }
}

/// A day as a date.
pub(crate) fn date(day: Day) -> String {
    let midnight = UnixSeconds(day.end().0 - 86_400).to_string();
    midnight.split('T').next().unwrap_or_default().to_owned()
}

impl Transaction {
    /// An investor as it stands after what was decided here.
    pub(crate) async fn show(&mut self, investor: Investor) -> Result<InvestorBody> {
        let restricted = self.inner().restricted_authorities().await?;
        Ok(InvestorBody::new(investor, restricted, self.now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_written_as_it_is_read() {
        assert_eq!(date(Day(0)), "1970-01-01");
        let end = symbolon_core::time::parse_expiry("2027-12-31").unwrap();
        assert_eq!(date(UnixSeconds(end.0 - 1).day()), "2027-12-31");
    }
}
