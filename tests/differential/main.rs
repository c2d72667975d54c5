//! The contracts and core are one: generated histories go through both and
//! must agree on every word, verdict, event and refusal (I2, I4, I5).
//!
//! - [`registry`]: the register, its federation and its mirror, against the
//!   compiled `IdentityRegistry`.
//! - [`registrar`]: the same rules, kept on chain by the compiled `KYCRegistrar`.
//! - [`transfers`]: transfer rules by country, against the compiled `CountryRules`.
//! - [`certificates`]: what a holder's word becomes, against the compiled
//!   `CertificateRegistry`.
//! - [`claims`]: identities' keys and claims, against the compiled `IdentityFactory` and
//!   `ClaimIssuer`.
//!
//! `SYMBOLON_HISTORIES` says how many, `SYMBOLON_SEED` draws others. A history
//! that failed once is tried first ever after: see the `regressions.txt` of
//! each, which belong under version control.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test"
)]
#![allow(unreachable_pub, reason = "nothing here is for others")]
#![allow(
    non_snake_case,
    reason = "the arguments of ERC-3643 are named as they are"
)]

mod certificates;
mod claims;
mod histories;
mod registrar;
mod registry;
mod transfers;
