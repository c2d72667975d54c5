//! What happened to the federation: the only source of its state (I1).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{ApprovalPolicy, GrantedKey, OwnerOperation, ProposalId};
use crate::{
    country::Country,
    custody::Retention,
    ids::{AuthorityIndex, AuthorityName, InvestorId, PersonName},
    time::UnixSeconds,
    transfer_rules::{RuleChanges, RuleKeys},
};

/// Something that happened to the federation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum FederationEvent {
    /// An authority became known.
    AuthorityAdded {
        /// Its place in the on-chain bitmap.
        authority: AuthorityIndex,
        /// Its name.
        name: AuthorityName,
        /// Where it may act.
        countries: BTreeSet<Country>,
    },
    /// An authority may act in these countries from now on, and in no others.
    AuthorityCountriesSet {
        /// Which one.
        authority: AuthorityIndex,
        /// All of them.
        countries: BTreeSet<Country>,
    },
    /// An authority was cut off, and with it the investors in its charge.
    AuthorityRestricted {
        /// Which one.
        authority: AuthorityIndex,
    },
    /// An authority may act again.
    AuthorityReinstated {
        /// Which one.
        authority: AuthorityIndex,
    },
    /// An authority was put in charge of investors, each of which has an entry
    /// of its own that says so.
    InvestorsReassigned {
        /// Which one.
        authority: AuthorityIndex,
        /// Whom.
        investors: BTreeSet<InvestorId>,
    },
    /// Transfer rules were announced; blocks among them hold.
    RulesAnnounced {
        /// The rules, by country.
        changes: RuleChanges,
        /// When.
        at: UnixSeconds,
        /// From when all but the blocks hold.
        from: UnixSeconds,
    },
    /// What was announced for these and did not hold yet is not to hold.
    RulesWithdrawn {
        /// Whose.
        rules: RuleKeys,
        /// When.
        at: UnixSeconds,
    },
    /// Others approve from now on.
    ApprovalPolicySet {
        /// Who, and how many of them.
        policy: ApprovalPolicy,
    },
    /// An operation waits for approvals. The proposal's number is the entry's.
    OperationProposed {
        /// What.
        operation: OwnerOperation,
        /// By whom.
        by: String,
        /// When it lapses.
        expires: UnixSeconds,
    },
    /// Somebody approved a proposal.
    OperationApproved {
        /// Which one.
        proposal: ProposalId,
        /// Who.
        by: PersonName,
    },
    /// Somebody took an approval back.
    ApprovalWithdrawn {
        /// Of which proposal.
        proposal: ProposalId,
        /// Who.
        by: PersonName,
    },
    /// A proposal had its approvals, and what it proposed follows.
    OperationCarriedOut {
        /// Which one.
        proposal: ProposalId,
    },
    /// Whoever proposed it ended it.
    OperationCancelled {
        /// Which one.
        proposal: ProposalId,
    },
    /// A proposal ended without its approvals: its time came, or others
    /// approve now.
    OperationLapsed {
        /// Which one.
        proposal: ProposalId,
    },
    /// Profiles are kept otherwise from now on.
    RetentionSet {
        /// As before.
        from: Retention,
        /// As from now on.
        to: Retention,
    },
    /// An API key was made.
    ApiKeyGranted(GrantedKey),
    /// An API key opens nothing any more.
    ApiKeyRevoked(GrantedKey),
}

impl FederationEvent {
    /// The event's name in the past tense, as logs and clients know it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::AuthorityAdded { .. } => "AuthorityAdded",
            Self::AuthorityCountriesSet { .. } => "AuthorityCountriesSet",
            Self::AuthorityRestricted { .. } => "AuthorityRestricted",
            Self::AuthorityReinstated { .. } => "AuthorityReinstated",
            Self::InvestorsReassigned { .. } => "InvestorsReassigned",
            Self::RulesAnnounced { .. } => "RulesAnnounced",
            Self::RulesWithdrawn { .. } => "RulesWithdrawn",
            Self::ApprovalPolicySet { .. } => "ApprovalPolicySet",
            Self::OperationProposed { .. } => "OperationProposed",
            Self::OperationApproved { .. } => "OperationApproved",
            Self::ApprovalWithdrawn { .. } => "ApprovalWithdrawn",
            Self::OperationCarriedOut { .. } => "OperationCarriedOut",
            Self::OperationCancelled { .. } => "OperationCancelled",
            Self::OperationLapsed { .. } => "OperationLapsed",
            Self::RetentionSet { .. } => "RetentionSet",
            Self::ApiKeyGranted(_) => "ApiKeyGranted",
            Self::ApiKeyRevoked(_) => "ApiKeyRevoked",
        }
    }
}
