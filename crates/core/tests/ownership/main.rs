//! Messages of EIP-4361: published vectors, generated ones, and what a challenge
//! makes of them.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]
#![allow(
    clippy::disallowed_methods,
    reason = "a test reads the files; core does not"
)]

mod challenge;
mod properties;
mod vectors;
