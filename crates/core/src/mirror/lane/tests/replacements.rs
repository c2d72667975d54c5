//! What happens to a nonce while a dearer try at it is on its way.

use super::*;

/// A transaction that was sent, and is due to be replaced.
fn overdue() -> World {
    let mut world = World::new();
    world.want(1, approved(1));
    world.run();
    world.now = world.now.after(POLICY.replace_after);
    world
}

#[test]
fn a_nonce_is_not_settled_while_its_replacement_is_being_stored() {
    let mut world = overdue();
    let mut storing = None;
    while let Some(effect) = world.poll() {
        if matches!(effect, Effect::Store(_)) {
            storing = Some(effect);
            // The first try after all.
            world.mine(true);
        } else if let Some(input) = world.carry_out(effect) {
            world.lane.handle(input, world.now);
        }
    }
    let stored = world.carry_out(storing.unwrap()).unwrap();
    world.lane.handle(stored, world.now);
    world.later(Millis(1_000));
    assert_eq!(world.observed.get(&address(1)), Some(&approved(1)));
    assert!(
        world.stored.is_empty(),
        "nothing stays open: {:?}",
        world.stored
    );
    assert!(world.lane.is_idle());
}

#[test]
fn a_replacement_is_sent_as_soon_as_the_wire_is_free() {
    let mut world = overdue();
    let mut on_the_wire = None;
    while let Some(effect) = world.poll() {
        if matches!(effect, Effect::Broadcast { .. }) && on_the_wire.is_none() {
            on_the_wire = Some(effect);
        } else if let Some(input) = world.carry_out(effect) {
            world.lane.handle(input, world.now);
        }
    }
    assert_eq!(world.stored.len(), 2, "the dearer try is stored");
    let answered = world.carry_out(on_the_wire.unwrap()).unwrap();
    world.lane.handle(answered, world.now);
    world.run();
    assert_eq!(world.sent.last(), Some(&(Nonce(0), Attempt(1))));
}

#[test]
fn the_receipt_of_any_try_is_looked_for() {
    let mut world = overdue();
    world.run();
    assert_eq!(world.stored.len(), 2);
    world.now = world.now.after(Millis(1_000));
    let looks = world.run_without(|effect| matches!(effect, Effect::Observe(_)));
    let tries = world.stored.iter().map(|stored| stored.hash).collect();
    assert_eq!(looks, [Effect::Observe(vec![(Nonce(0), tries)])]);
}

#[test]
fn a_nonce_is_replaced_once_at_a_time() {
    let is_store = |effect: &Effect| matches!(effect, Effect::Store(_));
    let mut world = overdue();
    assert_eq!(world.run_without(is_store).len(), 1);
    world.now = world.now.after(POLICY.replace_after);
    assert!(world.run_without(is_store).is_empty());
}
