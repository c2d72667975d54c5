//! A chain that refuses what it is sent, for a while or for good.

use super::*;

impl World {
    /// Lets so much time pass on a chain that mines and refuses everything.
    fn refused_for(&mut self, span: Millis) {
        let end = self.now.after(span);
        while self.now < end {
            self.lane.handle(Input::Woken, self.now);
            self.later(Millis(500));
            self.mine(false);
        }
    }

    fn taken_for(&mut self, span: Millis) {
        let end = self.now.after(span);
        while self.now < end {
            self.later(Millis(500));
            self.mine(true);
        }
        self.later(Millis(1_000));
    }
}

#[test]
fn what_the_chain_refused_lands_once_it_does_not() {
    let mut world = World::new();
    world.want(1, approved(1));
    world.want(2, approved(2).with_approval(false));
    world.refused_for(Millis(60_000));
    assert!(world.chain.is_empty());
    world.taken_for(Millis(60_000));
    assert_eq!(world.held(address(1)), approved(1));
    assert_eq!(world.held(address(2)), approved(2).with_approval(false));
    assert!(world.lane.is_idle());
}

#[test]
fn a_chain_that_refuses_everything_is_asked_ever_less_often() {
    let mut world = World::new();
    for wallet in 1..=20 {
        world.want(wallet, approved(1));
    }
    world.want(200, approved(2).with_approval(false));
    world.refused_for(Millis(600_000));
    let early = world.mined.len();
    world.refused_for(Millis(3_600_000));
    let hourly = world.mined.len() - early;
    // Two approvals are in flight at a time, and one denial.
    assert!(
        (100..=3 * 3_600 / 32).contains(&hourly),
        "{early}, then {hourly}"
    );
}

/// The signer is a mirror again, say: nodes are asked for nothing, and what the
/// chain would take is not kept waiting.
#[test]
fn a_chain_that_takes_again_is_told_at_once() {
    let mut world = World::new();
    world.takes_nothing = true;
    world.want(1, approved(1));
    world.want(2, approved(2).with_approval(false));
    world.refused_for(Millis(300_000));
    let tries = world.mined.len();
    assert!(tries < 30, "{tries} tries cost gas");
    world.takes_nothing = false;
    world.taken_for(Millis(2_000));
    assert_eq!(world.held(address(1)), approved(1));
    assert_eq!(world.held(address(2)), approved(2).with_approval(false));
}

#[test]
fn approvals_that_are_refused_do_not_delay_denials() {
    let mut world = World::new();
    world.want(1, approved(1));
    world.refused_for(Millis(60_000));
    world.want(2, approved(2).with_approval(false));
    world.run();
    world.mine(true);
    assert_eq!(world.held(address(2)), approved(2).with_approval(false));
}

/// What was undone does no harm, and a denial must not wait for finality.
#[test]
fn what_was_refused_is_told_again_before_that_is_final() {
    let mut world = World::new();
    world.final_block = Some(0);
    world.want(1, approved(2).with_approval(false));
    world.run();
    world.mine(false);
    world.later(Millis(1_000));
    world.later(Millis(1_000));
    assert_eq!(world.history.len(), 2);
}

/// A denial alone would leave a wallet that the registry never heard of without
/// its identity.
#[test]
fn a_denial_that_follows_a_refused_approval_is_whole() {
    let mut world = World::new();
    world.want(1, approved(1));
    world.run();
    let denied = approved(2).with_freeze(true);
    world.want(1, denied);
    world.run();
    world.mine_next(false);
    world.mine_next(true);
    world.later(Millis(10_000));
    assert_eq!(world.held(address(1)), denied);
}

#[test]
fn nothing_is_asked_for_while_what_came_to_nothing_is_settled() {
    let mut world = World::new();
    world.want(1, approved(1).with_approval(false));
    world.run();
    world.mine(false);
    world.now = world.now.after(Millis(1_000));
    let mut settling = None;
    while let Some(effect) = world.poll() {
        assert!(settling.is_none() || !matches!(effect, Effect::Pull { .. }));
        if matches!(effect, Effect::Settle(_)) {
            world.lane.handle(Input::Woken, world.now);
            settling = Some(effect);
        } else if let Some(input) = world.carry_out(effect) {
            world.lane.handle(input, world.now);
        }
    }
    let settled = world.carry_out(settling.unwrap()).unwrap();
    world.lane.handle(settled, world.now);
    world.taken_for(Millis(10_000));
    assert!(world.held(address(1)).denies());
    assert!(world.lane.is_idle());
}

#[test]
fn batches_are_halved_until_nothing_is_left_to_do() {
    let mut world = World::new();
    world.lane.policy.max_upserts = 8;
    world.lane.max_upserts = 8;
    world.want(1, approved(1));
    world.run();
    world.mine(false);
    world.later(Millis(1_000));
    assert_eq!(world.lane.max_upserts, 4);
    world.taken_for(Millis(10_000));
    assert!(world.lane.is_idle());
    world.later(Millis(1_000));
    assert_eq!(world.lane.max_upserts, 8);
}

#[test]
fn what_was_read_before_something_came_to_nothing_is_read_again() {
    let is_pull = |effect: &Effect| matches!(effect, Effect::Pull { .. });
    let mut world = World::new();
    world.want(1, approved(1));
    world.run();
    world.want(2, approved(1));
    let asked = world.run_without(is_pull);
    let read: Vec<_> = asked
        .into_iter()
        .filter_map(|effect| world.carry_out(effect))
        .collect();
    assert!(!read.is_empty());
    world.mine(false);
    world.now = world.now.after(Millis(1_000));
    world.run_without(is_pull);
    for answer in read {
        world.lane.handle(answer, world.now);
    }
    world.run();
    assert_eq!(world.history.len(), 1, "nothing is planned upon that");
    world.taken_for(Millis(10_000));
    assert_eq!(world.held(address(2)), approved(1));
}
