//! What the chain was told of authorities (`symbolon_store`'s `authority`).

use std::collections::{BTreeMap, BTreeSet};

use symbolon_core::{
    ids::AuthorityIndex,
    mirror::{
        batch::{AuthorityRestriction, Batch, RestrictionNumber},
        reinstatement::may_reinstate,
    },
};

use super::{Books, Stored};
use crate::register::{Register, authorities::Authorities};

/// What a chain knows of one authority.
#[derive(Clone, Copy, Debug)]
pub(super) struct OnChain {
    /// By the newest transaction that is stored; nothing, if that was in vain.
    pub(super) told: Option<bool>,
    observed: bool,
    block: u64,
    /// Of its newest restriction there, as far as is known.
    number: RestrictionNumber,
}

impl Default for OnChain {
    fn default() -> Self {
        Self {
            told: Some(false),
            observed: false,
            block: 0,
            number: RestrictionNumber::UNKNOWN,
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
            .map(AuthorityRestriction::cut_off)
            .collect()
    }

    /// Those that the chain is yet to be told of as reinstated, as far as it may be.
    pub(super) fn to_reinstate(&self, register: &Register) -> Vec<AuthorityRestriction> {
        let rows = self.outbox.iter().filter(|(_, denial)| **denial);
        let owed = rows.map(|(owed, _)| owed.entry);
        let open = self.open().filter_map(|stored| stored.oldest_denial);
        let oldest = owed.chain(open).min();
        let cuts_off = |stored: &&Stored| stored.transaction.batch.cuts_off();
        let on_its_way: BTreeSet<_> = self.open().filter(cuts_off).filter_map(told_of).collect();
        self.authorities
            .iter()
            .filter(|(authority, known)| {
                let restricted = register.authorities.is_restricted(**authority);
                let decided = register.authorities.turned_by(**authority);
                let is_known = known.number != RestrictionNumber::UNKNOWN;
                let owed = known.told != Some(false) && is_known;
                let waits = on_its_way.contains(authority);
                !restricted && owed && !waits && may_reinstate(decided, oldest)
            })
            .map(|(authority, known)| AuthorityRestriction::lifted(*authority, known.number))
            .collect()
    }

    /// A confirmed block showed what an authority became.
    pub(super) fn observe_authority(&mut self, seen: AuthorityRestriction, block: u64) {
        let open: BTreeSet<_> = self.open().filter_map(told_of).collect();
        let on_its_way = open.contains(&seen.authority);
        let Some(known) = self.authorities.get_mut(&seen.authority) else {
            return;
        };
        let before = *known;
        if before.block <= block {
            known.observed = seen.restricted;
            known.block = block;
            if seen.number != RestrictionNumber::UNKNOWN {
                known.number = seen.number;
            }
        }
        if on_its_way {
            return;
        }
        // It was to lift something, and lifted nothing.
        if seen.restricted && seen.number == RestrictionNumber::UNKNOWN {
            known.told = Some(false);
            return;
        }
        let unknown = before.block == block && before.observed != seen.restricted;
        known.told = (!unknown).then_some(known.observed);
    }

    /// Blocks after this one were undone.
    pub(super) fn forget_blocks_of_authorities(&mut self, fork: u64) {
        for known in self.authorities.values_mut() {
            known.block = known.block.min(fork);
        }
    }

    /// The register has cut an authority off, or reinstated it. Where somebody else
    /// has cut it off, whatever follows is the register's.
    pub fn turned(&mut self, authority: AuthorityIndex, restricted: bool) {
        if let Some(known) = self.authorities.get_mut(&authority)
            && restricted
            && known.observed
            && known.told == Some(false)
        {
            known.told = None;
        }
    }

    /// Whether the chain has cut an authority off without a word of the register's.
    pub fn leaves_to_people(&self, authority: AuthorityIndex) -> bool {
        let known = self.authorities.get(&authority);
        known.is_some_and(|known| known.observed && known.told == Some(false))
    }

    /// `IssuerTransaction::compare_authorities`.
    pub fn compare_authorities(
        &mut self,
        block: u64,
        found: &BTreeMap<AuthorityIndex, RestrictionNumber>,
    ) {
        for authority in found.keys() {
            self.authorities.entry(*authority).or_default();
        }
        let open: BTreeSet<_> = self.open().filter_map(told_of).collect();
        for (authority, known) in &mut self.authorities {
            if known.block > block {
                continue;
            }
            known.observed = found.contains_key(authority);
            known.block = block;
            known.number = found.get(authority).copied().unwrap_or(known.number);
            if !known.observed && !open.contains(authority) {
                known.told = Some(false);
            }
        }
    }
}

/// Of which authority it tells.
fn told_of(stored: &Stored) -> Option<AuthorityIndex> {
    match stored.transaction.batch {
        Batch::Authority(told) => Some(told.authority),
        _ => None,
    }
}
