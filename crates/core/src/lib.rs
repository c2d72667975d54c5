//! The pure heart of Symbolon: what an investor's verdict is, how it changes,
//! and what every chain must hold because of it.
//!
//! Nothing here reads a clock, draws a random number, does IO or awaits (I10):
//! `now` and random bytes are arguments, so the same code runs under the
//! server, under a simulator and in a canister.
//!
//! The way through: a [`command::Command`] meets a [`register::View`] in
//! [`register::decide`], which answers with [`event::Event`]s or a
//! [`register::Refusal`]; [`register::apply`] turns events into the next
//! [`investor::Investor`]; [`mirror`] compares what a chain should hold with
//! what it holds and says which transactions close the gap.

pub mod actor;
pub mod authority;
pub mod case;
pub mod certificate;
pub mod claim;
pub mod command;
pub mod country;
pub mod custody;
pub mod customer;
pub mod event;
pub mod federation;
pub mod identity;
pub mod ids;
pub mod import;
pub mod investor;
pub mod language;
pub mod link;
pub mod log;
pub mod mirror;
pub mod operation;
pub mod ownership;
pub mod profile;
pub mod register;
pub mod renewal;
pub mod time;
pub mod transfer_rules;
pub mod verdict;
pub mod verification;
pub mod wallet;
