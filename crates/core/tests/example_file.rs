//! The files that people try the register with.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]
#![allow(
    clippy::disallowed_methods,
    reason = "a test reads the files; core does not"
)]

#[allow(dead_code, reason = "the generator is a program of its own")]
#[path = "../examples/customers.rs"]
mod generator;

use std::{collections::BTreeSet, path::Path};

use symbolon_core::{
    import::{CustomerRow, Options, Reader, Summary},
    time::{UnixSeconds, parse_expiry},
};

fn read(file: &[u8], now: UnixSeconds) -> (Vec<CustomerRow>, Summary) {
    let mut reader = Reader::new(Options::at(now));
    let mut customers = Vec::new();
    for chunk in file.chunks(4096) {
        reader.feed(chunk);
        while let Some(row) = reader.next_row().unwrap() {
            customers.push(row.unwrap());
        }
    }
    reader.finish();
    while let Some(row) = reader.next_row().unwrap() {
        customers.push(row.unwrap());
    }
    (customers, reader.summary())
}

fn from_workspace(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(path)
}

/// The shared file, where it stands: it is not part of this repository.
fn shared() -> Option<Vec<u8>> {
    let file = std::fs::read(from_workspace("../shared/data/customers.csv"));
    if file.is_err() {
        println!("skipped: ../shared/data/customers.csv does not stand beside this repository");
    }
    file.ok()
}

#[test]
fn the_example_file_is_what_its_generator_writes() {
    let file = std::fs::read_to_string(from_workspace("examples/customers.csv")).unwrap();
    assert!(
        file == generator::customers(),
        "run: cargo run -p symbolon-core --example customers > examples/customers.csv"
    );
}

#[test]
fn every_row_of_the_example_file_is_right_for_a_while() {
    let file = generator::customers();
    assert!(file.starts_with("walletAddress,country,investorType,expiry,externalId\n"));
    for day in ["2026-11-21", "2027-06-30"] {
        let (customers, summary) = read(file.as_bytes(), parse_expiry(day).unwrap());
        assert_eq!(
            summary,
            Summary {
                rows: 640,
                accepted: 640,
                refused: 0
            }
        );
        assert!(customers.iter().any(|customer| customer.expiry.is_none()));
    }
}

#[test]
fn the_shared_file_is_accepted_whole_and_is_not_ours() {
    let Some(shared) = shared() else { return };
    let now = parse_expiry("2026-11-20").unwrap();
    let (theirs, summary) = read(&shared, now);
    assert_eq!(
        summary,
        Summary {
            rows: 503,
            accepted: 503,
            refused: 0
        }
    );
    let (ours, _) = read(generator::customers().as_bytes(), now);
    let ours: BTreeSet<_> = ours.into_iter().map(|customer| customer.wallet).collect();
    assert!(
        theirs
            .iter()
            .all(|customer| !ours.contains(&customer.wallet))
    );
}
