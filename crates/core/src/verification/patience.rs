//! When to look at a provider's record without having been told to: the webhook that
//! would tell may be lost. Then a person would wait for ever, or somebody whom the
//! provider has found on a list would stay verified.

use super::{Concern, VerificationState};
use crate::time::UnixSeconds;

/// A provider's session lasts no longer than this, whatever the link's time.
pub const LONGEST_SESSION_SECONDS: u64 = 24 * 3_600;

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

    /// Whether somebody may be verified upon what the provider has said, so that it
    /// matters what it says by now.
    pub fn is_watched(self, concerns: &[Concern]) -> bool {
        match self {
            Self::Approved | Self::Settled => true,
            Self::Review => !self.is_at_provider(concerns),
            Self::Waiting | Self::Retry | Self::Refused => false,
        }
    }
}

/// When to look next at the record of somebody who was sent to the provider then.
///
/// - While the next word is the provider's: at first after a minute, then half as long
///   again as it has waited, and every day at least, until it has waited so long that
///   nobody comes any more.
/// - While somebody may be verified upon what it has said: every day.
/// - `None` otherwise.
pub fn next_look(
    state: VerificationState,
    concerns: &[Concern],
    sent: UnixSeconds,
    now: UnixSeconds,
) -> Option<UnixSeconds> {
    let waited = now.0.saturating_sub(sent.0);
    let wait = if state.is_watched(concerns) {
        LONGEST
    } else if state.is_at_provider(concerns) && waited < PATIENCE {
        (waited / 2).clamp(SHORTEST, LONGEST)
    } else {
        return None;
    };
    Some(UnixSeconds(now.0.saturating_add(wait)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENT: UnixSeconds = UnixSeconds(1_000);

    fn waiting(now: UnixSeconds) -> Option<UnixSeconds> {
        next_look(VerificationState::Waiting, &[], SENT, now)
    }

    #[test]
    fn looks_at_whoever_waits_grow_apart_and_end() {
        let mut looks = vec![SENT];
        while let Some(next) = waiting(*looks.last().unwrap()) {
            looks.push(next);
        }
        let waits: Vec<_> = looks.windows(2).map(|two| two[1].0 - two[0].0).collect();
        assert_eq!(waits[..3], [SHORTEST, SHORTEST, SHORTEST]);
        assert!(waits.is_sorted());
        assert_eq!(waits.last(), Some(&LONGEST));
        assert!(looks.len() < 100, "{}", looks.len());
        assert!(looks.last().unwrap().0 >= SENT.0 + PATIENCE);
    }

    #[test]
    fn a_clock_that_went_back_does_no_harm() {
        assert_eq!(waiting(UnixSeconds(10)), Some(UnixSeconds(10 + SHORTEST)));
    }

    #[test]
    fn what_somebody_may_be_verified_upon_is_looked_at_every_day() {
        let doubts = [Concern::OnHold, Concern::CountryUnknown];
        for (state, concerns) in [
            (VerificationState::Approved, &doubts[..0]),
            (VerificationState::Settled, &[]),
            (VerificationState::Review, &doubts),
        ] {
            for days in [0, 1, 45, 3_650] {
                let now = UnixSeconds(SENT.0 + days * LONGEST);
                let next = next_look(state, concerns, SENT, now);
                assert_eq!(next, Some(UnixSeconds(now.0 + LONGEST)), "{state:?}");
            }
        }
    }

    #[test]
    fn nobody_looks_at_what_was_refused_or_held_for_too_long() {
        let refused = next_look(VerificationState::Refused, &[], SENT, SENT);
        assert_eq!(refused, None);
        let held = |now| next_look(VerificationState::Review, &[Concern::OnHold], SENT, now);
        assert_eq!(held(SENT), Some(UnixSeconds(SENT.0 + SHORTEST)));
        assert_eq!(held(UnixSeconds(SENT.0 + PATIENCE)), None);
    }
}
