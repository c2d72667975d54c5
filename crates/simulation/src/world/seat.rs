//! One chain's place in a world.

use std::collections::BTreeMap;

use symbolon_core::mirror::{
    filter::MirroredRegistry,
    lane::{Input, Lane},
};

use crate::{
    chain::{Chain, SIGNERS, Signer, nodes::Nodes},
    database::{Books, Token},
    promises::Promises,
};

/// A chain with its nodes, its books, and whoever works at it.
pub(super) struct Seat {
    pub(super) chain: Chain,
    pub(super) nodes: Nodes,
    pub(super) books: Books,
    pub(super) promises: Promises,
    /// The signer whose turn it is.
    pub(super) signer: Signer,
    /// More than one where a lease has ended and its holder does not know.
    pub(super) workers: BTreeMap<u32, Drive>,
    /// Who holds the lease.
    pub(super) holder: Option<u32>,
    /// How often a lane was set up here: what an older one was told is lost.
    pub(super) lives: u32,
}

/// One worker with its lanes: its own signer's, and those that end what former
/// signers left open.
pub(super) struct Drive {
    pub(super) token: Token,
    pub(super) signer: Signer,
    pub(super) lanes: BTreeMap<Signer, Lane>,
    pub(super) polled_at: Option<u64>,
    /// How often settled transactions had been opened again when it began.
    pub(super) reopened: u32,
    /// When people were told that a former signer is overdue.
    pub(super) overdue_since: Option<u64>,
}

impl Seat {
    /// Of a chain that nobody has told anything.
    pub(super) fn new(target: MirroredRegistry) -> Self {
        Self {
            chain: Chain::default(),
            nodes: Nodes::default(),
            books: Books::new(target.clone()),
            promises: Promises::new(target),
            signer: 0,
            workers: BTreeMap::new(),
            holder: None,
            lives: 0,
        }
    }

    /// Another signer's turn; the registry may take no more writes from the one
    /// before it. Returns whether that one left anything open.
    pub(super) fn rotate(&mut self, removed: bool) -> bool {
        if self.signer + 1 >= SIGNERS {
            return false;
        }
        self.chain.barred[self.signer] = removed;
        self.signer += 1;
        !self.books.open_signers().is_empty()
    }
}

impl Drive {
    /// The former signers that keep their successor waiting for long.
    pub(super) fn overdue(&self) -> Vec<Signer> {
        let lanes = self.lanes.iter().filter(|(_, lane)| lane.is_overdue());
        lanes.map(|(signer, _)| *signer).collect()
    }

    /// Whether former signers have transactions open.
    pub(super) fn has_formers(&self) -> bool {
        self.lanes.len() > 1
    }

    /// Tells a lane, and the worker's own when the last former signer has ended.
    pub(super) fn tell(
        &mut self,
        signer: Signer,
        input: Input,
        now: symbolon_core::time::UnixMillis,
    ) {
        let Some(lane) = self.lanes.get_mut(&signer) else {
            return;
        };
        lane.handle(input, now);
        if signer == self.signer || lane.slots().next().is_some() {
            return;
        }
        self.lanes.remove(&signer);
        if !self.has_formers()
            && let Some(own) = self.lanes.get_mut(&self.signer)
        {
            own.handle(Input::FormerEnded, now);
        }
    }
}
