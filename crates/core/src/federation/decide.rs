//! From a command of the owner's to events, or to a refusal.

use super::{
    Federation, FederationCommand, FederationEvent, FederationRefusal, MOST_OPEN, MOST_REASSIGNED,
    OwnerOperation, Proposal, ProposalId,
};
use crate::{
    actor::Actor,
    authority::Authority,
    ids::{AuthorityIndex, PersonName},
    log::EntryNumber,
    time::UnixSeconds,
    transfer_rules::{CountryRule, RULES_WAIT_SECONDS},
};

type Decision = Result<Vec<FederationEvent>, FederationRefusal>;

/// The longest that a proposal may wait.
const LONGEST_WAIT_SECONDS: u64 = 30 * 86_400;

/// What follows from a command, given the federation and the number that the
/// log's next entry has. Pure: the same arguments always give the same answer.
pub fn decide(
    federation: &Federation,
    next: EntryNumber,
    command: FederationCommand,
    actor: &Actor,
    now: UnixSeconds,
) -> Decision {
    if !actor.authority.is_owner() {
        return Err(FederationRefusal::OwnerOnly);
    }
    match command {
        FederationCommand::Propose { operation, expires } => {
            propose(federation, next, operation, expires, actor, now)
        }
        FederationCommand::Approve(id) => approve(federation, id, actor, now),
        FederationCommand::Withdraw(id) => {
            let proposal = open(federation, id, now)?;
            let person = approver(federation, actor)?;
            if !proposal.approvals.contains(person) {
                return Err(FederationRefusal::NotApproved(person.clone()));
            }
            Ok(vec![FederationEvent::ApprovalWithdrawn {
                proposal: id,
                by: person.clone(),
            }])
        }
        FederationCommand::Cancel(id) => {
            let proposal = open(federation, id, now)?;
            if proposal.proposed_by != actor.name {
                return Err(FederationRefusal::NotProposer(proposal.proposed_by.clone()));
            }
            let other = proposal
                .approvals
                .iter()
                .find(|by| actor.person.as_ref() != Some(*by));
            if let Some(other) = other {
                return Err(FederationRefusal::ApprovedByOthers(other.clone()));
            }
            Ok(vec![FederationEvent::OperationCancelled { proposal: id }])
        }
    }
}

fn propose(
    federation: &Federation,
    next: EntryNumber,
    operation: OwnerOperation,
    expires: UnixSeconds,
    actor: &Actor,
    now: UnixSeconds,
) -> Decision {
    check(federation, &operation, now)?;
    if federation.policy.is_immediate() {
        return Ok(vec![carried_out(federation, operation, now)?]);
    }
    if expires <= now {
        return Err(FederationRefusal::LapsePassed(expires));
    }
    let latest = UnixSeconds(now.0.saturating_add(LONGEST_WAIT_SECONDS));
    if expires > latest {
        return Err(FederationRefusal::LapseTooFar(latest));
    }
    // Nobody else may fill the table, and nobody all of it.
    let person = approver(federation, actor)?;
    let mut events = lapsed(federation, now);
    let open = federation.proposals.values();
    let waiting: Vec<_> = open.filter(|one| !one.is_over(now)).collect();
    let own = waiting.iter().filter(|one| one.proposed_by == actor.name);
    if own.count() >= MOST_OPEN {
        return Err(FederationRefusal::TooManyOpen);
    }
    if let Some(same) = waiting.iter().find(|one| one.operation == operation) {
        return Err(FederationRefusal::ProposedAlready(same.id));
    }
    let mut proposal = Proposal {
        id: ProposalId(next.0),
        operation: operation.clone(),
        proposed_by: actor.name.clone(),
        expires,
        approvals: Default::default(),
    };
    events.push(FederationEvent::OperationProposed {
        operation,
        by: actor.name.clone(),
        expires,
    });
    // Whoever proposes means yes.
    proposal.approvals.insert(person.clone());
    events.push(FederationEvent::OperationApproved {
        proposal: proposal.id,
        by: person.clone(),
    });
    let completed = completed(federation, proposal, &events, now)?;
    events.extend(completed);
    Ok(events)
}

fn approve(federation: &Federation, id: ProposalId, actor: &Actor, now: UnixSeconds) -> Decision {
    let mut proposal = open(federation, id, now)?.clone();
    let person = approver(federation, actor)?;
    if !proposal.approvals.insert(person.clone()) {
        return Err(FederationRefusal::ApprovedAlready(person.clone()));
    }
    // What was sound when it was proposed may not be so any more.
    check(federation, &proposal.operation, now)?;
    let mut events = vec![FederationEvent::OperationApproved {
        proposal: id,
        by: person.clone(),
    }];
    events.extend(completed(federation, proposal, &[], now)?);
    Ok(events)
}

/// What follows once a proposal has its approvals; nothing before.
fn completed(
    federation: &Federation,
    proposal: Proposal,
    before: &[FederationEvent],
    now: UnixSeconds,
) -> Decision {
    if !federation.policy.is_met_by(&proposal) {
        return Ok(Vec::new());
    }
    let id = proposal.id;
    let mut events = vec![FederationEvent::OperationCarriedOut { proposal: id }];
    if matches!(proposal.operation, OwnerOperation::SetApprovalPolicy { .. }) {
        // The others were proposed to other approvers.
        let ended = |other: &ProposalId| {
            let event = FederationEvent::OperationLapsed { proposal: *other };
            *other == id || before.contains(&event)
        };
        let others = federation.proposals.keys().filter(|other| !ended(other));
        events.extend(others.map(|other| FederationEvent::OperationLapsed { proposal: *other }));
    }
    events.push(carried_out(federation, proposal.operation, now)?);
    Ok(events)
}

fn carried_out(
    federation: &Federation,
    operation: OwnerOperation,
    now: UnixSeconds,
) -> Result<FederationEvent, FederationRefusal> {
    Ok(match operation {
        OwnerOperation::AddAuthority { name, countries } => FederationEvent::AuthorityAdded {
            authority: free_index(federation)?,
            name,
            countries,
        },
        OwnerOperation::SetAuthorityCountries {
            authority,
            countries,
        } => FederationEvent::AuthorityCountriesSet {
            authority,
            countries,
        },
        OwnerOperation::RestrictAuthority { authority } => {
            FederationEvent::AuthorityRestricted { authority }
        }
        OwnerOperation::ReinstateAuthority { authority } => {
            FederationEvent::AuthorityReinstated { authority }
        }
        OwnerOperation::ReassignInvestors {
            authority,
            investors,
        } => FederationEvent::InvestorsReassigned {
            authority,
            investors,
        },
        OwnerOperation::AnnounceRules { changes } => FederationEvent::RulesAnnounced {
            changes: federation.rules.news(changes),
            at: now,
            from: UnixSeconds(now.0.saturating_add(RULES_WAIT_SECONDS)),
        },
        OwnerOperation::WithdrawRules { rules } => {
            FederationEvent::RulesWithdrawn { rules, at: now }
        }
        OwnerOperation::SetApprovalPolicy { policy } => {
            FederationEvent::ApprovalPolicySet { policy }
        }
    })
}

/// Refuses an operation that cannot be carried out as things stand.
fn check(
    federation: &Federation,
    operation: &OwnerOperation,
    now: UnixSeconds,
) -> Result<(), FederationRefusal> {
    match operation {
        OwnerOperation::AddAuthority { name, .. } => {
            if let Some(same) = federation.by_name(name) {
                return Err(FederationRefusal::NameTaken(same.index));
            }
            free_index(federation).map(|_| ())
        }
        OwnerOperation::SetAuthorityCountries {
            authority,
            countries,
        } => {
            let known = known(federation, *authority)?;
            unless(
                known.countries == *countries,
                "these are the authority's countries already",
            )
        }
        OwnerOperation::RestrictAuthority { authority } => {
            let known = known(federation, *authority)?;
            unless(known.restricted, "the authority is restricted already")
        }
        OwnerOperation::ReinstateAuthority { authority } => {
            let known = known(federation, *authority)?;
            unless(!known.restricted, "the authority is not restricted")
        }
        OwnerOperation::ReassignInvestors {
            authority,
            investors,
        } => {
            if !(1..=MOST_REASSIGNED).contains(&investors.len()) {
                return Err(FederationRefusal::InvestorsOutOfRange(investors.len()));
            }
            if !authority.is_owner() && known(federation, *authority)?.restricted {
                return Err(FederationRefusal::AuthorityRestricted(*authority));
            }
            Ok(())
        }
        OwnerOperation::AnnounceRules { changes } => {
            let capless = |rule: CountryRule| rule.holder_cap.is_some_and(|cap| cap.0 == 0);
            if changes.iter().any(|(_, rule)| rule.is_some_and(capless)) {
                return Err(FederationRefusal::CapOfNobody);
            }
            let news = federation.rules.news(changes.clone());
            unless(news.is_empty(), "these are the rules already")
        }
        OwnerOperation::WithdrawRules { rules } => {
            let waits = |key| federation.rules.standing(key).withdrawing(now).is_some();
            let mut missing = rules.iter().filter(|key| !waits(*key));
            unless(
                rules.iter().next().is_none() || missing.next().is_some(),
                "nothing is announced there, or it holds already",
            )
        }
        OwnerOperation::SetApprovalPolicy { policy } => {
            policy.check()?;
            unless(
                *policy == federation.policy,
                "these are the approvers already",
            )
        }
    }
}

/// The first place in the bitmap that nobody has; 0 is the owner's.
fn free_index(federation: &Federation) -> Result<AuthorityIndex, FederationRefusal> {
    (1..=u8::MAX)
        .map(AuthorityIndex)
        .find(|index| !federation.authorities.contains_key(index))
        .ok_or(FederationRefusal::TooManyAuthorities)
}

fn lapsed(federation: &Federation, now: UnixSeconds) -> Vec<FederationEvent> {
    federation
        .proposals
        .values()
        .filter(|proposal| proposal.is_over(now))
        .map(|proposal| FederationEvent::OperationLapsed {
            proposal: proposal.id,
        })
        .collect()
}

fn open(
    federation: &Federation,
    id: ProposalId,
    now: UnixSeconds,
) -> Result<&Proposal, FederationRefusal> {
    let proposal = federation
        .proposals
        .get(&id)
        .ok_or(FederationRefusal::UnknownProposal(id))?;
    match proposal.is_over(now) {
        true => Err(FederationRefusal::ProposalOver(id)),
        false => Ok(proposal),
    }
}

/// Whom the actor's key proves to approve.
fn approver<'a>(
    federation: &Federation,
    actor: &'a Actor,
) -> Result<&'a PersonName, FederationRefusal> {
    let person = actor.person.as_ref().ok_or(FederationRefusal::NoPerson)?;
    match federation.policy.approvers.contains(person) {
        true => Ok(person),
        false => Err(FederationRefusal::NotApprover(person.clone())),
    }
}

pub(super) fn known(
    federation: &Federation,
    authority: AuthorityIndex,
) -> Result<&Authority, FederationRefusal> {
    if authority.is_owner() {
        return Err(FederationRefusal::IsOwner);
    }
    federation
        .authorities
        .get(&authority)
        .ok_or(FederationRefusal::UnknownAuthority(authority))
}

fn unless(already: bool, so: &'static str) -> Result<(), FederationRefusal> {
    if already {
        Err(FederationRefusal::AlreadySo(so))
    } else {
        Ok(())
    }
}
