//! One signer follows another on a chain.
//!
//! The key of the former one is gone, but not what it has signed: those bytes
//! are stored, may be mined at any time, and the chain counts as told of what
//! they carry. So the former signer's lane lives on without planning. It sends
//! the stored bytes, looks their receipts up and settles them, until nothing
//! is open. No fee can be raised any more: what is not mined in time, its
//! successor is owed again, and what is mined after that approves nobody: at
//! most a bar that was lifted meanwhile stands until the next approval.
//!
//! Transactions of two signers land in any order. Until the former one has
//! ended, its successor therefore
//!
//! 1. sends denials at once (I2, I3), but as whole records where it can: a
//!    denial that is laid over a record is another word over another record,
//! 2. and no approvals, since a denial of the former one that lands late would
//!    undo them.
//!
//! A signer that the registry takes no writes from any more (a stolen key, say)
//! cannot land anything: what it left unmined is dropped, and owed again.

use super::{Effect, Lane, LanePolicy, OpenTransaction, Slot};
use crate::{
    log::EntryNumber,
    mirror::planted::{Bug, is_planted},
    time::{Millis, UnixMillis},
};

/// What a lane may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Everything.
    Alone,
    /// Everything but approve: a former signer has not ended.
    Succeeding,
    /// End what it has begun; since when.
    Former(UnixMillis),
}

impl Lane {
    /// A lane like [`Lane::new`], whose signer follows others that have not
    /// ended yet. [`super::Input::FormerEnded`] tells it when they have.
    pub fn succeeding(
        policy: LanePolicy,
        open: Vec<OpenTransaction>,
        through: EntryNumber,
    ) -> Self {
        Self {
            role: Role::Succeeding,
            ..Self::new(policy, open, through)
        }
    }

    /// A lane without a key, that ends what a former signer left open. It
    /// plans nothing, so that it never asks for [`Effect::Pull`],
    /// [`Effect::Discharge`] or [`Effect::Store`].
    pub fn former(policy: LanePolicy, open: Vec<OpenTransaction>, since: UnixMillis) -> Self {
        Self {
            role: Role::Former(since),
            ..Self::new(policy, open, EntryNumber(0))
        }
    }

    /// Whether transactions of a former signer wait for longer than its
    /// successor could: somebody should look why.
    pub fn is_overdue(&self) -> bool {
        self.slots.values().any(|slot| slot.told_again)
    }

    /// A former signer's bytes are sent once it is known that the registry
    /// takes them.
    pub(super) fn may_broadcast(&self) -> bool {
        !self.is_former() || (self.market.is_some() && self.barred_since.is_none())
    }

    pub(super) fn is_former(&self) -> bool {
        matches!(self.role, Role::Former(_))
    }

    /// When [`Self::tell_again`] may have something to do.
    pub(super) fn told_again_at(&self) -> Option<UnixMillis> {
        let Role::Former(since) = self.role else {
            return None;
        };
        let late = since.after(Millis(self.policy.replace_after.0));
        let waiting = self.slots.values().filter(|slot| is_waiting(slot));
        waiting
            .map(|slot| if slot.underpriced { since } else { late })
            .min()
    }

    /// What would be replaced by dearer transactions, had the signer a key.
    pub(super) fn tell_again(&mut self, now: UnixMillis) -> Option<Effect> {
        if self.told_again_at()? > now || is_planted(Bug::FormerNeverToldAgain) {
            return None;
        }
        // What waits behind the front waits with it.
        let waiting = self.slots.values_mut().filter(|slot| is_waiting(slot));
        let nonces = waiting.map(|slot| {
            slot.told_again = true;
            slot.nonce
        });
        Some(Effect::TellAgain(nonces.collect()))
    }

    /// The former signers have ended.
    pub(super) fn former_ended(&mut self) {
        self.role = Role::Alone;
        self.planning.distrust();
    }
}

fn is_waiting(slot: &Slot) -> bool {
    slot.is_open() && slot.receipt.is_none() && !slot.told_again
}
