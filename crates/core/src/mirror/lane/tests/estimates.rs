//! A registry that refuses some records, which it never should.

use super::*;

impl World {
    /// Lets blocks be mined until nothing moves any more.
    fn settle_down(&mut self) {
        for _ in 0..200 {
            self.lane.handle(Input::Woken, self.now);
            self.later(Millis(500));
            self.mine(true);
        }
    }
}

#[test]
fn nobody_is_asked_while_all_goes_well() {
    let mut world = World::new();
    for wallet in 1..=5 {
        world.want(wallet, approved(1));
    }
    world.settle_down();
    assert_eq!(world.estimates, 0);
}

#[test]
fn the_one_approval_that_is_refused_stands_alone_and_the_others_land() {
    let mut world = World::new();
    world.unwritable.insert(address(2));
    for wallet in 1..=6 {
        world.want(wallet, approved(1));
    }
    world.settle_down();
    assert_eq!(world.quarantined, [(address(2), Version(1))]);
    for wallet in [1, 3, 4, 5, 6] {
        assert_eq!(world.held(address(wallet)), approved(1), "{wallet}");
    }
    let refused = |batch: &&Batch| !world.would_take(batch);
    let refused = world.history.iter().filter(refused).count();
    assert_eq!(refused, 1, "gas is spent on the first refusal alone");
    assert!(world.lane.is_idle());
}

#[test]
fn what_is_in_quarantine_is_tried_again_once_its_wallet_changes() {
    let mut world = World::new();
    world.unwritable.insert(address(1));
    world.want(1, approved(1));
    world.settle_down();
    assert_eq!(world.quarantined.len(), 1);
    world.unwritable.clear();
    world.settle_down();
    assert_eq!(world.held(address(1)), WalletRecord::default());
    world.want(1, approved(2));
    world.settle_down();
    assert_eq!(world.held(address(1)), approved(2));
}

#[test]
fn a_denial_that_is_refused_holds_up_no_other_and_is_never_given_up() {
    let mut world = World::new();
    world.unwritable.insert(address(1));
    for wallet in 1..=4 {
        world.want(wallet, approved(2).with_approval(false));
    }
    world.settle_down();
    for wallet in 2..=4 {
        assert!(
            world.held(address(wallet)).version() == Version(2),
            "{wallet}"
        );
    }
    assert!(world.quarantined.is_empty());
    assert!(world.owes(1), "it is still owed");
    world.unwritable.clear();
    world.settle_down();
    assert_eq!(world.held(address(1)), approved(2).with_approval(false));
    assert!(!world.owes(1));
}

/// A whole page of denials that wait would otherwise be asked for without end.
#[test]
fn a_page_of_refused_denials_is_not_asked_for_again_at_once() {
    let mut world = World::new();
    for wallet in 1..=POLICY.max_denials as u8 {
        world.unwritable.insert(address(wallet));
        world.want(wallet, approved(2).with_approval(false));
    }
    world.settle_down();
    assert!(world.owes(1));
}

/// A node that says nothing delays approvals, and no denial.
#[test]
fn a_denial_does_not_wait_for_an_estimate_that_never_comes() {
    let mut world = World::new();
    world.unwritable.insert(address(1));
    world.want(1, approved(2).with_approval(false));
    world.run();
    world.mine(true);
    world.later(Millis(1_000));
    world.unwritable.clear();
    world.want(2, approved(2).with_approval(false));
    world.now = world.now.after(Millis(60_000));
    let mut asked = false;
    for _ in 0..100 {
        let Some(effect) = world.poll() else {
            break;
        };
        let input = match effect {
            Effect::Estimate { urgency, .. } => {
                asked = true;
                Some(Input::Estimated(urgency, Estimate::Unknown))
            }
            effect => world.carry_out(effect),
        };
        if let Some(input) = input {
            world.lane.handle(input, world.now);
        }
    }
    assert!(asked);
    world.mine(true);
    assert!(world.held(address(2)).version() == Version(2));
}

/// A denial always lands, whatever its version: it must not go after what is newer.
#[test]
fn a_denial_that_waits_for_an_estimate_gives_way_to_what_is_newer() {
    let mut world = World::new();
    world.want(1, approved(1));
    world.want(2, approved(1));
    world.settle_down();
    let desk = world.lane.planning.desk(Urgency::Denials);
    desk.refusals.be_careful();
    let denied = approved(2).with_approval(false);
    world.want(1, denied);
    world.want(2, denied);
    let is_estimate = |effect: &Effect| matches!(effect, Effect::Estimate { .. });
    let asking = world.run_without(is_estimate);
    assert_eq!(asking.len(), 1);
    world.want(1, approved(3));
    world.run_without(|_| false);
    for effect in asking {
        world.answer(effect);
    }
    world.settle_down();
    assert_eq!(world.held(address(1)), approved(3));
    assert_eq!(world.held(address(2)), denied);
    assert!(world.lane.is_idle());
}

impl World {
    /// Has a node asked about what is sent next, as after a refusal.
    fn careful(urgency: Urgency) -> Self {
        let mut world = Self::new();
        world.run();
        world.lane.planning.desk(urgency).refusals.be_careful();
        world
    }
}

#[test]
fn a_refused_batch_of_approvals_is_halved_until_one_stands_alone() {
    let mut world = World::careful(Urgency::Approvals);
    world.unwritable.insert(address(2));
    for wallet in 1..=3 {
        world.want(wallet, approved(1));
    }
    world.run();
    world.mine(true);
    assert_eq!(world.quarantined, [(address(2), Version(1))]);
    for wallet in [1, 3] {
        assert_eq!(world.held(address(wallet)), approved(1), "{wallet}");
    }
}

#[test]
fn a_refused_batch_of_denials_is_halved_at_once() {
    let mut world = World::careful(Urgency::Denials);
    world.unwritable.insert(address(2));
    let denied = approved(2).with_approval(false);
    for wallet in 1..=4 {
        world.want(wallet, denied);
    }
    world.run();
    world.mine(true);
    for wallet in [1, 3, 4] {
        assert_eq!(world.held(address(wallet)), denied, "{wallet}");
    }
    assert_eq!(world.lane.standing().refused_denials, 1);
    world.unwritable.clear();
    world.settle_down();
    assert_eq!(world.lane.standing().refused_denials, 0);
}

#[test]
fn nobody_is_asked_any_more_once_something_was_taken() {
    let mut world = World::careful(Urgency::Approvals);
    world.want(1, approved(1));
    world.settle_down();
    assert_eq!(world.estimates, 1);
    world.want(2, approved(1));
    world.settle_down();
    assert_eq!(world.estimates, 1);
}
