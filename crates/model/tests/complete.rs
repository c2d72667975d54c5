//! `make model`: the model to its full bounds. The numbers of states are printed.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test")]
#![allow(clippy::print_stdout, reason = "numbers of states, for whoever asks")]

use std::time::Instant;

use stateright::{Checker, Model};
use symbolon_model::{
    Bounds, World,
    register::Decision::{self, Renew, Revoke, Verify},
    seat::fault::Fault,
};

/// Of any number of chains one, since a chain beside another is a chain alone
/// (`exploration`), and two wallets, whichever is called the first.
const TWO_WALLETS: Bounds = Bounds {
    chains: 1,
    wallets: 2,
    decisions: 3,
    alphabet: APPROVE_DENY_APPROVE,
    faults: 3,
    each_kind_once: true,
    may_strike: &[
        Fault::Crash,
        Fault::Reorganisation,
        Fault::ReorganisationThatLoses,
        Fault::AgentRegisters,
        Fault::AgentDeletes,
    ],
    swift: true,
    restored: false,
    exact: true,
    bug: None,
};
const APPROVE_DENY_APPROVE: &[Decision] = &[Verify, Revoke];
const RENEWALS_TOO: &[Decision] = &[Verify, Renew, Revoke];

fn explore(what: &str, bounds: Bounds) {
    let began = Instant::now();
    let checker = bounds.checker().threads(2);
    let checker = checker
        .symmetry_fn(World::representative)
        .spawn_dfs()
        .join();
    println!(
        "{what}: {} states up to the wallets' names, {} steps, {:.1} s",
        checker.unique_state_count(),
        checker.state_count(),
        began.elapsed().as_secs_f64()
    );
    checker.assert_properties();
}

#[test]
fn approve_deny_approve_with_a_crash_a_reorganisation_and_a_foreign_write() {
    explore(
        "two wallets, approved, denied, approved; crash, reorganisation of one or two blocks, \
         foreign write",
        TWO_WALLETS,
    );
}

#[test]
fn three_decisions_upon_each_of_two_wallets_and_any_fault() {
    let bounds = Bounds {
        alphabet: RENEWALS_TOO,
        faults: 1,
        may_strike: Fault::ALL,
        ..TWO_WALLETS
    };
    explore("two wallets, any three decisions each, any fault", bounds);
}
