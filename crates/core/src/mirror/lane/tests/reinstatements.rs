//! A reinstatement waits for the denials that were decided before it, and for
//! no others.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{
    authorities::{BAFIN, set},
    *,
};

/// Verified by the authority that is cut off and reinstated.
fn by_bafin(version: u16) -> WalletRecord {
    approved(version).with_authority(BAFIN)
}

fn denied_by(version: u16) -> WalletRecord {
    by_bafin(version).with_approval(false)
}

/// A world whose chain knows that the authority is cut off.
fn cut_off() -> World {
    let mut world = World::new();
    world.restrict(true);
    world.run();
    world.finish();
    world
}

#[test]
fn denials_that_never_cease_do_not_hold_a_reinstatement_up() {
    let mut world = cut_off();
    world.want(1, denied_by(1));
    world.restrict(false);
    let mut rounds = 0;
    while world.cut_off.contains(&BAFIN) {
        rounds += 1;
        assert!(rounds < 20, "it starves: {:?}", world.history);
        // Another one before the last one is mined.
        world.want(rounds + 1, denied_by(1));
        world.run();
        world.mine(true);
        world.want(rounds + 100, denied_by(1));
        world.later(Millis(1_000));
    }
    assert!(rounds >= 2, "the first denial was decided before it");
}

/// What a former lane or another desk carries is owed no more, but may fail.
#[test]
fn a_denial_that_something_open_carries_keeps_its_age() {
    let mut world = cut_off();
    world.want(1, denied_by(1));
    let denial = *world.outbox.keys().next().unwrap();
    world.run();
    // It is told again, and needs no telling: the row goes, its age stays.
    world.oldest_denials.clear();
    world.outbox.insert(denial, true);
    world.restrict(false);
    world.run();
    assert!(!world.owes(1));
    assert_eq!(world.history.last(), Some(&world.stored[0].batch));
    world.mine(false);
    world.later(Millis(1_000));
    assert!(!world.history.contains(&set(false)), "it came to nothing");
    world.finish();
    assert_eq!(world.history.last(), Some(&set(false)));
}

/// A row that needs no telling because of a transaction is owed if that is seen
/// to have failed before the row is struck, or while it is.
#[test]
fn nothing_is_struck_for_the_sake_of_what_failed() {
    for begun in [false, true] {
        let mut world = World::new();
        world.want(1, denied_by(2));
        let denial = *world.outbox.keys().next().unwrap();
        world.observed.insert(address(1), by_bafin(1));
        world.chain.insert(address(1), by_bafin(1));
        world.run();
        world.outbox.insert(denial, true);
        world.lane.handle(Input::Woken, world.now);
        let mut under_way = Vec::new();
        while let Some(effect) = world.poll() {
            if matches!(effect, Effect::Discharge(_)) {
                under_way.push(effect);
                break;
            }
            let pull = matches!(effect, Effect::Pull { .. });
            let input = world.carry_out(effect).unwrap();
            world.lane.handle(input, world.now);
            if pull && !begun {
                break;
            }
        }
        assert_eq!(under_way.len(), usize::from(begun));
        world.mine(false);
        let slots = world.lane.slots();
        let open = slots.map(|slot| (slot.nonce, slot.hashes())).collect();
        let look = world.carry_out(Effect::Observe(open)).unwrap();
        world.lane.handle(look, world.now);
        under_way.extend(std::iter::from_fn(|| world.poll()));
        // Whatever is under way together ends in any order.
        under_way.sort_by_key(|effect| !matches!(effect, Effect::Settle(_)));
        for effect in under_way {
            let input = world.carry_out(effect).unwrap();
            world.lane.handle(input, world.now);
        }
        for _ in 0..10 {
            world.later(Millis(1_000));
            world.mine(true);
        }
        assert!(world.held(address(1)).denies(), "the denial is lost");
    }
}

#[derive(Clone, Copy, Debug)]
enum Event {
    Approve(u8),
    Deny(u8),
    Restrict(bool),
    Run,
    Look,
    Mine(bool),
    MineAll,
    Restart,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        2 => (1_u8..4).prop_map(Event::Approve),
        4 => (1_u8..4).prop_map(Event::Deny),
        3 => any::<bool>().prop_map(Event::Restrict),
        4 => Just(Event::Run),
        4 => Just(Event::Look),
        4 => any::<bool>().prop_map(Event::Mine),
        1 => Just(Event::MineAll),
        1 => Just(Event::Restart),
    ]
}

/// A world that knows since when each wallet is denied, and what it must
/// therefore never see.
struct Watched {
    world: World,
    versions: BTreeMap<u8, u16>,
    denied_since: BTreeMap<WalletAddress, EntryNumber>,
    /// The decision that the reinstatement of each nonce carries out.
    decided: BTreeMap<Nonce, EntryNumber>,
}

impl Watched {
    fn new() -> Self {
        Self {
            world: World::new(),
            versions: BTreeMap::new(),
            denied_since: BTreeMap::new(),
            decided: BTreeMap::new(),
        }
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Approve(wallet) => self.want(wallet, true),
            Event::Deny(wallet) => self.want(wallet, false),
            Event::Restrict(restricted) => {
                let known = self.world.authorities.get(&BAFIN);
                if known.is_some_and(|known| known.0) != restricted {
                    self.world.restrict(restricted);
                }
            }
            Event::Run => self.world.run(),
            Event::Look => self.world.later(Millis(1_000)),
            Event::Mine(succeeded) => {
                self.world.block += 1;
                self.mine(succeeded);
            }
            Event::MineAll => {
                self.world.block += 1;
                while self.mine(true) {}
            }
            Event::Restart => {
                self.world.lane = Lane::new(POLICY, self.world.stored.clone(), EntryNumber(0));
            }
        }
        let told = |open: &&OpenTransaction| open.batch == set(false);
        for open in self.world.stored.iter().filter(told) {
            let decided = self.world.restriction_entries[&BAFIN];
            self.decided.entry(open.nonce).or_insert(decided);
        }
    }

    fn want(&mut self, wallet: u8, approval: bool) {
        let version = self.versions.entry(wallet).or_default();
        *version += 1;
        self.world
            .want(wallet, by_bafin(*version).with_approval(approval));
        if approval {
            self.denied_since.remove(&address(wallet));
        } else {
            let entry = self.world.entry;
            self.denied_since.entry(address(wallet)).or_insert(entry);
        }
    }

    fn mine(&mut self, succeeded: bool) -> bool {
        let nonce = Nonce(self.world.mined.len() as u64);
        let Some(batch) = self.world.mine_next(succeeded) else {
            return false;
        };
        if succeeded && batch == set(false) {
            let decided = self.decided[&nonce];
            for (wallet, since) in &self.denied_since {
                assert!(
                    *since > decided || self.world.held(*wallet).denies(),
                    "{wallet}, denied by {since:?}, is verified by the reinstatement of {decided:?}"
                );
            }
        }
        true
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// Whatever fails or restarts: who was denied before a reinstatement and is so
    /// still is not verified by it, and in the end the chain is told of all.
    #[test]
    fn a_reinstatement_verifies_nobody_who_was_denied_before_it(
        events in proptest::collection::vec(event(), 1..60)
    ) {
        let mut watched = Watched::new();
        for event in events {
            watched.happen(event);
        }
        for _ in 0..60 {
            watched.happen(Event::MineAll);
            watched.happen(Event::Look);
            watched.world.lane.handle(Input::Woken, watched.world.now);
            watched.happen(Event::Run);
        }
        let world = &watched.world;
        prop_assert!(world.lane.is_idle());
        for (wallet, desired) in &world.desired {
            prop_assert_eq!(world.held(*wallet).denies(), desired.denies());
        }
        let restricted = world.authorities.get(&BAFIN).is_some_and(|known| known.0);
        prop_assert_eq!(world.cut_off.contains(&BAFIN), restricted);
    }
}
