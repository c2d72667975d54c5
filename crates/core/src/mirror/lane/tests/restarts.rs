//! A lane that takes over what another one left open.

use super::*;

impl World {
    /// The process dies; the store and the chain go on.
    fn restart(&mut self) {
        self.lane = Lane::new(POLICY, self.stored.clone(), EntryNumber(0));
    }

    /// An older row of a wallet whose newer one was pulled first.
    pub(super) fn left_behind(&mut self, wallet: u8, denial: bool) {
        let wallet = address(wallet);
        let entry = self.changed[&wallet];
        self.outbox.insert(Owed { entry, wallet }, denial);
        self.lane.handle(Input::Woken, self.now);
    }

    fn end(&mut self) {
        for _ in 0..5 {
            self.mine(true);
            self.later(Millis(1_000));
        }
        assert!(self.lane.is_idle());
    }
}

#[test]
fn what_is_under_way_already_is_not_sent_again() {
    for denial in [true, false] {
        let mut world = World::new();
        world.want(1, approved(1));
        world.run();
        world.mine(true);
        world.later(Millis(1_000));
        world.want(1, approved(2).with_approval(!denial));
        world.run();
        world.restart();
        world.left_behind(1, false);
        world.run();
        assert_eq!(world.stored.len(), 1, "nothing new");
        world.end();
        assert_eq!(world.mined.len(), 2);
        assert_eq!(world.held(address(1)), approved(2).with_approval(!denial));
    }
}

#[test]
fn a_bar_that_was_lifted_meanwhile_is_lifted_on_the_chain() {
    let mut world = World::new();
    world.want(1, approved(1));
    world.run();
    world.mine(true);
    world.later(Millis(1_000));
    world.want(1, approved(2).with_restriction(true).with_freeze(true));
    world.run();
    world.restart();
    world.want(1, approved(3).with_freeze(true));
    world.run();
    world.end();
    assert_eq!(world.held(address(1)), approved(3).with_freeze(true));
}

#[test]
fn what_is_settled_while_the_outbox_is_read_is_not_sent_again() {
    let mut world = World::new();
    world.want(1, approved(1));
    world.run();
    world.left_behind(1, false);
    let mut answer = None;
    while let Some(effect) = world.poll() {
        let input = world.carry_out(effect);
        match input {
            // Read before the transaction is settled, and told after it.
            Some(Input::Pulled {
                part: Part::Again, ..
            }) => answer = input,
            Some(input) => world.lane.handle(input, world.now),
            None => {}
        }
    }
    world.mine(true);
    world.later(Millis(1_000));
    assert!(world.stored.is_empty(), "it is settled");
    world.lane.handle(answer.unwrap(), world.now);
    world.end();
    assert_eq!(world.mined.len(), 1);
}

#[test]
fn writes_to_one_wallet_are_settled_in_their_order() {
    let mut world = World::new();
    world.want(1, approved(1));
    world.run();
    world.want(1, approved(2).with_approval(false));
    world.run();
    world.mine(true);
    world.now = world.now.after(Millis(1_000));
    let mut settling = Vec::new();
    while let Some(effect) = world.poll() {
        if let Effect::Settle(ended) = effect {
            settling.extend(ended.into_iter().map(|(nonce, _)| nonce));
        } else if let Some(input) = world.carry_out(effect) {
            world.lane.handle(input, world.now);
        }
    }
    assert_eq!(settling, [Nonce(0), Nonce(1)]);
}
