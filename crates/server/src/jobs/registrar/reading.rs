//! What the register takes in of each event of a registrar's. Pure.

use std::collections::{BTreeSet, HashMap};

use alloy_primitives::{Address, B256, hex};
use symbolon_chain::registrar::{NEVER, RegistrarEvent, Reported, owner_id};
use symbolon_core::{
    command::Verdict,
    country::Country,
    federation::{AuthorityDeed, Federation},
    ids::{AuthorityIndex, AuthorityName, InvestorId},
    investor::{Accreditation, Level, Source},
    register::Deed,
    time::UnixSeconds,
    wallet::WalletAddress,
};
use symbolon_store::Witnessed;

/// What follows from an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Something about an investor.
    Investor(Witnessed),
    /// Something about an authority.
    Authority {
        authority: AuthorityIndex,
        deed: AuthorityDeed,
        at: UnixSeconds,
    },
    /// Something that the register has no word for, and what it is.
    LeftOut(String),
}

/// A registrar's authorities, by the names that they have in the register.
#[derive(Debug)]
pub(super) struct Reading {
    authorities: HashMap<String, AuthorityIndex>,
}

impl Reading {
    /// Knows the registrar's owner and the authorities that were taken in before.
    pub(super) fn new(registrar: Address, federation: &Federation) -> Self {
        let known = federation.authorities.values();
        let mut authorities: HashMap<_, _> = known
            .map(|authority| (authority.name.to_string(), authority.index))
            .collect();
        authorities.insert(name(owner_id(registrar)), AuthorityIndex::OWNER);
        Self { authorities }
    }

    fn authority(&self, id: B256) -> Option<AuthorityIndex> {
        self.authorities.get(&name(id)).copied()
    }

    pub(super) fn steps(&mut self, reported: Reported) -> Vec<Step> {
        let Reported {
            at,
            transaction,
            event,
            ..
        } = reported;
        let about = |id, deed| {
            Step::Investor(Witnessed {
                investor: InvestorId(id),
                deed,
                at,
            })
        };
        match event {
            RegistrarEvent::AuthorityIndexed { id, index } => {
                let authority = AuthorityIndex(index);
                self.authorities.insert(name(id), authority);
                vec![match name(id).parse::<AuthorityName>() {
                    Ok(name) => Step::Authority {
                        authority,
                        deed: AuthorityDeed::Appointed(name),
                        at,
                    },
                    Err(error) => Step::LeftOut(format!("authority {id}: {error}")),
                }]
            }
            RegistrarEvent::AuthorityCountriesSet {
                id,
                countries,
                permitted,
            } => self.countries(id, &countries, permitted, at),
            RegistrarEvent::AuthorityRestriction { id, restricted } => {
                let deed = match restricted {
                    true => AuthorityDeed::Restricted,
                    false => AuthorityDeed::Reinstated,
                };
                vec![self.about_authority(id, deed, at)]
            }
            RegistrarEvent::NewInvestor {
                id,
                country,
                rating,
                expires,
                authority,
            } => {
                let Some(authority) = self.authority(authority) else {
                    return vec![stranger(authority, &format!("added investor {id}"))];
                };
                let verdict = Country::from_numeric(country).map(|country| Verdict {
                    level: Level::Basic,
                    country,
                    accreditation: accreditation(rating),
                    accreditation_ends: None,
                    us_person: country.is_united_states(),
                    person: Default::default(),
                    expiry: expiry(expires),
                    source: source(transaction),
                });
                let left_out = verdict.is_none().then(|| {
                    let why = format!(
                        "investor {id} stays unverified here: {country} is no country's ISO 3166-1 code"
                    );
                    Step::LeftOut(why)
                });
                let added = about(id, Deed::Added { authority, verdict });
                [added].into_iter().chain(left_out).collect()
            }
            RegistrarEvent::UpdatedInvestor {
                id,
                rating,
                expires,
                authority,
            } => {
                let Some(authority) = self.authority(authority) else {
                    return vec![stranger(authority, &format!("has investor {id}"))];
                };
                let deed = Deed::Renewed {
                    authority,
                    accreditation: accreditation(rating),
                    expiry: expiry(expires),
                    source: source(transaction),
                };
                vec![about(id, deed)]
            }
            RegistrarEvent::InvestorRestriction { id, restricted, .. } => {
                let deed = match restricted {
                    true => Deed::Restricted,
                    false => Deed::RestrictionLifted,
                };
                vec![about(id, deed)]
            }
            // By an authority's addresses people act on chain: no investor's.
            RegistrarEvent::RegisteredAddresses { id, .. }
            | RegistrarEvent::RestrictedAddresses { id, .. }
                if self.authority(id).is_some() =>
            {
                Vec::new()
            }
            RegistrarEvent::RegisteredAddresses { id, addresses, .. } => {
                each(addresses, |wallet| {
                    about(id, Deed::AddressRegistered(wallet))
                })
            }
            RegistrarEvent::RestrictedAddresses { id, addresses, .. } => {
                each(addresses, |wallet| {
                    about(id, Deed::AddressRestricted(wallet))
                })
            }
        }
    }

    fn countries(&self, id: B256, codes: &[u16], permitted: bool, at: UnixSeconds) -> Vec<Step> {
        let mut countries = BTreeSet::new();
        let mut strange = Vec::new();
        for code in codes {
            match Country::from_numeric(*code) {
                Some(country) => {
                    countries.insert(country);
                }
                None => strange.push(code.to_string()),
            }
        }
        let deed = AuthorityDeed::CountriesSet {
            countries,
            permitted,
        };
        let mut steps = vec![self.about_authority(id, deed, at)];
        if !strange.is_empty() {
            let codes = strange.join(", ");
            let why = format!("countries of authority {id} without an ISO 3166-1 code: {codes}");
            steps.push(Step::LeftOut(why));
        }
        steps
    }

    fn about_authority(&self, id: B256, deed: AuthorityDeed, at: UnixSeconds) -> Step {
        match self.authority(id) {
            Some(authority) => Step::Authority {
                authority,
                deed,
                at,
            },
            None => stranger(id, "changed"),
        }
    }
}

/// An authority's name in the register, by which it is known again: half of its
/// id, so that no two are alike.
fn name(id: B256) -> String {
    format!("r-{}", hex::encode(&id[..16]))
}

/// Without its first event nobody can tell who it is.
fn stranger(id: B256, did: &str) -> Step {
    Step::LeftOut(format!("authority {id}, which nobody appointed, {did}"))
}

fn each(addresses: Vec<Address>, step: impl Fn(WalletAddress) -> Step) -> Vec<Step> {
    addresses
        .into_iter()
        .map(|address| match WalletAddress::new(address) {
            Ok(wallet) => step(wallet),
            Err(error) => Step::LeftOut(format!("address {address}: {error}")),
        })
        .collect()
}

/// Ratings from 8 on mean something to the registrar's issuers alone, and buy
/// nothing here.
fn accreditation(rating: u8) -> Accreditation {
    Accreditation::from_rating(rating).unwrap_or_default()
}

/// A record holds no moment beyond the year 2514.
fn expiry(expires: u64) -> Option<UnixSeconds> {
    (expires != NEVER).then(|| UnixSeconds(expires).min(UnixSeconds::MAX_ON_CHAIN))
}

fn source(transaction: B256) -> Source {
    Source::Provider {
        name: "kyc-registrar".to_owned(),
        reference: transaction.to_string(),
    }
}

#[cfg(test)]
mod tests;
