//! From the outbox to batches that are to be stored, and to dearer tries.

use std::collections::VecDeque;

use super::{Attempt, Effect, Envelope, Lane, LanePolicy, Signed, Slot, Urgency};
use crate::{
    log::Head,
    mirror::{
        batch::Batch,
        plan::{Owed, PendingRecord, Step, step},
        record::WalletRecord,
        rules::{denied, upserted},
    },
    time::{Millis, UnixMillis},
    wallet::WalletAddress,
};

/// What is known of the outbox in one urgency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outbox {
    /// There may be more.
    MayHold,
    /// It was empty when last asked.
    Dry,
}

/// Patience with a chain that refuses one urgency's transactions: what it
/// takes none of is tried ever less often, and never given up (I2).
#[derive(Debug, Default)]
pub(super) struct Hold {
    /// Refusals in a row.
    times: u32,
    /// Nothing of this urgency is planned before.
    pub(super) until: UnixMillis,
}

impl Hold {
    /// The first lasts one idle interval, the longest 32.
    const MOST_DOUBLINGS: u32 = 5;

    /// Refusals of what was sent before the hold do not prolong it.
    pub(super) fn begin(&mut self, now: UnixMillis, policy: &LanePolicy) {
        if self.until <= now {
            let doublings = self.times.min(Self::MOST_DOUBLINGS);
            self.until = now.after(Millis(policy.idle_interval.0 << doublings));
            self.times += 1;
        }
    }

    /// Whether it is over, or never was.
    fn is_over(&mut self, now: UnixMillis) -> bool {
        if self.until <= now {
            self.until = UnixMillis(0);
        }
        self.until == UnixMillis(0)
    }
}

/// A batch that is to be stored, with what its wallets will hold afterwards.
#[derive(Debug)]
pub(super) struct Planned {
    batch: Batch,
    head: Head,
    settles: Vec<Owed>,
    expected: Vec<(WalletAddress, WalletRecord)>,
}

/// What the planner is doing; one thing at a time, so that no wallet is
/// pulled twice before its transaction is stored.
#[derive(Debug)]
pub(super) enum Planning {
    Idle,
    Pulling,
    /// Wallets that need no telling are to be dropped before the rest is stored.
    Discarding {
        rows: Option<Vec<Owed>>,
        then: VecDeque<Planned>,
    },
    Storing {
        /// Being signed and stored now.
        current: Option<Planned>,
        then: VecDeque<Planned>,
    },
}

impl Planning {
    pub(super) fn storing(then: VecDeque<Planned>) -> Self {
        if then.is_empty() {
            Self::Idle
        } else {
            Self::Storing {
                current: None,
                then,
            }
        }
    }
}

/// Entries on their way into batches of a bounded size.
struct Drafts<E> {
    size: usize,
    head: Head,
    full: Vec<Draft<E>>,
}

struct Draft<E> {
    entries: Vec<E>,
    settles: Vec<Owed>,
    expected: Vec<(WalletAddress, WalletRecord)>,
}

impl<E> Drafts<E> {
    fn new(size: usize, head: Head) -> Self {
        let size = size.max(1);
        let full = Vec::new();
        Self { size, head, full }
    }

    /// `settles` is none where the entry is a step on the way only.
    fn push(&mut self, entry: E, settles: Option<Owed>, expected: (WalletAddress, WalletRecord)) {
        let size = self.size;
        let draft = match self.full.last_mut() {
            Some(draft) if draft.entries.len() < size => draft,
            _ => self.full.push_mut(Draft {
                entries: Vec::with_capacity(size),
                settles: Vec::with_capacity(size),
                expected: Vec::with_capacity(size),
            }),
        };
        draft.entries.push(entry);
        draft.settles.extend(settles);
        draft.expected.push(expected);
    }

    fn into_planned(self, batch: impl Fn(Vec<E>) -> Batch) -> VecDeque<Planned> {
        self.full
            .into_iter()
            .map(|draft| Planned {
                batch: batch(draft.entries),
                head: self.head,
                settles: draft.settles,
                expected: draft.expected,
            })
            .collect()
    }
}

impl Lane {
    pub(super) fn plan(&mut self, now: UnixMillis) -> Option<Effect> {
        let market = self.market?;
        if now < self.held_until {
            return None;
        }
        self.held_until = UnixMillis(0);
        match &mut self.planning {
            Planning::Pulling => None,
            Planning::Discarding { rows, .. } => rows.take().map(Effect::Discard),
            Planning::Storing { current, then } => {
                if current.is_some() {
                    return None;
                }
                let planned = then.pop_front()?;
                let envelope = Envelope {
                    nonce: self.next_nonce,
                    attempt: Attempt(0),
                    gas_limit: self.policy.gas_limit(&planned.batch),
                    price: self.policy.fees.first(market),
                    head: planned.head,
                    batch: planned.batch.clone(),
                    settles: planned.settles.clone(),
                };
                *current = Some(planned);
                Some(Effect::Store(envelope))
            }
            Planning::Idle => {
                let unmined = self.unmined();
                let reserve = self.policy.max_in_flight + self.policy.denial_reserve;
                let deny = self.denials == Outbox::MayHold && self.denials_hold.is_over(now);
                let approve = self.approvals == Outbox::MayHold && self.approvals_hold.is_over(now);
                let (urgency, limit) = if deny && unmined < reserve {
                    self.denials = Outbox::Dry;
                    (Urgency::Denials, self.policy.max_denials)
                } else if !deny && approve && unmined < self.policy.max_in_flight {
                    self.approvals = Outbox::Dry;
                    (Urgency::Approvals, self.max_upserts)
                } else {
                    return None;
                };
                self.planning = Planning::Pulling;
                Some(Effect::Pull { urgency, limit })
            }
        }
    }

    fn unmined(&self) -> usize {
        self.slots.range(self.mined_nonce..).count()
    }

    pub(super) fn pulled(
        &mut self,
        urgency: Urgency,
        records: &[PendingRecord],
        head: Head,
        more: bool,
    ) {
        // News that came meanwhile must not be forgotten: only ever set.
        if more {
            match urgency {
                Urgency::Denials => self.denials = Outbox::MayHold,
                Urgency::Approvals => self.approvals = Outbox::MayHold,
            }
        }
        let mut upserts = Drafts::new(self.max_upserts, head);
        let mut denials = Drafts::new(self.policy.max_denials, head);
        let mut needless = Vec::new();
        for pending in records {
            let (owed, wallet) = (pending.owed, pending.owed.wallet);
            let held = self.under_way.held(wallet, pending.observed);
            match step(wallet, pending.desired, held) {
                Step::Upsert(upsert) => {
                    let after = upserted(held, upsert.record);
                    upserts.push(upsert, Some(owed), (wallet, after));
                }
                Step::Deny(denial) => {
                    let after = denied(held, denial.version, denial.grounds);
                    let arrives = denial.version == pending.desired.version();
                    denials.push(denial, arrives.then_some(owed), (wallet, after));
                }
                Step::Nothing | Step::Outranked => {
                    needless.push(owed);
                }
            }
        }
        self.under_way.pulled();
        let mut planned = denials.into_planned(Batch::Deny);
        planned.append(&mut upserts.into_planned(Batch::Upsert));
        self.planning = if needless.is_empty() {
            Planning::storing(planned)
        } else {
            Planning::Discarding {
                rows: Some(needless),
                then: planned,
            }
        };
    }

    pub(super) fn stored(&mut self, signed: Signed) {
        let nonce = signed.envelope.nonce;
        if signed.envelope.attempt > Attempt(0) {
            if let Some(slot) = self.slots.get_mut(&nonce) {
                slot.replacing = false;
                slot.add_attempt(signed.into());
            }
            return;
        }
        self.next_nonce = self.next_nonce.max(nonce.next());
        self.slots.insert(nonce, Slot::new(signed.into()));
        if let Planning::Storing { current, then } = &mut self.planning {
            for (wallet, record) in current.take().into_iter().flat_map(|done| done.expected) {
                self.under_way.carry(wallet, nonce, record);
            }
            if then.is_empty() {
                self.planning = Planning::Idle;
            }
        }
    }

    pub(super) fn replace(&mut self, now: UnixMillis) -> Option<Effect> {
        let market = self.market?;
        let policy = self.policy;
        let slot = self.slots.get_mut(&self.mined_nonce)?;
        if !slot.wants_replacement(&policy, now) {
            return None;
        }
        let attempt = slot.newest().attempt.next();
        let Some(price) = policy.fees.replacement(slot.newest().price, market) else {
            // At the cap: the same bytes go again, and the operator sees it wait.
            slot.underpriced = false;
            slot.stored_at = now;
            return None;
        };
        slot.replacing = true;
        slot.stored_at = now;
        Some(Effect::Store(Envelope {
            nonce: slot.nonce,
            attempt,
            gas_limit: policy.gas_limit(&slot.batch),
            price,
            head: slot.head,
            batch: slot.batch.clone(),
            settles: Vec::new(),
        }))
    }
}
