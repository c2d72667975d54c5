//! Who is certified for what, and by whom.

use symbolon_core::{
    authority::Mandate,
    certificate::{Certificate, CertificateId, RequirementVersion},
    command::Command,
    event::Event,
    ids::AuthorityIndex,
    investor::{Investor, RevocationReason, StatusName},
    register::{Refusal, View, apply_all, decide},
    time::UnixSeconds,
    wallet::Version,
};

use crate::{BEGIN, verified_at_version, world::id};

const ID: CertificateId = CertificateId(7);

fn certify(expiry: Option<UnixSeconds>) -> Command {
    Command::Certify {
        certificate: ID,
        requirements: RequirementVersion(2),
        expiry,
    }
}

const REVOKE: Command = Command::RevokeCertificate { certificate: ID };

/// An investor, of whom things are asked one after another.
struct Case(View);

impl Case {
    fn verified() -> Self {
        Self(verified_at_version(Version(1)))
    }

    fn ask(&mut self, command: Command, mandate: &Mandate) -> Result<Vec<Event>, Refusal> {
        let events = decide(&self.0, command, mandate, BEGIN)?;
        self.0.investor = apply_all(id(0), self.0.investor.take(), &events).unwrap();
        Ok(events)
    }

    fn investor(&self) -> &Investor {
        self.0.investor.as_ref().unwrap()
    }

    fn owner_asks(&mut self, command: Command) -> Result<Vec<Event>, Refusal> {
        self.ask(command, &Mandate::Owner)
    }

    fn held(&self) -> Option<Certificate> {
        self.investor().certificates.get(&ID).copied()
    }
}

#[test]
fn a_certificate_is_issued_renewed_and_taken_back() {
    let mut case = Case::verified();
    let ends = UnixSeconds(BEGIN.0 + 100);
    let events = case.owner_asks(certify(Some(ends))).unwrap();
    assert_eq!(events.len(), 1, "no wallet's record is another: {events:?}");
    assert!(case.held().unwrap().holds_at(BEGIN));
    assert!(!case.held().unwrap().holds_at(ends));
    let again = case.owner_asks(certify(Some(ends)));
    assert!(matches!(again, Err(Refusal::AlreadySo(_))), "{again:?}");
    case.owner_asks(certify(None)).unwrap();
    assert_eq!(case.held().unwrap().expiry, None);
    case.owner_asks(REVOKE).unwrap();
    assert!(!case.held().unwrap().holds_at(BEGIN));
    assert!(matches!(
        case.owner_asks(REVOKE),
        Err(Refusal::AlreadySo(_))
    ));
    case.owner_asks(certify(None)).unwrap();
    assert!(case.held().unwrap().holds_at(BEGIN), "a new decision");
}

#[test]
fn whoever_is_not_verified_is_certified_for_nothing() {
    let mut case = Case::verified();
    let reason = RevocationReason::Documents;
    case.owner_asks(Command::Revoke(reason)).unwrap();
    let refused = case.owner_asks(certify(None));
    assert!(
        matches!(
            refused,
            Err(Refusal::WrongStatus {
                from: StatusName::Revoked,
                ..
            })
        ),
        "{refused:?}"
    );
    case.owner_asks(REVOKE).unwrap();
    assert!(case.held().unwrap().revoked, "but may be refused it");
}

#[test]
fn an_end_that_no_chain_could_hold_is_refused() {
    let mut case = Case::verified();
    let past = case.owner_asks(certify(Some(BEGIN)));
    assert!(matches!(past, Err(Refusal::ExpiryPassed(_))), "{past:?}");
    let far = UnixSeconds(UnixSeconds::MAX_ON_CHAIN.0 + 1);
    let far = case.owner_asks(certify(Some(far)));
    assert!(matches!(far, Err(Refusal::ExpiryTooFar(_))), "{far:?}");
}

#[test]
fn another_authority_may_take_back_and_not_certify() {
    let mut case = Case::verified();
    let country = case.investor().status.verdict().unwrap().country;
    let partner = Mandate::Limited {
        authority: AuthorityIndex(3),
        countries: [country].into(),
        restricted: false,
    };
    let refused = case.ask(certify(None), &partner);
    assert!(
        matches!(refused, Err(Refusal::OtherAuthority(_))),
        "{refused:?}"
    );
    case.ask(REVOKE, &partner).unwrap();
}
