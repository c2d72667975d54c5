//! The register's rules and the compiled `IdentityRegistry`: verdicts,
//! wallets' records, authorities and what agents write.

mod agents;
mod authorities;
mod beginning;
mod check;
mod federation;
mod history;
mod register;
mod regressions;
mod strategies;
mod world;

use symbolon_testkit::evm::registry::Registry;

use crate::histories::{Checked, History, Plan, Tally};
use beginning::Beginning;
use history::Step;
use world::World;

/// What must have happened, or the histories prove nothing.
const HAPPENS: [&str; 13] = [
    "accepted",
    "no_authority",
    "other_authority",
    "authority_restricted",
    "outside_jurisdiction",
    "owner_only",
    "AuthorityAdded",
    "AuthorityCountriesSet",
    "AuthorityRestricted",
    "AuthorityReinstated",
    "InvestorsReassigned",
    "OperationCarriedOut",
    "OperationLapsed",
];

#[test]
fn core_and_registry_agree_on_every_history() {
    let (mut registry, beginning) = Beginning::deploy().expect("the registry deploys");
    let plan = Plan {
        histories: 2_000,
        seed: 3643,
        regressions: "differential/registry/regressions.txt",
    };
    let mut tally = Tally::default();
    plan.hold(strategies::histories(), |history| {
        live(&mut registry, &beginning, &mut tally, history)
    });
    tally.assert_happened(&HAPPENS);
}

fn live(
    registry: &mut Registry,
    beginning: &Beginning,
    tally: &mut Tally,
    history: &History<Step>,
) -> Checked {
    let mut world = World::new(registry, beginning, tally);
    for (number, step) in history.0.iter().enumerate() {
        world
            .step(step)
            .map_err(|difference| format!("step {}: {difference}", number + 1))?;
    }
    Ok(())
}
