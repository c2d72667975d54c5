//! What is owed is sent, sent again, replaced, taken apart or given up.

use super::*;

#[test]
fn approvals_reach_the_chain_in_batches() {
    let mut world = World::new();
    for wallet in 1..=5 {
        world.want(wallet, approved(1));
    }
    world.run();
    assert_eq!(world.sent, [(Nonce(0), Attempt(0)), (Nonce(1), Attempt(0))]);
    world.mine(true);
    world.later(Millis(1_000));
    assert_eq!(world.observed.len(), 5);
    assert!(world.observed.values().all(|record| *record == approved(1)));
    assert!(world.lane.is_idle());
}

#[test]
fn a_denial_passes_approvals_that_wait() {
    let mut world = World::new();
    for wallet in 1..=20 {
        world.want(wallet, approved(1));
    }
    world.run();
    assert_eq!(
        world.sent.len(),
        2,
        "as many approvals as the policy allows"
    );
    world.want(200, approved(2).with_approval(false));
    world.run();
    assert_eq!(world.sent.len(), 3, "the reserve is for denials");
    assert!(!world.owes(200));
    assert_eq!(world.outbox.len(), 14);
}

#[test]
fn a_denial_of_what_is_under_way_comes_after_it() {
    let mut world = World::new();
    world.want(1, approved(1));
    world.run();
    world.want(1, approved(2).with_approval(false));
    world.run();
    world.mine(true);
    world.later(Millis(1_000));
    assert_eq!(world.held(address(1)), approved(2).with_approval(false));
    assert!(world.lane.is_idle());
}

#[test]
fn stored_bytes_go_again_until_a_node_takes_them() {
    let mut world = World::new();
    world.broadcast = Broadcast::Unreachable;
    world.want(1, approved(1));
    world.run();
    world.later(Millis(1_000));
    world.later(Millis(1_000));
    assert_eq!(world.sent, [(Nonce(0), Attempt(0)); 3]);
    world.broadcast = Broadcast::Accepted;
    world.later(Millis(1_000));
    world.later(Millis(1_000));
    assert_eq!(world.sent.len(), 4, "then the lane waits");
    world.later(Millis(2_000));
    assert_eq!(
        world.sent.len(),
        5,
        "until the node may have forgotten them"
    );
}

#[test]
fn the_front_is_replaced_at_a_bounded_fee() {
    let mut world = World::new();
    world.want(1, approved(1));
    world.run();
    let mut prices = vec![world.stored[0].price];
    for _ in 0..200 {
        world.later(Millis(1_000));
    }
    prices.extend(world.stored.iter().skip(1).map(|open| open.price));
    assert!(prices.len() > 10);
    assert!(
        prices
            .windows(2)
            .all(|pair| pair[0].max_fee < pair[1].max_fee)
    );
    assert!(prices.iter().all(|price| price.max_fee <= POLICY.fees.cap));
    assert!(world.stored.iter().all(|open| open.nonce == Nonce(0)));
}

#[test]
fn a_new_lane_goes_on_with_what_is_stored() {
    let mut world = World::new();
    world.broadcast = Broadcast::Unreachable;
    for wallet in 1..=5 {
        world.want(wallet, approved(1));
    }
    world.run();
    world.lane = Lane::new(POLICY, world.stored.clone(), EntryNumber(0));
    world.broadcast = Broadcast::Accepted;
    world.run();
    world.mine(true);
    world.later(Millis(1_000));
    assert_eq!(world.observed.len(), 5);
    assert_eq!(world.mined.len(), 2, "no version was sent twice");
}

#[test]
fn a_batch_that_fails_is_taken_apart() {
    let mut world = World::new();
    for wallet in 1..=3 {
        world.want(wallet, approved(1));
    }
    world.run();
    world.mine(false);
    for _ in 0..20 {
        world.later(Millis(1_000));
        world.mine(true);
    }
    assert_eq!(world.observed.len(), 3);
    assert!(world.mined.len() > 2, "in smaller batches");
}

#[test]
fn a_nonce_that_somebody_else_used_is_given_up_and_its_wallets_sent_again() {
    let mut world = World::new();
    world.want(1, approved(1));
    world.run();
    world.mempool.clear();
    let foreign = Receipt {
        attempt: Attempt(0),
        block_number: 2,
        succeeded: true,
        gas_used: Gas(1),
        fee: Default::default(),
        records: Vec::new(),
        authorities: Vec::new(),
    };
    world.mined.insert(Nonce(u64::MAX), foreign);
    for _ in 0..20 {
        world.later(Millis(1_000));
        world.mine(true);
    }
    assert_eq!(world.observed.get(&address(1)), Some(&approved(1)));
}

#[test]
fn what_the_chain_holds_already_is_not_sent() {
    let mut world = World::new();
    world.observed.insert(address(1), approved(1));
    world.want(1, approved(1));
    world.run();
    assert!(world.sent.is_empty());
    assert!(world.outbox.is_empty());
}

#[test]
fn denials_have_a_reserve_and_no_more() {
    let mut world = World::new();
    let most = POLICY.max_in_flight + POLICY.denial_reserve;
    for wallet in 1..=most + 1 {
        world.want(wallet as u8, approved(2).with_approval(false));
        world.run();
    }
    assert_eq!(world.sent.len(), most);
    world.mine(true);
    world.later(Millis(1_000));
    assert_eq!(world.sent.len(), most + 1);
}

#[test]
fn a_signer_without_funds_signs_nothing_more_for_a_while() {
    let mut world = World::new();
    world.broadcast = Broadcast::Unfunded;
    world.want(1, approved(1));
    world.run();
    let held_until = world.now.after(POLICY.rebroadcast_after);
    world.broadcast = Broadcast::Accepted;
    world.want(2, approved(2).with_approval(false));
    world.now = UnixMillis(held_until.0 - 1);
    world.lane.observe_at = held_until.after(Millis(1_000));
    assert!(world.run_without(|_| false).is_empty());
    assert_eq!(world.history.len(), 1);
    world.now = held_until;
    world.run();
    assert_eq!(world.history.len(), 2);
}

/// A denial on its own costs the fewest bytes. After something that may never be
/// mined it is the whole record, which is the same word all the same.
#[test]
fn a_denial_is_whole_only_after_something_that_is_under_way() {
    let mut world = World::new();
    world.want(1, approved(1));
    world.run();
    world.mine(true);
    world.later(Millis(1_000));
    world.want(1, approved(2).with_approval(false));
    world.run();
    assert!(matches!(world.history.last(), Some(Batch::Deny(_))));
    world.want(1, approved(3).with_freeze(true));
    world.run();
    assert!(matches!(world.history.last(), Some(Batch::Upsert(_))));
}
