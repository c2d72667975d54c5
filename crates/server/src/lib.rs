//! REST, jobs and metrics: what the register shows the outside.
//!
//! A request's way: [`envelope`] gives it an id, a deadline and a measurement;
//! [`auth`] finds whose key it carries, and so the one issuer whose register
//! it can reach; [`extract`] reads path, query and body, naming every field
//! that is wrong; a handler of [`rest`] looks up, asks the register and
//! answers; and [`change`] sees that a repeated POST is carried out once. What
//! goes wrong on the way is a [`problem`].
//!
//! Deliberately absent: CORS (browsers have no business here yet), sessions
//! (keys only), TLS (what stands in front does it), state that a second server
//! would not share: all that is kept here is caches of some seconds.

mod auth;
mod cache;
mod change;
pub mod clock;
pub mod config;
mod csv;
pub mod customers;
mod docs;
mod envelope;
mod extract;
mod hooks;
pub mod imports;
pub mod jobs;
mod language;
pub mod letters;
mod linking;
pub mod links;
mod lookups;
pub mod metrics;
mod openapi;
pub mod problem;
pub mod renewals;
mod rest;
mod serve;
pub mod services;
mod signing;
pub mod site;
pub mod state;
pub mod vault;
mod verifying;
pub mod wake;
mod web;

pub use clock::Clock;
pub use config::ServerConfig;
pub use renewals::terms::{RenewalTerms, Renewals};
pub use serve::{openapi_document, router, serve, serve_state};
pub use services::{Account, Accounts, ChainNodes, Services};
pub use site::Site;
pub use state::{AppState, fresh_investor};
pub use vault::Vault;
pub use wake::Wake;
