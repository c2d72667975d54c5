//! How far the transactions that carry denials have come, for receipts.
//!
//! Nobody waits for these notes. What could not be noted is noted when it is next
//! seen, later than it was: that costs a receipt a time, and no denial a
//! millisecond.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use alloy_primitives::Address;
use symbolon_core::{
    mirror::lane::{Broadcast, Nonce, Observation, Urgency},
    time::UnixMillis,
};
use symbolon_store::{Milestone, Store};

use crate::jobs::lease::HeldLease;

/// What was noted of a lane's open denials.
pub(super) struct Milestones {
    store: Store,
    held: Arc<HeldLease>,
    signer: Address,
    /// Those that were sent, and whether each was seen in a block.
    denials: Mutex<BTreeMap<Nonce, bool>>,
}

impl Milestones {
    pub(super) fn new(store: Store, held: Arc<HeldLease>, signer: Address) -> Self {
        Self {
            store,
            held,
            signer,
            denials: Mutex::default(),
        }
    }

    /// A node has answered to a transaction.
    pub(super) fn sent(
        self: &Arc<Self>,
        nonce: Nonce,
        urgency: Urgency,
        outcome: Broadcast,
        at: UnixMillis,
    ) {
        let taken = matches!(outcome, Broadcast::Accepted | Broadcast::Known);
        if taken && urgency == Urgency::Denials && self.begin(nonce) {
            self.note(nonce, Milestone::Sent, at);
        }
    }

    /// The chain was looked at.
    pub(super) fn observed(self: &Arc<Self>, observation: &Observation, at: UnixMillis) {
        for (nonce, _) in &observation.receipts {
            if self.is_news(*nonce) {
                self.note(*nonce, Milestone::Mined, at);
            }
        }
    }

    /// These have ended.
    pub(super) fn settled(&self, nonces: impl IntoIterator<Item = Nonce>) {
        let mut denials = self.denials.lock().unwrap_or_else(PoisonError::into_inner);
        for nonce in nonces {
            denials.remove(&nonce);
        }
    }

    fn begin(&self, nonce: Nonce) -> bool {
        let mut denials = self.denials.lock().unwrap_or_else(PoisonError::into_inner);
        let known = denials.contains_key(&nonce);
        denials.entry(nonce).or_insert(false);
        !known
    }

    fn is_news(&self, nonce: Nonce) -> bool {
        let mut denials = self.denials.lock().unwrap_or_else(PoisonError::into_inner);
        denials
            .get_mut(&nonce)
            .is_some_and(|seen| !std::mem::replace(seen, true))
    }

    fn note(self: &Arc<Self>, nonce: Nonce, milestone: Milestone, at: UnixMillis) {
        let this = Arc::clone(self);
        tokio::spawn(async move {
            let Ok(lease) = this.held.in_force() else {
                return;
            };
            let place = (this.signer, nonce);
            let noted = this.store.note_milestone(lease, place, milestone, at).await;
            if let Err(error) = noted {
                tracing::debug!(nonce = nonce.0, %error, "a receipt lacks a time");
                this.forget(nonce, milestone);
            }
        });
    }

    fn forget(&self, nonce: Nonce, milestone: Milestone) {
        let mut denials = self.denials.lock().unwrap_or_else(PoisonError::into_inner);
        match milestone {
            Milestone::Sent => drop(denials.remove(&nonce)),
            Milestone::Mined => {
                denials.entry(nonce).and_modify(|seen| *seen = false);
            }
        }
    }
}
