//! The only user of RPC endpoints and signing keys.
//!
//! [`endpoint::Endpoint`] talks to one node, [`signer::LaneSigner`] holds one
//! key, [`lane::LaneClient`] joins the two and carries out what a
//! [`symbolon_core::mirror::lane::Lane`] asks of a chain, [`deploy`] puts the
//! contracts in place by way of the [`deployer`], [`preset`] knows chains, [`roles`] tells who may write to them, [`history`] reads
//! back what mirrors wrote, and [`token`] speaks to tokens as their users do.
//!
//! Nothing here decides anything: what to send, when, and at what price is
//! the lane's business; what a wallet's record must be is the register's.

pub mod deploy;
pub mod deployer;
pub mod endpoint;
pub mod error;
pub mod history;
pub mod lane;
pub mod preset;
pub mod receipt;
pub mod roles;
pub mod signer;
pub mod token;

pub use error::ChainError;
