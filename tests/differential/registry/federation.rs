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
    register::Register,
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
    /// Somebody orders what only the owner may; the register may refuse.
    ///
    /// As in the store, reassigning puts all the investors in the authority's
    /// charge or nothing of the order happens.
    pub fn federate(&mut self, by: By, order: &Order, now: UnixSeconds) -> Checked {
        let before = self.clone();
        let next = self.last_entry.next();
        let order = self.command(order, now);
        let Ok(events) = decide(&self.federation, next, order, &by.actor(), now) else {
            return Ok(());
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
                    let command = Command::Reassign { to: to.clone() };
                    let named = investors.contains(&self.investors[holder.0].id);
                    if named && !self.decide(holder, command, &Mandate::Owner, now)? {
                        *self = before;
                        return Ok(());
                    }
                }
            }
        }
        Ok(())
    }

    /// Whom the register restricts.
    pub fn restricted(&self) -> RestrictedAuthorities {
        self.federation.restricted()
    }

    /// What an authority has done to an investor, restricted it may not have,
    /// nor beyond its countries (I5).
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
