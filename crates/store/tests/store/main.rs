//! The store against a real PostgreSQL: a fresh database a test.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test")]

mod audit;
mod books;
mod certificates;
mod claims;
mod companion;
mod crash;
mod customers;
mod federation;
mod filters;
mod foresight;
mod forgetting;
mod isolation;
mod keys;
mod landmarks;
mod lane;
mod lease;
mod letters;
mod links;
mod looks;
mod monitoring;
mod outbox;
mod quarantine;
mod reading;
mod receipt;
mod reconciliation;
mod register;
mod reinstatement;
mod renewals;
mod retention;
mod rules;
mod support;
mod transaction;
mod verifications;
mod warrants;
mod writer;
