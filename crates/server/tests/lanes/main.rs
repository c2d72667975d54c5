//! The lanes at work: the production loop between a real PostgreSQL and real
//! chains, whose nodes are down, forget, ask too much, or are the wrong ones.
//!
//! [`register`] is the issuer's register with its lanes, and [`proxy`] a node
//! between a lane and its chain, which counts what passes and swallows some.
//! [`registrar`] has a lane's issuer whose investors are kept on another chain.

#![allow(
    clippy::unwrap_used,
    reason = "a test whose stage does not stand has nothing better to do"
)]

mod certificates;
mod claims;
mod estimates;
mod fees;
mod following;
mod mirrors;
mod nodes;
mod proxy;
mod receipts;
mod reconciliation;
mod register;
mod registrar;
mod registries;
mod rules;
mod servers;
mod succession;
mod verdicts;
