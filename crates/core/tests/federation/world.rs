//! The federation with its log in memory, held to its promises at every step.

use proptest::prelude::*;
use symbolon_core::{
    actor::Actor,
    federation::{
        Federation, FederationCommand, FederationEvent, FederationRefusal, OwnerOperation,
        ProposalId, decide,
    },
    ids::{AuthorityIndex, PersonName},
    log::EntryNumber,
    time::UnixSeconds,
};

use crate::DAY;

const BEGIN: u64 = 1_795_219_200;

#[derive(Default)]
pub(crate) struct World {
    now: u64,
    pub(crate) federation: Federation,
    log: Vec<Vec<FederationEvent>>,
}

pub(crate) fn person(name: &str) -> PersonName {
    name.parse().unwrap()
}

/// `treasury` is a key of nobody's in particular, `authority-1` one of an
/// authority's; the others are people.
pub(crate) fn actor(name: &str) -> Actor {
    let key = Actor::api_key(name);
    match name {
        "treasury" => key,
        "authority-1" => Actor {
            authority: AuthorityIndex(1),
            person: Some(person("ada")),
            ..key
        },
        _ => Actor {
            person: Some(person(name)),
            ..key
        },
    }
}

impl World {
    pub(crate) fn now(&self) -> UnixSeconds {
        UnixSeconds(BEGIN + self.now)
    }

    pub(crate) fn wait(&mut self, seconds: u64) {
        self.now += seconds;
    }

    pub(crate) fn propose(
        &mut self,
        who: &str,
        operation: OwnerOperation,
    ) -> Result<Vec<FederationEvent>, FederationRefusal> {
        let expires = UnixSeconds(self.now().0 + 7 * DAY);
        self.command(who, FederationCommand::Propose { operation, expires })
    }

    pub(crate) fn approve(
        &mut self,
        who: &str,
        id: ProposalId,
    ) -> Result<Vec<FederationEvent>, FederationRefusal> {
        self.command(who, FederationCommand::Approve(id))
    }

    pub(crate) fn command(
        &mut self,
        who: &str,
        command: FederationCommand,
    ) -> Result<Vec<FederationEvent>, FederationRefusal> {
        let entry = EntryNumber(self.log.len() as u64 + 1);
        let events = decide(&self.federation, entry, command, &actor(who), self.now())?;
        for event in &events {
            self.federation.apply(event, entry).expect("events apply");
        }
        self.log.push(events.clone());
        Ok(events)
    }

    /// Takes one step, and holds the federation to its promises.
    pub(crate) fn take(
        &mut self,
        who: &str,
        command: FederationCommand,
        wait: u64,
    ) -> Result<(), TestCaseError> {
        self.wait(wait);
        let command = match command {
            FederationCommand::Propose { operation, expires } => FederationCommand::Propose {
                operation,
                expires: UnixSeconds(self.now().0 + expires.0),
            },
            other => other,
        };
        let before = self.federation.clone();
        let Ok(events) = self.command(who, command) else {
            prop_assert_eq!(before, self.federation.clone(), "a refusal changes nothing");
            return Ok(());
        };
        let changes: Vec<_> = events.iter().filter(|event| is_change(event)).collect();
        prop_assert!(changes.len() <= 1, "{:?}", events);
        let done = events.iter().find_map(|event| match event {
            FederationEvent::OperationCarriedOut { proposal } => Some(*proposal),
            _ => None,
        });
        if let (Some(change), false) = (changes.first(), before.policy.is_immediate()) {
            let id = done.ok_or_else(|| TestCaseError::fail(format!("unapproved: {change:?}")))?;
            let approved = self.approvers_of(id, &before, &events);
            prop_assert!(
                approved >= usize::from(before.policy.required),
                "{:?} with {} approvals of {}",
                change,
                approved,
                before.policy.required
            );
        }
        prop_assert_eq!(done.is_some() && changes.is_empty(), false);
        let policy = &self.federation.policy;
        prop_assert!(policy.check().is_ok(), "nobody could fulfil {:?}", policy);
        Ok(())
    }

    /// How many of the approvers of that moment said yes and did not take it
    /// back, by the log alone.
    fn approvers_of(
        &self,
        id: ProposalId,
        before: &Federation,
        events: &[FederationEvent],
    ) -> usize {
        let mut yes = std::collections::BTreeSet::new();
        let earlier = self.log.iter().rev().skip(1).rev().flatten();
        for event in earlier.chain(events) {
            match event {
                FederationEvent::OperationApproved { proposal, by } if *proposal == id => {
                    yes.insert(by.clone());
                }
                FederationEvent::ApprovalWithdrawn { proposal, by } if *proposal == id => {
                    yes.remove(by);
                }
                _ => {}
            }
        }
        yes.intersection(&before.policy.approvers).count()
    }

    /// The log as it is stored, applied from the beginning.
    pub(crate) fn replayed(&self) -> Federation {
        let mut federation = Federation::default();
        for (place, events) in self.log.iter().enumerate() {
            let stored = serde_json::to_string(events).unwrap();
            let events: Vec<FederationEvent> = serde_json::from_str(&stored).unwrap();
            for event in &events {
                let entry = EntryNumber(place as u64 + 1);
                federation.apply(event, entry).expect("the log applies");
            }
        }
        federation
    }
}

/// Whether something was done, rather than proposed or approved.
fn is_change(event: &FederationEvent) -> bool {
    use FederationEvent::*;
    matches!(
        event,
        AuthorityAdded { .. }
            | AuthorityCountriesSet { .. }
            | AuthorityRestricted { .. }
            | AuthorityReinstated { .. }
            | InvestorsReassigned { .. }
            | RulesAnnounced { .. }
            | RulesWithdrawn { .. }
            | ApprovalPolicySet { .. }
    )
}
