//! Who verifies where, and whom the register has cut off.

use std::collections::BTreeSet;

use symbolon_core::{authority::Mandate, country::Country, ids::AuthorityIndex, log::EntryNumber};

/// Authorities next to the issuer itself.
pub const AUTHORITIES: u8 = 3;

/// Where customers live: the United States, Germany, France.
pub fn countries() -> [Country; 3] {
    let known = |code| Country::from_numeric(code).unwrap_or(Country::US);
    [Country::US, known(276), known(250)]
}

/// Where an authority may act: the first in the first two countries, the second
/// in the last two, the third in the last alone.
pub fn mandated(authority: AuthorityIndex) -> BTreeSet<Country> {
    let all = countries();
    let some = match authority.0 {
        1 => &all[..2],
        2 => &all[1..],
        _ => &all[2..],
    };
    some.iter().copied().collect()
}

/// Which of them are cut off, and by which entry each last was, or was
/// reinstated.
#[derive(Clone, Debug, Default)]
pub struct Authorities {
    turned: [(bool, EntryNumber); AUTHORITIES as usize],
}

impl Authorities {
    fn of(&self, authority: AuthorityIndex) -> Option<(bool, EntryNumber)> {
        let place = usize::from(authority.0).checked_sub(1)?;
        self.turned.get(place).copied()
    }

    /// All of them.
    pub fn all() -> impl Iterator<Item = AuthorityIndex> {
        (1..=AUTHORITIES).map(AuthorityIndex)
    }

    /// Whether its verdicts are void.
    pub fn is_restricted(&self, authority: AuthorityIndex) -> bool {
        self.of(authority).is_some_and(|(restricted, _)| restricted)
    }

    /// The entry that last cut it off or reinstated it.
    pub fn turned_by(&self, authority: AuthorityIndex) -> EntryNumber {
        self.of(authority)
            .map_or(EntryNumber(0), |(_, entry)| entry)
    }

    /// What those may do who act for it.
    pub fn mandate(&self, authority: AuthorityIndex) -> Mandate {
        match authority.is_owner() {
            true => Mandate::Owner,
            false => Mandate::Limited {
                authority,
                countries: mandated(authority),
                restricted: self.is_restricted(authority),
            },
        }
    }

    pub(super) fn turn(&mut self, authority: AuthorityIndex, entry: EntryNumber) {
        let place = usize::from(authority.0).checked_sub(1);
        if let Some(known) = place.and_then(|place| self.turned.get_mut(place)) {
            *known = (!known.0, entry);
        }
    }
}
