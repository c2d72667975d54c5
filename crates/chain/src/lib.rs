//! The only user of RPC endpoints and signing keys.
//!
//! [`endpoint::Endpoint`] talks to one node, or to several that must agree
//! ([`quorum`]), [`signer::LaneSigner`] holds one
//! key, [`lane::LaneClient`] joins the two and carries out what a
//! [`symbolon_core::mirror::lane::Lane`] asks of a chain by calls that
//! [`calldata`] writes, [`finality`] tells
//! which blocks count for good, [`deploy`] puts the
//! contracts in place by way of the [`deployer`], [`transaction`] sends what is no
//! lane's, [`preset`] knows chains, and
//! [`roles`] tells who may write to them; [`registry`] tells what is there, [`history`] what mirrors
//! wrote, [`writes`] who wrote at all, [`agents`] what tokens' agents did and [`registrar`] what a federation
//! decided on chain, [`token`] speaks to tokens as their users do, and [`transfers`] tells what became of them. [`erc3643`] is what deployed tokens and their registries
//! understand, [`holders`] finds who holds them, and [`development`] acts for
//! anybody on a node where that is allowed. [`ownership`] tells whether a wallet
//! signed a message.
//!
//! Nothing here decides anything: what to send, when, and at what price is
//! the lane's business; what a wallet's record must be is the register's.

pub mod agents;
pub mod calldata;
pub mod claims;
pub mod companion;
pub mod deploy;
pub mod deployer;
pub mod development;
pub mod endpoint;
pub mod erc3643;
pub mod error;
mod estimate;
pub mod finality;
pub mod history;
pub mod holders;
pub mod lane;
pub mod ownership;
pub mod preset;
pub mod quorum;
pub mod receipt;
pub mod registrar;
pub mod registry;
pub mod roles;
pub mod signer;
pub mod spans;
pub mod token;
pub mod transaction;
pub mod transfers;
mod words;
pub mod writes;

pub use error::ChainError;
