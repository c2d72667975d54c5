//! The federation's side: authorities with their countries, and what the owner
//! orders, with approvers or without.

use symbolon_core::{
    actor::Actor,
    authority::{Authority, Mandate},
    command::Command,
    country::Country,
    federation::{
        ApprovalPolicy, Federation, FederationCommand, FederationEvent, OwnerOperation, ProposalId,
        decide,
    },
    ids::{AuthorityIndex, PersonName},
    investor::Status,
    time::UnixSeconds,
    verdict::RestrictedAuthorities,
};

use super::{
    history::{By, COUNTRIES, Holder, INVESTORS, Operation, Order},
    register::{ACCEPTED, Register, Word},
};
use crate::histories::Checked;

/// The authorities that are there from the beginning; the last has the
/// bitmap's last place.
pub const AUTHORITIES: [u8; 3] = [1, 2, 255];

/// How many people may be approvers.
pub const PERSONS: usize = 3;

/// Each authority has two countries, one of them another's too.
pub fn beginning() -> Federation {
    let authorities = AUTHORITIES.into_iter().enumerate().map(|(place, index)| {
        let index = AuthorityIndex(index);
        let authority = Authority {
            index,
            name: format!("authority-{index}").parse().expect("a slug"),
            countries: [country(place), country(place + 1)].into(),
            restricted: false,
        };
        (index, authority)
    });
    Federation {
        authorities: authorities.collect(),
        ..Federation::default()
    }
}

/// By its place in [`COUNTRIES`].
pub fn country(place: usize) -> Country {
    Country::from_numeric(COUNTRIES[place]).expect("assigned")
}

impl Register {
    /// Somebody orders what only the owner may: the events that follow, by name,
    /// or the refusal.
    ///
    /// As in the store, reassigning puts all the investors in the authority's
    /// charge or nothing of the order happens.
    pub fn federate(
        &mut self,
        by: By,
        order: &Order,
        now: UnixSeconds,
    ) -> Result<Vec<Word>, String> {
        let before = self.clone();
        let next = self.last_entry.next();
        let order = self.command(order, now);
        let events = match decide(&self.federation, next, order, &by.actor(), now) {
            Ok(events) => events,
            Err(refusal) => return Ok(vec![refusal.code()]),
        };
        if matches!(by, By::Authority) {
            return Err(format!("an authority acted as the owner: {events:?}"));
        }
        self.last_entry = next;
        for event in &events {
            self.federation
                .apply(event, next)
                .map_err(|error| error.to_string())?;
        }
        for event in &events {
            if let FederationEvent::InvestorsReassigned {
                authority,
                investors,
            } = event
            {
                let mandate = self.federation.mandate(*authority);
                let to = mandate.ok_or("an unknown authority was put in charge")?;
                for holder in (0..INVESTORS).map(Holder) {
                    if !investors.contains(&self.investors[holder.0].id) {
                        continue;
                    }
                    let command = Command::Reassign { to: to.clone() };
                    let answer = self.decide(holder, command, &Mandate::Owner, now)?;
                    if answer != ACCEPTED {
                        *self = before;
                        return Ok(vec![answer]);
                    }
                }
            }
        }
        Ok(events.iter().map(FederationEvent::name).collect())
    }

    /// Somebody proposes an operation, and the others approve it.
    pub fn agree(&mut self, operation: &Operation, now: UnixSeconds) -> Result<Vec<Word>, String> {
        let before = self.last_entry;
        let order = Order::Propose(operation.clone(), 60);
        let mut words = self.federate(By::Person(0), &order, now)?;
        let proposed = ProposalId(before.next().0);
        for place in 1..PERSONS {
            let newest = self.federation.proposals.keys().next_back();
            if newest == Some(&proposed) {
                let order = Order::Approve(self.federation.proposals.len() - 1);
                words.extend(self.federate(By::Person(place), &order, now)?);
            }
        }
        Ok(words)
    }

    /// Whom the register restricts.
    pub fn restricted(&self) -> RestrictedAuthorities {
        self.federation.restricted()
    }

    /// An authority that acted was not restricted, and the investor was and is
    /// one of its countries (I5).
    pub fn keeps_to_its_countries(
        &self,
        authority: AuthorityIndex,
        statuses: [&Status; 2],
    ) -> Checked {
        let Some(authority) = self.federation.authorities.get(&authority) else {
            return Ok(());
        };
        let mut verdicts = statuses.into_iter().filter_map(Status::verdict);
        if authority.restricted {
            return Err(format!("{authority:?} acted"));
        }
        match verdicts.find(|verdict| !authority.countries.contains(&verdict.country)) {
            Some(verdict) => Err(format!("{authority:?} acted in {}", verdict.country)),
            None => Ok(()),
        }
    }

    fn command(&self, order: &Order, now: UnixSeconds) -> FederationCommand {
        let numbered = |place: usize| {
            let mut open = self.federation.proposals.keys().copied();
            open.nth(place).unwrap_or(ProposalId(u64::MAX))
        };
        match order {
            Order::Propose(operation, wait) => FederationCommand::Propose {
                operation: self.operation(operation),
                expires: UnixSeconds(now.0 + u64::from(*wait)),
            },
            Order::Approve(place) => FederationCommand::Approve(numbered(*place)),
            Order::Withdraw(place) => FederationCommand::Withdraw(numbered(*place)),
            Order::Cancel(place) => FederationCommand::Cancel(numbered(*place)),
        }
    }

    fn operation(&self, operation: &Operation) -> OwnerOperation {
        let all = |places: &[usize]| places.iter().copied().map(country).collect();
        match operation {
            Operation::Add(countries) => OwnerOperation::AddAuthority {
                name: "another".parse().expect("a slug"),
                countries: all(countries),
            },
            Operation::SetCountries(authority, countries) => {
                OwnerOperation::SetAuthorityCountries {
                    authority: AuthorityIndex(*authority),
                    countries: all(countries),
                }
            }
            Operation::Restrict(authority) => OwnerOperation::RestrictAuthority {
                authority: AuthorityIndex(*authority),
            },
            Operation::Reinstate(authority) => OwnerOperation::ReinstateAuthority {
                authority: AuthorityIndex(*authority),
            },
            Operation::Reassign(authority, holders) => OwnerOperation::ReassignInvestors {
                authority: AuthorityIndex(*authority),
                investors: holders
                    .iter()
                    .map(|holder| self.investors[holder.0].id)
                    .collect(),
            },
            Operation::SetPolicy(required, named) => OwnerOperation::SetApprovalPolicy {
                policy: ApprovalPolicy {
                    approvers: (0..*named).map(person).collect(),
                    required: *required,
                },
            },
        }
    }
}

impl By {
    fn actor(self) -> Actor {
        let key = Actor::api_key("treasury");
        match self {
            Self::Person(place) => Actor {
                person: Some(person(place)),
                ..Actor::api_key(person(place).as_str())
            },
            Self::Nobody => key,
            Self::Authority => Actor {
                authority: AuthorityIndex(AUTHORITIES[0]),
                ..key
            },
        }
    }
}

fn person(place: usize) -> PersonName {
    format!("person-{place}").parse().expect("a slug")
}
