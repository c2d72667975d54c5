//! What the owner may want of its federation.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{ApprovalPolicy, ProposalId};
use crate::{
    country::Country,
    ids::{AuthorityIndex, AuthorityName, InvestorId},
    time::UnixSeconds,
    transfer_rules::{RuleChanges, RuleKeys},
};

/// The most investors that one operation puts in another's charge.
pub const MOST_REASSIGNED: usize = 500;

/// An operation that only the owner may carry out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum OwnerOperation {
    /// Make an authority known.
    AddAuthority {
        /// Its name.
        name: AuthorityName,
        /// Where it may act.
        countries: BTreeSet<Country>,
    },
    /// Change where an authority may act. What it has verified stays.
    SetAuthorityCountries {
        /// Which one.
        authority: AuthorityIndex,
        /// All the countries where it may act from now on.
        countries: BTreeSet<Country>,
    },
    /// Cut an authority off, and with it every investor in its charge.
    RestrictAuthority {
        /// Which one.
        authority: AuthorityIndex,
    },
    /// Let an authority act again, and its investors count again.
    ReinstateAuthority {
        /// Which one.
        authority: AuthorityIndex,
    },
    /// Put an authority in charge of investors of its countries.
    ReassignInvestors {
        /// Which one; 0 is the owner itself.
        authority: AuthorityIndex,
        /// Whom.
        investors: BTreeSet<InvestorId>,
    },
    /// Announce transfer rules, which hold after a time; a block holds at once.
    AnnounceRules {
        /// The rules, by country.
        changes: RuleChanges,
    },
    /// Withdraw announced rules that do not hold yet.
    WithdrawRules {
        /// Whose.
        rules: RuleKeys,
    },
    /// Name who approves the owner's operations, and how many must.
    SetApprovalPolicy {
        /// From now on.
        policy: ApprovalPolicy,
    },
}

/// What somebody of the owner's asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FederationCommand {
    /// Carry an operation out, or propose it where it needs approvals.
    Propose {
        /// What.
        operation: OwnerOperation,
        /// Until when it may be approved.
        expires: UnixSeconds,
    },
    /// Approve a proposal.
    Approve(ProposalId),
    /// Take an approval back.
    Withdraw(ProposalId),
    /// End a proposal of one's own.
    Cancel(ProposalId),
}
