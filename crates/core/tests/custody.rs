//! Profiles are kept for years of the calendar, whenever the relation ended.

#![allow(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;
use symbolon_core::{
    custody::{Retention, RetentionYears, kept_until, must_have_ended_by},
    time::UnixSeconds,
};
use time::{OffsetDateTime, UtcDateTime, macros::utc_datetime};

/// Until the year 2514.
fn any_moment() -> impl Strategy<Value = UnixSeconds> {
    (0..UnixSeconds::MAX_ON_CHAIN.0).prop_map(UnixSeconds)
}

fn any_years() -> impl Strategy<Value = RetentionYears> {
    (0_u8..=100).prop_map(RetentionYears)
}

fn of(at: UnixSeconds) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(i64::try_from(at.0).unwrap()).unwrap()
}

fn at(moment: UtcDateTime) -> UnixSeconds {
    UnixSeconds(u64::try_from(moment.unix_timestamp()).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_same_date_and_time_so_many_years_later(ended in any_moment(), years in any_years()) {
        let (ended, until) = (of(ended), of(kept_until(ended, years)));
        prop_assert_eq!(until.year(), ended.year() + i32::from(years.0));
        if (ended.month(), ended.day()) == (until.month(), until.day()) {
            prop_assert_eq!(ended.time(), until.time());
        } else {
            // Of the dates of a year one alone is missing in others.
            prop_assert_eq!((ended.month() as u8, ended.day()), (2, 29));
            prop_assert_eq!((until.month() as u8, until.day()), (3, 1));
            prop_assert_eq!(until.time(), time::Time::MIDNIGHT);
        }
    }

    #[test]
    fn whatever_ends_later_is_kept_as_long_or_longer(
        one in any_moment(), apart in 0_u64..200_000, years in any_years()
    ) {
        let later = UnixSeconds(one.0 + apart);
        prop_assert!(kept_until(one, years) <= kept_until(later, years));
    }

    /// What lists are made by, and what each erasure is judged by, are one rule.
    #[test]
    fn who_is_due_is_who_may_be_erased(
        ended in any_moment(), now in any_moment(), years in any_years(), near in -2_i64..=2
    ) {
        // Anywhere, and at the very edge.
        for now in [now, UnixSeconds(kept_until(ended, years).0.saturating_add_signed(near))] {
            let due = must_have_ended_by(years, now).is_some_and(|by| ended <= by);
            prop_assert_eq!(due, kept_until(ended, years) <= now);
        }
    }
}

#[test]
fn a_leap_day_is_kept_until_march() {
    let ended = at(utc_datetime!(2024 - 02 - 29 12:00));
    let until = |years| kept_until(ended, RetentionYears(years));
    assert_eq!(until(4), at(utc_datetime!(2028 - 02 - 29 12:00)));
    assert_eq!(until(5), at(utc_datetime!(2029 - 03 - 01 0:00)));
    let by = must_have_ended_by(RetentionYears(5), at(utc_datetime!(2028 - 02 - 29 9:00)));
    assert_eq!(by, Some(at(utc_datetime!(2023 - 02 - 28 23:59:59))));
}

#[test]
fn beyond_the_calendar_it_is_kept_for_ever() {
    let years = RetentionYears(100);
    for ended in [UnixSeconds(253_402_300_799), UnixSeconds(u64::MAX)] {
        assert_eq!(kept_until(ended, years), UnixSeconds(u64::MAX));
    }
    assert_eq!(must_have_ended_by(years, UnixSeconds(u64::MAX)), None);
}

#[test]
fn what_cannot_be_undone_is_told_from_what_can() {
    let keeps = |years, erases_by_itself| Retention {
        years: RetentionYears(years),
        erases_by_itself,
    };
    let now = keeps(5, false);
    for (to, hastened) in [
        (keeps(5, false), false),
        (keeps(10, false), false),
        (keeps(4, false), true),
        (keeps(5, true), true),
        (keeps(10, true), true),
    ] {
        assert_eq!(now.is_hastened_by(to), hastened, "{to:?}");
    }
    assert!(!keeps(5, true).is_hastened_by(keeps(5, false)));
    assert!(RetentionYears(4).is_short() && !RetentionYears(5).is_short());
    let words = [0, 1, 5].map(|years| RetentionYears(years).to_string());
    assert_eq!(words, ["0 years", "1 year", "5 years"]);
}
