//! Facts of several of the provider's records, of one attempt.

use super::*;

impl World {
    /// From here on it is another record of the attempt's that tells.
    fn by_another_record(&mut self) {
        self.others = Some(OtherRecords {
            decision: self.attempt.decision.take(),
        });
        self.attempt.newest = None;
    }
}

const REFUSED: Standing = Standing::Refused(RejectionReason::Identity);

#[test]
fn a_refusal_in_any_record_denies_however_old_it_is() {
    let mut world = World::new();
    world.take(&fact(Standing::Approved, 10));
    world.by_another_record();
    world.take(&fact(REFUSED, 5));
    assert!(!world.is_verified());
}

#[test]
fn an_approval_in_another_record_washes_no_refusal_away() {
    for refused_at in [5, 10] {
        let mut world = World::new();
        world.take(&fact(REFUSED, refused_at));
        world.by_another_record();
        let passed = world.take(&fact(Standing::Approved, 7));
        let must_look = Outcome::Review(vec![Concern::DecidedMeanwhile]);
        assert_eq!(passed, must_look);
        assert!(!world.is_verified());
    }
}

#[test]
fn a_second_approval_says_no_more_or_renews() {
    let mut world = World::new();
    world.take(&fact(Standing::Approved, 5));
    world.by_another_record();
    assert_eq!(world.take(&fact(Standing::Approved, 7)), Outcome::Unchanged);
    let mut moved = fact(Standing::Approved, 8);
    moved.findings.country = Some("FR".parse().unwrap());
    assert!(matches!(world.take(&moved), Outcome::Decide(_)));
    // Unless somebody has decided since who is none of them.
    world.by_another_record();
    world.command(Command::Revoke(RevocationReason::ComplianceViolation));
    world.command(Command::Verify(Verdict {
        level: Level::Basic,
        country: "DE".parse().unwrap(),
        accreditation: Accreditation::None,
        accreditation_ends: None,
        us_person: false,
        person: PersonFacts::default(),
        expiry: None,
        source: source(&fact(Standing::Open, 0)),
    }));
    assert_eq!(
        world.take(&fact(Standing::Approved, 9)),
        Outcome::Review(vec![Concern::DecidedMeanwhile])
    );
}

#[test]
fn a_record_that_has_nothing_to_say_takes_nothing_away() {
    for standing in [Standing::Open, Standing::Retry, Standing::Withdrawn] {
        for decided in [Standing::Approved, REFUSED] {
            let mut world = World::new();
            world.take(&fact(decided, 5));
            world.by_another_record();
            assert_eq!(world.take(&fact(standing, 7)), Outcome::Unchanged);
        }
    }
    // What somebody must look at stays so, too, unless the person is to do something.
    let mut world = World::new();
    world.take(&fact(Standing::OnHold, 5));
    world.by_another_record();
    assert_eq!(world.take(&fact(Standing::Open, 7)), Outcome::Unchanged);
    assert_eq!(world.take(&fact(Standing::Retry, 8)), Outcome::Retry);
}

#[test]
fn a_doubt_in_another_record_is_shown_and_takes_no_verdict() {
    let doubt = Fact {
        reference: "a-2".into(),
        ..fact(Standing::OnHold, 7)
    };
    let mut world = World::new();
    world.take(&fact(Standing::Approved, 5));
    world.by_another_record();
    assert_eq!(
        world.take(&doubt),
        Outcome::Review(vec![Concern::OnHold, Concern::DecidedMeanwhile])
    );
    assert!(world.is_verified());
    let mut world = World::new();
    world.take(&fact(REFUSED, 5));
    world.by_another_record();
    assert_eq!(world.take(&doubt), Outcome::Unchanged);
}
