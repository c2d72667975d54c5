//! The mirror under every fault at once.
//!
//! One seed makes one world: a register with its customers, a database, three
//! chains with a node each, and the production lanes of `core::mirror` between
//! them, every one of their effects carried out late, out of order, in part or
//! not at all. Transactions are really signed, and the registries follow the
//! rules that the differential tests hold against the contracts.
//!
//! 1. [`world`] is the agenda: what happens when, to whom.
//! 2. [`register`] decides with `core::register`; [`database`] keeps what the
//!    store keeps, by the same rules; [`chain`] mines, forks and forgets.
//! 3. [`faults`] strike while the customers come and go, and then end.
//! 4. [`promises`] are held at every block, and once more when all is quiet.
//!
//! The same seed gives the same [`Report`], to its trace's hash.

pub mod chain;
pub mod database;
pub mod faults;
mod many;
#[cfg(feature = "planted-bugs")]
pub mod planted;
pub mod policy;
pub mod promises;
pub mod register;
pub mod report;
mod trace;
pub mod world;

pub use faults::Fault;
pub use many::run_all;
pub use report::{Report, Tally};
pub use world::run;
