//! What the chain was told of authorities (`symbolon_store`'s `authority`).

use symbolon_core::mirror::{
    batch::{AuthorityRestriction, Batch},
    reinstatement::may_reinstate,
};

use super::Books;
use crate::register::{Register, authorities::Authorities};

/// What a chain knows of one authority.
#[derive(Clone, Copy, Debug)]
pub(super) struct OnChain {
    /// By the newest transaction that is stored; nothing, if that was in vain.
    pub(super) told: Option<bool>,
    /// Nothing, where somebody else wrote in that block.
    observed: Option<bool>,
    block: u64,
}

impl Default for OnChain {
    fn default() -> Self {
        Self {
            told: Some(false),
            observed: Some(false),
            block: 0,
        }
    }
}

impl Books {
    /// Those that the chain is yet to be told of as cut off.
    pub(super) fn to_cut_off(&self, register: &Register) -> Vec<AuthorityRestriction> {
        Authorities::all()
            .filter(|authority| register.authorities.is_restricted(*authority))
            .filter(|authority| {
                let known = self.authorities.get(authority);
                known.is_none_or(|known| known.told != Some(true))
            })
            .map(|authority| AuthorityRestriction {
                authority,
                restricted: true,
            })
            .collect()
    }

    /// Those that the chain is yet to be told of as reinstated, as far as it may be.
    pub(super) fn to_reinstate(&self, register: &Register) -> Vec<AuthorityRestriction> {
        let rows = self.outbox.iter().filter(|(_, denial)| **denial);
        let owed = rows.map(|(owed, _)| owed.entry);
        let open = self.open().filter_map(|stored| stored.oldest_denial);
        let oldest = owed.chain(open).min();
        self.authorities
            .iter()
            .filter(|(authority, known)| {
                let restricted = register.authorities.is_restricted(**authority);
                let decided = register.authorities.turned_by(**authority);
                !restricted && known.told != Some(false) && may_reinstate(decided, oldest)
            })
            .map(|(authority, _)| AuthorityRestriction {
                authority: *authority,
                restricted: false,
            })
            .collect()
    }

    /// A confirmed block showed what an authority became.
    pub(super) fn observe_authority(&mut self, seen: AuthorityRestriction, block: u64) {
        let on_its_way = self.open().any(|stored| {
            let batch = &stored.transaction.batch;
            matches!(batch, Batch::Authority(told) if told.authority == seen.authority)
        });
        let Some(known) = self.authorities.get_mut(&seen.authority) else {
            return;
        };
        let before = *known;
        if before.block <= block {
            known.observed = Some(seen.restricted);
            known.block = block;
        }
        if on_its_way {
            return;
        }
        known.told = match before.block == block && before.observed != Some(seen.restricted) {
            true => None,
            false => known.observed,
        };
    }

    /// Blocks after this one were undone.
    pub(super) fn forget_blocks_of_authorities(&mut self, fork: u64) {
        for known in self.authorities.values_mut() {
            known.block = known.block.min(fork);
        }
    }

    /// `IssuerTransaction::cut_off_again`.
    pub fn cut_off_again(&mut self, register: &Register, block: u64) {
        for (authority, known) in &mut self.authorities {
            if register.authorities.is_restricted(*authority) && known.block <= block {
                *known = OnChain {
                    told: None,
                    observed: None,
                    block,
                };
            }
        }
    }
}
