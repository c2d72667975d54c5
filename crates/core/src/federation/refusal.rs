//! Why the register refuses an operation of the owner's.

use thiserror::Error;

use super::{MOST_APPROVERS, MOST_OPEN, MOST_REASSIGNED, ProposalId};
use crate::{
    ids::{AuthorityIndex, PersonName},
    time::UnixSeconds,
};

/// A command that cannot be carried out; nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FederationRefusal {
    /// The caller acts for an authority.
    #[error("only the owner of the register may do this")]
    OwnerOnly,
    /// The caller's key is nobody's in particular.
    #[error("only an approver may do this, with a key that names the person")]
    NoPerson,
    /// The caller is a person, but none who approves.
    #[error("{0} is not among the approvers")]
    NotApprover(PersonName),
    /// The caller's key was revoked while the request was under way.
    #[error("the key of {0} works no longer")]
    KeyRevoked(PersonName),
    /// A chain decides about this issuer's authorities, and the register follows.
    #[error(
        "this issuer's writer is a registrar on chain: make the change there, and the register follows"
    )]
    WriterIsOnChain,
    /// No authority of that number.
    #[error("there is no authority {0}")]
    UnknownAuthority(AuthorityIndex),
    /// An authority of this name is there.
    #[error("authority {0} has this name already")]
    NameTaken(AuthorityIndex),
    /// The on-chain bitmap has 255 places beside the owner's.
    #[error("there are 255 authorities already, which is all that a chain can tell apart")]
    TooManyAuthorities,
    /// Authority 0 is the owner.
    #[error(
        "authority 0 is the owner of the register: it acts everywhere and cannot be restricted"
    )]
    IsOwner,
    /// There is nothing to set or lift.
    #[error("nothing to do: {0}")]
    AlreadySo(&'static str),
    /// The authority is cut off.
    #[error("authority {0} is restricted: reinstate it first")]
    AuthorityRestricted(AuthorityIndex),
    /// None, or too many at once.
    #[error("name 1 to {MOST_REASSIGNED} investors, not {0}")]
    InvestorsOutOfRange(usize),
    /// Such a cap lets nobody in, which a block says.
    #[error("holder_cap: 0 is no cap: block the country, or leave the cap out")]
    CapOfNobody,
    /// A threshold that nobody can meet, or approvers without a say.
    #[error(
        "{required} of {named} cannot be: require 1 to as many as you name, at most {MOST_APPROVERS}, or name nobody and require 0"
    )]
    PolicyOutOfRange {
        /// How many must approve.
        required: u8,
        /// Of how many.
        named: usize,
    },
    /// No open proposal of that number.
    #[error("there is no open proposal {0}")]
    UnknownProposal(ProposalId),
    /// Its time is over.
    #[error("proposal {0} has lapsed: propose it again")]
    ProposalOver(ProposalId),
    /// The same operation is proposed.
    #[error("this is proposal {0} already: approve it")]
    ProposedAlready(ProposalId),
    /// The proposal's time would be over before it began.
    #[error("the proposal would lapse at {0}, which is not in the future")]
    LapsePassed(UnixSeconds),
    /// Approvals do not wait for ever.
    #[error("a proposal may wait until {0} at most")]
    LapseTooFar(UnixSeconds),
    /// Each approves once.
    #[error("{0} has approved this already")]
    ApprovedAlready(PersonName),
    /// There is no approval to take back.
    #[error("{0} has not approved this")]
    NotApproved(PersonName),
    /// Only whoever proposed it may cancel.
    #[error("only {0}, who proposed this, may cancel it; an approver may withdraw the approval")]
    NotProposer(String),
    /// What somebody else approves is not the proposer's alone any more.
    #[error("{0} approves this: withdraw your own approval instead")]
    ApprovedByOthers(PersonName),
    /// Too much is open.
    #[error("{MOST_OPEN} proposals of yours are open already: cancel some")]
    TooManyOpen,
}

impl FederationRefusal {
    /// A stable word for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::OwnerOnly => "owner_only",
            Self::KeyRevoked(_) => "key_revoked",
            Self::WriterIsOnChain => "writer_is_on_chain",
            Self::NoPerson => "no_person",
            Self::NotApprover(_) => "not_approver",
            Self::UnknownAuthority(_) => "unknown_authority",
            Self::NameTaken(_) => "name_taken",
            Self::TooManyAuthorities => "too_many_authorities",
            Self::IsOwner => "is_owner",
            Self::AlreadySo(_) => "already_so",
            Self::AuthorityRestricted(_) => "authority_restricted",
            Self::InvestorsOutOfRange(_) => "investors_out_of_range",
            Self::CapOfNobody => "cap_of_nobody",
            Self::PolicyOutOfRange { .. } => "policy_out_of_range",
            Self::UnknownProposal(_) => "unknown_proposal",
            Self::ProposalOver(_) => "proposal_over",
            Self::ProposedAlready(_) => "proposed_already",
            Self::LapsePassed(_) => "lapse_passed",
            Self::LapseTooFar(_) => "lapse_too_far",
            Self::ApprovedAlready(_) => "approved_already",
            Self::NotApproved(_) => "not_approved",
            Self::NotProposer(_) => "not_proposer",
            Self::ApprovedByOthers(_) => "approved_by_others",
            Self::TooManyOpen => "too_many_open",
        }
    }
}
