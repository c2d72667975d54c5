//! Stand-ins for KYC providers, made from the vendors' documentation and from nothing of the
//! register's: what both understand alike was read twice.
//!
//! Each listens on the loopback interface, checks requests as its vendor does, has hosted pages on
//! which a person fills in who it is and presses what shall come of it, and sends signed webhooks.
//! Sending one returns what the receiver answered, so nobody has to wait for anything. What goes
//! wrong with vendors goes wrong here when asked: see [`ApiFault`], [`WebhookFault`] and
//! [`Faults::hold`].
//!
//! Deliberately absent: pictures of documents, retries of webhooks, rate limits of their own.

mod clock;
mod entrust;
mod faults;
mod page;
mod server;
mod sumsub;
mod webhook;

pub use clock::VendorClock;
pub use entrust::{EntrustOptions, FakeEntrust, Outcome};
pub use faults::{ApiFault, Faults, WebhookFault};
pub use sumsub::{FakeSumsub, PayloadDigest, SumsubOptions, Verdict};
pub use webhook::{Delivery, Order, Webhook};
