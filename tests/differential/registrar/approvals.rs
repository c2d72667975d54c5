//! Approvals of calls about investors. The register knows approvals of its
//! owner's operations alone: whoever holds a key of an authority's acts there at
//! once, while the registrar asks for as many addresses as its threshold says.
//! So these are counted here, and core decides what a counted call does.

use std::collections::{BTreeMap, BTreeSet};

use symbolon_core::time::UnixSeconds;

use super::{
    answer::Says,
    history::{Body, Signer},
};

/// How long the approvals of a call count, in seconds from the first.
pub const LIFETIME: u64 = 7 * 86_400;

/// What waits, by authority and calldata.
#[derive(Default)]
pub struct Approvals(BTreeMap<(Body, Vec<u8>), Waiting>);

struct Waiting {
    by: BTreeSet<usize>,
    until: UnixSeconds,
}

impl Approvals {
    /// Somebody sends a call that core would carry out.
    pub fn approve(
        &mut self,
        signer: Signer,
        data: &[u8],
        threshold: usize,
        now: UnixSeconds,
    ) -> Says {
        self.0.retain(|_, waiting| now < waiting.until);
        let key = (signer.of, data.to_vec());
        let waiting = self.0.entry(key.clone()).or_insert(Waiting {
            by: BTreeSet::new(),
            until: UnixSeconds(now.0 + LIFETIME),
        });
        if !waiting.by.insert(signer.place) {
            return Says::Refused("approved_already");
        }
        if waiting.by.len() < threshold {
            return Says::Waits;
        }
        self.0.remove(&key);
        Says::CarriedOut
    }

    /// Somebody takes an approval back.
    pub fn take_back(&mut self, signer: Signer, data: &[u8], now: UnixSeconds) -> Says {
        self.0.retain(|_, waiting| now < waiting.until);
        let key = (signer.of, data.to_vec());
        let Some(waiting) = self.0.get_mut(&key) else {
            return Says::Refused("not_approved");
        };
        if !waiting.by.remove(&signer.place) {
            return Says::Refused("not_approved");
        }
        if waiting.by.is_empty() {
            self.0.remove(&key);
        }
        Says::CarriedOut
    }

    /// What an authority approved before it was restricted counts no more.
    pub fn void(&mut self, body: Body) {
        self.0.retain(|(of, _), _| *of != body);
    }
}
