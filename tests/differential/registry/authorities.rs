//! What the chain is told of authorities.

use symbolon_bindings::IdentityRegistry as abi;
use symbolon_core::ids::AuthorityIndex;

use super::{history::Send, world::World};
use crate::histories::{Checked, expect};

impl World<'_> {
    /// Whether the chain takes an authority for cut off.
    pub fn is_cut_off(&self, authority: AuthorityIndex) -> bool {
        self.restricted.includes(authority)
    }

    /// The mirror tells the chain of the authorities that are cut off by now, or
    /// of those that are reinstated.
    pub fn tell_authorities(&mut self, restricted: bool, send: Send) -> Checked {
        let times = if send == Send::Twice { 2 } else { 1 };
        let authorities = self.register.federation.authorities.values();
        let owed: Vec<_> = authorities
            .filter(|known| known.restricted == restricted)
            .map(|known| known.index)
            .filter(|index| self.is_cut_off(*index) != restricted)
            .collect();
        for authority in owed {
            for _ in 0..times {
                self.restrict_authority(authority.0, restricted)?;
            }
        }
        Ok(())
    }

    /// A mirror restricts an authority on chain, or lifts that. The owner stays
    /// what it is.
    pub fn restrict_authority(&mut self, authority: u8, restricted: bool) -> Checked {
        match (
            self.registry.restrict_authority(authority, restricted),
            authority,
        ) {
            (Err(revert), 0) if revert.error::<abi::OwnerCannotBeRestricted>().is_some() => Ok(()),
            (Ok(_), 1..) => {
                let bit = usize::from(authority);
                self.restricted.0.set_bit(bit, restricted);
                let says = self.ask(&abi::isAuthorityRestrictedCall { authority })?;
                expect(says, restricted, "isAuthorityRestricted")
            }
            (outcome, _) => Err(format!("restriction of authority {authority}: {outcome:?}")),
        }
    }
}
