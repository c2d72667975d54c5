//! A nonce of which nobody can say what became.
//!
//! It is used up, and a node shows no receipt for any try at it; or nodes take
//! none of its bytes, whatever they pay; or the registry takes no writes from
//! the signer any more. It is *in quarantine* then: shown to people, and what it
//! carries is not sent again blindly. First the registry is asked what it holds
//! of these wallets in a block that counts. Only what it lacks is owed again.

use super::{Effect, Inspection, Lane, Nonce, Outcome};
use crate::time::UnixMillis;

/// Why and since when a nonce is in quarantine.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Quarantine {
    /// Whether the answer is on its way.
    asking: bool,
    /// The registry is asked no sooner.
    ask_at: UnixMillis,
}

impl Lane {
    /// Asks what the registry holds of a nonce in quarantine.
    pub(super) fn inspect(&mut self, now: UnixMillis) -> Option<Effect> {
        let slots = self.slots.values_mut().filter(|slot| slot.is_open());
        let (slot, nonce) = slots.into_iter().find_map(|slot| {
            let nonce = slot.nonce;
            let quarantine = slot.quarantine.as_mut()?;
            let due = !quarantine.asking && quarantine.ask_at <= now;
            due.then(|| quarantine.asking = true)?;
            Some((&slot.batch, nonce))
        })?;
        let wallets = slot.versions().into_iter().map(|(one, _)| one).collect();
        Some(Effect::Inspect { nonce, wallets })
    }

    /// When [`Self::inspect`] may have something to do.
    pub(super) fn inspect_at(&self) -> Option<UnixMillis> {
        let open = self.slots.values().filter(|slot| slot.is_open());
        let due = open.filter_map(|slot| slot.quarantine.filter(|one| !one.asking));
        due.map(|quarantine| quarantine.ask_at).min()
    }

    pub(super) fn inspected(
        &mut self,
        nonce: Nonce,
        inspection: Option<Inspection>,
        now: UnixMillis,
    ) {
        let Some(slot) = self.slots.get_mut(&nonce).filter(|slot| slot.is_open()) else {
            return;
        };
        // A receipt may have been found meanwhile.
        let Some(quarantine) = &mut slot.quarantine else {
            return;
        };
        match inspection {
            Some(inspection) => slot.outcome = Some(Outcome::Dropped(inspection)),
            None => {
                quarantine.asking = false;
                quarantine.ask_at = now.after(self.policy.idle_interval);
            }
        }
    }
}
