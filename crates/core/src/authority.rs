//! Authorities: whoever may verify investors, each in its own countries (I5).
//!
//! Authority 0 is the issuer itself, the owner of its register: it acts
//! everywhere, and nobody can restrict it. The others are the federation's
//! ([`crate::federation`]).

use std::collections::BTreeSet;

use crate::{
    country::Country,
    ids::{AuthorityIndex, AuthorityName},
};

/// An authority of a federation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority {
    /// Its place in the on-chain bitmap, from 1.
    pub index: AuthorityIndex,
    /// Its name.
    pub name: AuthorityName,
    /// Where it may act.
    pub countries: BTreeSet<Country>,
    /// Cut off: it may do nothing, and its investors count as unverified.
    pub restricted: bool,
}

impl Authority {
    /// What those may do who act for it.
    pub fn mandate(&self) -> Mandate {
        Mandate::Limited {
            authority: self.index,
            countries: self.countries.clone(),
            restricted: self.restricted,
        }
    }
}

/// What somebody may do, by the authority that they act for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Mandate {
    /// Everything, everywhere: they act for the issuer itself.
    #[default]
    Owner,
    /// Something, in some countries.
    Limited {
        /// For which authority.
        authority: AuthorityIndex,
        /// Where.
        countries: BTreeSet<Country>,
        /// Whether the authority is cut off.
        restricted: bool,
    },
    /// Nothing but to take notice that a verdict has ended: a chain decides, and
    /// the register follows it ([`crate::register::witness`]).
    Spectator,
}

impl Mandate {
    /// The authority that they act for.
    pub fn authority(&self) -> AuthorityIndex {
        match self {
            Self::Owner | Self::Spectator => AuthorityIndex::OWNER,
            Self::Limited { authority, .. } => *authority,
        }
    }

    /// Whether it reaches this country.
    pub fn covers(&self, country: Country) -> bool {
        match self {
            Self::Owner => true,
            Self::Limited { countries, .. } => countries.contains(&country),
            Self::Spectator => false,
        }
    }

    /// Whether the authority is cut off.
    pub fn is_restricted(&self) -> bool {
        matches!(
            self,
            Self::Limited {
                restricted: true,
                ..
            }
        )
    }
}
