//! What the tests share. Each part is a feature, so that a test builds only
//! what it uses: `evm`, an in-process EVM; `database`, a private PostgreSQL;
//! `chain`, a development chain with a registry on it; `trex`, the reference
//! ERC-3643 token; `people`, a person with a browser and a wallet, where their
//! letters arrive, and a search for what tells of them.

#[cfg(feature = "people")]
pub mod canary;
#[cfg(feature = "chain")]
pub mod chain;
#[cfg(feature = "database")]
pub mod database;
#[cfg(feature = "evm")]
pub mod evm;
#[cfg(feature = "people")]
pub mod mail;
#[cfg(feature = "people")]
pub mod person;
#[cfg(feature = "trex")]
pub mod trex;
