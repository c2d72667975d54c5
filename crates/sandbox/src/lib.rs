//! Private PostgreSQL and Anvil children, and stand-ins for KYC providers, for the demo and the
//! tests.
//!
//! A newcomer has neither a database nor a chain. This crate starts both from binaries found on
//! the machine, keeps their data in one folder, and makes sure that nothing is left running:
//!
//! - a [`Leash`] ends a child when its parent ends, even by SIGKILL;
//! - [`PrivatePostgres`] is a cluster of one's own on a Unix socket that nobody else can open;
//! - [`Anvil`] is a development chain that continues where its last run stopped;
//! - [`provider`] has KYC providers at which a person is whoever it says.
//!
//! A folder belongs to one process at a time: the second one is refused, and a successor waits
//! until the children of a predecessor that was killed have stopped.
//!
//! Deliberately absent: a shared cluster for tests (the testkit's business), migrations (the
//! store's), Windows.

mod account;
mod anvil;
mod claim;
mod error;
mod files;
mod leash;
mod postgres;
pub mod provider;

pub use anvil::{Anvil, AnvilBuilder, Mining};
pub use error::SandboxError;
pub use leash::{Farewell, Leash, LeashBuilder, Signal};
pub use postgres::{PrivatePostgres, Shutdown};

/// What the functions of this crate return.
pub type Result<T> = std::result::Result<T, SandboxError>;
