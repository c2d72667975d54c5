//! The federation: the authorities that verify beside the issuer, who may
//! decide about them, and the transfer rules that bind their investors.
//!
//! The issuer owns its register. It alone adds authorities, gives them
//! countries, cuts one off (and with it every investor in its charge), puts
//! another in charge of investors, and announces rules by country. Where the owner has named approvers, each of
//! these operations waits for several of them:
//!
//! 1. One of them proposes an [`OwnerOperation`], and thereby approves it.
//! 2. Others approve it, each once; an approval may be withdrawn. Only the
//!    approvals of those count who are approvers when it matters.
//! 3. With the last approval that it needs it is carried out, in the same
//!    entry of the log.
//! 4. Or it lapses at its time, or whoever proposed it cancels it. A change of
//!    the approvers ends everything that is open.
//!
//! As with investors, a command meets the state in [`decide`], and events make
//! the next state in [`Federation::apply`]. Where a chain decides, [`witness`]
//! makes events of what its owner did. API keys ([`grant_key`]) and for how long
//! profiles are kept ([`set_retention`]) are events too, though nobody's approval
//! is asked for them.

mod apply;
mod decide;
mod event;
mod keys;
mod operation;
mod policy;
mod refusal;
mod retention;
mod witness;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

pub use apply::Inapplicable;
pub use decide::decide;
pub use event::FederationEvent;
pub use keys::{GrantedKey, KeyGrant, KeyPowers, grant_key, revoke_key};
pub use operation::{FederationCommand, MOST_REASSIGNED, OwnerOperation};
pub use policy::{ApprovalPolicy, MOST_APPROVERS};
pub use refusal::FederationRefusal;
pub use retention::set_retention;
pub use witness::{AuthorityDeed, witness};

use crate::{
    authority::{Authority, Mandate},
    custody::Retention,
    ids::{AuthorityIndex, AuthorityName, KeyId, PersonName},
    time::UnixSeconds,
    transfer_rules::Schedule,
    verdict::RestrictedAuthorities,
};

/// The most proposals of one key's that are open at a time.
pub const MOST_OPEN: usize = 8;

/// A proposal, by the number of the log's entry that made it.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct ProposalId(pub u64);

impl std::fmt::Display for ProposalId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// An operation that waits for approvals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// Which one.
    pub id: ProposalId,
    /// What is proposed.
    pub operation: OwnerOperation,
    /// By whom, as the log names them.
    pub proposed_by: String,
    /// When it lapses.
    pub expires: UnixSeconds,
    /// Who approves it.
    pub approvals: BTreeSet<PersonName>,
}

impl Proposal {
    /// Whether it has lapsed.
    pub fn is_over(&self, now: UnixSeconds) -> bool {
        self.expires <= now
    }
}

/// The authorities, the owner's approvers, what waits for them, the keys that
/// open the register to any of them, and what else the owner has laid down.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Federation {
    /// The authorities beside the issuer itself.
    pub authorities: BTreeMap<AuthorityIndex, Authority>,
    /// Who approves the owner's operations, and how many must.
    pub policy: ApprovalPolicy,
    /// What waits; some of it may have lapsed.
    pub proposals: BTreeMap<ProposalId, Proposal>,
    /// The API keys that work.
    pub keys: BTreeMap<KeyId, GrantedKey>,
    /// The transfer rules by country.
    pub rules: Schedule,
    /// For how long profiles are kept, and what happens then.
    pub retention: Retention,
}

impl Federation {
    /// The authority of this name.
    pub fn by_name(&self, name: &AuthorityName) -> Option<&Authority> {
        self.authorities
            .values()
            .find(|authority| authority.name == *name)
    }

    /// What those may do who act for this authority.
    pub fn mandate(&self, authority: AuthorityIndex) -> Option<Mandate> {
        if authority.is_owner() {
            return Some(Mandate::Owner);
        }
        self.authorities.get(&authority).map(Authority::mandate)
    }

    /// The authorities that are cut off, as the on-chain bitmap holds them.
    pub fn restricted(&self) -> RestrictedAuthorities {
        self.authorities
            .values()
            .filter(|authority| authority.restricted)
            .map(|authority| authority.index)
            .collect()
    }
}
