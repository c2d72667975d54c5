//! A node that takes transactions and loses them, or keeps them without mining them.

use super::*;

impl World {
    /// Blocks go by without anything of ours, long before it is sent again
    /// because of its age.
    fn pass_blocks(&mut self, blocks: u64) {
        for _ in 0..blocks {
            self.block += 1;
            self.later(Millis(500));
        }
    }
}

fn two_under_way() -> World {
    let mut world = World::new();
    for wallet in 1..=6 {
        world.want(wallet, approved(1));
    }
    world.run();
    assert_eq!(world.sent, [(Nonce(0), Attempt(0)), (Nonce(1), Attempt(0))]);
    world.sent.clear();
    world
}

#[test]
fn what_three_blocks_left_out_is_sent_again_with_all_behind_it() {
    let mut world = two_under_way();
    world.pass_blocks(2);
    assert!(world.sent.is_empty(), "it may be in the next one");
    world.pass_blocks(1);
    assert_eq!(world.sent, [(Nonce(0), Attempt(0)), (Nonce(1), Attempt(0))]);
}

#[test]
fn a_node_that_still_has_the_front_is_not_sent_the_rest() {
    let mut world = two_under_way();
    world.broadcast = Broadcast::Known;
    world.pass_blocks(3);
    assert_eq!(world.sent, [(Nonce(0), Attempt(0))]);
}

#[test]
fn a_lane_that_moves_sends_nothing_again() {
    let mut world = two_under_way();
    for _ in 0..10 {
        world.mine(true);
        world.block += 5;
        world.later(Millis(1_000));
    }
    assert!(world.sent.is_empty());
    assert!(world.lane.is_idle());
}

#[test]
fn what_a_node_keeps_without_mining_it_is_replaced_long_before_its_age() {
    let mut world = two_under_way();
    world.broadcast = Broadcast::Known;
    let dearer = (Nonce(0), Attempt(1));
    world.pass_blocks(11);
    assert!(!world.sent.contains(&dearer), "patience: {:?}", world.sent);
    world.pass_blocks(1);
    assert!(world.sent.contains(&dearer), "{:?}", world.sent);
    assert!(world.now < world.stored[0].stored_at.after(POLICY.replace_after));
}

#[test]
fn a_node_that_had_forgotten_the_front_is_given_its_time() {
    let mut world = two_under_way();
    world.pass_blocks(18);
    let tries = world.sent.iter().filter(|(nonce, _)| *nonce == Nonce(0));
    assert!(tries.clone().count() > 3, "{:?}", world.sent);
    assert!(tries.clone().all(|(_, attempt)| *attempt == Attempt(0)));
}

#[test]
fn each_try_is_given_longer_than_the_one_before_it() {
    let mut world = two_under_way();
    world.broadcast = Broadcast::Known;
    let mut replaced = Vec::new();
    for block in 1..=34 {
        world.block += 1;
        world.later(Millis(350));
        if world.stored.len() > 2 + replaced.len() {
            replaced.push(block);
        }
    }
    assert_eq!(replaced, [12, 33], "of either age it would be later");
}
