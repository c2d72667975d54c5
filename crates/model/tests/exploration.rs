//! The model, explored to its bounds: no promise is ever broken. The numbers of
//! states are printed with `--nocapture`.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test")]
#![allow(clippy::print_stdout, reason = "numbers of states, for whoever asks")]

use std::{
    collections::{HashMap, HashSet},
    time::Instant,
};

use stateright::{Checker, Model};
use symbolon_model::{
    Bounds, World,
    promises::EQUAL_WHEN_STILL,
    register::Decision::{self, Lift, Remove, Renew, Restrict, Revoke, Verify},
    seat::fault::Fault,
};

/// Approve, deny, approve again, and renew.
const VERDICTS: &[Decision] = &[Verify, Renew, Revoke];
const APPROVE_DENY_APPROVE: &[Decision] = &[Verify, Revoke];
const EVERYTHING: &[Decision] = &[Verify, Renew, Revoke, Restrict, Lift, Remove];

const ONE_SIGNERS: &[Fault] = &[
    Fault::Crash,
    Fault::Reorganisation,
    Fault::ReorganisationThatLoses,
    Fault::BytesForgotten,
    Fault::AgentRegisters,
    Fault::AgentDeletes,
    Fault::NonceTaken,
];

const THE_WORST: &[Fault] = &[
    Fault::Crash,
    Fault::Reorganisation,
    Fault::ReorganisationThatLoses,
    Fault::AgentRegisters,
    Fault::AgentDeletes,
];

/// One chain with one wallet, step by step.
const NARROW: Bounds = Bounds {
    chains: 1,
    wallets: 1,
    decisions: 3,
    alphabet: VERDICTS,
    faults: 2,
    each_kind_once: false,
    may_strike: Fault::ALL,
    swift: false,
    restored: false,
    exact: true,
    bug: None,
};

/// One chain with two wallets.
const WIDE: Bounds = Bounds {
    wallets: 2,
    swift: true,
    ..NARROW
};

fn explore(what: &str, bounds: Bounds) {
    let began = Instant::now();
    let by_any_name = !bounds.restored;
    let mut checker = bounds.checker().threads(2);
    if by_any_name {
        checker = checker.symmetry_fn(World::representative);
    }
    let checker = checker.spawn_dfs().join();
    println!(
        "{what}: {} states up to the wallets' names, {} steps, {:.1} s",
        checker.unique_state_count(),
        checker.state_count(),
        began.elapsed().as_secs_f64()
    );
    checker.assert_properties();
}

/// [`WIDE`] with more faults takes minutes: `make model`.
#[test]
fn approve_deny_approve_upon_each_of_two_wallets_and_a_fault() {
    let bounds = Bounds {
        alphabet: APPROVE_DENY_APPROVE,
        faults: 1,
        may_strike: THE_WORST,
        ..WIDE
    };
    explore(
        "two wallets, approved, denied, approved, a crash or reorganisation or foreign write",
        bounds,
    );
}

#[test]
fn two_decisions_upon_each_of_two_wallets_and_any_fault() {
    let bounds = Bounds {
        decisions: 2,
        faults: 1,
        ..WIDE
    };
    explore("two wallets, two decisions each, any fault", bounds);
}

#[test]
fn two_chains_side_by_side() {
    let bounds = Bounds {
        chains: 2,
        decisions: 1,
        faults: 1,
        ..WIDE
    };
    explore(
        "two chains, two wallets, a decision each, any fault on each chain",
        bounds,
    );
}

#[test]
fn three_decisions_upon_one_wallet_and_any_three_faults() {
    let bounds = Bounds {
        faults: 3,
        ..NARROW
    };
    explore("one wallet, three decisions, any three faults", bounds);
}

#[test]
fn a_restored_backup_and_any_two_faults() {
    let bounds = Bounds {
        restored: true,
        ..NARROW
    };
    explore("one wallet, a restored backup, any two faults", bounds);
}

#[test]
fn bars_and_removals_and_any_two_faults_of_one_signer() {
    let bounds = Bounds {
        alphabet: EVERYTHING,
        may_strike: ONE_SIGNERS,
        ..NARROW
    };
    explore("one wallet, bars and removals, two faults", bounds);
}

/// What a former signer barred and lands late stays barred until the register's
/// next approval, though the wallet was to be denied on other grounds by then.
#[test]
fn bars_and_removals_and_two_signers() {
    let bounds = Bounds {
        alphabet: EVERYTHING,
        exact: false,
        ..NARROW
    };
    explore("one wallet, bars and removals, any two faults", bounds);
    let exact = Bounds {
        alphabet: EVERYTHING,
        may_strike: &[Fault::SignerReplaced],
        faults: 1,
        ..NARROW
    };
    let checker = exact.checker().spawn_dfs().join();
    checker.assert_any_discovery(EQUAL_WHEN_STILL);
}

/// Why one chain stands for two: what either may be found in beside the other
/// is what it may be found in alone.
#[test]
fn a_chain_beside_another_is_a_chain_alone() {
    let alone = Bounds {
        decisions: 2,
        faults: 1,
        may_strike: &[Fault::Crash, Fault::ReorganisationThatLoses],
        swift: true,
        ..NARROW
    };
    let beside = Bounds {
        chains: 2,
        ..alone.clone()
    };
    let alone = reachable(&alone);
    let beside = reachable(&beside);
    for chain in 0..2 {
        let projected: HashSet<_> = beside
            .iter()
            .map(|world| World {
                register: world.register,
                seats: vec![world.seats[chain].clone()],
            })
            .collect();
        assert_eq!(projected, alone);
    }
    println!(
        "{} states alone, {} side by side",
        alone.len(),
        beside.len()
    );
}

/// Why half of the worlds stand for all: whichever wallet is called the first,
/// the same may happen next.
#[test]
fn the_names_of_the_wallets_make_no_difference() {
    let bounds = Bounds {
        decisions: 1,
        faults: 1,
        ..WIDE
    };
    let mut told_apart = 0;
    for world in reachable(&bounds) {
        let named = |worlds: Vec<World>| -> HashSet<World> {
            worlds.iter().map(World::representative).collect()
        };
        let other = world.representative();
        assert_eq!(
            named(bounds.next_states(&world)),
            named(bounds.next_states(&other))
        );
        told_apart += usize::from(other != world);
    }
    assert!(told_apart > 0);
}

/// Whatever happens, it ends: else a promise about what is still would promise
/// nothing.
#[test]
fn nothing_goes_on_for_ever() {
    let bounds = Bounds {
        faults: 1,
        ..NARROW
    };
    let mut followed = HashMap::new();
    let worlds = reachable(&bounds);
    for world in &worlds {
        for next in bounds.next_states(world) {
            *followed.entry(next).or_insert(0) += 1;
        }
    }
    // What nothing leads to is taken away, until nothing is left but circles.
    let mut ready: Vec<_> = bounds.init_states();
    let mut taken = 0;
    while let Some(world) = ready.pop() {
        taken += 1;
        for next in bounds.next_states(&world) {
            let ways = followed.get_mut(&next).unwrap();
            *ways -= 1;
            if *ways == 0 {
                ready.push(next);
            }
        }
    }
    assert_eq!(taken, worlds.len(), "some worlds lead back to themselves");
}

fn reachable(bounds: &Bounds) -> HashSet<World> {
    let mut worlds: HashSet<_> = bounds.init_states().into_iter().collect();
    let mut ahead: Vec<_> = worlds.iter().cloned().collect();
    while let Some(world) = ahead.pop() {
        for next in bounds.next_states(&world) {
            if worlds.insert(next.clone()) {
                ahead.push(next);
            }
        }
    }
    worlds
}
