//! One nonce of a lane and the transactions that compete for it.

use alloy_primitives::{B256, Bytes};

use super::{Attempt, LanePolicy, Nonce, Outcome, Receipt, Signed, Urgency, inspect::Quarantine};
use crate::{
    log::Head,
    mirror::{
        batch::Batch,
        fees::{GasPrice, Market},
        planted::{Bug, is_planted},
    },
    time::{Millis, UnixMillis},
};

/// The front of a lane is sent again after this many blocks without it. The
/// first may have been under way already, and the second full.
const BLOCKS_BEFORE_RESENT: u64 = 3;
/// A node that still has the front when it was sent again so often does not mine
/// it, whatever it pays: Anvil keeps a transaction for ever that it took while a
/// block included the nonce before it. Each try may wait longer than the last.
const RESENT_BEFORE_REPLACED: usize = 3;

/// A stored transaction whose fate is open, as the store hands it back after
/// a restart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenTransaction {
    /// Its nonce.
    pub nonce: Nonce,
    /// Which try at this nonce.
    pub attempt: Attempt,
    /// Its hash.
    pub hash: B256,
    /// Its bytes.
    pub raw: Bytes,
    /// What it may cost.
    pub price: GasPrice,
    /// The log's head that it carries.
    pub head: Head,
    /// What it writes.
    pub batch: Batch,
    /// When it was stored.
    pub stored_at: UnixMillis,
}

impl From<Signed> for OpenTransaction {
    fn from(signed: Signed) -> Self {
        Self {
            nonce: signed.envelope.nonce,
            attempt: signed.envelope.attempt,
            hash: signed.hash,
            raw: signed.raw,
            price: signed.envelope.price,
            head: signed.envelope.head,
            batch: signed.envelope.batch,
            stored_at: signed.stored_at,
        }
    }
}

/// One try at a nonce.
#[derive(Clone, Debug)]
pub(super) struct Try {
    pub(super) attempt: Attempt,
    pub(super) hash: B256,
    pub(super) raw: Bytes,
    pub(super) price: GasPrice,
}

/// One nonce, with every try at it.
#[derive(Debug)]
pub struct Slot {
    /// The nonce.
    pub nonce: Nonce,
    /// What every try at it writes.
    pub batch: Batch,
    pub(super) head: Head,
    /// In the order of their attempts; never empty.
    pub(super) tries: Vec<Try>,
    /// When the newest try was stored.
    pub(super) stored_at: UnixMillis,
    pub(super) broadcasting: bool,
    pub(super) last_broadcast: Option<UnixMillis>,
    /// Whether a node has taken the newest try.
    pub(super) accepted: bool,
    /// The newest block when a node took it.
    pub(super) sent_at_block: u64,
    /// How often the newest try went again because blocks left it out.
    pub(super) left_out: usize,
    /// Whether a node asked a higher fee for it.
    pub(super) underpriced: bool,
    pub(super) replacing: bool,
    /// As last seen.
    pub(super) receipt: Option<Receipt>,
    /// Whether the look that is under way asks for its receipt.
    pub(super) looked_for: bool,
    /// In how many observations the nonce was used up without a receipt.
    pub(super) missing: u64,
    /// When that was first seen.
    pub(super) missing_since: Option<UnixMillis>,
    /// Nobody can say what became of it.
    pub(super) quarantine: Option<Quarantine>,
    /// How often nodes took none of its newest bytes.
    pub(super) turned_away: u32,
    pub(super) outcome: Option<Outcome>,
    pub(super) settling: bool,
    /// Whether its wallets are owed again while it is open.
    pub(super) told_again: bool,
}

impl Slot {
    pub(super) fn new(transaction: OpenTransaction) -> Self {
        Self {
            nonce: transaction.nonce,
            batch: transaction.batch,
            head: transaction.head,
            tries: vec![Try {
                attempt: transaction.attempt,
                hash: transaction.hash,
                raw: transaction.raw,
                price: transaction.price,
            }],
            stored_at: transaction.stored_at,
            broadcasting: false,
            last_broadcast: None,
            accepted: false,
            sent_at_block: 0,
            left_out: 0,
            underpriced: false,
            replacing: false,
            receipt: None,
            looked_for: false,
            missing: 0,
            missing_since: None,
            quarantine: None,
            turned_away: 0,
            outcome: None,
            settling: false,
            told_again: false,
        }
    }

    pub(super) fn add_attempt(&mut self, transaction: OpenTransaction) {
        self.stored_at = self.stored_at.max(transaction.stored_at);
        self.tries.push(Try {
            attempt: transaction.attempt,
            hash: transaction.hash,
            raw: transaction.raw,
            price: transaction.price,
        });
        self.tries.sort_by_key(|each| each.attempt);
        self.accepted = false;
        self.underpriced = false;
        self.left_out = 0;
        self.last_broadcast = None;
    }

    /// The dearest try, which is the one to send. There always is one.
    pub(super) fn newest(&self) -> &Try {
        let last = self.tries.len().saturating_sub(1);
        &self.tries[last]
    }

    pub(super) fn hashes(&self) -> Vec<B256> {
        self.tries.iter().map(|each| each.hash).collect()
    }

    /// How urgent what it carries is: denials may travel as whole records. One
    /// among approvals had its turn with them, and nobody waits for it.
    pub(super) fn urgency(&self) -> Urgency {
        let denies = match &self.batch {
            Batch::Companion(_) => return Urgency::Errands,
            Batch::Deny(_) => true,
            Batch::Upsert(entries) => entries.iter().all(|entry| entry.record.denies()),
            Batch::Authority(authority) => authority.restricted,
        };
        if denies {
            Urgency::Denials
        } else {
            Urgency::Approvals
        }
    }

    /// Whether its fate is still open.
    pub fn is_open(&self) -> bool {
        self.outcome.is_none()
    }

    /// What came of it waits for what came of the nonces before it, and is looked up
    /// again meanwhile: a reorganisation may undo it.
    pub(super) fn doubt(&mut self) {
        let is_seen = matches!(self.outcome, Some(Outcome::Mined(_) | Outcome::Failed(_)));
        if is_seen && !self.settling {
            self.outcome = None;
        }
    }

    /// Whether its receipt is to be asked for: none was seen, or one that may
    /// count by now. Where finality takes long, hundreds wait in between.
    pub(super) fn wants_look(&self, final_block: u64) -> bool {
        let is_final = |receipt: &Receipt| receipt.block_number <= final_block;
        self.is_open() && self.receipt.as_ref().is_none_or(is_final)
    }

    /// A reorganisation undid it: its bytes go again at once.
    pub(super) fn undo(&mut self) {
        self.receipt = None;
        self.left_out = 0;
        self.last_broadcast = None;
    }

    /// Has the newest bytes sent again if so many blocks went by without them:
    /// whoever took them may have dropped them.
    /// Not before an idle interval, since some chains make four a second.
    pub(super) fn left_out_by(&mut self, block_number: u64, now: UnixMillis, policy: &LanePolicy) {
        let old = self
            .last_broadcast
            .is_some_and(|last| now >= last.after(policy.idle_interval));
        if old && self.accepted && block_number >= self.sent_at_block + BLOCKS_BEFORE_RESENT {
            self.sent_at_block = block_number;
            self.left_out += 1;
            self.last_broadcast = None;
        }
    }

    fn patience(&self, policy: &LanePolicy) -> Millis {
        if self.accepted {
            policy.rebroadcast_after
        } else {
            policy.idle_interval
        }
    }

    /// When the newest bytes are to be sent, first or again.
    pub(super) fn broadcast_due(&self, policy: &LanePolicy) -> Option<UnixMillis> {
        let sent = (self.accepted && is_planted(Bug::NeverSentAgain))
            || (self.last_broadcast.is_some() && is_planted(Bug::SlotsCountedAsBroadcast));
        let waiting = self.is_open() && !self.broadcasting && self.receipt.is_none() && !sent;
        waiting.then(|| {
            self.last_broadcast
                .map_or(UnixMillis(0), |last| last.after(self.patience(policy)))
        })
    }

    pub(super) fn wants_broadcast(&self, policy: &LanePolicy, now: UnixMillis) -> bool {
        self.broadcast_due(policy).is_some_and(|due| due <= now)
    }

    /// When a dearer try is to take its place, if it is at the front.
    /// A block takes nothing that offers less than its base fee, however long
    /// it waits.
    pub(super) fn replacement_due(
        &self,
        policy: &LanePolicy,
        market: Option<Market>,
    ) -> Option<UnixMillis> {
        let waiting = self.is_open() && !self.replacing && self.receipt.is_none();
        if !waiting {
            return None;
        }
        if self.underpriced || self.left_out > RESENT_BEFORE_REPLACED * self.tries.len() {
            return Some(UnixMillis(0));
        }
        let offered = self.newest().price.max_fee;
        let priced_out = market.is_some_and(|market| offered < market.base_fee);
        let patience = match priced_out {
            true => policy.idle_interval,
            false => policy.replace_after,
        };
        self.accepted.then(|| self.stored_at.after(patience))
    }

    pub(super) fn wants_replacement(
        &self,
        policy: &LanePolicy,
        market: Market,
        now: UnixMillis,
    ) -> bool {
        self.replacement_due(policy, Some(market))
            .is_some_and(|due| due <= now)
    }
}
