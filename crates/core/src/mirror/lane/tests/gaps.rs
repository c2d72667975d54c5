//! A nonce that nobody has, with something behind it.

use super::*;

/// Two transactions wait, and somebody's that took the first one's nonce has
/// been undone: the first is settled as dropped, and its nonce is free.
fn with_a_gap() -> World {
    let mut world = World::new();
    for wallet in 1..=6 {
        world.want(wallet, approved(1));
    }
    world.run();
    world.mempool.clear();
    world.stored.remove(0);
    let open = std::mem::take(&mut world.stored);
    world.lane = Lane::new(POLICY, open.clone(), EntryNumber(0));
    world.stored = open;
    world.outbox.clear();
    world.history.clear();
    world.sent.clear();
    world
}

#[test]
fn it_is_filled_with_what_waits_behind_it() {
    let mut world = with_a_gap();
    world.run();
    assert!(world.history.is_empty(), "a node may only be late");
    world.block += POLICY.confirmations;
    world.later(POLICY.idle_interval);
    let behind = world.lane.slots().find(|slot| slot.nonce == Nonce(1));
    assert_eq!(world.history, [behind.unwrap().batch.clone()]);
    assert!(world.mempool.contains_key(&Nonce(0)));
    assert!(
        world.sent.contains(&(Nonce(0), Attempt(0))),
        "and sent like any other"
    );
}

#[test]
fn it_discharges_nothing_a_second_time() {
    let mut world = with_a_gap();
    world.run();
    world.want(9, approved(1).with_approval(false));
    world.block += POLICY.confirmations;
    world.later(POLICY.idle_interval);
    let filled = &world.mempool[&Nonce(0)];
    assert_eq!(filled.discharge, Discharge::default());
}

#[test]
fn one_that_closes_by_itself_is_left_alone() {
    let mut world = with_a_gap();
    world.run();
    let taken = Receipt {
        attempt: Attempt(0),
        block_number: world.block,
        succeeded: true,
        gas_used: Gas(1),
        records: Vec::new(),
        authorities: Vec::new(),
    };
    world.mined.insert(Nonce(0), taken);
    world.block += POLICY.confirmations;
    world.later(POLICY.idle_interval);
    assert!(world.history.is_empty());
}

#[test]
fn with_nothing_behind_it_is_the_next_to_use() {
    let mut world = with_a_gap();
    world.stored.clear();
    world.lane = Lane::new(POLICY, Vec::new(), EntryNumber(0));
    world.lane.next_nonce = Nonce(3);
    world.run();
    world.block += POLICY.confirmations;
    world.later(POLICY.idle_interval);
    world.want(7, approved(1));
    world.run();
    assert!(world.mempool.contains_key(&Nonce(0)));
}
