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
const BROKEN_ONCE: [u64; 83] = [
    13, 19, 50, 161, 174, 236, 260, 317, 470, 499, 746, 768, 990, 1_036, 1_047, 1_065, 1_079,
    1_212, 1_284, 1_307, 1_351, 1_614, 2_405, 2_586, 2_952, 3_037, 4_203, 5_325, 5_371, 6_470,
    7_890, 8_628, 8_866, 9_548, 9_679, 9_804, 10_937, 11_172, 11_359, 12_599, 13_427, 13_506,
    14_090, 14_534, 20_594, 20_861, 20_892, 21_110, 21_461, 22_198, 22_244, 22_454, 23_129, 23_492,
    24_079, 24_127, 25_158, 27_103, 27_239, 27_576, 27_810, 28_517, 28_639, 28_656, 28_678, 28_892,
    29_771, 30_248, 31_423, 31_667, 32_530, 32_838, 33_511, 33_777, 35_069, 36_804, 37_148, 37_493,
    38_432, 53_638, 68_482, 91_125, 117_350,
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
