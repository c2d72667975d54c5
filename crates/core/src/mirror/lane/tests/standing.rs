//! What people see of a lane, and when it is to be looked at again.

use super::*;

impl World {
    /// Carries out effects, but for those that are `held` back, which it returns.
    pub(super) fn run_without(&mut self, held: impl Fn(&Effect) -> bool) -> Vec<Effect> {
        let mut back = Vec::new();
        for _ in 0..1_000 {
            let Some(effect) = self.poll() else {
                return back;
            };
            if held(&effect) {
                back.push(effect);
            } else if let Some(input) = self.carry_out(effect) {
                self.lane.handle(input, self.now);
            }
        }
        panic!("the lane never rests");
    }

    pub(super) fn answer(&mut self, effect: Effect) {
        if let Some(input) = self.carry_out(effect) {
            self.lane.handle(input, self.now);
        }
    }

    /// Waits until the lane says that there is something to do, and not a
    /// millisecond longer; returns what that is.
    fn next(&mut self) -> Effect {
        let at = self.lane.poll_at();
        assert!(at > self.now, "the lane says when, and it is not now");
        self.now = UnixMillis(at.0 - 1);
        assert_eq!(self.poll(), None);
        self.now = at;
        self.poll().expect("something to do")
    }
}

fn is_broadcast(effect: &Effect) -> bool {
    matches!(effect, Effect::Broadcast { .. })
}

fn is_observe(effect: &Effect) -> bool {
    matches!(effect, Effect::Observe(_))
}

#[test]
fn gas_is_bought_for_each_entry() {
    let mut world = World::new();
    for wallet in [1, 2] {
        world.observed.insert(address(wallet), approved(1));
        world.want(wallet, approved(2).with_approval(false));
    }
    world.run();
    assert_eq!(world.mempool[&Nonce(0)].gas_limit, Gas(80_000));
    for wallet in 3..=5 {
        world.want(wallet, approved(1));
    }
    world.run();
    assert_eq!(world.mempool[&Nonce(1)].gas_limit, Gas(150_000));
}

#[test]
fn a_transaction_stands_in_one_place() {
    let mut world = World::new();
    world.want(1, approved(1));
    world.run();
    let unmined = Standing {
        unmined: 1,
        ..Standing::default()
    };
    assert_eq!(world.lane.standing(), unmined);
    world.later(POLICY.replace_after);
    let replaced = 1;
    assert_eq!(
        world.lane.standing(),
        Standing {
            replaced,
            ..unmined
        }
    );
    world.final_block = Some(world.block);
    world.mine(true);
    world.later(Millis(1_000));
    let unfinal = Standing {
        unfinal: 1,
        ..Standing::default()
    };
    assert_eq!(world.lane.standing(), unfinal);
    world.final_block = None;
    world.later(Millis(1_000));
    assert_eq!(world.lane.standing(), Standing::default());
}

#[test]
fn approvals_do_not_crowd_the_wire() {
    let mut world = World::new();
    let policy = LanePolicy {
        max_in_flight: 5,
        ..POLICY
    };
    world.lane = Lane::new(policy, Vec::new(), EntryNumber(0));
    for wallet in 1..=12 {
        world.want(wallet, approved(1));
    }
    assert_eq!(world.run_without(is_broadcast).len(), 2);
    assert_eq!(world.stored.len(), 4);
    for wallet in [20, 21] {
        world.observed.insert(address(wallet), approved(1));
    }
    world.want(20, approved(2).with_approval(false));
    assert_eq!(world.run_without(is_broadcast).len(), 1, "a denial's");
    assert!(matches!(world.history.last(), Some(Batch::Deny(_))));
}

#[test]
fn the_lane_says_when_it_looks_again() {
    let mut world = World::new();
    world.run();
    let looked = world.next();
    assert!(is_observe(&looked));
    world.answer(looked);

    world.want(1, approved(1));
    world.run();
    let looked = world.next();
    assert!(is_observe(&looked), "at what was sent");
    // While that look takes its time, the bytes go again.
    let sent = world.next();
    assert!(is_broadcast(&sent));
    world.answer(sent);
}

#[test]
fn a_node_that_has_nothing_to_say_is_asked_again_in_time() {
    let is_estimate = |effect: &Effect| matches!(effect, Effect::Estimate { .. });
    let mut world = World::new();
    world.want(1, approved(1));
    world.run();
    world.mine(false);
    // What was refused waits for a while; then a node is asked about it.
    while world.run_without(is_estimate).is_empty() {
        world.now = world.lane.poll_at();
    }
    // A look is under way all the while.
    let looked = world.next();
    assert!(is_observe(&looked));
    let unknown = Input::Estimated(Urgency::Approvals, Estimate::Unknown);
    world.lane.handle(unknown, world.now);
    let asked_again = world.next();
    assert!(is_estimate(&asked_again));
}

/// Rows that are struck may be struck for what has just come to nothing.
#[test]
fn what_came_to_nothing_waits_while_rows_are_struck() {
    for succeeds in [true, false] {
        let mut world = World::new();
        world.want(1, approved(1));
        world.run();
        world.observed.insert(address(2), approved(1));
        world.want(2, approved(1));
        let is_discharge = |effect: &Effect| matches!(effect, Effect::Discharge(_));
        let striking = world.run_without(is_discharge);
        assert_eq!(striking.len(), 1);
        world.mine(succeeds);
        world.now = world.now.after(Millis(1_000));
        let settled = world.run_without(|effect| matches!(effect, Effect::Settle(_)));
        assert_eq!(settled.len(), usize::from(succeeds));
        for effect in striking.into_iter().chain(settled) {
            world.answer(effect);
        }
        for _ in 0..4 {
            world.later(Millis(1_000));
            world.mine(true);
        }
        assert_eq!(world.observed.get(&address(1)), Some(&approved(1)));
        assert!(world.lane.is_idle());
    }
}

/// Where blocks are slow, nodes are asked ever less often, until something happens.
#[test]
fn a_look_comes_soon_after_something_was_mined() {
    let mut world = World::new();
    world.lane.policy.busy_interval = Millis(1_600);
    // Nothing else is to be done meanwhile.
    world.lane.policy.rebroadcast_after = Millis(600_000);
    world.lane.policy.replace_after = Millis(600_000);
    world.final_block = Some(0);
    world.want(1, approved(1));
    world.want(2, approved(1).with_approval(false));
    world.run();
    let waits = |world: &World| world.lane.poll_at().0 - world.now.0;
    let mut seen = Vec::new();
    for _ in 0..6 {
        world.now = world.lane.poll_at();
        world.run();
        seen.push(waits(&world));
    }
    assert_eq!(seen, [200, 400, 800, 1_600, 1_600, 1_600]);
    world.block += 1;
    world.mine_next(true);
    world.now = world.lane.poll_at();
    world.run();
    assert_eq!(waits(&world), POLICY.eager_interval.0);
}

#[test]
fn a_lane_is_idle_once_nothing_is_left_to_do() {
    let mut world = World::new();
    assert!(!world.lane.is_idle(), "it has not asked yet");
    let in_turn = |effect: &Effect| {
        let Effect::Pull { part, .. } = effect else {
            return false;
        };
        matches!(part, Part::After(_))
    };
    let asked = world.run_without(in_turn);
    assert_eq!(asked.len(), 1);
    assert!(!world.lane.is_idle(), "an answer is on its way");
    asked.into_iter().for_each(|effect| world.answer(effect));
    assert!(world.lane.is_idle());
    world.want(1, approved(1));
    let storing = world.run_without(|effect| matches!(effect, Effect::Store(_)));
    assert_eq!(storing.len(), 1);
    assert!(!world.lane.is_idle(), "something is being stored");
}

#[test]
fn what_is_being_settled_is_not_counted() {
    let mut world = World::new();
    world.want(1, approved(1));
    world.run();
    assert_eq!(world.lane.standing().unmined, 1);
    world.mine(true);
    world.now = world.now.after(Millis(1_000));
    let settling = world.run_without(|effect| matches!(effect, Effect::Settle(_)));
    assert_eq!(settling.len(), 1);
    assert_eq!(world.lane.standing(), Standing::default());
}
