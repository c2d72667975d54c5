//! How long to wait before something is tried again that failed.

use std::time::Duration;

use symbolon_core::time::{Millis, UnixMillis};

/// The first wait, which doubles with every further failure up to the longest.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    pub(super) first: Millis,
    pub(super) longest: Millis,
}

impl Patience {
    /// When to try again after so many failures before this one: when the other side
    /// asked for it, if it did, and after the longest wait at the latest.
    pub(super) fn again(self, asked: Option<Duration>, tries: u32, now: UnixMillis) -> UnixMillis {
        let asked = asked.and_then(|wait| u64::try_from(wait.as_millis()).ok());
        let doubled = self.first.0.saturating_mul(1 << tries.min(20));
        now.after(Millis(asked.unwrap_or(doubled).min(self.longest.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_doubles_up_to_the_longest() {
        let patience = Patience {
            first: Millis(1_000),
            longest: Millis(3_600_000),
        };
        let again = |asked, tries| patience.again(asked, tries, UnixMillis(10)).0 - 10;
        let waits = [0, 1, 2, 11, 12, u32::MAX].map(|tries| again(None, tries));
        assert_eq!(
            waits,
            [1_000, 2_000, 4_000, 2_048_000, 3_600_000, 3_600_000]
        );
        assert_eq!(again(Some(Duration::from_millis(5)), 3), 5);
        assert_eq!(again(Some(Duration::from_secs(86_400)), 0), 3_600_000);
    }
}
