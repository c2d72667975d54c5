//! The mirror under faults with real processes.
//!
//! Where `crates/simulation` lives through many worlds of simulated chains, this
//! takes few: real servers (`symbolon serve`, built with crash points), a real
//! PostgreSQL, real development chains.
//!
//! 1. [`plan`]: a seed is drawn into all that a run does. A run can be repeated
//!    by its seed, though never its exact timing.
//! 2. [`run`] sets a stage of its own, and for a few seconds [`issuer`] judges
//!    its customers while `servers` die at named points, `chain`s are
//!    reorganised, `node`s have moods and PostgreSQL restarts.
//! 3. Then nothing is broken any more, and within a bounded time the `promises`
//!    must hold: every chain equals the register wallet by wallet, nothing is
//!    under way, the audit is content. One of them is watched throughout: who is
//!    revoked for good, and was seen denied in a final block, never verifies
//!    there again.
//! 4. [`report`] tells what came of it, [`memory`] which runs have passed.

mod chain;
mod issuer;
pub mod memory;
mod node;
pub mod plan;
pub mod program;
mod promises;
pub mod report;
pub mod run;
mod servers;
mod stage;
