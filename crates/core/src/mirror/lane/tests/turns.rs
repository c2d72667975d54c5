//! Wallets whose turn it is, and denials that pass them.

use super::*;

/// Wallet `n` changed in entry `n`, and is approved.
fn records(entries: std::ops::RangeInclusive<u8>) -> Vec<PendingRecord> {
    entries
        .map(|n| PendingRecord {
            owed: Owed {
                entry: EntryNumber(n.into()),
                wallet: address(n),
            },
            desired: approved(1),
            observed: WalletRecord::EMPTY,
        })
        .collect()
}

/// A lane that has pulled what comes in turn and stores nothing yet: what it
/// wants stored, in its order.
struct Desk {
    world: World,
    asked: Vec<Part>,
    storing: Vec<Envelope>,
}

impl Desk {
    fn new() -> Self {
        Self {
            world: World::new(),
            asked: Vec::new(),
            storing: Vec::new(),
        }
    }

    /// Carries out effects; pulls in turn are answered by the test alone.
    fn run(&mut self) {
        let world = &mut self.world;
        while let Some(effect) = world.poll() {
            match effect {
                Effect::Pull { part, .. } if matches!(part, Part::After(_)) => {
                    self.asked.push(part);
                }
                Effect::Store(envelope) => self.storing.push(envelope),
                effect => {
                    if let Some(input) = world.carry_out(effect) {
                        world.lane.handle(input, world.now);
                    }
                }
            }
        }
    }

    fn later(&mut self) {
        for _ in 0..3 {
            self.world.now = self.world.now.after(Millis(1_000));
            self.run();
        }
    }

    fn answer(&mut self, records: Vec<PendingRecord>, through: u64, more: bool) {
        let part = self.asked.pop().unwrap();
        let pulled = Pulled {
            records,
            through: EntryNumber(through),
            more,
            ..Pulled::default()
        };
        let world = &mut self.world;
        world.lane.handle(Input::Pulled { part, pulled }, world.now);
        self.run();
    }

    fn store(&mut self) -> Envelope {
        let envelope = self.storing.remove(0);
        let world = &mut self.world;
        let stored = world.carry_out(Effect::Store(envelope.clone())).unwrap();
        world.lane.handle(stored, world.now);
        self.run();
        envelope
    }
}

fn wallets(envelope: &Envelope) -> Vec<WalletAddress> {
    let versions = envelope.batch.versions();
    versions.into_iter().map(|(wallet, _)| wallet).collect()
}

#[test]
fn the_next_are_asked_for_while_the_last_are_stored() {
    let mut desk = Desk::new();
    desk.run();
    assert_eq!(desk.asked, [Part::After(EntryNumber(0))]);
    desk.answer(records(1..=3), 3, true);
    assert_eq!(desk.storing.len(), 1, "one at a time");
    assert_eq!(desk.asked, [Part::After(EntryNumber(3))]);
    desk.answer(records(4..=6), 6, false);
    assert_eq!(desk.storing.len(), 1);
    let first = desk.store();
    assert_eq!(first.discharge.through, Some(EntryNumber(3)));
    assert!(first.discharge.rows.is_empty());
    let second = desk.store();
    assert_eq!(second.nonce, Nonce(1));
    assert_eq!(second.discharge.through, Some(EntryNumber(6)));
}

#[test]
fn the_last_batch_of_a_turn_discharges_it() {
    let mut desk = Desk::new();
    desk.run();
    desk.answer(records(1..=5), 5, false);
    assert_eq!(desk.store().discharge.through, None);
    assert_eq!(desk.store().discharge.through, Some(EntryNumber(5)));
}

#[test]
fn what_goes_out_of_turn_tells_of_no_turn() {
    let mut desk = Desk::new();
    desk.run();
    desk.world.want(1, approved(2).with_approval(false));
    desk.run();
    let told = desk.store();
    assert_eq!(wallets(&told), [address(1)]);
    assert_eq!(told.discharge.through, None);
}

#[test]
fn a_denial_takes_its_wallet_out_of_what_waits() {
    let mut desk = Desk::new();
    desk.run();
    desk.answer(records(1..=6), 6, false);
    desk.world.want(5, approved(2).with_approval(false));
    desk.run();
    assert_eq!(wallets(&desk.store()), [address(1), address(2), address(3)]);
    let denial = desk.store();
    assert_eq!(wallets(&denial), [address(5)]);
    assert_eq!(denial.nonce, Nonce(1));
    let rest = desk.store();
    assert_eq!(wallets(&rest), [address(4), address(6)]);
    assert_eq!(rest.discharge.through, Some(EntryNumber(6)));
    desk.world.mine(true);
    assert!(desk.world.held(address(5)).denies());
}

/// What was planned before an authority is cut off would be old by the time that
/// approvals go on, which may be long after.
#[test]
fn what_waits_for_a_cut_off_is_planned_anew() {
    let mut desk = Desk::new();
    desk.run();
    desk.answer(records(1..=6), 6, false);
    desk.world.restrict(true);
    desk.run();
    desk.world.final_block = Some(0);
    assert_eq!(wallets(&desk.store()), [address(1), address(2), address(3)]);
    assert!(desk.store().batch.cuts_off());
    desk.world.mine(true);
    desk.later();
    assert!(desk.storing.is_empty(), "the rest waits");
    assert_eq!(desk.asked, []);
    desk.world.final_block = None;
    desk.later();
    assert_eq!(desk.asked, [Part::After(EntryNumber(0))]);
}

#[test]
fn an_older_answer_does_not_undo_a_denial() {
    let mut desk = Desk::new();
    desk.run();
    desk.world.want(2, approved(2).with_approval(false));
    desk.run();
    assert_eq!(wallets(&desk.store()), [address(2)]);
    desk.answer(records(1..=3), 3, false);
    assert_eq!(wallets(&desk.store()), [address(1), address(3)]);
}

#[test]
fn a_newer_approval_outlives_the_denial_before_it() {
    let mut desk = Desk::new();
    desk.run();
    desk.answer(records(1..=3), 3, true);
    desk.world.want(5, approved(2).with_approval(false));
    desk.run();
    // Verified again before the denial is stored.
    let mut newer = records(5..=5);
    newer[0].desired = approved(3);
    desk.answer(newer, 5, false);
    desk.store();
    assert_eq!(wallets(&desk.store()), [address(5)], "the denial");
    assert_eq!(wallets(&desk.store()), [address(5)], "and what followed it");
    desk.world.mine(true);
    assert_eq!(desk.world.held(address(5)), approved(3));
}

#[test]
fn an_older_denial_does_not_undo_a_newer_approval() {
    let mut desk = Desk::new();
    desk.run();
    desk.answer(Vec::new(), 0, false);
    desk.world.want(5, approved(2).with_approval(false));
    let mut denial = None;
    while let Some(effect) = desk.world.poll() {
        match desk.world.carry_out(effect) {
            // Read before the wallet was verified again, and told after.
            input @ Some(Input::Pulled {
                part: Part::Denials,
                ..
            }) => denial = input,
            Some(Input::Pulled {
                part: part @ Part::After(_),
                ..
            }) => desk.asked.push(part),
            Some(input) => desk.world.lane.handle(input, desk.world.now),
            None => {}
        }
    }
    let mut newer = records(5..=5);
    newer[0].desired = approved(3);
    desk.answer(newer, 5, false);
    desk.store();
    desk.world.lane.handle(denial.unwrap(), desk.world.now);
    desk.run();
    assert!(desk.storing.is_empty());
    desk.world.mine(true);
    assert_eq!(desk.world.held(address(5)), approved(3));
}

/// Somebody else approves what a denial of ours had ended: it is owed again, and
/// what has ended is no reason to strike that, whether the lane has heard that it
/// is settled before it hears what is owed, or after.
#[test]
fn what_is_owed_because_of_something_newer_is_not_struck() {
    for told_first in [true, false] {
        let mut world = World::new();
        world.want(1, approved(1).with_approval(false));
        world.run();
        world.mine(true);
        world.now = world.now.after(Millis(1_000));
        world.lane.handle(Input::Woken, world.now);
        let (mut settled, mut asked) = (None, false);
        while let Some(effect) = world.poll() {
            match effect {
                Effect::Pull {
                    part: Part::Denials,
                    ..
                } => asked = true,
                Effect::Settle(_) => settled = Some(effect),
                effect => {
                    let input = world.carry_out(effect).unwrap();
                    world.lane.handle(input, world.now);
                }
            }
        }
        assert!(asked, "before it is settled");
        let ended = world.carry_out(settled.unwrap()).unwrap();
        for held in [&mut world.chain, &mut world.observed] {
            held.insert(address(1), approved(3));
        }
        world.left_behind(1, true);
        let part = Part::Denials;
        let owed = world.carry_out(Effect::Pull { part, limit: 5 }).unwrap();
        let answers = match told_first {
            true => [ended, owed],
            false => [owed, ended],
        };
        for answer in answers {
            world.lane.handle(answer, world.now);
        }
        world.run();
        world.mine(true);
        assert!(world.held(address(1)).denies());
    }
}

#[test]
fn a_turn_that_needs_no_telling_is_discharged() {
    let mut desk = Desk::new();
    desk.run();
    let mut known = records(1..=2);
    for pending in &mut known {
        pending.observed = pending.desired;
    }
    let world = &mut desk.world;
    let part = desk.asked.pop().unwrap();
    let pulled = Pulled {
        records: known,
        through: EntryNumber(2),
        ..Pulled::default()
    };
    world.lane.handle(Input::Pulled { part, pulled }, world.now);
    let discharge = Discharge {
        through: Some(EntryNumber(2)),
        ..Discharge::default()
    };
    assert_eq!(world.poll(), Some(Effect::Discharge(discharge)));
    world.lane.handle(Input::Discharged, world.now);
    desk.run();
    assert!(desk.world.lane.is_idle());
}

#[test]
fn a_leap_too_far_is_climbed_in_one_turn() {
    let mut desk = Desk::new();
    desk.run();
    let mut far = records(1..=1);
    far[0].desired = approved(5_000);
    desk.answer(far, 1, false);
    let climb = desk.store();
    assert!(matches!(climb.batch, Batch::Deny(_)));
    assert_eq!(climb.discharge.through, None);
    assert_eq!(desk.store().discharge.through, Some(EntryNumber(1)));
    desk.world.mine(true);
    assert_eq!(desk.world.held(address(1)), approved(5_000));
}
