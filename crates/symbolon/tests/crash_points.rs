//! The program that people run has no crash points, and the other one is not
//! made unless it is asked for.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test")]

/// What names a crash point to a process that has them.
const VARIABLE: &[u8] = b"SYMBOLON_CRASH_AT";

#[test]
fn the_program_knows_no_crash_points() {
    let program = std::fs::read(env!("CARGO_BIN_EXE_symbolon")).unwrap();
    let of_its_own = b"SYMBOLON_DATABASE_URL";
    let says = |words: &[u8]| program.windows(words.len()).any(|found| found == words);
    assert!(says(of_its_own), "the words of a program are found in it");
    assert!(!says(VARIABLE), "the program was built with crash points");
}
