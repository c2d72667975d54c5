//! A nonce that nothing of ours has, with something of ours behind it.

use super::*;

/// Somebody else used nonce 0, the lane's first transaction took nonce 1, and
/// then the chain forgot the first of them.
fn behind_a_gap() -> World {
    let mut world = World::new();
    world.taken.insert(Nonce(0));
    world.later(Millis(1_000));
    world.want(1, approved(2).with_approval(false));
    world.run();
    assert_eq!(world.sent, [(Nonce(1), Attempt(0))]);
    world.taken.clear();
    world.block += 1;
    world.later(Millis(1_000));
    world
}

#[test]
fn what_waits_behind_a_gap_fills_it() {
    let mut world = behind_a_gap();
    world.block += 1;
    world.later(Millis(1_000));
    assert_eq!(world.stored.len(), 2);
    assert_eq!(world.history[0], world.history[1], "the same batch");
    world.mine(true);
    world.later(Millis(1_000));
    assert_eq!(world.held(address(1)), approved(2).with_approval(false));
    assert!(world.lane.is_idle());
}

/// As certain as the first of them are the others.
#[test]
fn a_gap_of_several_nonces_is_filled_at_once() {
    let mut world = World::new();
    world.taken.extend([Nonce(0), Nonce(1), Nonce(2)]);
    world.later(Millis(1_000));
    world.want(1, approved(2).with_approval(false));
    world.run();
    assert_eq!(world.sent, [(Nonce(3), Attempt(0))]);
    world.taken.clear();
    for _ in 0..2 {
        world.block += 1;
        world.later(Millis(1_000));
    }
    let sent: Vec<_> = world.sent.iter().map(|(nonce, _)| nonce.0).collect();
    assert_eq!(sent, [3, 0, 1, 2]);
    world.mine(true);
    world.later(Millis(1_000));
    assert_eq!(world.held(address(1)), approved(2).with_approval(false));
    assert!(world.lane.is_idle());
}

#[test]
fn a_gap_with_nothing_behind_it_is_the_next_nonce() {
    let mut world = World::new();
    world.taken.insert(Nonce(0));
    world.later(Millis(1_000));
    world.taken.clear();
    for _ in 0..3 {
        world.block += 1;
        world.later(Millis(1_000));
    }
    world.want(1, approved(1));
    world.run();
    assert_eq!(world.sent, [(Nonce(0), Attempt(0))]);
}

/// A node that is late shows the same.
#[test]
fn a_gap_is_not_filled_before_it_is_certain() {
    let mut world = behind_a_gap();
    world.later(Millis(1_000));
    assert_eq!(world.stored.len(), 1);
    world.taken.insert(Nonce(0));
    world.block += 5;
    world.later(Millis(1_000));
    assert_eq!(world.stored.len(), 1);
}

#[test]
fn what_fills_a_gap_discharges_nothing_a_second_time() {
    let mut world = behind_a_gap();
    world.block += 1;
    world.later(Millis(1_000));
    let filled = &world.mempool[&Nonce(0)];
    assert_eq!(filled.discharge, Discharge::default());
    assert!(world.sent.contains(&(Nonce(0), Attempt(0))));
}

/// Two stored at the same time might be planned upon each other.
#[test]
fn a_gap_is_filled_while_nothing_else_is_stored() {
    let is_store = |effect: &Effect| matches!(effect, Effect::Store(_));
    let mut world = behind_a_gap();
    world.want(2, approved(2).with_approval(false));
    let storing = world.run_without(is_store);
    world.block += 1;
    world.now = world.now.after(Millis(1_000));
    assert!(world.run_without(is_store).is_empty());
    storing.into_iter().for_each(|effect| world.answer(effect));
    let filling = world.run_without(is_store);
    assert_eq!(filling.len(), 1);
    world.want(3, approved(2).with_approval(false));
    assert!(world.run_without(is_store).is_empty());
}
