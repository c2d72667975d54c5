//! What follows from facts, one by one and in every order.

mod orders;

mod others;

use proptest::prelude::*;

use super::*;
use crate::{
    ids::InvestorId,
    investor::Investor,
    register::{View, apply_all, decide},
    verification::Findings,
};

const NOW: UnixSeconds = UnixSeconds(1_800_000_000);
const CUSTOMER: &str = "c-1";

fn fact(standing: Standing, as_of: u64) -> Fact {
    Fact {
        provider: "sumsub".parse().unwrap(),
        reference: "a-1".into(),
        customer: Some(CUSTOMER.into()),
        environment: Environment::Production,
        as_of: UnixMillis(as_of),
        standing,
        findings: Findings {
            level: Some(Level::Basic),
            country: Some("DE".parse().unwrap()),
            ..Findings::default()
        },
    }
}

/// One investor, its attempt, and the number of decisions in the log.
struct World {
    view: View,
    attempt: Attempt,
    others: Option<OtherRecords>,
    status_entry: Option<EntryNumber>,
    log: u64,
    requirements: Requirements,
    may_come: bool,
    settled: bool,
}

impl World {
    fn new() -> Self {
        let id = InvestorId::NONE;
        let mut world = Self {
            view: View::unknown(id),
            attempt: Attempt {
                opened_after: EntryNumber(1),
                opened: UnixSeconds(0),
                newest: None,
                decision: None,
            },
            others: None,
            status_entry: None,
            log: 0,
            requirements: serde_json::from_str("{}").unwrap(),
            may_come: true,
            settled: false,
        };
        world.command(Command::RegisterInvestor {
            kind: InvestorKind::NaturalPerson,
            external_id: None,
        });
        world.status_entry = None;
        world
    }

    fn investor(&self) -> &Investor {
        self.view.investor.as_ref().unwrap()
    }

    fn command(&mut self, command: Command) -> EntryNumber {
        let events = decide(&self.view, command, &crate::authority::Mandate::Owner, NOW).unwrap();
        let before = self.view.investor.take();
        self.view.investor = apply_all(self.view.id, before, &events).unwrap();
        self.log += 1;
        self.status_entry = Some(EntryNumber(self.log));
        EntryNumber(self.log)
    }

    fn judge(&self, fact: &Fact) -> Outcome {
        let situation = Situation {
            kind: InvestorKind::NaturalPerson,
            customer: CUSTOMER,
            status: &self.investor().status,
            status_entry: self.status_entry,
            age: Some(Years(40)),
            erased: self.investor().custody.erased,
            may_come: self.may_come,
            settled: self.settled,
            attempt: self.attempt,
            others: self.others,
            rules: &self.view.rules,
        };
        judge(fact, &situation, &self.requirements, NOW)
    }

    fn take(&mut self, fact: &Fact) -> Outcome {
        let outcome = self.judge(fact);
        if outcome != Outcome::Stale {
            self.attempt.newest = Some(fact.as_of);
        }
        if let Outcome::Decide(command) = &outcome {
            self.attempt.decision = Some(self.command(command.as_ref().clone()));
        }
        outcome
    }

    fn is_verified(&self) -> bool {
        matches!(self.investor().status, Status::Verified(_))
    }
}

#[test]
fn an_approval_verifies_once() {
    let mut world = World::new();
    let green = fact(Standing::Approved, 1);
    assert!(matches!(world.take(&green), Outcome::Decide(_)));
    assert!(world.is_verified());
    assert_eq!(world.take(&green), Outcome::Unchanged);
}

#[test]
fn what_is_required_and_not_found_goes_to_a_person() {
    let mut world = World::new();
    world.requirements = Requirements {
        least_level: Level::Enhanced,
        accreditation: true,
        ends_with_document: true,
        ..world.requirements
    };
    let mut green = fact(Standing::Approved, 1);
    green.findings.country = None;
    assert_eq!(
        world.take(&green),
        Outcome::Review(vec![
            Concern::LevelTooLow {
                found: Some(Level::Basic)
            },
            Concern::AccreditationUnknown,
            Concern::DocumentExpiryUnknown,
            Concern::CountryUnknown,
        ])
    );
    green.findings = Findings {
        level: Some(Level::Enhanced),
        country: Some("DE".parse().unwrap()),
        accreditation: Some(Accreditation::Qualified),
        document_expires: Some(Day(NOW.day().0 - 1)),
        ..Findings::default()
    };
    let last = Day(NOW.day().0 - 1);
    let expired = Concern::DocumentExpired { last };
    let told = format!(r#"{{"concern":"document_expired","last":"{last}"}}"#);
    assert_eq!(serde_json::to_string(&expired).unwrap(), told);
    assert_eq!(serde_json::from_str::<Concern>(&told).unwrap(), expired);
    assert_eq!(world.take(&green), Outcome::Review(vec![expired]));
    let last = Day(NOW.day().0 + 100);
    green.findings.document_expires = Some(last);
    green.as_of = UnixMillis(NOW.0 * 1_000);
    world.requirements.lasts_days = Some(365);
    assert!(matches!(world.take(&green), Outcome::Decide(_)));
    let verdict = world.investor().status.verdict().unwrap();
    assert_eq!(verdict.expiry, Some(last.end()));
    assert_eq!(verdict.accreditation, Accreditation::Qualified);
}

#[test]
fn a_sandboxs_record_and_anothers_verify_nobody() {
    let mut world = World::new();
    let mut green = fact(Standing::Approved, 1);
    green.environment = Environment::Sandbox;
    green.customer = Some("c-2".into());
    let doubts = vec![Concern::Sandbox, Concern::OtherCustomer];
    assert_eq!(world.take(&green), Outcome::Review(doubts));
    green.customer = None;
    world.requirements.sandbox = true;
    let doubts = vec![Concern::OtherCustomer];
    assert_eq!(world.take(&green), Outcome::Review(doubts));
    assert!(!world.is_verified());
}

#[test]
fn monitoring_denies() {
    for (standing, reason) in [
        (
            Standing::Refused(RejectionReason::Sanctions),
            RevocationReason::Sanctions,
        ),
        (Standing::Retry, RevocationReason::Provider),
        (Standing::OnHold, RevocationReason::Provider),
        (Standing::Listed, RevocationReason::Provider),
        (Standing::Withdrawn, RevocationReason::Provider),
        (Standing::Deleted, RevocationReason::Provider),
    ] {
        let mut world = World::new();
        world.take(&fact(Standing::Approved, 1));
        let outcome = world.take(&fact(standing, 2));
        assert_eq!(
            outcome,
            Outcome::Decide(Box::new(Command::Revoke(reason))),
            "{standing:?}"
        );
        // What is older is no news, however late it comes.
        assert_eq!(world.take(&fact(Standing::Approved, 1)), Outcome::Stale);
        assert!(!world.is_verified());
    }
}

#[test]
fn what_a_provider_was_asked_to_forget_denies_nobody() {
    let mut world = World::new();
    world.take(&fact(Standing::Approved, 10));
    world.view.investor.as_mut().unwrap().custody.erased = true;
    let reset = world.judge(&fact(Standing::Withdrawn, 20));
    assert_eq!(reset, Outcome::Unchanged);
    let gone = world.judge(&fact(Standing::Deleted, 20));
    assert_eq!(gone, Outcome::Unchanged);
    let listed = Standing::Refused(RejectionReason::Sanctions);
    let denied = Outcome::Decide(Box::new(Command::Revoke(RevocationReason::Sanctions)));
    assert_eq!(world.judge(&fact(listed, 30)), denied);
}

#[test]
fn the_days_of_a_verdict_are_counted_from_its_review() {
    let mut world = World::new();
    world.requirements.lasts_days = Some(365);
    let reviewed = NOW.0 - 300 * SECONDS_A_DAY;
    let ends = |world: &World| world.investor().status.verdict().unwrap().expiry;
    let expected = Some(UnixSeconds(reviewed + 365 * SECONDS_A_DAY));
    let green = fact(Standing::Approved, reviewed * 1_000);
    world.take(&green);
    assert_eq!(ends(&world), expected);
    // A match that was dismissed, and a country that was corrected.
    world.take(&fact(Standing::OnHold, reviewed * 1_000));
    world.take(&green);
    assert!(world.is_verified());
    assert_eq!(ends(&world), expected);
    let mut moved = green;
    moved.findings.country = Some("FR".parse().unwrap());
    assert!(matches!(world.take(&moved), Outcome::Decide(_)));
    assert_eq!(ends(&world), expected);
    // Whoever asks for an end later has it at the next reading.
    world.requirements.lasts_days = None;
    assert_eq!(world.take(&moved), Outcome::Unchanged);
    world.requirements.lasts_days = Some(200);
    assert!(matches!(world.judge(&moved), Outcome::Decide(_)));
    world.requirements.lasts_days = Some(365);
    // Nor from a time that has not come.
    world.take(&fact(Standing::Approved, (NOW.0 + 9) * 1_000));
    assert_eq!(ends(&world), Some(UnixSeconds(NOW.0 + 365 * SECONDS_A_DAY)));
}

#[test]
fn what_somebody_is_done_with_verifies_nobody() {
    let mut world = World::new();
    assert_eq!(
        world.take(&fact(Standing::OnHold, 1)),
        Outcome::Review(vec![Concern::OnHold])
    );
    world.settled = true;
    assert_eq!(
        world.take(&fact(Standing::Approved, 2)),
        Outcome::Review(vec![Concern::DecidedMeanwhile])
    );
    // Nor is anybody asked again where all is as it was.
    let mut world = World::new();
    let green = fact(Standing::Approved, 1);
    world.take(&green);
    world.settled = true;
    assert_eq!(world.take(&green), Outcome::Unchanged);
}

#[test]
fn a_match_denies_whoever_was_verified_by_hand() {
    let mut world = World::new();
    let held = Outcome::Review(vec![Concern::OnHold]);
    assert_eq!(world.take(&fact(Standing::OnHold, 1)), held);
    assert_eq!(world.take(&fact(Standing::Listed, 2)), held);
    let approved = World::new().judge(&fact(Standing::Approved, 1));
    let Outcome::Decide(mut verify) = approved else {
        panic!("an approval verifies: {approved:?}");
    };
    if let Command::Verify(verdict) = &mut *verify {
        verdict.source = Source::Provider {
            name: "another".into(),
            reference: "b-1".into(),
        };
    }
    world.command(*verify);
    // What is on hold doubts nobody who was seen, and a match does.
    assert_eq!(
        world.judge(&fact(Standing::OnHold, 3)),
        Outcome::Review(vec![Concern::OnHold])
    );
    world.take(&fact(Standing::Listed, 3));
    assert!(!world.is_verified());
}

#[test]
fn whoever_decided_by_hand_knew_more() {
    let mut world = World::new();
    world.take(&fact(Standing::Approved, 1));
    world.command(Command::Revoke(RevocationReason::ComplianceViolation));
    assert_eq!(
        world.take(&fact(Standing::Approved, 2)),
        Outcome::Review(vec![Concern::DecidedMeanwhile])
    );
    // A new attempt is by somebody who knew of the revocation.
    world.attempt = Attempt {
        opened_after: EntryNumber(world.log),
        opened: UnixSeconds(0),
        newest: None,
        decision: None,
    };
    assert!(matches!(
        world.take(&fact(Standing::Approved, 3)),
        Outcome::Decide(_)
    ));
}

#[test]
fn a_renewal_keeps_the_old_verdict_until_it_ends() {
    let mut world = World::new();
    world.take(&fact(Standing::Approved, 1));
    world.attempt = Attempt {
        opened_after: EntryNumber(world.log),
        opened: UnixSeconds(0),
        newest: None,
        decision: None,
    };
    for standing in [Standing::Open, Standing::Retry, Standing::Withdrawn] {
        world.take(&fact(standing, 2));
        assert!(world.is_verified(), "{standing:?}");
    }
    let mut moved = fact(Standing::Approved, 3);
    moved.findings.country = Some("FR".parse().unwrap());
    world.take(&moved);
    let verdict = world.investor().status.verdict().unwrap();
    assert_eq!(verdict.country.alpha2(), "FR");
}

#[test]
fn a_renewal_that_was_left_keeps_nothing_back() {
    for standing in [Standing::Retry, Standing::Withdrawn] {
        let mut world = World::new();
        world.take(&fact(Standing::Approved, 1));
        world.attempt = Attempt {
            opened_after: EntryNumber(world.log),
            opened: UnixSeconds(0),
            newest: None,
            decision: None,
        };
        world.may_come = false;
        world.take(&fact(standing, 2));
        assert!(!world.is_verified(), "{standing:?}");
    }
}

#[test]
fn a_record_that_is_open_again_leaves_its_verdict_and_its_attempt_alone() {
    let mut world = World::new();
    assert_eq!(world.take(&fact(Standing::Open, 1)), Outcome::Waiting);
    world.take(&fact(Standing::Approved, 2));
    assert_eq!(world.take(&fact(Standing::Open, 3)), Outcome::Unchanged);
    assert!(world.is_verified());
    // Once it was refused, the person is at it again.
    let refused = Standing::Refused(RejectionReason::Identity);
    world.take(&fact(refused, 4));
    assert_eq!(world.take(&fact(Standing::Open, 5)), Outcome::Waiting);
}

#[test]
fn a_record_from_before_an_attempt_renews_nothing() {
    let mut world = World::new();
    world.take(&fact(Standing::Approved, 1_000));
    world.command(Command::Revoke(RevocationReason::ComplianceViolation));
    world.attempt = Attempt {
        opened_after: EntryNumber(world.log),
        opened: UnixSeconds(5),
        newest: None,
        decision: None,
    };
    assert_eq!(
        world.take(&fact(Standing::Approved, 4_999)),
        Outcome::Waiting
    );
    assert!(!world.is_verified());
    world.take(&fact(Standing::Approved, 5_000));
    assert!(world.is_verified());
}

#[test]
fn monitoring_denies_while_a_renewal_is_under_way() {
    let mut world = World::new();
    world.take(&fact(Standing::Approved, 1));
    world.attempt = Attempt {
        opened_after: EntryNumber(world.log),
        opened: UnixSeconds(0),
        newest: None,
        decision: None,
    };
    for standing in [Standing::OnHold, Standing::Listed, Standing::Deleted] {
        let revoked = world.judge(&fact(standing, 2));
        let Outcome::Decide(command) = revoked else {
            panic!("{standing:?}: {revoked:?}");
        };
        assert!(matches!(*command, Command::Revoke(_)), "{standing:?}");
    }
}

fn standings() -> impl Strategy<Value = Standing> {
    prop_oneof![
        Just(Standing::Open),
        Just(Standing::Approved),
        Just(Standing::Approved),
        Just(Standing::Retry),
        Just(Standing::Refused(RejectionReason::Provider)),
        Just(Standing::Refused(RejectionReason::Sanctions)),
        Just(Standing::OnHold),
        Just(Standing::Listed),
        Just(Standing::Withdrawn),
        Just(Standing::Deleted),
    ]
}

proptest! {
    /// A provider's history, read in any order and any number of times, with its
    /// newest fact among what was read: the newest alone says whether the investor
    /// is verified, unless it says nothing.
    #[test]
    fn the_newest_fact_decides(
        history in prop::collection::vec(standings(), 1..6),
        reads in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
        when_newest in any::<prop::sample::Index>(),
    ) {
        let last = history.len() - 1;
        let mut reads: Vec<_> = reads.iter().map(|read| read.index(history.len())).collect();
        let at = when_newest.index(reads.len() + 1);
        reads.insert(at, last);
        let mut world = World::new();
        for read in reads {
            world.take(&fact(history[read], read as u64));
        }
        match history[last] {
            Standing::Approved => prop_assert!(world.is_verified()),
            Standing::Open => {}
            _ => prop_assert!(!world.is_verified()),
        }
    }
}
