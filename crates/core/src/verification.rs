//! A verification: one attempt to verify one investor through a KYC provider, from
//! the link to the decision. A renewal is an attempt of its own, while the verdict
//! before it holds.
//!
//! 1. The provider is asked for a session, and the person goes there.
//! 2. Whatever arrives from the provider is a hint (I8): the register reads the
//!    provider's record, which becomes a [`Fact`].
//! 3. [`judge`] holds the fact against what the issuer [`Requirements`] and says
//!    what follows: a command for the register, a person who must look, or nothing.
//!
//! Facts are ordered by the provider's own time. A fact older than one that was
//! taken in follows nothing, so duplicates and delays change nothing. Where a person was
//! sent there more than once, each of the provider's records has an order of its own,
//! and a refusal in any of them counts.

mod fact;
mod judge;
mod patience;
mod state;

pub use fact::{Environment, Fact, Findings, ProviderName, ProviderNameError, Standing};
pub use judge::{Attempt, Concern, OtherRecords, Outcome, Requirements, Situation, judge};
pub use patience::{LONGEST_SESSION_SECONDS, next_look};
pub use state::{VerificationId, VerificationIdError, VerificationState};
