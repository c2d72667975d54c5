//! Who must approve what the owner does.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{FederationRefusal, Proposal};
use crate::ids::PersonName;

/// The most people that an owner may name.
pub const MOST_APPROVERS: usize = 32;

/// How many of whom must approve. By default nobody: whoever holds a key of the
/// owner's acts at once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalPolicy {
    /// By name; each proves it with a key of their own.
    pub approvers: BTreeSet<PersonName>,
    /// How many of them; 0 where nobody is named.
    pub required: u8,
}

impl ApprovalPolicy {
    /// Whether operations are carried out at once.
    pub fn is_immediate(&self) -> bool {
        self.required == 0
    }

    /// How many approvals of a proposal count: those of today's approvers.
    pub fn counted(&self, proposal: &Proposal) -> usize {
        proposal.approvals.intersection(&self.approvers).count()
    }

    /// Whether a proposal has all the approvals that it needs.
    pub fn is_met_by(&self, proposal: &Proposal) -> bool {
        self.counted(proposal) >= usize::from(self.required)
    }

    /// Refuses what nobody could fulfil, and approvers without a say.
    pub fn check(&self) -> Result<(), FederationRefusal> {
        let named = self.approvers.len();
        let fits = match usize::from(self.required) {
            0 => named == 0,
            required => required <= named && named <= MOST_APPROVERS,
        };
        match fits {
            true => Ok(()),
            false => Err(FederationRefusal::PolicyOutOfRange {
                required: self.required,
                named,
            }),
        }
    }
}
