//! Authorities that are cut off and reinstated.

use super::*;

pub(super) const BAFIN: AuthorityIndex = AuthorityIndex(1);

impl World {
    pub(super) fn restrict(&mut self, restricted: bool) {
        self.entry = self.entry.next();
        self.restriction_entries.insert(BAFIN, self.entry);
        self.authorities.entry(BAFIN).or_insert(NEVER_TOLD).0 = restricted;
        self.lane.handle(Input::Woken, self.now);
    }

    /// Lets the chain make blocks until nothing is left to tell it.
    pub(super) fn finish(&mut self) {
        for _ in 0..10 {
            self.mine(true);
            self.later(Millis(1_000));
            self.lane.handle(Input::Woken, self.now);
            self.run();
        }
        assert!(self.lane.is_idle());
    }
}

/// Cuts it off, or lifts its first restriction.
pub(super) fn set(restricted: bool) -> Batch {
    Batch::Authority(match restricted {
        true => AuthorityRestriction::cut_off(BAFIN),
        false => AuthorityRestriction::lifted(BAFIN, RestrictionNumber(1)),
    })
}

#[test]
fn an_authority_is_cut_off_before_any_wallet_is_told_of() {
    let mut world = World::new();
    world.want(1, approved(1));
    world.want(2, approved(2).with_approval(false));
    world.restrict(true);
    world.run();
    world.finish();
    assert_eq!(world.history[0], set(true));
    assert!(matches!(
        world.history[1],
        Batch::Deny(_) | Batch::Upsert(_)
    ));
    assert_eq!(world.history.len(), 3);
}

/// What cuts the authority off may come to nothing, and approvals that the
/// registry takes after that would count.
#[test]
fn nobody_is_approved_until_the_chain_has_shown_the_cut_off_for_good() {
    let mut world = World::new();
    world.final_block = Some(0);
    world.restrict(true);
    world.run();
    world.want(1, approved(1));
    world.want(2, approved(2).with_approval(false));
    world.later(Millis(1_000));
    world.run();
    assert_eq!(world.history.len(), 2, "denials do not wait");
    assert_eq!(world.history[0], set(true));
    assert!(world.history[1].denies());
    world.mine(false);
    for _ in 0..5 {
        world.later(Millis(1_000));
    }
    world.mine(true);
    world.later(Millis(1_000));
    assert_eq!(world.cut_off, [BAFIN].into());
    assert!(world.history.iter().all(Batch::denies), "not for good yet");
    world.final_block = None;
    world.finish();
    assert_eq!(world.chain[&address(1)], approved(1));
}

/// A lane that begins may find approvals by an authority that the chain does
/// not know to be cut off.
#[test]
fn approvals_are_not_asked_for_before_it_is_known_who_is_cut_off() {
    let mut world = World::new();
    world.want(1, approved(1));
    let Input::Observed(observation) = world.carry_out(Effect::Observe(Vec::new())).unwrap() else {
        panic!("a look at the chain")
    };
    world.lane.handle(Input::Observed(observation), world.now);
    let mut asked = Vec::new();
    while let Some(effect) = world.poll() {
        if let Effect::Pull { part, .. } = effect {
            asked.push(part);
        }
    }
    assert_eq!(asked, [Part::Denials, Part::Errands]);
}

/// Somebody else has cut it off. The register cuts it off, too, and reinstates it
/// while that is being stored: which restriction is to be lifted is not known before
/// the chain has shown it.
#[test]
fn nothing_is_planned_upon_what_was_known_before_a_cut_off_was_stored() {
    let mut world = World::new();
    let first = RestrictionNumber(1);
    world.cut_off.insert(BAFIN);
    world.restrictions.insert(BAFIN, first);
    world.known_restrictions.insert(BAFIN, first);
    world.restrict(true);
    world.authorities.insert(BAFIN, (true, None));
    let is_stored = |effect: &Effect| matches!(effect, Effect::Store(_));
    let storing = world.run_without(is_stored);
    world.restrict(false);
    let others = world.run_without(is_stored);
    assert_eq!((storing.len(), others.len()), (1, 0));
    for effect in storing {
        world.answer(effect);
    }
    world.run();
    world.finish();
    assert_eq!(world.cut_off, [].into());
}

#[test]
fn an_authority_is_reinstated_after_what_was_denied_meanwhile() {
    let mut world = World::new();
    world.restrict(true);
    world.run();
    world.want(1, approved(1).with_approval(false));
    world.restrict(false);
    world.run();
    world.finish();
    assert_eq!(world.history.len(), 3);
    assert_eq!(world.history[0], set(true));
    assert!(matches!(world.history[1], Batch::Upsert(_)));
    assert_eq!(world.history[2], set(false));
}

#[test]
fn what_the_chain_did_not_take_is_told_again() {
    let mut world = World::new();
    world.restrict(true);
    world.run();
    world.mine(false);
    world.finish();
    assert_eq!(world.history, [set(true), set(true)]);
    assert_eq!(world.authorities[&BAFIN], (true, Some(true)));
}

#[test]
fn a_restart_finds_what_was_stored() {
    let mut world = World::new();
    world.restrict(true);
    world.run();
    world.lane = Lane::new(POLICY, world.stored.clone(), EntryNumber(0));
    world.run();
    world.finish();
    assert_eq!(world.history, [set(true)], "nothing is stored twice");
}
