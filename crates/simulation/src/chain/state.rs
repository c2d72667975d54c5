//! What a block leaves.

use std::collections::BTreeMap;

use alloy_primitives::B256;
use symbolon_core::{
    ids::AuthorityIndex,
    log::Head,
    mirror::{
        batch::{AuthorityRestriction, Batch, RestrictionNumber},
        planted::{Bug, is_planted},
        record::WalletRecord,
        rules::{denied, upserted},
    },
    wallet::WalletAddress,
};

use super::{SIGNERS, Signer};

/// The records and the restrictions that a transaction wrote.
pub(super) type Written = (
    Vec<(WalletAddress, WalletRecord)>,
    Vec<AuthorityRestriction>,
);

/// The registry and the signers' accounts.
#[derive(Clone, Debug, Default)]
pub struct State {
    registry: BTreeMap<WalletAddress, WalletRecord>,
    /// Who is cut off, and the number of the head that was told with it.
    cut_off: BTreeMap<AuthorityIndex, u64>,
    /// How often each was.
    restrictions: BTreeMap<AuthorityIndex, RestrictionNumber>,
    pub(super) nonces: [u64; SIGNERS],
    /// The transactions of the block that led here.
    pub(super) included: Vec<B256>,
    /// What that block's logs show.
    pub(super) writes: Vec<Write>,
    /// Another for every block that there ever was, as its hash is.
    pub(super) id: u64,
}

/// A transaction that wrote to the registry, as its logs show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// Its hash.
    pub transaction: B256,
    /// The block.
    pub block: u64,
    /// The wallets written.
    pub wallets: Vec<WalletAddress>,
    /// Who signed it, if a key of the register's did, and the head that it carries.
    pub signed: Option<(Signer, Head)>,
}

impl State {
    /// A block that begins with what this one left.
    pub(super) fn followed(&self) -> Self {
        Self {
            included: Vec::new(),
            writes: Vec::new(),
            registry: self.registry.clone(),
            cut_off: self.cut_off.clone(),
            restrictions: self.restrictions.clone(),
            nonces: self.nonces,
            id: 0,
        }
    }

    /// What the registry holds.
    pub fn registry(&self) -> &BTreeMap<WalletAddress, WalletRecord> {
        &self.registry
    }

    /// What its block's logs show.
    pub fn writes(&self) -> &[Write] {
        &self.writes
    }

    /// What it holds of a wallet.
    pub fn record(&self, wallet: WalletAddress) -> WalletRecord {
        let held = self.registry.get(&wallet);
        held.copied().unwrap_or(WalletRecord::EMPTY)
    }

    /// Since which head an authority is cut off.
    pub fn cut_off_since(&self, authority: AuthorityIndex) -> Option<u64> {
        self.cut_off.get(&authority).copied()
    }

    /// The number of an authority's newest restriction.
    pub fn restriction_of(&self, authority: AuthorityIndex) -> RestrictionNumber {
        self.restrictions
            .get(&authority)
            .copied()
            .unwrap_or_default()
    }

    /// Who is cut off.
    pub fn cut_off(&self) -> impl Iterator<Item = AuthorityIndex> {
        self.cut_off.keys().copied()
    }

    /// The verdict (I4); nobody's expires here.
    pub fn verifies(&self, wallet: WalletAddress) -> bool {
        let held = self.record(wallet);
        !held.denies() && !self.cut_off.contains_key(&held.authority())
    }

    pub(super) fn execute(&mut self, batch: &Batch, head: u64) -> Written {
        match batch {
            Batch::Upsert(entries) => {
                let written = entries.iter().filter_map(|entry| {
                    self.write(entry.wallet, |held| match () {
                        () if is_planted(Bug::VersionGuardDropped) => entry.record,
                        () if entry.record.denies()
                            && entry.record.version() <= held.version()
                            && is_planted(Bug::OldDenialIgnored) =>
                        {
                            held
                        }
                        () => upserted(held, entry.record),
                    })
                });
                (written.collect(), Vec::new())
            }
            Batch::Deny(entries) => {
                let written = entries.iter().filter_map(|entry| {
                    self.write(entry.wallet, |held| {
                        let old = entry.version <= held.version();
                        match old && is_planted(Bug::OldDenialIgnored) {
                            true => held,
                            false => denied(held, entry.version, entry.grounds),
                        }
                    })
                });
                (written.collect(), Vec::new())
            }
            Batch::Authority(told) => (Vec::new(), self.turn(*told, head).into_iter().collect()),
            // No companion is simulated.
            Batch::Companion(_) => Written::default(),
        }
    }

    fn turn(&mut self, told: AuthorityRestriction, head: u64) -> Option<AuthorityRestriction> {
        let number = self.restrictions.entry(told.authority).or_default();
        match told.restricted {
            true => {
                number.0 += 1;
                self.cut_off.insert(told.authority, head);
            }
            false if told.number != *number => return None,
            false => drop(self.cut_off.remove(&told.authority)),
        }
        Some(AuthorityRestriction {
            number: *number,
            ..told
        })
    }

    fn write(
        &mut self,
        wallet: WalletAddress,
        rule: impl Fn(WalletRecord) -> WalletRecord,
    ) -> Option<(WalletAddress, WalletRecord)> {
        let held = self.registry.entry(wallet).or_insert(WalletRecord::EMPTY);
        let after = rule(*held);
        let changed = after != *held;
        *held = after;
        changed.then_some((wallet, after))
    }
}
