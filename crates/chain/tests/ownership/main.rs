//! Who signed: keys, contracts, and wallets that are not deployed yet, on a real
//! chain.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test"
)]

mod case;
mod contract;
mod delegated;
mod key;
mod nodes;
mod undeployed;
mod vectors;
