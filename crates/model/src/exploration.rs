//! Everything that may happen next, for the checker to follow.

use stateright::{Model, Property};

use crate::{
    bounds::Bounds,
    promises,
    register::WALLETS,
    seat::{Seat, chain::Held},
    world::{Action, World},
};

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
                let after = world
                    .register
                    .get(wallet)?
                    .after(decision, self.decisions)?;
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
