//! When to look at a provider's record without having been told to: the webhook that
//! would tell may be lost, and then a person would wait for ever.

use super::{Concern, VerificationState};
use crate::time::UnixSeconds;

/// The least time between two looks, in seconds.
const SHORTEST: u64 = 60;
/// The most, in seconds.
const LONGEST: u64 = 24 * 3_600;
/// After so many seconds nobody is waited for: links last 30 days, sessions a day more,
/// and the rest is the provider's.
const PATIENCE: u64 = 45 * 24 * 3_600;

impl VerificationState {
    /// Whether the next word is the provider's, or the person's at the provider.
    pub fn is_at_provider(self, concerns: &[Concern]) -> bool {
        match self {
            Self::Waiting | Self::Retry => true,
            Self::Review => concerns == [Concern::OnHold],
            Self::Approved | Self::Refused | Self::Settled => false,
        }
    }
}

/// When to look next at the record of somebody who was sent to the provider then: at
/// first after a minute, then half as long again as it has waited, and every day at
/// least. `None` once it has waited so long that nobody comes any more.
pub fn next_look(sent: UnixSeconds, now: UnixSeconds) -> Option<UnixSeconds> {
    let waited = now.0.saturating_sub(sent.0);
    let wait = (waited / 2).clamp(SHORTEST, LONGEST);
    (waited < PATIENCE).then(|| UnixSeconds(now.0.saturating_add(wait)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_grow_apart_and_end() {
        let sent = UnixSeconds(1_000);
        let mut looks = vec![sent];
        while let Some(next) = next_look(sent, *looks.last().unwrap()) {
            looks.push(next);
        }
        let waits: Vec<_> = looks.windows(2).map(|two| two[1].0 - two[0].0).collect();
        assert_eq!(waits[..3], [SHORTEST, SHORTEST, SHORTEST]);
        assert!(waits.is_sorted());
        assert_eq!(waits.last(), Some(&LONGEST));
        assert!(looks.len() < 100, "{}", looks.len());
        assert!(looks.last().unwrap().0 >= sent.0 + PATIENCE);
    }

    #[test]
    fn a_clock_that_went_back_does_no_harm() {
        let next = next_look(UnixSeconds(1_000), UnixSeconds(10));
        assert_eq!(next, Some(UnixSeconds(10 + SHORTEST)));
    }
}
