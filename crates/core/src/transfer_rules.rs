//! Rules by country: who may receive a token, and who may send it.
//!
//! A [`RuleBook`] has one [`CountryRule`] a country and one for all others, as
//! the contract `CountryRules` holds them; [`judge`] answers as that contract
//! does, from the same words. What is announced holds only after a time, blocks
//! aside ([`Schedule`]), on chains as [`record`] has it. [`preset`] holds the lists that regulators give,
//! each with its source and date. [`rehearse`] tells whom a change would touch
//! before it holds.

mod book;
mod file;
mod judge;
pub mod mirrored;
pub mod preset;
pub mod record;
mod rehearsal;
mod schedule;

/// Seconds that pass before an announced rule holds, unless it is a block. Contracts
/// that the register deploys wait as long.
pub const RULES_WAIT_SECONDS: u64 = 2 * 86_400;

pub use book::{Admission, CountryRule, HolderCap, PersonLacks, Residencies, RuleBook};
pub use file::{RuleFile, RuleFileError};
pub use judge::{Party, Reason, Refusal, judge};
pub use rehearsal::{Holder, Rehearsal, Touched, Transfer, TransferRefused, rehearse};
pub use schedule::{Announced, RuleChanges, RuleKeys, Schedule, Standing};
