//! What holds of every repair, whatever the register wants and the chain holds.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test")]

use alloy_primitives::{Address, U256};
use proptest::prelude::*;
use symbolon_core::{
    mirror::{
        plan::{Step, step},
        reconciliation::{Circumstances, Finding, Remedy, finding, lands, remedy},
        record::WalletRecord,
        rules::{denied, upserted},
    },
    time::UnixSeconds,
    verdict::RestrictedAuthorities,
    wallet::{Version, WalletAddress},
};

const NOW: UnixSeconds = UnixSeconds(1_795_219_200);

fn wallet() -> WalletAddress {
    WalletAddress::new(Address::with_last_byte(1)).unwrap()
}

/// Words that chance alone would hardly make: known flags, near versions.
fn word() -> impl Strategy<Value = WalletRecord> {
    let expiry = prop_oneof![Just(None), Just(Some(NOW.0 - 1)), Just(Some(NOW.0 + 1))];
    let version = prop_oneof![0..4_u16, Just(4_096), Just(5_000), Just(u16::MAX)];
    (any::<[bool; 4]>(), 0..3_u8, 0..3_u16, expiry, version).prop_map(
        |([approved, restricted, frozen, contained], identity, country, expiry, version)| {
            if !contained {
                return WalletRecord::tombstone(Version(version))
                    .with_restriction(restricted)
                    .with_freeze(frozen);
            }
            WalletRecord::tombstone(Version(version))
                .with_identity(Address::with_last_byte(identity + 1))
                .with_country_code(country)
                .with_expiry(expiry.map(UnixSeconds))
                .with_approval(approved)
                .with_restriction(restricted)
                .with_freeze(frozen)
        },
    )
}

/// What registers want: a contained wallet was judged, which gave it a version.
fn desired() -> impl Strategy<Value = WalletRecord> {
    word().prop_map(|word| match (word.is_contained(), word.version()) {
        (true, Version(0)) => word.with_version(Version(1)),
        (true, _) => word,
        (false, version) => WalletRecord::tombstone(version),
    })
}

fn held() -> impl Strategy<Value = WalletRecord> {
    let marks = prop_oneof![
        Just((false, false)),
        Just((true, false)),
        Just((false, true))
    ];
    prop_oneof![
        Just(WalletRecord::EMPTY),
        (word(), marks).prop_map(|(word, (provisional, vacated))| word
            .with_provisional(provisional && word.is_contained())
            .with_vacated(vacated && !word.is_contained())),
        any::<[u8; 32]>().prop_map(|bytes| WalletRecord(U256::from_be_bytes(bytes))),
    ]
}

/// What the register asks of the chain for this finding; nothing where a person
/// decides.
fn asked(found: Finding, desired: WalletRecord, held: WalletRecord) -> Option<WalletRecord> {
    if !matches!(found, Finding::ChainApproves | Finding::Differs) {
        return None;
    }
    // Nobody's wallet has no log to be given a version by.
    if lands(desired, held) || !desired.is_contained() {
        return Some(desired);
    }
    match desired.version().max(held.version()).next() {
        Some(next) => Some(desired.with_version(next)),
        None => desired.denies().then_some(desired),
    }
}

/// What the chain holds once the lane has sent all that it plans.
fn repaired(desired: WalletRecord, mut held: WalletRecord) -> WalletRecord {
    for _ in 0..20 {
        held = match step(wallet(), desired, held) {
            Step::Upsert(upsert) => upserted(held, upsert.record),
            Step::Deny(denial) => denied(held, denial.version, denial.grounds),
            Step::Nothing | Step::Outranked => return held,
        };
    }
    panic!("it never ends");
}

fn counts(record: WalletRecord) -> bool {
    record.is_verified_at(NOW, RestrictedAuthorities::default())
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(4_000)
    })]

    #[test]
    fn nobody_whom_the_register_denies_stays_verified(desired in desired(), held in held()) {
        let found = finding(desired, held, false, NOW);
        let after = asked(found, desired, held).map_or(held, |asked| repaired(asked, held));
        let by_an_agent = found == Finding::Provisional && desired.version().is_zero();
        // A version that nothing follows leaves a passed expiry unsaid; denials land.
        let unsaid = !desired.denies() && held.version() == Version(u16::MAX);
        if !counts(desired) && !by_an_agent && !unsaid {
            prop_assert!(!counts(after), "{desired:?} {held:?} {found:?} {after:?}");
        }
    }

    #[test]
    fn nothing_that_the_chain_denies_is_verified_without_a_person(
        desired in desired(),
        held in held(),
    ) {
        let found = finding(desired, held, false, NOW);
        let after = asked(found, desired, held).map_or(held, |asked| repaired(asked, held));
        if held != WalletRecord::EMPTY && !counts(held) {
            prop_assert!(!counts(after), "{desired:?} {held:?} {found:?} {after:?}");
        }
    }

    #[test]
    fn what_is_written_anew_is_what_the_register_holds(desired in desired(), held in held()) {
        if finding(desired, held, false, NOW) == Finding::Differs
            && let Some(asked) = asked(Finding::Differs, desired, held)
            && held.version() != Version(u16::MAX)
        {
            prop_assert_eq!(repaired(asked, held), asked);
        }
    }

    /// A second look finds nothing to do, or waits for a person.
    #[test]
    fn a_repair_is_no_cause_of_another(desired in desired(), held in held()) {
        let found = finding(desired, held, false, NOW);
        if let Some(asked) = asked(found, desired, held)
            && held.version() != Version(u16::MAX)
        {
            let again = finding(asked, repaired(asked, held), false, NOW);
            prop_assert_eq!(again, Finding::InStep);
        }
    }

    /// What another chain denies is not renewed, and is denied here all the same.
    #[test]
    fn whom_the_register_denies_is_denied_without_a_renewal(desired in desired(), held in held()) {
        let approves = finding(desired, held, false, NOW) == Finding::ChainApproves;
        if desired.denies() && approves {
            prop_assert!(repaired(desired, held).denies());
        }
    }

    #[test]
    fn what_is_on_its_way_is_left_alone(desired in desired(), held in held()) {
        let found = finding(desired, held, true, NOW);
        prop_assert!(matches!(found, Finding::InStep | Finding::OnItsWay));
    }

    #[test]
    fn what_follows_is_what_the_finding_and_its_circumstances_ask(
        desired in desired(),
        held in held(),
        on_its_way in any::<bool>(),
        [bound, carried, disputed, unclear_elsewhere, unexpected, lossy] in any::<[bool; 6]>(),
    ) {
        let found = finding(desired, held, on_its_way, NOW);
        let known = Circumstances {
            bound,
            carried,
            disputed,
            unclear_elsewhere,
            unexpected,
            lossy,
        };
        let renewed = bound && !lands(desired, held);
        let may_tell = desired.denies() || !(lossy || (renewed && disputed));
        let expected = match found {
            Finding::InStep | Finding::Provisional if carried => Remedy::LookAgain,
            Finding::InStep | Finding::Provisional => Remedy::Nothing,
            Finding::OnItsWay if unexpected || !lands(desired, held) => Remedy::LookAgain,
            Finding::OnItsWay => Remedy::Wait,
            Finding::ChainDenies => Remedy::Dispute,
            Finding::Differs
                if may_tell && renewed && unclear_elsewhere && !desired.denies() =>
            {
                Remedy::AwaitOthers
            }
            _ if may_tell => {
                let denied = disputed || unclear_elsewhere;
                let elsewhere = denied && !desired.is_contained();
                Remedy::Tell { renewed: renewed && !elsewhere }
            }
            _ => Remedy::Dispute,
        };
        prop_assert_eq!(remedy(found, desired, held, known), expected);
    }
}
