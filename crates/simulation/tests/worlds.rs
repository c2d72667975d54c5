//! So many worlds at each run of the tests; `make simulate` lives through more.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test")]

use symbolon_simulation::{Fault, run, run_all};

/// Unless the environment asks for fewer, as the tests of the tests do.
const WORLDS: u64 = 2_000;

fn worlds() -> u64 {
    let asked = std::env::var("SYMBOLON_WORLDS").ok();
    asked.map_or(WORLDS, |asked| asked.parse().unwrap())
}

/// Seeds whose worlds broke a promise once. With each change of the simulation a
/// seed becomes another world.
const BROKEN_ONCE: [u64; 11] = [
    13, 50, 174, 470, 499, 768, 1_036, 1_047, 1_079, 1_212, 1_307,
];

#[test]
fn no_world_breaks_a_promise() {
    let worlds = worlds();
    let tally = run_all(0..worlds, false, |_| {}).unwrap();
    assert!(tally.broken.is_empty(), "{:#?}", tally.broken);
    if worlds < WORLDS {
        return;
    }
    for (fault, worlds) in Fault::ALL.into_iter().zip(tally.fired_in) {
        assert!(worlds > 0, "{fault:?} made no difference in any world");
    }
    let (first, second, together) = tally.rarest_pair();
    assert!(together > 0, "{first:?} and {second:?} never met");
}

#[test]
fn what_was_broken_once_holds() {
    for seed in BROKEN_ONCE {
        assert_eq!(run(seed, false).unwrap().broken, [""; 0], "world {seed}");
    }
}

#[test]
fn a_seed_gives_the_same_world_again() {
    for seed in 0..20 {
        assert_eq!(run(seed, false).unwrap(), run(seed, false).unwrap());
    }
}
