//! Whether a node is worth asking, as its answers so far tell.

use std::time::Duration;

use symbolon_core::ids::ChainId;
use tokio::time::Instant;

/// How long a node is left out after its first failure; twice as long after
/// each further one.
const FIRST_REST: Duration = Duration::from_secs(1);
/// No node is left out for longer, whatever it says of itself: it may be the
/// only other one that tells the truth.
const LONGEST_REST: Duration = Duration::from_secs(60);

/// Why and until when a node is left out.
#[derive(Clone, Copy, Debug)]
struct Rest {
    until: Instant,
    /// Not even where the others do not agree.
    strictly: bool,
}

/// What is known of a node.
#[derive(Debug, Default)]
pub(super) struct Health {
    /// In a row.
    failures: u32,
    rest: Option<Rest>,
    /// The chain that it said it is on when it was connected; nothing before
    /// that, and after a failure.
    chain: Option<ChainId>,
    /// The newest block that it was seen to have.
    pub(super) head: u64,
}

impl Health {
    /// Whether to ask it first.
    pub(super) fn is_willing(&self, now: Instant) -> bool {
        self.rest.is_none_or(|rest| rest.until <= now)
    }

    /// Whether to ask it where the others do not agree.
    pub(super) fn may_be_asked(&self, now: Instant) -> bool {
        self.rest
            .is_none_or(|rest| rest.until <= now || !rest.strictly)
    }

    /// Whether it was asked for its chain since it last failed.
    pub(super) fn is_on(&self, chain: ChainId) -> bool {
        self.chain == Some(chain)
    }

    /// Whether it failed, and has not said since that it is on this chain.
    pub(super) fn is_lost(&self, chain: ChainId) -> bool {
        self.failures > 0 && !self.is_on(chain)
    }

    /// It said which chain it is on.
    pub(super) fn connected(&mut self, chain: ChainId) {
        self.chain = Some(chain);
    }

    /// It answered, be it with a refusal.
    pub(super) fn answered(&mut self) {
        self.failures = 0;
        self.rest = None;
    }

    /// It did not answer.
    pub(super) fn failed(&mut self, now: Instant) {
        self.chain = None;
        self.rest(now, None, false);
    }

    /// It asks to be left alone.
    pub(super) fn limited(&mut self, now: Instant, for_long: Option<Duration>) {
        self.rest(now, for_long, true);
    }

    /// It is on another chain; says whether that is news.
    pub(super) fn strayed(&mut self, now: Instant, to: ChainId) -> bool {
        let is_news = !self.is_on(to);
        self.chain = Some(to);
        self.rest(now, None, true);
        is_news
    }

    fn rest(&mut self, now: Instant, for_long: Option<Duration>, strictly: bool) {
        let usual = FIRST_REST * 2_u32.pow(self.failures.min(6));
        let until = now + for_long.unwrap_or(usual).min(LONGEST_REST);
        let asked = self.rest.filter(|rest| rest.strictly && rest.until > now);
        self.failures = self.failures.saturating_add(1);
        self.rest = Some(Rest {
            until: asked.map_or(until, |asked| asked.until.max(until)),
            strictly: strictly || asked.is_some(),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(n: u64) -> Duration {
        Duration::from_secs(n)
    }

    #[test]
    fn a_node_that_fails_rests_for_longer_each_time_and_within_bounds() {
        let (mut health, mut now) = (Health::default(), Instant::now());
        for rest in [1, 2, 4, 8, 16, 32, 60, 60, 60] {
            assert!(health.is_willing(now));
            health.failed(now);
            assert!(!health.is_willing(now + seconds(rest) - Duration::from_millis(1)));
            assert!(health.may_be_asked(now), "where the others do not agree");
            now += seconds(rest);
        }
        health.answered();
        health.failed(now);
        assert!(health.is_willing(now + seconds(1)), "and all is forgotten");
    }

    #[test]
    fn what_a_node_asks_for_is_honoured() {
        let (mut health, now) = (Health::default(), Instant::now());
        health.limited(now, Some(seconds(7)));
        assert!(!health.may_be_asked(now + seconds(6)));
        health.failed(now + seconds(1));
        assert!(!health.may_be_asked(now + seconds(6)), "whatever follows");
        assert!(health.is_willing(now + seconds(7)));
        health.limited(now, Some(seconds(86_400)));
        assert!(health.is_willing(now + LONGEST_REST), "within bounds");
    }

    #[test]
    fn a_node_that_failed_is_asked_for_its_chain_again() {
        let (mut health, now) = (Health::default(), Instant::now());
        health.connected(ChainId(1));
        assert!(health.is_on(ChainId(1)) && !health.is_on(ChainId(2)));
        health.limited(now, None);
        assert!(health.is_on(ChainId(1)), "it is the same node");
        health.failed(now);
        assert!(!health.is_on(ChainId(1)) && health.is_lost(ChainId(1)));
        assert!(health.strayed(now, ChainId(2)) && !health.strayed(now, ChainId(2)));
        assert!(health.is_lost(ChainId(1)), "it is another node's by now");
        health.connected(ChainId(1));
        assert!(!health.is_lost(ChainId(1)));
    }
}
