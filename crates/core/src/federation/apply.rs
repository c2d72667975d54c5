//! Events make the federation.

use thiserror::Error;

use super::{Federation, FederationEvent, Proposal, ProposalId};
use crate::{authority::Authority, ids::AuthorityIndex, log::EntryNumber};

/// An event that does not fit the state it meets: the log is damaged.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{event} cannot follow: {why}")]
pub struct Inapplicable {
    event: &'static str,
    why: &'static str,
}

impl Federation {
    /// Takes in one event of this entry.
    pub fn apply(
        &mut self,
        event: &FederationEvent,
        entry: EntryNumber,
    ) -> Result<(), Inapplicable> {
        let damaged = |why| Inapplicable {
            event: event.name(),
            why,
        };
        match event {
            FederationEvent::AuthorityAdded {
                authority,
                name,
                countries,
            } => {
                let added = Authority {
                    index: *authority,
                    name: name.clone(),
                    countries: countries.clone(),
                    restricted: false,
                };
                if self.authorities.insert(*authority, added).is_some() {
                    return Err(damaged("the authority is known already"));
                }
            }
            FederationEvent::AuthorityCountriesSet {
                authority,
                countries,
            } => {
                let known = self.known(*authority);
                let known = known.ok_or_else(|| damaged("unknown authority"))?;
                known.countries.clone_from(countries);
            }
            FederationEvent::AuthorityRestricted { authority } => {
                let known = self.known(*authority);
                known
                    .ok_or_else(|| damaged("unknown authority"))?
                    .restricted = true;
            }
            FederationEvent::AuthorityReinstated { authority } => {
                let known = self.known(*authority);
                known
                    .ok_or_else(|| damaged("unknown authority"))?
                    .restricted = false;
            }
            // Told investor by investor, in their own entries.
            FederationEvent::InvestorsReassigned { .. } => {}
            FederationEvent::RulesAnnounced { changes, at, from } => {
                self.rules.announce(changes, *at, *from);
            }
            FederationEvent::RulesWithdrawn { rules, at } => self.rules.withdraw(rules, *at),
            FederationEvent::ApprovalPolicySet { policy } => self.policy = policy.clone(),
            FederationEvent::OperationProposed {
                operation,
                by,
                expires,
            } => {
                let id = ProposalId(entry.0);
                let proposal = Proposal {
                    id,
                    operation: operation.clone(),
                    proposed_by: by.clone(),
                    expires: *expires,
                    approvals: Default::default(),
                };
                self.proposals.insert(id, proposal);
            }
            FederationEvent::OperationApproved { proposal, by } => {
                let open = self.proposals.get_mut(proposal);
                let open = open.ok_or_else(|| damaged("unknown proposal"))?;
                open.approvals.insert(by.clone());
            }
            FederationEvent::ApprovalWithdrawn { proposal, by } => {
                let open = self.proposals.get_mut(proposal);
                open.ok_or_else(|| damaged("unknown proposal"))?
                    .approvals
                    .remove(by);
            }
            FederationEvent::OperationCarriedOut { proposal }
            | FederationEvent::OperationCancelled { proposal }
            | FederationEvent::OperationLapsed { proposal } => {
                self.proposals
                    .remove(proposal)
                    .ok_or_else(|| damaged("unknown proposal"))?;
            }
            FederationEvent::RetentionSet { from, to } => {
                if self.retention != *from {
                    return Err(damaged("profiles were kept otherwise"));
                }
                self.retention = *to;
            }
            FederationEvent::ApiKeyGranted(granted) => {
                if self.keys.insert(granted.key, granted.clone()).is_some() {
                    return Err(damaged("the key is known already"));
                }
            }
            FederationEvent::ApiKeyRevoked(revoked) => {
                if self.keys.remove(&revoked.key).as_ref() != Some(revoked) {
                    return Err(damaged("unknown key"));
                }
            }
        }
        Ok(())
    }

    fn known(&mut self, authority: AuthorityIndex) -> Option<&mut Authority> {
        self.authorities.get_mut(&authority)
    }
}
