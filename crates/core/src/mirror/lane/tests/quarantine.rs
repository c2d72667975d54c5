//! Nonces of which nobody can say what became.

use super::*;

impl World {
    fn look(&mut self, times: u64) {
        for _ in 0..times {
            self.block += 1;
            self.later(Millis(1_000));
        }
    }

    fn in_quarantine(&self) -> usize {
        self.lane.standing().quarantined
    }
}

#[test]
fn a_mined_nonce_without_a_receipt_is_not_sent_again_blindly() {
    let mut world = World::new();
    world.want(1, approved(1));
    world.run();
    world.mine(true);
    world.hides_receipts = true;
    world.look(10);
    // The registry showed that it was carried out after all.
    assert_eq!(world.observed.get(&address(1)), Some(&approved(1)));
    assert_eq!(world.history.len(), 1);
    assert!(world.lane.is_idle());
}

#[test]
fn what_somebody_else_displaced_is_told_again() {
    let mut world = World::new();
    world.want(1, approved(1));
    world.run();
    world.mempool.clear();
    world.taken.insert(Nonce(0));
    world.look(10);
    assert_eq!(world.sent.last(), Some(&(Nonce(1), Attempt(0))));
    world.mine(true);
    world.look(2);
    assert_eq!(world.held(address(1)), approved(1));
    assert!(world.lane.is_idle());
}

#[test]
fn people_see_it_until_the_registry_answers() {
    let mut world = World::new();
    world.want(1, approved(1));
    world.run();
    world.mempool.clear();
    world.taken.insert(Nonce(0));
    let mut inspected = 0;
    for _ in 0..20 {
        world.block += 1;
        world.now = world.now.after(Millis(1_000));
        while let Some(effect) = world.poll() {
            let input = match effect {
                Effect::Inspect { nonce, .. } => {
                    inspected += 1;
                    Some(Input::Inspected(nonce, None))
                }
                effect => world.carry_out(effect),
            };
            if let Some(input) = input {
                world.lane.handle(input, world.now);
            }
        }
    }
    assert!(inspected > 3, "it is asked again");
    assert_eq!(world.in_quarantine(), 1);
    assert_eq!(world.history.len(), 1, "nothing is sent meanwhile");
}

/// A node may know the count before the receipt, for some looks or for a while.
#[test]
fn a_receipt_is_waited_for() {
    for (looks, apart) in [(9, Millis(100)), (4, Millis(10_000))] {
        let mut world = World::new();
        world.want(1, approved(1));
        world.run();
        world.mine(true);
        world.hides_receipts = true;
        for _ in 0..looks {
            world.block += 1;
            world.later(apart);
        }
        assert_eq!(world.in_quarantine(), 0, "{looks} looks");
        assert!(world.observed.is_empty(), "{looks} looks");
    }
}

/// While a node keeps a look at the chain waiting, nothing else would tell when to ask.
#[test]
fn the_registry_is_asked_again_in_time() {
    let mut world = World::new();
    world.want(1, approved(1));
    world.run();
    world.mempool.clear();
    world.taken.insert(Nonce(0));
    let of_quarantine = |effect: &Effect| matches!(effect, Effect::Inspect { .. });
    for _ in 0..20 {
        world.block += 1;
        world.now = world.now.after(Millis(1_000));
        if !world.run_without(of_quarantine).is_empty() {
            break;
        }
    }
    // The look that is due then is not answered.
    world.now = world.now.after(Millis(1_000));
    world.run_without(|effect| matches!(effect, Effect::Observe(_)));
    let unanswered = Input::Inspected(Nonce(0), None);
    world.lane.handle(unanswered, world.now);
    let again = world.now.after(POLICY.idle_interval);
    assert_eq!(world.lane.poll_at(), again);
    world.now = again;
    assert_eq!(world.run_without(of_quarantine).len(), 1);
}

/// What nodes never take would hold up all that waits behind it.
#[test]
fn what_no_node_takes_gives_way_to_smaller_batches() {
    let mut world = World::new();
    for wallet in 1..=3 {
        world.want(wallet, approved(1));
    }
    world.broadcast = Broadcast::Refused;
    world.run();
    for _ in 0..3 {
        world.later(Millis(1_000));
    }
    world.mempool.remove(&Nonce(0));
    world.broadcast = Broadcast::Accepted;
    for _ in 0..10 {
        world.mine(true);
        world.look(1);
    }
    for wallet in 1..=3 {
        assert_eq!(world.held(address(wallet)), approved(1), "{wallet}");
    }
    assert!(world.history[1].wallets() < 3);
    assert!(world.lane.is_idle());
}

#[test]
fn batches_are_halved_once_nodes_have_taken_none_for_long() {
    let mut world = World::new();
    world.lane.policy.max_upserts = 8;
    world.lane.max_upserts = 8;
    for wallet in 1..=8 {
        world.want(wallet, approved(1));
    }
    world.broadcast = Broadcast::Refused;
    world.run();
    world.later(Millis(1_000));
    assert_eq!(world.lane.max_upserts, 8, "once or twice is nothing");
    world.later(Millis(1_000));
    assert_eq!(world.lane.max_upserts, 4);
}

#[test]
fn what_a_block_cannot_pay_for_is_replaced_at_once() {
    let mut world = World::new();
    world.want(1, approved(1));
    world.run();
    world.base_fee = Wei(100);
    world.look(1);
    world.later(POLICY.idle_interval);
    assert_eq!(world.sent.last(), Some(&(Nonce(0), Attempt(1))));
}

/// What the registry holds is asked once, though the nonce before it is not final yet.
#[test]
fn an_answer_of_the_registry_stands() {
    let mut world = World::new();
    world.final_block = Some(0);
    world.want(1, approved(1));
    world.run();
    world.want(2, approved(1).with_approval(false));
    world.run();
    world.mine(true);
    world.hidden = Some(Nonce(1));
    let mut inspected = 0;
    for _ in 0..30 {
        world.block += 1;
        world.now = world.now.after(Millis(1_000));
        let asked = world.run_without(|effect| matches!(effect, Effect::Inspect { .. }));
        inspected += asked.len();
        asked.into_iter().for_each(|effect| world.answer(effect));
        world.run();
    }
    assert_eq!(inspected, 1);
    world.final_block = None;
    world.later(Millis(2_000));
    assert!(world.stored.is_empty(), "{:?}", world.stored);
}

#[test]
fn what_a_block_can_just_pay_for_is_left_alone() {
    let mut world = World::new();
    world.want(1, approved(1));
    world.run();
    world.base_fee = world.stored[0].price.max_fee;
    world.look(1);
    world.later(POLICY.idle_interval);
    assert_eq!(world.stored.len(), 1);
}
