//! The command line as its users see it: the real program, spawned, with its
//! exit codes, its words and its JSON.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod audit;
mod case;
mod certificates;
mod chain;
mod claims;
mod configuration;
mod customers;
mod deploy;
mod doctor;
mod dry_run;
mod federation;
mod folders;
mod handover;
mod help;
mod import;
mod links;
mod mirror;
mod pruned;
mod reconcile;
mod register;
mod retention;
mod rotation;
mod rules;
mod secrets;
mod serve;
mod support;
mod terminal;
mod token_check;
mod vault;
mod verify;
mod writer;
