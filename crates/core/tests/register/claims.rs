//! What is claimed of whom, and by whom.

use alloy_primitives::B256;
use symbolon_core::{
    authority::Mandate,
    claim::{Claim, ClaimTopic},
    command::Command,
    event::Event,
    ids::AuthorityIndex,
    investor::{RevocationReason, StatusName},
    register::{Refusal, View, apply_all, decide},
    time::UnixSeconds,
    wallet::Version,
};

use crate::{BEGIN, verified_at_version, world::id};

fn claim(expiry: Option<UnixSeconds>) -> Command {
    Command::IssueClaim {
        topic: ClaimTopic::KYC,
        expiry,
        content: Some(B256::repeat_byte(3)),
    }
}

const REVOKE: Command = Command::RevokeClaim {
    topic: ClaimTopic::KYC,
};

fn ask(view: &mut View, command: Command, mandate: &Mandate) -> Result<Vec<Event>, Refusal> {
    let events = decide(view, command, mandate, BEGIN)?;
    view.investor = apply_all(id(0), view.investor.take(), &events).unwrap();
    Ok(events)
}

fn held(view: &View) -> Option<Claim> {
    let investor = view.investor.as_ref().unwrap();
    investor.claims.get(&ClaimTopic::KYC).copied()
}

#[test]
fn a_claim_is_issued_renewed_and_taken_back() {
    let mut view = verified_at_version(Version(1));
    let mut ask =
        |command| ask(&mut view, command, &Mandate::Owner).map(|events| (events, held(&view)));
    let ends = UnixSeconds(BEGIN.0 + 100);
    let (events, issued) = ask(claim(Some(ends))).unwrap();
    assert_eq!(events.len(), 1, "chains' records say nothing of claims");
    assert_eq!(issued.unwrap().expiry, Some(ends));
    assert!(matches!(ask(claim(Some(ends))), Err(Refusal::AlreadySo(_))));
    let (_, renewed) = ask(claim(None)).unwrap();
    assert_eq!(renewed.unwrap().expiry, None);
    let (_, taken) = ask(REVOKE).unwrap();
    assert!(taken.unwrap().revoked);
    assert!(matches!(ask(REVOKE), Err(Refusal::AlreadySo(_))));
    let (_, again) = ask(claim(None)).unwrap();
    assert!(!again.unwrap().revoked);
}

#[test]
fn a_claim_may_be_refused_beforehand() {
    let mut view = verified_at_version(Version(1));
    ask(&mut view, REVOKE, &Mandate::Owner).unwrap();
    assert_eq!(held(&view), Some(Claim::never_issued()));
}

#[test]
fn nothing_is_claimed_of_whoever_is_not_verified() {
    let mut view = verified_at_version(Version(1));
    let revoke = Command::Revoke(RevocationReason::Documents);
    ask(&mut view, revoke, &Mandate::Owner).unwrap();
    let refused = ask(&mut view, claim(None), &Mandate::Owner);
    let from = StatusName::Revoked;
    assert!(matches!(refused, Err(Refusal::WrongStatus { from: status, .. }) if status == from));
    ask(&mut view, REVOKE, &Mandate::Owner).unwrap();
}

#[test]
fn a_claim_does_not_end_before_it_begins() {
    let mut view = verified_at_version(Version(1));
    let refused = ask(&mut view, claim(Some(BEGIN)), &Mandate::Owner);
    assert_eq!(refused, Err(Refusal::ExpiryPassed(BEGIN)));
}

#[test]
fn another_authority_may_take_back_and_not_claim() {
    let mut view = verified_at_version(Version(1));
    let verdict = view.investor.as_ref().unwrap().status.verdict();
    let partner = Mandate::Limited {
        authority: AuthorityIndex(3),
        countries: [verdict.unwrap().country].into(),
        restricted: false,
    };
    let refused = ask(&mut view, claim(None), &partner);
    assert!(matches!(refused, Err(Refusal::OtherAuthority(_))));
    ask(&mut view, REVOKE, &partner).unwrap();
}
