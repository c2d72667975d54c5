//! What companions of the registry are told, beside wallets.

use alloy_primitives::U256;

use super::*;
use crate::{
    country::Country,
    mirror::companion::{
        CompanionBatch, CompanionEntry, CompanionWrite, Errand, RuleAnnouncement, RuleWithdrawal,
    },
};

impl World {
    fn owe(&mut self, key: CompanionKey, write: Option<CompanionEntry>, is_denial: bool) {
        self.entry = self.entry.next();
        let write = write.map(|entry| CompanionWrite {
            contract: Address::with_last_byte(88),
            entry,
            is_denial,
            is_last: true,
            becomes: U256::ZERO,
        });
        let entry = self.entry;
        let errand = Errand { entry, key };
        self.errands.push(PendingErrand { errand, write });
        self.lane.handle(Input::Woken, self.now);
    }

    /// A rule that blocks goes out of turn, and any other when it may.
    fn announce(&mut self, country: &str, blocks: bool) {
        let key = Some(country.parse().unwrap());
        let announcement = RuleAnnouncement {
            key,
            version: Version(1),
            rule: 1 + u64::from(blocks),
            source: B256::ZERO,
        };
        let entry = CompanionEntry::AnnounceRule(announcement);
        self.owe(CompanionKey::Rule(key), Some(entry), blocks);
    }

    /// Another call of the same contract.
    fn withdraw(&mut self, denies: bool) {
        let withdrawal = RuleWithdrawal {
            key: None,
            version: Version(2),
        };
        let entry = CompanionEntry::WithdrawRule(withdrawal);
        self.owe(CompanionKey::Rule(None), Some(entry), denies);
    }

    pub(super) fn untold_errands(&self, part: Part, limit: usize) -> Vec<PendingErrand> {
        let errands = self.errands.iter().take(limit).copied();
        errands.filter(|_| part == Part::Errands).collect()
    }

    /// How many keys each stored transaction writes of companions, 0 where it writes
    /// wallets.
    fn companions_told(&self) -> Vec<usize> {
        let keys = |batch: &Batch| batch.companion().map_or(0, CompanionBatch::len);
        self.history.iter().map(keys).collect()
    }

    /// Lets blocks be mined, a second each.
    fn mine_for(&mut self, seconds: u32) {
        for _ in 0..seconds {
            self.lane.handle(Input::Woken, self.now);
            self.later(Millis(1_000));
            self.mine(true);
        }
    }
}

#[test]
fn what_denies_goes_before_approvals_and_the_rest_takes_turns_with_them() {
    let mut world = World::new();
    for wallet in 1..=9 {
        world.want(wallet, approved(1));
    }
    for country in ["DE", "FR", "IT", "ES", "CH", "AT", "SE"] {
        world.announce(country, false);
    }
    world.announce("KP", true);
    world.mine_for(20);
    let told = world.companions_told();
    // The second page begins with what denies.
    assert_eq!(told, [0, 0, 4, 0, 1, 3]);
    assert!(world.errands.is_empty() && world.lane.is_idle());
}

#[test]
fn a_denial_of_a_wallet_goes_before_what_companions_are_told() {
    let mut world = World::new();
    world.announce("KP", true);
    world.want(1, approved(2).with_approval(false));
    world.mine_for(5);
    assert_eq!(world.companions_told(), [0, 1]);
}

#[test]
fn what_a_companion_refuses_stands_alone_and_is_told_once_it_is_taken() {
    let mut world = World::new();
    let refused = CompanionKey::Rule(Some(Country::US));
    world.unwritable_keys.insert(refused);
    for country in ["DE", "US", "IT", "ES"] {
        world.announce(country, false);
    }
    world.mine_for(10);
    assert_eq!(world.companions_told().iter().sum::<usize>(), 3);
    assert_eq!(world.errands.len(), 1);
    assert_eq!(world.lane.standing().refused_errands, 1);
    world.unwritable_keys.clear();
    world.mine_for(60);
    assert!(world.errands.is_empty());
    let key = refused;
    world.owe(key, None, false);
    world.mine_for(2);
    assert_eq!(world.lane.standing().refused_errands, 0);
}

#[test]
fn a_companion_that_takes_nothing_keeps_no_wallet_waiting() {
    let mut world = World::new();
    world.no_errands = true;
    world.announce("KP", true);
    world.want(1, approved(1));
    world.want(2, approved(2).with_approval(false));
    world.mine_for(10);
    assert_eq!(world.held(address(1)), approved(1));
    assert_eq!(world.held(address(2)).version(), Version(2));
    assert_eq!(world.companions_told(), [0, 0], "nothing is spent on it");
    assert_eq!(world.errands.len(), 1);
    world.no_errands = false;
    world.mine_for(10);
    assert!(world.errands.is_empty());
}

#[test]
fn what_needs_no_telling_is_struck_without_a_transaction() {
    let mut world = World::new();
    world.owe(CompanionKey::Rule(None), None, false);
    world.mine_for(1);
    assert!(world.errands.is_empty() && world.history.is_empty());
}

/// Whoever reads a page of nothing but what is set aside reads no other for it.
#[test]
fn a_page_of_what_is_set_aside_is_not_read_again_and_again() {
    let mut world = World::new();
    for country in ["DE", "US", "IT", "ES", "FR"] {
        world
            .unwritable_keys
            .insert(CompanionKey::Rule(Some(country.parse().unwrap())));
        world.announce(country, false);
    }
    world.mine_for(10);
    assert!(world.companions_told().is_empty());
    assert!(world.lane.is_idle(), "it waits for news");
    assert_eq!(world.errands.len(), 5);
}

#[test]
fn each_call_has_its_transaction() {
    let mut world = World::new();
    world.announce("KP", true);
    world.withdraw(true);
    world.mine_for(5);
    assert_eq!(world.companions_told(), [1, 1]);
}

#[test]
fn what_came_to_nothing_costs_companions_a_wait_and_wallets_none() {
    let mut world = World::new();
    world.announce("DE", false);
    world.run();
    world.mine(false);
    world.want(1, approved(1));
    world.later(Millis(100));
    world.later(Millis(100));
    assert_eq!(world.companions_told(), [1, 0], "it goes at once");
}

/// Beside what is set aside there may be more, which is read at once.
#[test]
fn what_is_set_aside_hides_nothing_behind_it() {
    let mut world = World::new();
    for country in ["DE", "US"] {
        let key = CompanionKey::Rule(Some(country.parse().unwrap()));
        world.unwritable_keys.insert(key);
        world.announce(country, false);
    }
    world.mine_for(2);
    for country in ["IT", "ES", "FR", "AT", "SE", "CH"] {
        world.announce(country, false);
    }
    world.mine_for(10);
    assert_eq!(world.companions_told().iter().sum::<usize>(), 6);
    assert_eq!(world.lane.standing().refused_errands, 2);
}
