//! What somebody asks of the register.

use std::collections::BTreeSet;

use alloy_primitives::B256;
use serde::{Deserialize, Serialize};

use crate::{
    authority::Mandate,
    certificate::{CertificateId, RequirementVersion},
    claim::ClaimTopic,
    country::Country,
    custody::{Remark, RetentionYears},
    customer::CustomerChange,
    ids::{ChainId, ExternalId, InstanceName, InvestorId},
    investor::{
        Accreditation, InvestorKind, Level, PersonFacts, RejectionReason, RevocationReason, Source,
    },
    link::LinkId,
    profile::Field,
    time::{Day, UnixSeconds},
    verification::VerificationId,
    wallet::{ChainScope, WalletAddress, WalletClaim},
};

/// A change that somebody wants for one investor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Make an investor known.
    RegisterInvestor {
        /// Person or entity.
        kind: InvestorKind,
        /// The issuer's own reference.
        external_id: Option<ExternalId>,
    },
    /// Bind a wallet to the investor.
    LinkWallet {
        /// Which one.
        wallet: WalletAddress,
        /// Where it counts.
        chains: ChainScope,
    },
    /// Take in that a wallet's holder has signed, and bind the wallet if need be. One
    /// that it takes the place of, since its key is lost, is barred.
    ProveWallet(WalletClaim),
    /// Take a wallet from the investor.
    RemoveWallet {
        /// Which one.
        wallet: WalletAddress,
    },
    /// Take in that a token moved the investor from a wallet whose key is lost
    /// to a new one. The lost one is barred everywhere; the new one counts on
    /// that chain alone, since a token's agent has no say on another.
    RecoverWallet {
        /// Whose key is lost.
        lost: WalletAddress,
        /// In its place.
        new: WalletAddress,
        /// Where.
        chain: ChainId,
    },
    /// Bar a wallet from use: its key is lost or stolen.
    DeactivateWallet {
        /// Which one.
        wallet: WalletAddress,
    },
    /// Let a wallet be used again.
    ReactivateWallet {
        /// Which one.
        wallet: WalletAddress,
    },
    /// Give the wallet's record a new version, since a chain holds another record
    /// that this one cannot follow. Nothing else changes.
    RenewRecord {
        /// Which one.
        wallet: WalletAddress,
    },
    /// Give a verdict in the investor's favour, the first or a renewal.
    Verify(Verdict),
    /// Register if need be, bind the wallet if need be, verify if anything
    /// differs: what a row of a batch asks. A withdrawn verdict is not given
    /// back this way, and a known investor's kind and a known wallet's chains
    /// stay as they are.
    Admit {
        /// Person or entity.
        kind: InvestorKind,
        /// The issuer's own reference.
        external_id: Option<ExternalId>,
        /// The wallet.
        wallet: WalletAddress,
        /// Where it counts.
        chains: ChainScope,
        /// The verdict.
        verdict: Verdict,
    },
    /// Put another authority in charge, as the owner decided.
    Reassign {
        /// Which one.
        to: Mandate,
    },
    /// Refuse a first verification.
    Reject(RejectionReason),
    /// Withdraw the verdict.
    Revoke(RevocationReason),
    /// Take notice that the verdict has ended.
    Expire,
    /// Bar the investor, whatever the verdict.
    Restrict,
    /// Lift the bar.
    LiftRestriction,
    /// Freeze the investor's assets by law.
    FreezeAssets,
    /// Lift the freeze.
    UnfreezeAssets {
        /// The licence or order that allows it.
        licence: String,
    },
    /// Certify the investor, the first time or again.
    Certify {
        /// For what.
        certificate: CertificateId,
        /// By which requirements.
        requirements: RequirementVersion,
        /// When that ends; `None` with the verdict.
        expiry: Option<UnixSeconds>,
    },
    /// Take a certificate back, or refuse it beforehand.
    RevokeCertificate {
        /// Which.
        certificate: CertificateId,
    },
    /// Claim something of the investor's identity, the first time or again.
    IssueClaim {
        /// About what.
        topic: ClaimTopic,
        /// When that ends; `None` with the verdict.
        expiry: Option<UnixSeconds>,
        /// What it says beyond its topic. Never personal data.
        content: Option<B256>,
    },
    /// Take a claim back, or refuse it beforehand.
    RevokeClaim {
        /// About what.
        topic: ClaimTopic,
    },
    /// Send it a link, or show one to whoever asks for it.
    OfferLink {
        /// Which.
        link: LinkId,
    },
    /// Take a link back.
    WithdrawLink {
        /// Which.
        link: LinkId,
    },
    /// Have done with an attempt that somebody had to look at.
    SettleVerification {
        /// Which.
        verification: VerificationId,
    },
    /// Keep its profile, however long ago the relation ended.
    PlaceHold {
        /// Who needs it, by a reference of theirs.
        reference: Remark,
    },
    /// Keep its profile for this one no longer.
    LiftHold {
        /// The reference of the hold.
        reference: Remark,
    },
    /// Change what the vault holds of it.
    ChangeProfile {
        /// Which values.
        fields: BTreeSet<Field>,
    },
    /// Show its profile to somebody.
    OpenProfile {
        /// What for.
        purpose: Remark,
    },
    /// Give its profile out, encrypted.
    ExportProfile {
        /// What for.
        purpose: Remark,
    },
    /// Let an instance know it as a customer.
    AddCustomer {
        /// Which instance.
        instance: InstanceName,
    },
    /// Change something of it as an instance's customer.
    ChangeCustomer {
        /// Which instance's.
        instance: InstanceName,
        /// What.
        change: CustomerChange,
    },
    /// Show what an instance knows of it as its customer.
    OpenCustomer {
        /// Which instance.
        instance: InstanceName,
        /// What for.
        purpose: Remark,
    },
    /// Give out what an instance knows of it as its customer.
    ExportCustomer {
        /// Which instance.
        instance: InstanceName,
        /// What for.
        purpose: Remark,
    },
    /// Have done with it, since it is another investor. It must be merely a name.
    MergeInvestor {
        /// Which one.
        into: InvestorId,
    },
    /// Erase its profile, if its time has come.
    EraseProfile {
        /// When the status became what it is.
        since: UnixSeconds,
        /// How long the issuer keeps profiles.
        retention: RetentionYears,
    },
}

/// The verdict that an operator or provider gives; the register adds the
/// moment and the authority.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// How thoroughly.
    pub level: Level,
    /// The jurisdiction of residence.
    pub country: Country,
    /// What the investor may buy.
    pub accreditation: Accreditation,
    /// The last day of the accreditation.
    pub accreditation_ends: Option<Day>,
    /// Whether US law treats the investor as a US person.
    pub us_person: bool,
    /// What was seen of the person; chains are not told.
    pub person: PersonFacts,
    /// When the verdict ends; `None` is never.
    pub expiry: Option<UnixSeconds>,
    /// Who answers for it.
    pub source: Source,
}
