//! What the owner of a registrar on chain did, taken as it is: nobody's
//! approval is asked, since the registrar asked for it.

use std::collections::BTreeSet;

use super::{Federation, FederationEvent, FederationRefusal};
use crate::{
    country::Country,
    ids::{AuthorityIndex, AuthorityName},
};

/// Something that a registrar's owner did about an authority.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuthorityDeed {
    /// It appointed the authority, for no country yet.
    Appointed(AuthorityName),
    /// It permitted countries, or withdrew them.
    CountriesSet {
        /// Which ones; the others stay as they are.
        countries: BTreeSet<Country>,
        /// Whether the authority may act there from now on.
        permitted: bool,
    },
    /// It cut the authority off.
    Restricted,
    /// It let the authority act again.
    Reinstated,
}

/// What follows from a deed about this authority; nothing where all is so
/// already, or where it is about the owner, who acts everywhere regardless.
pub fn witness(
    federation: &Federation,
    authority: AuthorityIndex,
    deed: AuthorityDeed,
) -> Result<Option<FederationEvent>, FederationRefusal> {
    if authority.is_owner() {
        return Ok(None);
    }
    let known = federation.authorities.get(&authority);
    let (known, deed) = match (known, deed) {
        (None, AuthorityDeed::Appointed(name)) => return appointed(federation, authority, name),
        (Some(known), AuthorityDeed::Appointed(name)) if known.name == name => return Ok(None),
        (Some(_), AuthorityDeed::Appointed(_)) => {
            let why = "an authority of another name has this number";
            return Err(FederationRefusal::AlreadySo(why));
        }
        (None, _) => return Err(FederationRefusal::UnknownAuthority(authority)),
        (Some(known), deed) => (known, deed),
    };
    Ok(match deed {
        AuthorityDeed::Appointed(_) => None,
        AuthorityDeed::CountriesSet {
            countries,
            permitted,
        } => {
            let countries: BTreeSet<_> = match permitted {
                true => known.countries.union(&countries).copied().collect(),
                false => known.countries.difference(&countries).copied().collect(),
            };
            (countries != known.countries).then_some(FederationEvent::AuthorityCountriesSet {
                authority,
                countries,
            })
        }
        AuthorityDeed::Restricted => {
            (!known.restricted).then_some(FederationEvent::AuthorityRestricted { authority })
        }
        AuthorityDeed::Reinstated => known
            .restricted
            .then_some(FederationEvent::AuthorityReinstated { authority }),
    })
}

fn appointed(
    federation: &Federation,
    authority: AuthorityIndex,
    name: AuthorityName,
) -> Result<Option<FederationEvent>, FederationRefusal> {
    if let Some(same) = federation.by_name(&name) {
        return Err(FederationRefusal::NameTaken(same.index));
    }
    Ok(Some(FederationEvent::AuthorityAdded {
        authority,
        name,
        countries: BTreeSet::new(),
    }))
}
