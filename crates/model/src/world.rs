//! The register, its chains, and everything that may happen next.

use stateright::{Model, Property};

use crate::{
    bounds::Bounds,
    promises,
    register::{Decision, History, WALLETS},
    seat::{Move, Seat, chain::Held},
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

impl Model for Bounds {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        let mut held = [Held::default(); WALLETS];
        if self.restored {
            held[0].word = Self::forgotten();
        }
        vec![World {
            register: Default::default(),
            seats: vec![Seat::new(held); self.chains],
        }]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Action>) {
        for wallet in 0..self.wallets {
            let decisions = self.alphabet.iter();
            actions.extend(decisions.map(|decision| Action::Decide(wallet, *decision)));
        }
        for (chain, seat) in world.seats.iter().enumerate() {
            actions.extend(seat.moves(self).map(|each| Action::On(chain, each)));
        }
    }

    fn next_state(&self, world: &World, action: Action) -> Option<World> {
        match action {
            Action::Decide(wallet, decision) => {
                let after = world.register.get(wallet)?.after(decision, self)?;
                let mut world = world.clone();
                *world.register.get_mut(wallet)? = after;
                for seat in &mut world.seats {
                    seat.decided(wallet, &after);
                }
                Some(world)
            }
            Action::On(chain, each) => {
                let seat = world.seats.get(chain)?.after(each, &world.register, self)?;
                let mut world = world.clone();
                *world.seats.get_mut(chain)? = seat;
                Some(world)
            }
        }
    }

    fn properties(&self) -> Vec<Property<Self>> {
        promises::all()
    }
}
