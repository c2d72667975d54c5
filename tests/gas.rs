//! What the project promises of its contracts' gas, and that this EVM counts
//! it as Forge does.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test")]

use symbolon_testkit::evm::gas;

#[test]
fn the_promised_limits_hold() {
    let figures = gas::measure().unwrap();
    println!(
        "{figures:#?}\nadded to a transfer: {}",
        figures.added_to_a_transfer()
    );
    assert!(figures.is_verified <= 5_400);
    assert!(figures.added_to_a_transfer() <= 8_000);
    assert!(figures.upsert_new <= 26_600);
    assert!(figures.revoke <= 7_400);
}
