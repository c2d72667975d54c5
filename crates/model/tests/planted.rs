//! The model finds what it must not contain: each mistake has a counterexample,
//! and a short one is printed with `--nocapture`.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test")]
#![allow(clippy::print_stdout, reason = "numbers of states, for whoever asks")]

use stateright::{Checker, Model};
use symbolon_model::{
    Action, Bounds, Bug,
    promises::{DENIALS_LAST, EQUAL_WHEN_STILL, NEVER_MORE_THAN_APPROVED, STORED_BEFORE_SENT},
    register::Decision::{self, Remove, Renew, Revoke, Verify},
    seat::fault::Fault,
};

const VERDICTS: &[Decision] = &[Verify, Renew, Revoke];

/// One wallet on one chain, and one fault.
const NARROW: Bounds = Bounds {
    chains: 1,
    wallets: 1,
    decisions: 3,
    alphabet: VERDICTS,
    faults: 1,
    each_kind_once: false,
    may_strike: Fault::ALL,
    swift: false,
    restored: false,
    exact: true,
    bug: None,
};

/// A short way to break the promise; without the bug there is none.
fn counterexample(bounds: Bounds, promise: &'static str) -> Vec<Action> {
    let bug = bounds.bug;
    let sound = Bounds {
        bug: None,
        ..bounds.clone()
    };
    let sound = sound.checker().spawn_dfs().join();
    sound.assert_properties();
    let short = (2..).find_map(|depth| {
        let searched = bounds.clone().checker().target_max_depth(depth);
        searched.spawn_dfs().join().discovery(promise)
    });
    let path = short.unwrap();
    println!(
        "{bug:?} breaks \"{promise}\": {:?}",
        path.clone().into_actions()
    );
    path.into_actions()
}

macro_rules! planted {
    ($($test:ident: $bug:ident breaks $promise:ident $({ $($field:ident: $value:expr),* })?;)*) => {
        $(#[test]
        fn $test() {
            let bounds = Bounds { bug: Some(Bug::$bug), $($($field: $value,)*)? ..NARROW };
            assert!(!counterexample(bounds, $promise).is_empty());
        })*
    };
}

planted! {
    a_version_guard_that_is_dropped: VersionGuardDropped breaks DENIALS_LAST;
    an_old_denial_that_is_ignored: OldDenialIgnored breaks EQUAL_WHEN_STILL { restored: true };
    bytes_that_are_sent_before_they_are_stored: BroadcastBeforeStore breaks STORED_BEFORE_SENT;
    a_discharge_before_the_bytes_are_stored: DischargeBeforeStore breaks EQUAL_WHEN_STILL;
    an_approval_that_is_replayed_after_a_reorganisation: ApprovalReplayed breaks NEVER_MORE_THAN_APPROVED;
    a_denial_that_is_laid_over_what_is_never_mined: DenialLaidOverUnmined breaks EQUAL_WHEN_STILL;
    a_removal_that_counts_as_told: RemovalMetByNothing breaks EQUAL_WHEN_STILL
        { alphabet: &[Verify, Remove] };
    a_settlement_in_vain_that_is_forgotten: VainSettlementForgotten breaks EQUAL_WHEN_STILL;
    stored_bytes_that_are_not_sent_again: StoredNotResent breaks EQUAL_WHEN_STILL;
}
