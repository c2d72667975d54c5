//! The tests of the tests: every planted bug is found, within a thousand worlds.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test")]
#![allow(clippy::print_stdout, reason = "what catches what, for whoever asks")]

use symbolon_simulation::planted::{WORLDS, all_caught};

#[test]
fn every_planted_bug_is_caught() {
    for caught in all_caught(|each| println!("{each}")).unwrap() {
        assert!(caught.by.is_some(), "{caught}, in {WORLDS} worlds");
    }
}
