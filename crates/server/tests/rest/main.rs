//! The REST interface against a real PostgreSQL and a clock that stands still.

#![allow(
    clippy::unwrap_used,
    reason = "a test whose stage does not stand has nothing better to do"
)]

mod batches;
mod connections;
mod customers;
mod federation;
mod harness;
mod hooks;
mod idempotency;
mod import_rights;
mod imports;
mod investors;
mod isolation;
mod keys;
mod languages;
mod links;
mod openapi;
mod pages;
mod paging;
mod problems;
mod profiles;
mod receipts;
mod register;
mod renewals;
mod rotation;
mod rules;
mod wallets;
mod writer;
