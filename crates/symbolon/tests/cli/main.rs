//! The command line as its users see it: the real program, spawned, with its
//! exit codes, its words and its JSON.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod audit;
mod chain;
mod configuration;
mod dry_run;
mod federation;
mod help;
mod import;
mod mirror;
mod register;
mod secrets;
mod serve;
mod support;
mod token_check;
