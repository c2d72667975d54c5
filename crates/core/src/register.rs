//! The register's decisions: a command meets what is known and becomes events
//! or a refusal; events make the next state. Live and replay share [`apply`].
//! Where a chain decides, [`witness`] makes events of what it did.

mod apply;
mod decide;
mod jurisdiction;
mod refusal;
mod witness;

use std::{collections::BTreeMap, sync::Arc};

pub use apply::{Inapplicable, apply, apply_all};
pub use decide::decide;
pub use refusal::Refusal;
pub use witness::{Deed, witness};

use crate::{
    ids::InvestorId,
    investor::Investor,
    transfer_rules::Schedule,
    wallet::{WalletAddress, WalletHistory},
};

/// What the store has read, under the issuer's lock, for one decision.
#[derive(Clone, Debug)]
pub struct View {
    /// Whom the command is about: an existing id, or a fresh one.
    pub id: InvestorId,
    /// The investor of that id, if known.
    pub investor: Option<Investor>,
    /// The history of each of its wallets and of every wallet that the
    /// command names; an absent one is an address never seen.
    pub histories: BTreeMap<WalletAddress, WalletHistory>,
    /// What is asked of whoever is verified, by country.
    pub rules: Arc<Schedule>,
}

impl View {
    /// What is known of somebody new.
    pub fn unknown(id: InvestorId) -> Self {
        Self {
            id,
            investor: None,
            histories: BTreeMap::new(),
            rules: Arc::default(),
        }
    }

    fn history(&self, wallet: WalletAddress) -> WalletHistory {
        self.histories.get(&wallet).copied().unwrap_or_default()
    }
}
