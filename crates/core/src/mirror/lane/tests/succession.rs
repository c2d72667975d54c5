//! One signer follows another.

use super::*;

impl World {
    /// What is stored is a former signer's from now on.
    fn retire(&mut self) {
        self.sent.clear();
        self.lane = Lane::former(POLICY, self.stored.clone(), self.now);
    }

    fn ended(&self) -> bool {
        self.lane.slots().next().is_none()
    }
}

fn with_one_stored() -> World {
    let mut world = World::new();
    world.broadcast = Broadcast::Unreachable;
    world.want(1, approved(1));
    world.run();
    world.broadcast = Broadcast::Accepted;
    world
}

#[test]
fn what_a_former_signer_left_is_sent_and_settled_and_nothing_else() {
    let mut world = with_one_stored();
    world.want(2, approved(1));
    world.retire();
    world.run();
    assert_eq!(world.sent, [(Nonce(0), Attempt(0))]);
    world.mine(true);
    world.later(Millis(1_000));
    assert_eq!(world.observed[&address(1)], approved(1));
    assert!(world.ended());
    assert!(world.owes(2), "not its business");
}

#[test]
fn what_a_former_signer_cannot_raise_the_fee_of_is_owed_again_once() {
    for underpriced in [false, true] {
        let mut world = with_one_stored();
        world.retire();
        if underpriced {
            world.broadcast = Broadcast::Underpriced;
        }
        world.run();
        assert_eq!(world.lane.is_overdue(), underpriced);
        for _ in 0..20 {
            world.later(Millis(1_000));
        }
        assert_eq!(world.told_again, [Nonce(0)]);
        assert!(world.lane.is_overdue());
        assert_eq!(world.stored.len(), 1, "no dearer try");
        // It lands after all, and its end is noted.
        world.mine(true);
        world.later(Millis(1_000));
        assert!(world.ended());
    }
}

#[test]
fn what_a_removed_mirror_left_unmined_is_not_sent_but_owed_again() {
    let mut world = with_one_stored();
    world.retire();
    world.barred = true;
    world.run();
    assert!(!world.ended(), "seen once is not enough");
    world.later(Millis(1_000));
    assert!(world.ended());
    assert!(world.sent.is_empty());
    assert!(world.owes(1));
}

#[test]
fn what_a_mirror_landed_before_its_removal_counts() {
    let mut world = with_one_stored();
    world.retire();
    world.run();
    world.mine(true);
    world.barred = true;
    world.later(Millis(1_000));
    world.later(Millis(1_000));
    assert!(world.ended());
    assert_eq!(world.observed[&address(1)], approved(1));
    assert!(!world.owes(1));
}

#[test]
fn a_successor_denies_at_once_and_approves_later() {
    let mut world = World::new();
    world.observed.insert(address(1), approved(1));
    world.lane = Lane::succeeding(POLICY, Vec::new(), EntryNumber(0));
    world.want(1, approved(2).with_approval(false));
    world.want(2, approved(1));
    world.run();
    assert_eq!(world.stored.len(), 1);
    assert!(
        matches!(&world.stored[0].batch, Batch::Upsert(whole) if whole[0].record.denies()),
        "{:?}",
        world.stored[0].batch
    );
    world.lane.handle(Input::FormerEnded, world.now);
    world.run();
    assert_eq!(world.stored.len(), 2);
    world.mine(true);
    world.later(Millis(1_000));
    assert_eq!(world.observed[&address(2)], approved(1));
}
