//! The register, its chains, and one step of theirs.

use crate::{
    register::{Decision, History, WALLETS},
    seat::{Move, Seat},
};

/// What the checker tells apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct World {
    /// What was decided, by wallet.
    pub register: [History; WALLETS],
    /// The chains.
    pub seats: Vec<Seat>,
}

impl World {
    /// The same world, whichever of its wallets is called the first and which of
    /// its chains: no rule of the model tells either apart.
    #[must_use]
    pub fn representative(&self) -> Self {
        let mut exchanged = Self {
            register: self.register,
            seats: self.seats.iter().map(Seat::exchanged).collect(),
        };
        exchanged.register.reverse();
        exchanged.seats.sort_unstable();
        let mut named = self.clone();
        named.seats.sort_unstable();
        named.min(exchanged)
    }
}

/// One step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// The register decides upon a wallet, and every chain is owed it (I1).
    Decide(usize, Decision),
    /// Something happens on a chain.
    On(usize, Move),
}
