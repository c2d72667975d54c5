//! What happened: the register's only source of state (I1).

use std::collections::BTreeSet;

use alloy_primitives::B256;
use serde::{Deserialize, Serialize};

use crate::{
    certificate::{CertificateId, RequirementVersion},
    claim::ClaimTopic,
    custody::Remark,
    customer::CustomerChange,
    ids::{AuthorityIndex, ExternalId, InstanceName, InvestorId},
    investor::{Attested, InvestorKind, RejectionReason, RevocationReason, Verified},
    link::LinkId,
    profile::Field,
    time::UnixSeconds,
    verification::VerificationId,
    wallet::{ChainScope, OwnershipEvidence, Version, WalletAddress},
};

/// Something that happened to an investor. Free of personal data (I6).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum Event {
    /// The investor became known.
    InvestorRegistered {
        /// Person or entity.
        kind: InvestorKind,
        /// The issuer's own reference.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        external_id: Option<ExternalId>,
        /// Who made it known.
        #[serde(default, skip_serializing_if = "AuthorityIndex::is_owner")]
        authority: AuthorityIndex,
    },
    /// The issuer's own reference became known later.
    ExternalIdAssigned {
        /// The reference.
        external_id: ExternalId,
    },
    /// A wallet was bound to the investor.
    WalletLinked {
        /// Which one.
        wallet: WalletAddress,
        /// Where it counts.
        #[serde(default)]
        chains: ChainScope,
        /// Where the tombstone of an earlier binding stands; 0 for an address
        /// never seen.
        #[serde(default, skip_serializing_if = "Version::is_zero")]
        version: Version,
    },
    /// A wallet's holder signed.
    WalletProven {
        /// Which one.
        wallet: WalletAddress,
        /// When.
        at: UnixSeconds,
        /// What was signed.
        evidence: OwnershipEvidence,
        /// Who answers for it that the holder is the investor, where nothing but an e-mail
        /// said so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        attested: Option<Attested>,
    },
    /// A wallet was taken from the investor; the chains keep a tombstone.
    WalletRemoved {
        /// Which one.
        wallet: WalletAddress,
    },
    /// A wallet may not be used for now.
    WalletDeactivated {
        /// Which one.
        wallet: WalletAddress,
    },
    /// A wallet may be used again.
    WalletReactivated {
        /// Which one.
        wallet: WalletAddress,
    },
    /// Another authority is in charge from now on.
    InvestorReassigned {
        /// Which one.
        authority: AuthorityIndex,
    },
    /// A verdict in the investor's favour, the first or a renewal.
    InvestorVerified(Verified),
    /// A first verification failed.
    InvestorRejected {
        /// Why.
        reason: RejectionReason,
    },
    /// The verdict was withdrawn.
    InvestorRevoked {
        /// Why.
        reason: RevocationReason,
    },
    /// The verdict ended by itself.
    InvestorExpired,
    /// The register barred the investor, whatever the verdict.
    InvestorRestricted,
    /// The bar was lifted.
    RestrictionLifted,
    /// The law froze the investor's assets.
    AssetsFrozen,
    /// The freeze was lifted.
    AssetsUnfrozen {
        /// The licence or order that allows it.
        licence: String,
    },
    /// It was certified, the first time or again.
    CertificateIssued {
        /// For what.
        certificate: CertificateId,
        /// By which requirements.
        requirements: RequirementVersion,
        /// When that ends; `None` with the verdict.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expiry: Option<UnixSeconds>,
    },
    /// A certificate was taken back, or refused beforehand.
    CertificateRevoked {
        /// Which.
        certificate: CertificateId,
    },
    /// Something was claimed of its identity, the first time or again.
    ClaimIssued {
        /// About what.
        topic: ClaimTopic,
        /// When that ends; `None` with the verdict.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expiry: Option<UnixSeconds>,
        /// What it says beyond its topic.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        content: Option<B256>,
    },
    /// A claim was taken back, or refused beforehand.
    ClaimRevoked {
        /// About what.
        topic: ClaimTopic,
    },
    /// A link was sent to it, or shown to whoever asked for one.
    LinkOffered {
        /// Which.
        link: LinkId,
    },
    /// A link was taken back.
    LinkWithdrawn {
        /// Which.
        link: LinkId,
    },
    /// Somebody has looked at an attempt to verify it.
    VerificationSettled {
        /// Which.
        verification: VerificationId,
    },
    /// Somebody needs its profile kept.
    LegalHoldPlaced {
        /// Whoever, by a reference of theirs.
        reference: Remark,
    },
    /// Somebody needs its profile no longer.
    LegalHoldLifted {
        /// The reference of the hold.
        reference: Remark,
    },
    /// What the vault holds of it was changed: which values, never what they say.
    ProfileChanged {
        /// Which.
        fields: BTreeSet<Field>,
    },
    /// Somebody was shown its profile.
    ProfileOpened {
        /// What for.
        purpose: Remark,
    },
    /// Its profile left the vault, encrypted.
    ProfileExported {
        /// What for.
        purpose: Remark,
    },
    /// An instance knows it as a customer from then on.
    CustomerAdded {
        /// Which instance.
        instance: InstanceName,
    },
    /// An instance changed something of it as its customer: what, never what that says.
    CustomerChanged {
        /// Which instance.
        instance: InstanceName,
        /// What.
        change: CustomerChange,
    },
    /// Somebody was shown what an instance knows of it as its customer.
    CustomerOpened {
        /// Which instance.
        instance: InstanceName,
        /// What for.
        purpose: Remark,
    },
    /// What an instance knows of it as its customer left the vault.
    CustomerExported {
        /// Which instance.
        instance: InstanceName,
        /// What for.
        purpose: Remark,
    },
    /// It turned out to be another investor, and had no story of its own: what was
    /// known of it is that one's now, and it stands for nobody.
    InvestorMerged {
        /// Which one.
        into: InvestorId,
    },
    /// Its profile was erased: the register no longer knows who it was.
    ProfileErased,
    /// The record that chains hold for a wallet is no longer what they must
    /// hold: the mirror owes them this version (I2).
    RecordChanged {
        /// Which one.
        wallet: WalletAddress,
        /// The version that the new record carries.
        version: Version,
    },
}

impl Event {
    /// The event's name in the past tense, as logs and clients know it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::InvestorRegistered { .. } => "InvestorRegistered",
            Self::ExternalIdAssigned { .. } => "ExternalIdAssigned",
            Self::WalletLinked { .. } => "WalletLinked",
            Self::WalletProven { .. } => "WalletProven",
            Self::WalletRemoved { .. } => "WalletRemoved",
            Self::WalletDeactivated { .. } => "WalletDeactivated",
            Self::WalletReactivated { .. } => "WalletReactivated",
            Self::InvestorReassigned { .. } => "InvestorReassigned",
            Self::InvestorVerified(_) => "InvestorVerified",
            Self::InvestorRejected { .. } => "InvestorRejected",
            Self::InvestorRevoked { .. } => "InvestorRevoked",
            Self::InvestorExpired => "InvestorExpired",
            Self::InvestorRestricted => "InvestorRestricted",
            Self::RestrictionLifted => "RestrictionLifted",
            Self::AssetsFrozen => "AssetsFrozen",
            Self::AssetsUnfrozen { .. } => "AssetsUnfrozen",
            Self::CertificateIssued { .. } => "CertificateIssued",
            Self::CertificateRevoked { .. } => "CertificateRevoked",
            Self::ClaimIssued { .. } => "ClaimIssued",
            Self::ClaimRevoked { .. } => "ClaimRevoked",
            Self::LinkOffered { .. } => "LinkOffered",
            Self::LinkWithdrawn { .. } => "LinkWithdrawn",
            Self::VerificationSettled { .. } => "VerificationSettled",
            Self::LegalHoldPlaced { .. } => "LegalHoldPlaced",
            Self::LegalHoldLifted { .. } => "LegalHoldLifted",
            Self::ProfileChanged { .. } => "ProfileChanged",
            Self::ProfileOpened { .. } => "ProfileOpened",
            Self::ProfileExported { .. } => "ProfileExported",
            Self::CustomerAdded { .. } => "CustomerAdded",
            Self::CustomerChanged { .. } => "CustomerChanged",
            Self::CustomerOpened { .. } => "CustomerOpened",
            Self::CustomerExported { .. } => "CustomerExported",
            Self::InvestorMerged { .. } => "InvestorMerged",
            Self::ProfileErased => "ProfileErased",
            Self::RecordChanged { .. } => "RecordChanged",
        }
    }
}
