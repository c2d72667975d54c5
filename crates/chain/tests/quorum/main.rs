//! Several nodes of one chain, some of which lie, fail, or are late.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test")]

mod agreement;
mod failures;
mod node;
mod relay;
mod spans;
