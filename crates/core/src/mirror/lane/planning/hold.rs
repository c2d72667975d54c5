//! Patience with a chain that refuses one urgency's transactions: what it takes
//! none of is tried ever less often, and never given up (I2). Between two tries,
//! which cost gas, a node is asked for nothing whether it would be taken now.

use super::super::{Estimate, LanePolicy};
use crate::{
    log::Head,
    mirror::batch::Batch,
    time::{Millis, UnixMillis},
};

/// The longest hold is 32 times as long as the first, and so is the longest wait
/// between two questions.
const MOST_DOUBLINGS: u32 = 5;

#[derive(Debug, Default)]
pub(in crate::mirror::lane) struct Hold {
    /// Refusals in a row.
    times: u32,
    /// Nothing of this urgency is planned before.
    pub(in crate::mirror::lane) until: UnixMillis,
    /// What was refused last.
    refused: Option<(Head, Batch)>,
    /// Whether a node is being asked about that.
    asking: bool,
    /// It is asked no sooner.
    pub(in crate::mirror::lane) ask_at: UnixMillis,
    /// Whether the last hold ended by what a node said.
    ended_early: bool,
    /// How often that was followed by a refusal all the same.
    misled: u32,
}

impl Hold {
    /// The first lasts one idle interval. Refusals of what was sent before the hold
    /// do not prolong it.
    pub(in crate::mirror::lane) fn begin(
        &mut self,
        refused: (Head, Batch),
        now: UnixMillis,
        policy: &LanePolicy,
    ) {
        if self.until > now {
            return;
        }
        self.until = now.after(doubled(policy.idle_interval, self.times));
        self.times += 1;
        self.misled += u32::from(std::mem::take(&mut self.ended_early));
        self.refused = Some(refused);
        self.ask_at = now.after(doubled(policy.idle_interval, self.misled));
    }

    /// Something was taken. An answer that is on its way is to no other question.
    pub(in crate::mirror::lane) fn end(&mut self) {
        *self = Self {
            asking: self.asking,
            ..Self::default()
        };
    }

    /// Whether it is over, or never was.
    pub(super) fn is_over(&mut self, now: UnixMillis) -> bool {
        if self.until <= now {
            self.until = UnixMillis(0);
            self.ask_at = UnixMillis(0);
        }
        self.until == UnixMillis(0)
    }

    /// What a node is to be asked about, while nothing is sent.
    pub(in crate::mirror::lane) fn ask(&mut self, now: UnixMillis) -> Option<(Head, Batch)> {
        if self.asking || now < self.ask_at || self.is_over(now) {
            return None;
        }
        self.asking = true;
        self.ask_at = UnixMillis(0);
        self.refused.clone()
    }

    /// Whether an answer is to that question.
    pub(in crate::mirror::lane) fn is_asking(&self) -> bool {
        self.asking
    }

    /// Who refuses one batch for its own sake takes others.
    pub(in crate::mirror::lane) fn answered(
        &mut self,
        estimate: Estimate,
        now: UnixMillis,
        policy: &LanePolicy,
    ) {
        self.asking = false;
        if self.is_over(now) {
            return;
        }
        match estimate {
            Estimate::Passes | Estimate::Refused => {
                self.until = now;
                self.ended_early = true;
            }
            Estimate::Unknown => {
                self.ask_at = now.after(doubled(policy.idle_interval, self.misled));
            }
        }
    }
}

fn doubled(interval: Millis, times: u32) -> Millis {
    Millis(interval.0 << times.min(MOST_DOUBLINGS))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mirror::lane::tests::POLICY;

    const BEGUN: UnixMillis = UnixMillis(1);

    fn refused() -> (Head, Batch) {
        (Head::default(), Batch::Deny(Vec::new()))
    }

    fn begun() -> Hold {
        let mut hold = Hold::default();
        hold.begin(refused(), BEGUN, &POLICY);
        hold
    }

    #[test]
    fn what_was_sent_before_a_hold_does_not_prolong_it() {
        let mut hold = begun();
        let until = hold.until;
        hold.begin(refused(), UnixMillis(until.0 - 1), &POLICY);
        assert_eq!(hold.until, until);
    }

    #[test]
    fn after_something_was_taken_a_refusal_is_the_first() {
        let mut hold = begun();
        let first = hold.until;
        hold.begin(refused(), first, &POLICY);
        assert_eq!(hold.until, first.after(Millis(2_000)));
        hold.end();
        assert!(hold.is_over(first));
        hold.begin(refused(), first, &POLICY);
        assert_eq!(hold.until, first.after(Millis(1_000)));
    }

    #[test]
    fn an_answer_on_its_way_when_something_was_taken_is_awaited() {
        let mut hold = begun();
        let second = hold.until;
        hold.begin(refused(), second, &POLICY);
        assert!(hold.ask(hold.ask_at).is_some());
        hold.end();
        assert!(hold.is_asking());
        hold.begin(refused(), second, &POLICY);
        let due = UnixMillis(hold.until.0 - 1);
        assert!(hold.ask(due).is_none(), "two questions at a time");
        hold.answered(Estimate::Unknown, second, &POLICY);
        assert!(!hold.is_asking());
    }
}
