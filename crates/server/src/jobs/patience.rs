//! How long to wait before something is tried again that failed.

use symbolon_core::time::Millis;

/// The first wait, which doubles with every further failure up to the longest.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    pub(super) first: Millis,
    pub(super) longest: Millis,
}

impl Patience {
    /// After so many failures before this one.
    pub(super) fn wait(self, tries: u32) -> Millis {
        let doubled = self.first.0.saturating_mul(1 << tries.min(20));
        self.at_most(Millis(doubled))
    }

    /// What somebody asked for, but no longer than the longest.
    pub(super) fn at_most(self, asked: Millis) -> Millis {
        asked.min(self.longest)
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
        let waits = [0, 1, 2, 11, 12, u32::MAX].map(|tries| patience.wait(tries).0);
        assert_eq!(
            waits,
            [1_000, 2_000, 4_000, 2_048_000, 3_600_000, 3_600_000]
        );
        assert_eq!(patience.at_most(Millis(5)), Millis(5));
    }
}
