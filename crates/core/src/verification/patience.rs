//! When to look at a provider's record without having been told to: the webhook that
//! would tell may be lost. Then a person would wait for ever, or somebody whom the
//! provider has found on a list would stay verified.

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

/// When to look next at the record of somebody who was sent to the provider then.
///
/// - While the next word is the provider's: at first after a minute, then half as long
///   again as it has waited, and every day at least, until it has waited so long that
///   nobody comes any more.
/// - Once the provider has approved: every day, since a verdict stands on what it says.
/// - `None` otherwise.
pub fn next_look(
    state: VerificationState,
    concerns: &[Concern],
    sent: UnixSeconds,
    now: UnixSeconds,
) -> Option<UnixSeconds> {
    let waited = now.0.saturating_sub(sent.0);
    let wait = match state {
        VerificationState::Approved => LONGEST,
        waits if waits.is_at_provider(concerns) && waited < PATIENCE => {
            (waited / 2).clamp(SHORTEST, LONGEST)
        }
        _ => return None,
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
    fn an_approval_is_looked_at_every_day_for_as_long_as_it_stands() {
        for days in [0, 1, 45, 3_650] {
            let now = UnixSeconds(SENT.0 + days * LONGEST);
            let next = next_look(VerificationState::Approved, &[], SENT, now);
            assert_eq!(next, Some(UnixSeconds(now.0 + LONGEST)));
        }
    }

    #[test]
    fn what_is_the_issuers_to_settle_is_not_looked_at() {
        let on_hold = [Concern::OnHold];
        let others = [Concern::OnHold, Concern::CountryUnknown];
        let next = |state, concerns: &[Concern]| next_look(state, concerns, SENT, SENT);
        assert!(next(VerificationState::Review, &on_hold).is_some());
        assert_eq!(next(VerificationState::Review, &others), None);
        assert_eq!(next(VerificationState::Refused, &[]), None);
        assert_eq!(next(VerificationState::Settled, &[]), None);
    }
}
